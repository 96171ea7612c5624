"""The monthly review of the audit record: by rules and by chance, judged by people, followed up (L5, M16).

Nobody judges what was found about himself. What is judged can be judged anew until the review is concluded;
each verdict stands in the audit record.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.audit_review import (
    BREACH,
    IN_ORDER,
    OPEN,
    TO_ASK,
    VERDICTS,
    AuditFinding,
    AuditFollowUp,
    AuditReview,
)
from models.masters import Office, Posting
from models.staff import Role, User, names_of
from rules.periods import add_working_days, is_closed_day, month_end, month_start, next_month_start
from services import audit, audit_marks, audit_rules, city, office_calendar
from services.audit_rules import LOOKS, RULES
from services.context import JST, Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster

SAMPLE = "sample"
LONGEST_WORDS, LONGEST_WHAT = 1000, 400
CANDIDATES = 40  # numbers drawn for each event wanted: most events are no looks
MOST_CANDIDATES = 2_000
LIMITS = (
    *("night_from_hour", "night_until_hour", "persons_an_hour", "persons_a_day", "no_case_persons"),
    *("slow_persons_a_day", "slow_days", "slow_weeks", "refusals_a_day", "refusals_at_a_door"),
    *("reveals_a_month", "homonyms", "sample", "case_days_before", "case_days_after", "judge_days"),
)
COLUMNS = (
    *("staff_number", "actor_id", "office_id", "subject", "number", "days"),
    *("first_event_id", "last_event_id", "first_at", "last_at", "reason"),
)
REVIEWER, CHIEF = "auditor", "section_chief"


class FindingsOpen(RuleBroken):
    """A review cannot go on while a finding is not judged or a follow-up is not done."""

    code = "findings_open"


@dataclass(frozen=True)
class Line:
    """A finding as the list shows it."""

    finding: AuditFinding
    staff: str
    office: str
    judge: str
    follow_ups: Sequence[AuditFollowUp]
    is_own: bool


@dataclass(frozen=True)
class Page:
    """A review with its findings, and the names that stand beside them."""

    review: AuditReview
    lines: Sequence[Line]
    names: Mapping[int, str]

    @property
    def open(self) -> int:
        """How many findings nobody has judged."""
        return sum(line.finding.verdict == OPEN for line in self.lines)

    @property
    def open_follow_ups(self) -> int:
        """How many follow-ups are not done."""
        return sum(one.done_at is None for line in self.lines for one in line.follow_ups)


def make(ctx: Context, month: date) -> AuditReview:
    """Review a month: find by rules, draw a sample. A month that was reviewed is left as it is.

    Raises:
        SettingMissing: a limit has no value.
    """
    month = month_start(month)
    known = ctx.session.scalars(select(AuditReview).where(AuditReview.month == month)).one_or_none()
    if known is not None:
        return known
    review = _begin(ctx, month)
    span = _span(ctx, month, review.settings)
    audit_marks.fill(ctx.session, span.back_to, span.end, review.settings)
    for rule in RULES.values():
        found = rule.statement(span).subquery()
        columns = [found.c[name] for name in _FOUND]
        source = select(literal(review.id), literal(rule.name), *columns, literal(OPEN), literal(""))
        names = ["review_id", "rule", *COLUMNS, "verdict", "words"]
        ctx.session.execute(insert(AuditFinding).from_select(names, source))
    audit_marks.empty(ctx.session)
    _draw_sample(ctx, review)
    ctx.session.flush()
    number = ctx.session.scalar(
        select(func.count()).select_from(AuditFinding).where(AuditFinding.review_id == review.id)
    )
    detail = {"month": f"{month:%Y-%m}", "rows": review.events, "findings": number}
    audit.record(ctx, Tag.REVIEW_MADE, f"audit_review:{review.id}", detail=detail)
    return review


_FOUND = (
    *("staff_number", "actor_id", "office_id", "subject", "number", "days"),
    *("first_id", "last_id", "first_at", "last_at", "reason"),
)


def drawn(seed: str, first_id: int, last_id: int, number: int) -> list[int]:
    """The numbers of events that a seed draws between two, in the order of the draw."""
    ids = range(first_id, last_id + 1)
    wanted = min(len(ids), number * CANDIDATES, MOST_CANDIDATES)
    return Random(seed).sample(ids, wanted)


def read(ctx: Context, review_id: int) -> Page:
    """A review with its findings; looking is recorded.

    Raises:
        NotFound: there is none.
    """
    review = get(ctx.session, review_id)
    statement = (
        select(AuditFinding)
        .where(AuditFinding.review_id == review_id)
        .order_by(AuditFinding.verdict != OPEN, AuditFinding.rule == SAMPLE, AuditFinding.id)
    )
    findings = ctx.session.scalars(statement).all()
    follow_ups = _follow_ups(ctx.session, [one.id for one in findings])
    people = {one.actor_id for one in findings} | {one.judged_by_id for one in findings}
    people |= {one.owner_id for same in follow_ups.values() for one in same} | {review.concluded_by_id}
    names = names_of(ctx.session, people)
    offices = {one.id: one.name for one in ctx.session.scalars(select(Office))}
    lines = [
        Line(
            one,
            names.get(one.actor_id or 0, ""),
            offices.get(one.office_id or 0, ""),
            names.get(one.judged_by_id or 0, ""),
            follow_ups.get(one.id, []),
            is_own=is_about(ctx.actor, one),
        )
        for one in findings
    ]
    audit.record(ctx, Tag.AUDIT_READ, f"audit_review:{review_id}", detail={"found": len(lines)})
    return Page(review, lines, names)


def list_reviews(ctx: Context) -> list[tuple[AuditReview, int, int, int]]:
    """All reviews, newest first: how many findings, how many open, how many follow-ups overdue."""
    found, waiting = (
        func.count(AuditFinding.id),
        func.count(AuditFinding.id).filter(AuditFinding.verdict == OPEN),
    )
    statement = (
        select(AuditReview, found, waiting)
        .outerjoin(AuditFinding, AuditFinding.review_id == AuditReview.id)
        .group_by(AuditReview.id)
        .order_by(AuditReview.month.desc())
    )
    late = (
        select(AuditFinding.review_id, func.count())
        .join(AuditFollowUp, AuditFollowUp.finding_id == AuditFinding.id)
        .where(AuditFollowUp.done_at.is_(None), AuditFollowUp.due_on < ctx.today)
        .group_by(AuditFinding.review_id)
    )
    overdue = {row[0]: row[1] for row in ctx.session.execute(late)}
    return [(one, all_, left, overdue.get(one.id, 0)) for one, all_, left in ctx.session.execute(statement)]


def is_about(actor: Actor, finding: AuditFinding) -> bool:
    """Whether a finding is about the reader himself, by account or staff number."""
    return actor.staff_number == finding.staff_number or (
        actor.staff_id is not None and actor.staff_id == finding.actor_id
    )


def judge(
    ctx: Context, finding_id: int, verdict: str, words: str, follow_up: tuple[str, int, date] | None = None
) -> None:
    """Give a verdict with words, and say what follows: what, whose account, until when.

    Raises:
        NotFound: there is no such finding.
        NotAllowed: it is about the actor himself.
        SomebodyElseWasFaster: the review is concluded.
        RuleBroken: no such verdict, no words where they are needed, or nothing follows from a breach.
    """
    finding = _lock_finding(ctx, finding_id)
    if is_about(ctx.actor, finding):
        raise NotAllowed(
            "自分についての指摘は判定できません。別の監査担当か課長が判定します。",
            "Nobody judges what was found about himself. Another auditor or the chief does.",
        )
    _must_be_judgeable(verdict, words)
    if verdict in {TO_ASK, BREACH} and follow_up is None and not _follow_ups(ctx.session, [finding_id]):
        raise RuleBroken(
            "「本人に確認」と「不正な閲覧」には、することと担当者と期限を入れてください。",
            "Say what follows, who does it and until when.",
        )
    finding.verdict, finding.words = verdict, words.strip()
    finding.judged_at, finding.judged_by_id = ctx.at, ctx.actor.staff_id
    if follow_up is not None and verdict != IN_ORDER:
        _add_follow_up(ctx, finding, *follow_up)
    detail = {"rule": finding.rule, "verdict": verdict}
    audit.record(ctx, Tag.REVIEW_JUDGED, f"audit_finding:{finding_id}", detail=detail)


def finish_follow_up(ctx: Context, follow_up_id: int, words: str) -> None:
    """Say that what was to be done was done, and what came out.

    Raises:
        NotFound: there is no such follow-up.
        SomebodyElseWasFaster: it was done already.
        NotAllowed: the finding is about the actor.
        RuleBroken: no words.
    """
    statement = select(AuditFollowUp).where(AuditFollowUp.id == follow_up_id).with_for_update()
    row = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("この対応は見つかりません。", "There is no such follow-up.")
    if row.done_at is not None:
        raise SomebodyElseWasFaster("この対応は、もう済みになっています。", "It was done already.")
    if is_about(ctx.actor, ctx.session.get_one(AuditFinding, row.finding_id)):
        raise NotAllowed("自分についての対応を済みにはできません。", "It is about yourself.")
    _must_have_words(words)
    row.done_at, row.done_by_id, row.done_words = ctx.at, ctx.actor.staff_id, words.strip()
    audit.record(ctx, Tag.REVIEW_FOLLOWED, f"audit_finding:{row.finding_id}", detail={"deed": "done"})


def conclude(ctx: Context, review_id: int, summary: str) -> dict[str, Any]:
    """End the judging: every finding has its verdict. Says what still follows, and until when.

    Raises:
        FindingsOpen: some finding is not judged.
    """
    review = get(ctx.session, review_id)
    left = _open_findings(ctx.session, review_id)
    if left:
        raise FindingsOpen(
            f"まだ判定していない指摘が{left}件あります。すべて判定してから締めてください。",
            f"{left} findings are not judged yet.",
        )
    review.concluded_at, review.concluded_by_id = ctx.at, ctx.actor.staff_id
    review.summary = summary.strip()[:LONGEST_WORDS]
    due = ctx.session.scalars(_waiting(review_id).order_by(AuditFollowUp.due_on.desc())).all()
    audit.record(ctx, Tag.REVIEW_CONCLUDED, f"audit_review:{review_id}", detail={"follow_ups": len(due)})
    last = due[0].due_on if due else ctx.today
    return {"follow_ups": len(due), "due_on": last.isoformat()}


def settle(ctx: Context, review_id: int) -> dict[str, Any]:
    """End the review: every follow-up is done.

    Raises:
        FindingsOpen: some follow-up is not done.
    """
    left = len(ctx.session.scalars(_waiting(review_id)).all())
    if left:
        raise FindingsOpen(
            f"済んでいない対応が{left}件あります。すべて済ませてから終えてください。",
            f"{left} follow-ups are not done yet.",
        )
    audit.record(ctx, Tag.REVIEW_FOLLOWED, f"audit_review:{review_id}", detail={"deed": "settled"})
    return {"settled": True}


def list_overdue(ctx: Context) -> list[tuple[AuditFollowUp, AuditReview]]:
    """Follow-ups that are over their day and were not brought before the chief yet."""
    statement = (
        select(AuditFollowUp, AuditReview)
        .join(AuditFinding, AuditFinding.id == AuditFollowUp.finding_id)
        .join(AuditReview, AuditReview.id == AuditFinding.review_id)
        .where(
            AuditFollowUp.done_at.is_(None),
            AuditFollowUp.due_on < ctx.today,
            AuditFollowUp.escalated_at.is_(None),
        )
        .order_by(AuditFollowUp.id)
    )
    return [(follow_up, review) for follow_up, review in ctx.session.execute(statement)]


def escalated(ctx: Context, follow_up: AuditFollowUp) -> None:
    """Put on record that an overdue follow-up was brought before the chief."""
    follow_up.escalated_at = ctx.at
    audit.record(ctx, Tag.REVIEW_ESCALATED, f"audit_finding:{follow_up.finding_id}")


def owners(session: Session, today: date) -> list[tuple[int, str]]:
    """Who may be given a follow-up: everybody who is posted today."""
    statement = (
        select(User.id, User.last_name, User.first_name, Posting.staff_number)
        .join(Posting, Posting.user_id == User.id)
        .where(Posting.from_on <= today, func.coalesce(Posting.until_on, today) >= today)
        .order_by(Posting.staff_number)
    )
    return [
        (one.id, f"{one.last_name} {one.first_name}({one.staff_number})")
        for one in session.execute(statement)
    ]


def office_of_reviewers(session: Session, today: date) -> int | None:
    """The office whose auditors review: one that has a section chief too comes first."""
    statement = (
        select(Posting.office_id, Role.name)
        .join(User, User.id == Posting.user_id)
        .join(User.roles)
        .where(Posting.from_on <= today, func.coalesce(Posting.until_on, today) >= today)
        .where(Role.name.in_((REVIEWER, CHIEF)))
        .order_by(Posting.office_id)
    )
    roles: dict[int, set[str]] = {}
    for office_id, role in session.execute(statement):
        roles.setdefault(office_id, set()).add(role)
    reviewing = [office_id for office_id, names in roles.items() if REVIEWER in names]
    return next((one for one in reviewing if CHIEF in roles[one]), next(iter(reviewing), None))


def count(session: Session, actor: Actor, today: date) -> Mapping[str, int]:
    """How many findings wait for a verdict and follow-ups are overdue, for the sidebar."""
    if not actor.roles & {REVIEWER, CHIEF}:
        return {}
    waiting = select(func.count()).select_from(AuditFinding).where(AuditFinding.verdict == OPEN)
    late = (
        select(func.count())
        .select_from(AuditFollowUp)
        .where(AuditFollowUp.done_at.is_(None), AuditFollowUp.due_on < today)
    )
    row = session.execute(select(waiting.scalar_subquery(), late.scalar_subquery())).one()
    return {"review": sum(row)}


def _begin(ctx: Context, month: date) -> AuditReview:
    settings = city.settings_on(ctx.session, month_end(month))
    limits = {name: int(settings.text(f"review/{name}")) for name in LIMITS}
    start, end = _bounds(month)
    statement = select(func.count(), func.min(AuditEvent.id), func.max(AuditEvent.id))
    events, first, last = ctx.session.execute(
        statement.where(AuditEvent.at >= start, AuditEvent.at < end)
    ).one()
    closed = office_calendar.closed_days(ctx.session, ctx.today)
    review = AuditReview(
        month=month,
        made_at=ctx.at,
        events=events,
        first_id=first or 0,
        last_id=last or 0,
        seed=secrets.token_hex(16),
        settings=limits,
        judge_by=add_working_days(ctx.today, limits["judge_days"], closed),
    )
    ctx.session.add(review)
    ctx.session.flush()
    return review


def _span(ctx: Context, month: date, limits: Mapping[str, int]) -> audit_rules.Span:
    start, end = _bounds(month)
    days = [month + timedelta(days=number) for number in range((next_month_start(month) - month).days)]
    own = office_calendar.closed_between(ctx.session, days[0], days[-1])
    closed = [day for day in days if is_closed_day(day, own)]
    back_to = min(start, end - timedelta(weeks=limits["slow_weeks"]))
    return audit_rules.span_of(ctx.session, start, end, back_to, closed, limits)


def _bounds(month: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(month, time(), JST),
        datetime.combine(next_month_start(month), time(), JST),
    )


def _draw_sample(ctx: Context, review: AuditReview) -> None:
    """Some looks of the month by chance, by the seed of the review, each a finding of its own."""
    if not review.events:
        return
    wanted = review.settings[SAMPLE]
    order = drawn(review.seed, review.first_id, review.last_id, wanted)
    looks = select(AuditEvent).where(
        AuditEvent.id.in_(order),
        AuditEvent.tag.in_(LOOKS),
        AuditEvent.staff_number.not_in(audit_rules.NOBODY),
    )
    found = {one.id: one for one in ctx.session.scalars(looks)}
    for event in [found[number] for number in order if number in found][:wanted]:
        ctx.session.add(
            AuditFinding(
                review_id=review.id,
                rule=SAMPLE,
                staff_number=event.staff_number,
                actor_id=event.actor_id,
                office_id=event.office_id,
                subject=event.subject,
                reason=event.tag,
                number=1,
                days=1,
                first_event_id=event.id,
                last_event_id=event.id,
                first_at=event.at,
                last_at=event.at,
            )
        )


def get(session: Session, review_id: int) -> AuditReview:
    """A review.

    Raises:
        NotFound: there is none.
    """
    review = session.get(AuditReview, review_id)
    if review is None:
        raise NotFound("この点検は見つかりません。一覧から開き直してください。", "There is no such review.")
    return review


def _lock_finding(ctx: Context, finding_id: int) -> AuditFinding:
    statement = select(AuditFinding).where(AuditFinding.id == finding_id).with_for_update()
    finding = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if finding is None:
        raise NotFound("この指摘は見つかりません。一覧から開き直してください。", "There is no such finding.")
    if get(ctx.session, finding.review_id).concluded_at is not None:
        raise SomebodyElseWasFaster(
            "この月の判定は締められています。続きは対応として記録してください。",
            "The judging of this month is concluded.",
        )
    return finding


def _must_be_judgeable(verdict: str, words: str) -> None:
    if verdict not in VERDICTS or verdict == OPEN:
        raise RuleBroken("判定を選んでください。", "Choose a verdict.")
    if verdict != IN_ORDER or words.strip():
        _must_have_words(words)


def _must_have_words(words: str) -> None:
    if not words.strip() or len(words.strip()) > LONGEST_WORDS:
        raise RuleBroken(
            f"理由や結果を{LONGEST_WORDS}字までで入力してください。",
            f"Say why in up to {LONGEST_WORDS} signs.",
        )


def _add_follow_up(ctx: Context, finding: AuditFinding, what: str, owner_id: int, due_on: date) -> None:
    if not what.strip() or len(what.strip()) > LONGEST_WHAT:
        raise RuleBroken(
            f"することを{LONGEST_WHAT}字までで入力してください。", f"Say what in up to {LONGEST_WHAT} signs."
        )
    if owner_id not in {one for one, _ in owners(ctx.session, ctx.today)} or owner_id == finding.actor_id:
        raise RuleBroken(
            "担当者には、いま配属のある、指摘の本人でない職員を選んでください。",
            "Choose somebody who is posted and whom the finding is not about.",
        )
    if due_on < ctx.today:
        raise RuleBroken("期限には今日以降の日付を入れてください。", "The due day has passed.")
    ctx.session.add(
        AuditFollowUp(
            finding_id=finding.id,
            what=what.strip(),
            owner_id=owner_id,
            due_on=due_on,
            made_at=ctx.at,
            made_by_id=ctx.actor.staff_id,
        )
    )


def _open_findings(session: Session, review_id: int) -> int:
    statement = select(func.count()).select_from(AuditFinding)
    return int(
        session.scalar(statement.where(AuditFinding.review_id == review_id, AuditFinding.verdict == OPEN))
        or 0
    )


def _waiting(review_id: int) -> Any:
    return (
        select(AuditFollowUp)
        .join(AuditFinding, AuditFinding.id == AuditFollowUp.finding_id)
        .where(AuditFinding.review_id == review_id, AuditFollowUp.done_at.is_(None))
    )


def _follow_ups(session: Session, finding_ids: Sequence[int]) -> dict[int, list[AuditFollowUp]]:
    found: dict[int, list[AuditFollowUp]] = {}
    statement = select(AuditFollowUp).where(AuditFollowUp.finding_id.in_(finding_ids))
    for one in session.scalars(statement.order_by(AuditFollowUp.id)):
        found.setdefault(one.finding_id, []).append(one)
    return found
