"""Which households of a run get a letter, by postal area: the order of the envelopes (C3).

The area is that of the place to which the letter goes. Where places are hidden it is empty, so that nobody
learns from a list where somebody under a protective measure lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from models.assessment import FINAL, Assessment, AssessmentRun
from models.document import PrintRequest
from models.household import HouseholdHead
from models.person import AddressRecord
from services.addresses import MAILING, RESIDENCE
from services.assessing.comparing import SAME
from services.premium_notices.asking import LETTERS
from services.print_queue import CANCELLED
from services.protection import places_hidden

if TYPE_CHECKING:
    from services.context import Context

HIDDEN: Final = ""  # the area of those whose places are hidden, or who have none


@dataclass(frozen=True)
class District:
    """A postal area and how many households of a run get a letter there."""

    area: str
    households: int


def districts_of(ctx: Context, run: AssessmentRun) -> list[District]:
    """The areas of a run in their order, with what there is to print in each."""
    placed = _placed(ctx, run).subquery()
    statement = select(placed.c.area, func.count()).group_by(placed.c.area).order_by(placed.c.area)
    return [District(area, int(count)) for area, count in ctx.session.execute(statement)]


def households_in(ctx: Context, run: AssessmentRun, area: str, after: int, limit: int) -> list[int]:
    """The next households of an area, by id."""
    placed = _placed(ctx, run).subquery()
    statement = select(placed.c.household_id).where(placed.c.area == area, placed.c.household_id > after)
    return list(ctx.session.scalars(statement.order_by(placed.c.household_id).limit(limit)))


def overtaken(ctx: Context, run: AssessmentRun, household_ids: list[int]) -> frozenset[int]:
    """Those of the households of whom a later assessment of the year is in force."""
    statement = (
        select(Assessment.household_id)
        .join(AssessmentRun, AssessmentRun.id == Assessment.run_id)
        .where(
            Assessment.household_id.in_(household_ids),
            AssessmentRun.fiscal_year == run.fiscal_year,
            AssessmentRun.state == FINAL,
            AssessmentRun.id != run.id,
            AssessmentRun.ended_at >= run.ended_at,
        )
    )
    return frozenset(ctx.session.scalars(statement))


def _placed(ctx: Context, run: AssessmentRun) -> Select[Any]:
    """Household and area of everybody whom a run tells something; one row for each.

    That is who is new or changed, and who is unchanged but was never told of it: the letters of an earlier
    run that nobody asked for are not printed any more once a later one is in force.
    """
    head, mailing, home = HouseholdHead, aliased(AddressRecord), aliased(AddressRecord)
    code = func.coalesce(mailing.postal_code, home.postal_code, HIDDEN)
    area = case((places_hidden(head.person_id, ctx.today), HIDDEN), else_=code)
    return (
        select(Assessment.household_id, func.min(func.coalesce(area, HIDDEN)).label("area"))
        .outerjoin(head, and_(head.household_id == Assessment.household_id, _in_force(head, ctx.today)))
        .outerjoin(mailing, _lives(mailing, head, MAILING, ctx.today))
        .outerjoin(home, _lives(home, head, RESIDENCE, ctx.today))
        .where(
            Assessment.run_id == run.id,
            or_(Assessment.cause != SAME, _not_told(run.fiscal_year)),
            or_(Assessment.insured > 0, Assessment.before_total > 0),
        )
        .group_by(Assessment.household_id)
    )


def _not_told(fiscal_year: int) -> ColumnElement[bool]:
    """What is in force of a household of an assessment was told by no letter, nor asked for.

    A letter tells it that was asked for of the last assessment of the year that changed something, or later.
    """
    of, since, changing = aliased(AssessmentRun), aliased(AssessmentRun), aliased(Assessment)
    changed_since = (
        select(changing.run_id)
        .join(since, since.id == changing.run_id)
        .where(
            changing.household_id == Assessment.household_id,
            changing.cause != SAME,
            since.fiscal_year == fiscal_year,
            since.state == FINAL,
            or_(since.ended_at > of.ended_at, and_(since.ended_at == of.ended_at, since.id > of.id)),
        )
        .correlate(Assessment, of)
    )
    letters = (
        select(PrintRequest.id)
        .join(of, of.id == PrintRequest.payload["assessment"].as_integer())
        .where(
            PrintRequest.household_id == Assessment.household_id,
            PrintRequest.document.in_(LETTERS),
            PrintRequest.state != CANCELLED,
            of.fiscal_year == fiscal_year,
            of.state == FINAL,
            ~changed_since.exists(),
        )
        .correlate(Assessment)
    )
    return ~letters.exists()


def _lives(place: Any, head: Any, kind: str, today: Any) -> Any:
    return and_(place.person_id == head.person_id, place.kind == kind, _in_force(place, today))


def _in_force(row: Any, today: Any) -> Any:
    return and_(
        row.superseded_at.is_(None),
        or_(row.from_on.is_(None), row.from_on <= today),
        or_(row.until_on.is_(None), row.until_on >= today),
    )
