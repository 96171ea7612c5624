"""Findings about households that several procedures share: whose is who, who heads it, what is left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from models.base import known
from models.enrolment import Enrolment
from models.household import HouseholdMember, get_head, list_members
from services import households
from services.context import Context
from services.errors import HouseholdUnknown
from services.findings import Finding, refusal

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """A household as it stands on a day: members, head, and the periods of everybody in it."""

    household_id: int
    since: date
    member_ids: frozenset[int]
    head_id: int
    head_is_nhi_only: bool
    periods: tuple[Enrolment, ...]
    members: tuple[HouseholdMember, ...]

    def insured_on(self, day: date) -> frozenset[int]:
        """Who of the household is insured on a day."""
        return frozenset(period.person_id for period in self.periods if period.covers(day))

    def period_of(self, person_id: int, day: date) -> Enrolment | None:
        """The period that holds a day; else the newest one of the person in this household."""
        own = [period for period in self.periods if period.person_id == person_id]
        return next((period for period in own if period.covers(day)), own[-1] if own else None)

    def remaining_periods(self, day: date, leaving: Iterable[int] = ()) -> list[Enrolment]:
        """The periods that still hold on `day` or begin later, of those who do not leave."""
        gone = set(leaving)
        return [
            period
            for period in self.periods
            if period.person_id not in gone and ((end := end_of(period)) is None or end > day)
        ]

    def relationship_of(self, person_id: int) -> str:
        """How a member is related to the head; empty for somebody else."""
        return next((row.relationship_code for row in self.members if row.person_id == person_id), "")


def end_of(period: Enrolment) -> date | None:
    """The first day that a period does not hold any more; None while it is open."""
    return period.coverage_end_on or period.lost_on


def look(ctx: Context, household_id: int, day: date) -> tuple[Seen | None, list[Finding]]:
    """The household on a day, or the finding that there is none then."""
    try:
        households.get(ctx, household_id)
    except HouseholdUnknown as error:
        return None, [refusal(error.code, "household_id", error.message_ja, error.message_en)]
    head = get_head(ctx.session, household_id, day)
    if head is None:
        return None, [_not_then(day)]
    statement = known(select(Enrolment).where(Enrolment.household_id == household_id), Enrolment)
    periods = ctx.session.scalars(
        statement.where(Enrolment.cancelled.is_(False)).order_by(Enrolment.acquired_on, Enrolment.id)
    )
    members = tuple(list_members(ctx.session, household_id, day))
    seen = Seen(
        household_id=household_id,
        since=households.since(ctx.session, household_id) or head.from_on,
        member_ids=frozenset(row.person_id for row in members),
        head_id=head.person_id,
        head_is_nhi_only=head.nhi_only,
        periods=tuple(periods),
        members=members,
    )
    return seen, []


def not_members(seen: Seen, rows: Iterable[tuple[str, int]]) -> list[Finding]:
    """Refuse persons (path, id) who do not belong to the household on the day."""
    return [
        refusal(
            "household.not_a_member",
            path,
            "この方は、その日にこの世帯の世帯員ではありません。世帯、人、日付を確かめて選び直してください。",
            "This person does not belong to the household on that day. Check household, person and date.",
        )
        for path, person_id in rows
        if person_id not in seen.member_ids
    ]


def without_head(path: str, count: int, article: str = "国民健康保険法76条、施行規則10条の2") -> Finding:
    """The household would be left with insured members and nobody who owes the premium."""
    return refusal(
        "household.without_head",
        path,
        f"この届出で世帯主がいなくなり、加入中の方が{count}人残ります。世帯主のいない世帯は、保険料の納付義務者と"
        "通知の宛先が決まらないため登録できません。残る方の中から新しい世帯主を選んでください。",
        f"The head leaves and {count} insured member(s) remain. A household without a head cannot be "
        "recorded: choose a new head among those who remain.",
        article,
    )


def _not_then(day: date) -> Finding:
    return refusal(
        "household.not_then",
        "event_on",
        f"{day}の時点では、この世帯に世帯主がいません(世帯が始まる前か、終わった後です)。"
        "日付を確かめ、正しい世帯を選び直してください。",
        f"On {day} this household has no head: it had not begun, or has ended. Check day and household.",
    )
