"""The page of a household: head, members, numbers, certificates, as known now or on a past day (A2, A4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from models.audit.tags import Tag
from models.certificate import ENDED, Certificate
from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, Household, HouseholdHead, HouseholdMember
from models.notification import Notification
from models.person import PersonRecord
from rules.ages import ages_possible_on
from rules.certificates import ON_APPLICATION
from services import audit, households, registry_pages
from services.context import Context
from services.protection import is_protected
from services.registry_pages import Knowledge, Paper, ReasonNames, Told


@dataclass(frozen=True)
class Member:
    """A member with his period and certificates; `is_here` says whether he belongs to it on the day."""

    row: HouseholdMember
    record: PersonRecord | None
    ages: tuple[int, int] | None
    is_protected: bool
    is_head: bool
    is_here: bool
    period: Enrolment | None
    branch: str
    papers: Sequence[Paper]

    @property
    def shown_papers(self) -> Sequence[Paper]:
        """The newest certificate, and beside it the newest on application while that is out."""
        usual = [one for one in self.papers if one.certificate.kind not in ON_APPLICATION]
        beside = [one for one in self.papers if one.certificate.kind in ON_APPLICATION]
        return [*usual[:1], *(one for one in beside[:1] if one.last not in ENDED)]


@dataclass(frozen=True)
class Headship:
    """Who headed the household from when to when, and whether he is insured on the day (else 擬制世帯主)."""

    row: HouseholdHead
    record: PersonRecord | None
    is_insured: bool


@dataclass(frozen=True)
class HouseholdPage:
    """All that the page shows."""

    household: Household
    knowledge: Knowledge
    heads: Sequence[Headship]
    members: Sequence[Member]
    cards: Sequence[CardNumber]
    told: Sequence[Told]
    reasons: ReasonNames

    @property
    def head(self) -> Headship | None:
        """Who heads it on the day."""
        here = [one for one in self.heads if self.knowledge.in_force(one.row)]
        return here[-1] if here else None

    @property
    def card(self) -> CardNumber | None:
        """The number in force on the day, else the last one."""
        here = [one for one in self.cards if self.knowledge.in_force(one)]
        return next(iter([*reversed(here), *reversed(self.cards)]), None)

    @property
    def here(self) -> Sequence[Member]:
        """The members on the day."""
        return [one for one in self.members if one.is_here]

    @property
    def gone(self) -> Sequence[Member]:
        """Who belonged to it before, or will."""
        return [one for one in self.members if not one.is_here]

    @property
    def insured(self) -> int:
        """How many are insured on the day."""
        return sum(1 for one in self.here if one.period and one.period.covers(self.knowledge.day))


def read(ctx: Context, household_id: int, as_of: date | None = None) -> HouseholdPage:
    """Everything of a household; that it was read is recorded.

    Raises:
        HouseholdUnknown: there is no household with this id.
        DayNotYetKnown: `as_of` is still to come.
    """
    knowledge = registry_pages.knowledge_of(ctx, as_of)
    household = households.get(ctx, household_id)
    members, heads = (
        _believed(ctx, HouseholdMember, household_id, knowledge),
        _believed(ctx, HouseholdHead, household_id, knowledge),
    )
    people = _people(ctx, {row.person_id for row in [*members, *heads]}, knowledge)
    periods = _periods(ctx, people, knowledge)
    page = HouseholdPage(
        household=household,
        knowledge=knowledge,
        heads=[
            Headship(
                row, people.get(row.person_id), _is_insured(periods.get(row.person_id, ()), knowledge.day)
            )
            for row in heads
        ],
        members=_members(ctx, household_id, members, heads, people, periods, knowledge),
        cards=_cards(ctx, household_id, knowledge.day),
        told=registry_pages.list_told(ctx, Notification.household_id == household_id, knowledge),
        reasons=registry_pages.reason_names(ctx.session),
    )
    detail = {"as_of": as_of.isoformat() if as_of else None}
    audit.record(ctx, Tag.HOUSEHOLD_READ, f"household:{household_id}", detail=detail)
    return page


def _believed(ctx: Context, table: Any, household_id: int, knowledge: Knowledge) -> list[Any]:
    statement = select(table).where(table.household_id == household_id).order_by(table.from_on, table.id)
    return [row for row in ctx.session.scalars(statement) if knowledge.holds(row)]


def _people(ctx: Context, ids: Iterable[int], knowledge: Knowledge) -> dict[int, PersonRecord]:
    statement = select(PersonRecord).where(PersonRecord.person_id.in_(sorted(ids))).order_by(PersonRecord.id)
    return {row.person_id: row for row in ctx.session.scalars(statement) if knowledge.holds(row)}


def _periods(ctx: Context, ids: Iterable[int], knowledge: Knowledge) -> dict[int, list[Enrolment]]:
    """The periods of each person as known then, whichever household they were in."""
    found: dict[int, list[Enrolment]] = {}
    statement = select(Enrolment).where(Enrolment.person_id.in_(sorted(ids)))
    for row in ctx.session.scalars(statement.order_by(Enrolment.acquired_on, Enrolment.id)):
        if knowledge.holds(row) and not row.cancelled:
            found.setdefault(row.person_id, []).append(row)
    return found


def _is_insured(periods: Iterable[Enrolment], day: date) -> bool:
    return any(row.covers(day) for row in periods)


def _members(
    ctx: Context,
    household_id: int,
    rows: Sequence[HouseholdMember],
    heads: Sequence[HouseholdHead],
    people: Mapping[int, PersonRecord],
    periods: Mapping[int, Sequence[Enrolment]],
    knowledge: Knowledge,
) -> list[Member]:
    papers: dict[int, list[Paper]] = {}
    here = Certificate.household_id == household_id
    for paper in registry_pages.list_papers(ctx.session, here, knowledge):
        papers.setdefault(paper.certificate.person_id, []).append(paper)
    branches = _branches(ctx, household_id)
    head_ids = {row.person_id for row in heads if knowledge.in_force(row)}
    told = []
    for row in rows:
        record = people.get(row.person_id)
        own = periods.get(row.person_id, ())
        told.append(
            Member(
                row=row,
                record=record,
                ages=ages_possible_on(record.birth, knowledge.day) if record else None,
                is_protected=record is not None and is_protected(record, knowledge.day),
                is_head=row.person_id in head_ids,
                is_here=knowledge.in_force(row),
                period=next((one for one in own if one.covers(knowledge.day)), own[-1] if own else None),
                branch=branches.get(row.person_id, ""),
                papers=papers.get(row.person_id, ()),
            )
        )
    return sorted(told, key=lambda one: (not one.is_head, one.branch or "99", one.row.from_on, one.row.id))


def _branches(ctx: Context, household_id: int) -> dict[int, str]:
    """The branch of each person within the newest number of the household."""
    statement = (
        select(BranchNumber.person_id, BranchNumber.branch)
        .join(CardNumber, CardNumber.id == BranchNumber.card_number_id)
        .where(CardNumber.household_id == household_id)
        .order_by(CardNumber.id)
    )
    return {row.person_id: row.branch for row in ctx.session.execute(statement)}


def _cards(ctx: Context, household_id: int, day: date) -> list[CardNumber]:
    statement = select(CardNumber).where(
        CardNumber.household_id == household_id,
        or_(CardNumber.from_on <= day, CardNumber.until_on.is_(None)),
    )
    return list(ctx.session.scalars(statement.order_by(CardNumber.from_on, CardNumber.id)))
