"""Making the review of a month: what rules find in the audit record, and a sample by chance (L5, M16).

A month that was reviewed is left as it is; the seed of the draw stays with the review.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, insert, literal, select

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.audit_review import OPEN, AuditFinding, AuditReview
from rules.periods import add_working_days, is_closed_day, month_end, month_start, next_month_start
from services import audit, audit_marks, audit_rules, city, office_calendar
from services.audit_reviews import SAMPLE
from services.audit_rules import LOOKS, RULES
from services.context import JST, Context

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
_FOUND = (
    *("staff_number", "actor_id", "office_id", "subject", "number", "days"),
    *("first_id", "last_id", "first_at", "last_at", "reason"),
)


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


def drawn(seed: str, first_id: int, last_id: int, number: int) -> list[int]:
    """The numbers of events that a seed draws between two, in the order of the draw."""
    ids = range(first_id, last_id + 1)
    wanted = min(len(ids), number * CANDIDATES, MOST_CANDIDATES)
    return Random(seed).sample(ids, wanted)


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
