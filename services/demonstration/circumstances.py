"""Circumstances in the demonstration: one of each kind on record, and one that waits for a second person."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from models.assessment import BIRTH, FORMER_DEPENDANT, UNEMPLOYED, PremiumCircumstance
from models.audit.tags import Tag
from models.base import known
from models.circumstance_entry import NEW, CircumstanceEntry
from models.enrolment import Enrolment
from models.income import Income
from models.masters import Posting
from models.person import PersonRecord
from models.staff import User
from rules.periods import FiscalYear
from rules.premium.circumstances import Claim
from services import audit
from services.context import JST

if TYPE_CHECKING:
    from sqlalchemy import Row, Select

    from services.context import Context

CLERK: Final = "sato"


def put_on_record(ctx: Context, year: FiscalYear) -> int:
    """Somebody who lost his work, a birth and a former dependant, told in May; how many were found."""
    told_on = datetime.combine(date(year.year, 5, 20), time(10), JST)
    jobless, _ = _jobless(ctx, year, 2)
    claims = [
        Claim(UNEMPLOYED, date(year.year, 3, 31), False, "12"),
        Claim(BIRTH, date(year.year, 9, 12), False, ""),
    ]
    people = [jobless, *_first(ctx, _women(year), 1)]
    if old := _first(ctx, _old(year), 1):
        people.append(old[0])
        claims.append(Claim(FORMER_DEPENDANT, old[0].acquired_on, False, ""))
    for person, claim in zip(people, claims, strict=True):
        made = claim.circumstance
        ctx.session.add(
            PremiumCircumstance(
                person_id=person.person_id,
                kind=made.kind,
                from_on=made.from_on,
                until_on=made.until_on,
                is_multiple=made.is_multiple,
                recorded_at=min(told_on, ctx.at),
            )
        )
        audit.record(ctx, Tag.CIRCUMSTANCE_APPROVED, f"person:{person.person_id}", detail={"kind": made.kind})
    ctx.session.flush()
    return len(people)


def let_one_wait(ctx: Context, year: FiscalYear) -> CircumstanceEntry:
    """An entry of the counter that a verifier has yet to check."""
    _, person = _jobless(ctx, year, 2)
    clerk = ctx.session.execute(
        select(User.id, Posting.staff_number)
        .join(Posting, Posting.user_id == User.id)
        .where(User.username == CLERK)
    ).one()
    made = Claim(UNEMPLOYED, ctx.today - timedelta(days=40), False, "31").circumstance
    entry = CircumstanceEntry(
        household_id=person.household_id,
        person_id=person.person_id,
        act=NEW,
        kind=made.kind,
        from_on=made.from_on,
        until_on=made.until_on,
        leaving_reason="31",
        evidence="雇用保険受給資格者証(見本)",
        entered_at=ctx.at,
        entered_by_id=clerk.id,
        entered_by_number=clerk.staff_number,
    )
    ctx.session.add(entry)
    audit.record(ctx, Tag.CIRCUMSTANCE_ENTERED, f"person:{person.person_id}", detail={"kind": made.kind})
    ctx.session.flush()
    return entry


def _jobless(ctx: Context, year: FiscalYear, count: int) -> list[Row[Any]]:
    """Earners between 30 and 60 who are insured all year."""
    earning = (
        _insured(year)
        .join(Income, Income.person_id == Enrolment.person_id)
        .where(Income.income_year == year.year - 1, Income.salary_gross > 2_500_000)
    )
    return _first(ctx, known(_born(earning, year, 30, 60), Income), count)


def _women(year: FiscalYear) -> Select[Any]:
    return _born(_insured(year), year, 26, 38).where(PersonRecord.sex == "2")


def _old(year: FiscalYear) -> Select[Any]:
    """Insured since they were 65 or older, the latest first."""
    since = _born(_insured(year), year, 71, 73).where(Enrolment.acquired_on >= date(year.year - 5, 5, 1))
    return since.order_by(Enrolment.acquired_on.desc())


def _insured(year: FiscalYear) -> Select[Any]:
    statement: Any = (
        select(Enrolment.person_id, Enrolment.household_id, Enrolment.acquired_on)
        .join(PersonRecord, PersonRecord.person_id == Enrolment.person_id)
        .where(
            Enrolment.lost_on.is_(None),
            Enrolment.coverage_end_on.is_(None),
            Enrolment.cancelled.is_(False),
            Enrolment.acquired_on < year.first_on,
        )
    )
    return known(known(statement, Enrolment), PersonRecord)


def _born(statement: Select[Any], year: FiscalYear, youngest: int, oldest: int) -> Select[Any]:
    first, last = f"{year.year - oldest}-01-01", f"{year.year - youngest}-12-31"
    return statement.where(PersonRecord.birth_date.between(first, last))


def _first(ctx: Context, statement: Select[Any], count: int) -> list[Row[Any]]:
    return list(ctx.session.execute(statement.order_by(Enrolment.person_id).limit(count)))
