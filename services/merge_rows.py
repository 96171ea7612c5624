"""What becomes of each row that names a person when two records are made one, and back (H16).

Every foreign key to `person` has its treatment here; a test refuses a new one without.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import inspect, select, update

from models import vault
from models.assessment import PremiumCircumstance
from models.base import Base
from models.certificate import Certificate
from models.document import PrintRequest
from models.enrolment import Enrolment
from models.household import BranchNumber, HouseholdHead, HouseholdMember
from models.income import AMOUNTS, Income
from models.merge import PersonMerge
from models.notification import NotificationPerson
from models.pension_deduction import PensionFact
from models.person import Person
from models.protection import ProtectiveMark
from models.share_entry import ShareEntry
from services.context import Context


class Treatment(StrEnum):
    """How a row that names the record that goes is treated."""

    MOVED = "moved"  # it names the other record from now on; its id is noted
    COPIED = "copied"  # it is closed, and believed anew of the other record
    VAULT = "vault"  # moved by the vault itself
    STAYS = "stays"  # history of the old record, which stays reachable
    POINTER = "pointer"  # leads from the old record to the new one


TREATMENTS: dict[str, Treatment] = {
    "branch_number.person_id": Treatment.MOVED,
    "certificate.person_id": Treatment.MOVED,
    "notification_person.person_id": Treatment.MOVED,
    "print_request.person_id": Treatment.MOVED,
    "protective_mark.person_id": Treatment.MOVED,
    "enrolment.person_id": Treatment.COPIED,
    "household_member.person_id": Treatment.COPIED,
    "household_head.person_id": Treatment.COPIED,
    "income.person_id": Treatment.COPIED,
    "premium_circumstance.person_id": Treatment.COPIED,
    "pension_fact.person_id": Treatment.COPIED,
    "assessed_person.person_id": Treatment.STAYS,
    "individual_number.person_id": Treatment.VAULT,
    "person_record.person_id": Treatment.STAYS,
    "address_record.person_id": Treatment.STAYS,
    "search_key.person_id": Treatment.STAYS,
    "renewal_row.person_id": Treatment.STAYS,
    "ex_officio_row.person_id": Treatment.STAYS,
    "confirmation_row.person_id": Treatment.STAYS,  # what is open there is settled
    "confirmation_row.other_person_id": Treatment.STAYS,
    "incoming_difference.person_id": Treatment.STAYS,
    "circumstance_entry.person_id": Treatment.STAYS,  # what waits there is refused: nobody is insured
    "share_entry.person_id": Treatment.MOVED,  # and the share that holds with it: services/merge_shares.py
    "premium_exemption.person_id": Treatment.STAYS,  # it is the household's, whomever it names
    "pension_entry.person_id": Treatment.STAYS,
    "pension_candidate.person_id": Treatment.STAYS,
    "pension_deduction.person_id": Treatment.STAYS,  # goes on with the household
    "ceiling_decision.person_id": Treatment.STAYS,  # its certificate is moved
    "watch_finding.person_id": Treatment.STAYS,  # the next look closes it, and finds the other record
    "network_question.person_id": Treatment.STAYS,  # it left, and is answered, under the old number
    "place_release.person_id": Treatment.STAYS,
    "person_merge.kept_id": Treatment.STAYS,
    "person_merge.gone_id": Treatment.STAYS,
    "person.merged_into_id": Treatment.POINTER,
}
MOVED: tuple[type[Base], ...] = (
    *(BranchNumber, Certificate, NotificationPerson, PrintRequest, ProtectiveMark, ShareEntry),
)
COPIED: tuple[type[Base], ...] = (
    *(Enrolment, HouseholdMember, HouseholdHead, Income, PremiumCircumstance, PensionFact),
)
OF_THE_ROW = frozenset(
    {"id", "recorded_at", "recorded_by_id", "superseded_at", "superseded_by_notification_id"}
)


def name_of(entity: Any) -> str:
    """The name of a table."""
    return str(entity.__tablename__)


def open_rows(ctx: Context, entity: Any, person_id: int) -> list[Any]:
    """What is believed of a person in a table of dated rows."""
    statement = select(entity).where(entity.person_id == person_id, entity.superseded_at.is_(None))
    return list(ctx.session.scalars(statement.order_by(entity.id)))


def hand_over(ctx: Context, merge: PersonMerge) -> None:
    """Move and copy everything from the record that goes to the one that is kept, and note what."""
    moved: dict[str, list[int]] = {}
    for entity in MOVED:
        kind: Any = entity
        ids = list(ctx.session.scalars(select(kind.id).where(kind.person_id == merge.gone_id)))
        moved[name_of(entity)] = ids
        _point(ctx, kind, ids, merge.kept_id)
    copied: dict[str, list[list[int | None]]] = {}
    for entity in COPIED:
        copied[name_of(entity)] = _copy_all(ctx, entity, merge.gone_id, merge.kept_id)
    merge.moved, merge.copied = moved, copied
    merge.numbers = vault.move(ctx.session, merge.gone_id, merge.kept_id)
    ctx.session.get_one(Person, merge.gone_id).merged_into_id = merge.kept_id


def give_back(ctx: Context, merge: PersonMerge) -> None:
    """The same back: what was moved is moved back, what was copied is closed and believed of the old one."""
    for entity in MOVED:
        _point(ctx, entity, merge.moved.get(name_of(entity), []), merge.gone_id)
    for entity in COPIED:
        kind: Any = entity
        for closed_id, new_id in merge.copied.get(name_of(entity), []):
            closed = ctx.session.get_one(kind, closed_id)
            if new_id is not None:
                ctx.session.get_one(kind, new_id).supersede(ctx.at, None)
                ctx.session.flush()
            ctx.session.add(_believed_of(ctx, kind, closed, merge.gone_id))
    if merge.numbers:
        vault.move(ctx.session, merge.kept_id, merge.gone_id, merge.numbers)
    ctx.session.get_one(Person, merge.gone_id).merged_into_id = None


def _point(ctx: Context, entity: Any, ids: list[int], person_id: int) -> None:
    if ids:
        ctx.session.execute(
            update(entity)
            .where(entity.id.in_(ids))
            .values(person_id=person_id)
            .execution_options(synchronize_session="fetch")
        )


def _copy_all(ctx: Context, entity: Any, of_person: int, to_person: int) -> list[list[int | None]]:
    """Close the rows of one person and believe them of the other; what he has already is only closed."""
    pairs: list[list[int | None]] = []
    has = open_rows(ctx, entity, to_person)
    for row in open_rows(ctx, entity, of_person):
        row.supersede(ctx.at, None)
        ctx.session.flush()
        if any(_is_beside(row, one) for one in has):
            pairs.append([row.id, None])
            continue
        new = _believed_of(ctx, entity, row, to_person)
        ctx.session.add(new)
        ctx.session.flush()
        pairs.append([row.id, new.id])
    return pairs


def _is_beside(row: Any, other: Any) -> bool:
    """Whether both belong to, or head, the same household at the same time, or tell the same."""
    if isinstance(row, Income):
        return bool(row.income_year == other.income_year)
    if isinstance(row, PremiumCircumstance):
        return bool((row.kind, row.from_on) == (other.kind, other.from_on))
    if isinstance(row, PensionFact):
        return bool(row.fiscal_year == other.fiscal_year)
    return not isinstance(row, Enrolment) and row.household_id == other.household_id and overlap(row, other)


def earned_differently(ctx: Context, one: int, other: int) -> bool:
    """Whether the incomes of two persons differ in a year that both tell."""
    of_other = {row.income_year: row for row in open_rows(ctx, Income, other)}
    pairs = ((row, of_other.get(row.income_year)) for row in open_rows(ctx, Income, one))
    names = ("declaration_kind", *AMOUNTS)
    return any(
        beside is not None and any(getattr(row, name) != getattr(beside, name) for name in names)
        for row, beside in pairs
    )


def have_same_card(ctx: Context, one: int, other: int) -> bool:
    """Whether two persons have a branch each of one insured number."""
    cards = select(BranchNumber.card_number_id).where(BranchNumber.person_id == one)
    twice = BranchNumber.card_number_id.in_(cards)
    statement = select(BranchNumber.id).where(BranchNumber.person_id == other, twice)
    return ctx.session.scalars(statement).first() is not None


def overlap(row: Any, other: Any) -> bool:
    """Whether two dated rows share a day."""
    starts = max(row.from_on, other.from_on)
    return all(one.until_on is None or one.until_on >= starts for one in (row, other))


def _believed_of(ctx: Context, entity: Any, row: Any, person_id: int) -> Any:
    names = {column.key for column in inspect(entity).column_attrs} - OF_THE_ROW - {"person_id"}
    facts = {name: getattr(row, name) for name in names}
    return entity(**facts, person_id=person_id, recorded_at=ctx.at, recorded_by_id=ctx.actor.staff_id)
