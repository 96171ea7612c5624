"""Deciding rows of a monthly list in bulk (職権の決定): the truth about each, one transaction for all (B1).

`consider` says what would happen and writes nothing; `decide` does it. A row that cannot be decided as it
stands stays on the list and says why; the others are decided. The chief who decides is the one who entered
the case, so somebody else verifies it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.audit.tags import Tag
from models.enrolment import list_household_periods, list_periods
from models.ex_officio import ExOfficioRow
from models.household import get_head
from models.person import PersonRecord, list_current
from rules.ages import share_from
from rules.eligibility.birth_dates import birth_for_ages
from rules.eligibility.monthly import SHARE_AGE
from rules.periods import month_end, next_month_start
from services import audit, ex_officio, jobs, loss
from services.certificates import events
from services.certificates.issuing import issue
from services.context import Context
from services.errors import NotAllowed, RuleBroken, ServiceError
from services.ex_officio import CHIEF
from services.findings import Severity
from services.job_kinds import Work
from services.statute import law_on

START_CASE, ISSUE = "start_case", "issue_certificates"
LONGEST_GROUND, LONGEST_NUMBER, LONGEST_REASON = 200, 100, 200
WITHOUT_HEAD = "household.without_head"
NO_DATE = (
    "要確認の方です。書類で確かめ、日付を入力してから決定してください。",
    "Somebody must look at this one: check the papers and enter the date first.",
)


@dataclass(frozen=True)
class Wish:
    """What the chief wants: which rows, why, by which decision; dates and new heads that he set, by row."""

    row_ids: Sequence[int]
    ground: str
    decision_number: str
    dates: Mapping[int, date] = field(default_factory=dict)
    heads: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Considered:
    """What a decision does with one row, or why it does nothing.

    `heads`: who could head the household where its head is gone and nobody was chosen.
    """

    row: ExOfficioRow
    person: PersonRecord
    event_on: date | None
    refusals: tuple[tuple[str, str], ...] = ()
    cautions: tuple[tuple[str, str], ...] = ()
    new_head_id: int | None = None
    heads: tuple[PersonRecord, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.refusals


def consider(ctx: Context, wish: Wish) -> list[Considered]:
    """What would happen to each row; nothing is written.

    Raises:
        NotAllowed: the actor does not decide ex officio.
        RuleBroken: no row was chosen, or ground or number are missing or too long.
    """
    _must_decide(ctx)
    _must_be_told(wish)
    rows = ex_officio.lock(ctx, wish.row_ids)
    people = list_current(ctx.session, [row.person_id for row in rows])
    return [_consider(ctx, row, people[row.person_id], wish) for row in rows]


def decide(ctx: Context, wish: Wish) -> list[Considered]:
    """Decide the rows that pass, and ask the worker for what follows; the answer tells the truth of each.

    Raises:
        NotAllowed, RuleBroken: as `consider`.
    """
    considered = consider(ctx, wish)
    passed = [one for one in considered if one.passes]
    for one in passed:
        _decide(ctx, one, wish)
    detail = {"decided": len(passed), "refused": len(considered) - len(passed)}
    kind = considered[0].row.kind if considered else ""
    audit.record(ctx, Tag.LIST_DECIDED, f"ex_officio:{kind}", detail=detail)
    return considered


def leave_out(ctx: Context, row_ids: Sequence[int], because: str) -> int:
    """Take rows off the list with a reason; also decided ones whose case has not begun.

    Raises:
        NotAllowed: the actor does not decide ex officio.
        RuleBroken: no row or no reason is given, or a case has begun.
        SomebodyElseWasFaster: a case was begun this very moment.
    """
    _must_decide(ctx)
    if not row_ids or not because.strip() or len(because) > LONGEST_REASON:
        raise RuleBroken(
            f"対象外にする人を選び、理由を{LONGEST_REASON}字までで入力してください。",
            f"Choose somebody and give a reason of up to {LONGEST_REASON} signs.",
        )
    rows = ex_officio.lock(ctx, row_ids)
    if any(row.state == "opened" for row in rows):
        raise RuleBroken(
            "すでに開始した人が含まれています。開始した案件は、案件の画面で取り下げてください。",
            "A case has begun for one of them. Withdraw it on its own page.",
        )
    for row in rows:
        jobs.take_back(ctx, row.key)
        row.state, row.excluded_because = "excluded", because.strip()
        row.decided_at, row.decided_by_id = ctx.at, ctx.actor.staff_id
    audit.record(ctx, Tag.LIST_DECIDED, f"ex_officio:{rows[0].kind}", detail={"left_out": len(rows)})
    return len(rows)


def issue_for_70(ctx: Context, work: Work) -> None:
    """Issue what somebody who reaches 70 needs from the day on which his share changes (法42条1項3号).

    Raises:
        RuleBroken: he is not insured here any more.
    """
    row = ex_officio.lock(ctx, [work.payload["row"]])[0]
    if row.state == "opened":
        return
    record = list_current(ctx.session, [row.person_id])[row.person_id]
    from_on = _share_from(row, record)
    period = next((one for one in list_periods(ctx.session, row.person_id) if one.covers(from_on)), None)
    if period is None:
        raise RuleBroken(
            "割合の変わる日に加入していないため、証を交付できません。一覧から対象外にしてください。",
            "Not insured on the day on which the share changes. Leave the person out.",
        )
    issue(ctx, period.household_id, [period], None, "post", valid_from_on=from_on)
    row.state = "opened"


def _must_decide(ctx: Context) -> None:
    if CHIEF not in ctx.actor.own_roles:
        raise NotAllowed("職権の決定ができるのは課長です。", "Only the section chief decides ex officio.")


def _must_be_told(wish: Wish) -> None:
    ground, number = wish.ground.strip(), wish.decision_number.strip()
    if not wish.row_ids:
        raise RuleBroken("決定する人を選んでください。", "Choose who is to be decided.")
    if not ground or len(ground) > LONGEST_GROUND or "\n" in ground:
        raise RuleBroken(
            f"決定の根拠を1行、{LONGEST_GROUND}字までで入力してください。例:住民基本台帳の異動通知",
            f"Give the ground of the decision in one line of up to {LONGEST_GROUND} signs.",
        )
    if not number or len(number) > LONGEST_NUMBER or "\n" in number:
        raise RuleBroken(
            f"決定番号を{LONGEST_NUMBER}字までで入力してください。例:見国保第8-000123号",
            f"Give the number of the decision, up to {LONGEST_NUMBER} signs.",
        )


def _consider(ctx: Context, row: ExOfficioRow, person: PersonRecord, wish: Wish) -> Considered:
    event_on = wish.dates.get(row.id) or (None if row.needs_decision else row.event_on)
    if row.state != "listed":
        faster = ("すでに決定又は対象外になっています。", "Decided or left out meanwhile.")
        return Considered(row, person, row.event_on, refusals=(faster,))
    if event_on is None:
        return Considered(row, person, None, refusals=(NO_DATE,))
    if not row.reason:
        return Considered(row, person, event_on)
    try:
        found = loss.check(ctx, _entry(ctx, row, event_on, wish))
    except ServiceError as refused:
        return Considered(row, person, event_on, refusals=((refused.message_ja, refused.message_en),))
    told = {
        severity: tuple((one.message_ja, one.message_en) for one in found if one.severity is severity)
        for severity in Severity
    }
    headless = any(one.code == WITHOUT_HEAD for one in found)
    return Considered(
        row,
        person,
        event_on,
        told[Severity.REFUSAL],
        told[Severity.WARNING],
        wish.heads.get(row.id),
        _who_could_head(ctx, row, event_on) if headless else (),
    )


def _who_could_head(ctx: Context, row: ExOfficioRow, day: date) -> tuple[PersonRecord, ...]:
    periods = list_household_periods(ctx.session, row.household_id, day)
    others = [period.person_id for period in periods if period.person_id != row.person_id]
    return tuple(sorted(list_current(ctx.session, others).values(), key=lambda one: one.birth_date))


def _decide(ctx: Context, one: Considered, wish: Wish) -> None:
    row = one.row
    row.event_on, row.state = one.event_on, "decided"
    row.ground, row.decision_number = wish.ground.strip(), wish.decision_number.strip()
    row.decided_at, row.decided_by_id = ctx.at, ctx.actor.staff_id
    if row.kind == "student_proof_due":
        row.state = "opened"
        return
    payload: dict[str, Any] = {"row": row.id}
    if row.reason and one.event_on is not None:
        entry = _entry(ctx, row, one.event_on, wish)
        payload |= {"procedure": "loss", "reason": row.reason, "entry": entry}
    jobs.ask(ctx, START_CASE if row.reason else ISSUE, row.key, payload)


def _entry(ctx: Context, row: ExOfficioRow, event_on: date, wish: Wish) -> dict[str, Any]:
    """The entry of the loss form (forms/loss/apply.schema.json); what is out stays uncollected."""
    out = bool(events.list_out(ctx, row.person_id))
    person: dict[str, Any] = {
        "person_id": row.person_id,
        "certificate": "not_returned" if out else "not_issued",
    }
    if out:
        person |= {"not_returned_reason": "other", "not_returned_detail": "職権による喪失のため未回収"}
    entry: dict[str, Any] = {
        "reason": row.reason,
        "household_id": row.household_id,
        "event_on": event_on.isoformat(),
        "received_on": ctx.today.isoformat(),
        "way": "ex_officio",
        "ground": wish.ground.strip(),
        "decision_number": wish.decision_number.strip(),
        "decided_on": ctx.today.isoformat(),
        "persons": [person],
    }
    if row.kind == "reaching_75":
        entry["late_elderly_ground"] = "reached_75"
    if row.kind == "deaths":
        head = get_head(ctx.session, row.household_id, event_on)
        entry["was_head"] = head is not None and head.person_id == row.person_id
    if row.id in wish.heads:
        entry["new_head_person_id"] = wish.heads[row.id]
    return entry


def _share_from(row: ExOfficioRow, record: PersonRecord) -> date:
    """The first day of the new share: the month after the day that was decided, or by the date of birth."""
    law = law_on(month_end(row.month))
    by_birth = share_from(birth_for_ages(record.birth, law), law.integer(SHARE_AGE))
    if row.event_on is None or record.birth.is_complete:
        return by_birth
    return next_month_start(row.event_on)
