"""Eligibility periods: opening, ending, correcting, cancelling; never two on one day (A3, ADR 0003)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import known
from models.enrolment import Enrolment, list_periods_of
from models.notification import Notification
from rules.eligibility.insured_periods import InsuredPeriod
from rules.eras import format_long
from services import audit
from services.context import Context
from services.errors import NotInsured, PeriodsOverlap
from services.recorded import origin

COPIED = (
    "period_key",
    "person_id",
    "household_id",
    "acquired_on",
    "acquisition_reason",
    "acquisition_notified_on",
    "coverage_start_on",
    "lost_on",
    "loss_reason",
    "loss_notified_on",
    "coverage_end_on",
    "ex_officio",
    "cancelled",
    "residence_exception",
)


@dataclass(frozen=True)
class PeriodStart:
    """Whose period begins, and when: by law, and with this city."""

    person_id: int
    acquired_on: date
    coverage_start_on: date


def open_periods(
    ctx: Context,
    household_id: int,
    starts: Sequence[PeriodStart],
    reason: str,
    notification: Notification,
    newcomers: Collection[int] = (),
) -> list[Enrolment]:
    """Begin a period of each person. Of `newcomers`, taken in by this very deed, no other one is on record.

    Raises:
        PeriodsOverlap: some day from a start on is in another period of the person.
    """
    known_before = [start for start in starts if start.person_id not in newcomers]
    refuse_overlaps(ctx.session, {start.person_id: start.coverage_start_on for start in known_before})
    rows = [
        Enrolment(
            period_key=str(uuid.uuid4()),
            person_id=start.person_id,
            household_id=household_id,
            acquired_on=start.acquired_on,
            acquisition_reason=reason,
            acquisition_notified_on=notification.received_on,
            coverage_start_on=start.coverage_start_on,
            ex_officio=notification.way == "ex_officio",
            **origin(ctx, notification),
        )
        for start in starts
    ]
    ctx.session.add_all(rows)
    for start in starts:
        _say(ctx, start.person_id, "period_opened", notification)
    return rows


@dataclass(frozen=True)
class PeriodEnd:
    """Which period ends; both days are the first day not insured. `lost_on` None: it goes on elsewhere."""

    period: Enrolment
    lost_on: date | None
    coverage_end_on: date


def end_period(ctx: Context, end: PeriodEnd, reason: str, notification: Notification) -> Enrolment:
    """End one open period.

    Raises:
        NotInsured: the period has ended before, or was cancelled.
    """
    return end_periods(ctx, [end], reason, notification)[0]


def end_periods(
    ctx: Context, ends: Sequence[PeriodEnd], reason: str, notification: Notification
) -> list[Enrolment]:
    """End open periods.

    Raises:
        NotInsured: a period has ended before, or was cancelled.
    """
    changes = [(one.period, _ending(one, reason, notification)) for one in ends]
    return correct_periods(ctx, changes, notification, "period_ended")


def _ending(end: PeriodEnd, reason: str, notification: Notification) -> dict[str, Any]:
    period = end.period
    if period.cancelled or period.coverage_end_on is not None or period.lost_on is not None:
        raise NotInsured(
            "この方の資格は、すでに喪失又は取消しになっています。異動履歴を確かめてください。",
            "This period has ended or was cancelled before. Look at the history.",
            "国民健康保険法8条",
        )
    return {
        "lost_on": end.lost_on,
        "coverage_end_on": end.coverage_end_on,
        "loss_reason": reason,
        "loss_notified_on": notification.received_on,
        "ex_officio": period.ex_officio or notification.way == "ex_officio",
    }


def cancel_period(ctx: Context, period: Enrolment, notification: Notification) -> Enrolment:
    """Say that a period never was (資格取得取消); its row stays on record."""
    return correct_period(ctx, period, {"cancelled": True}, notification, "period_cancelled")


def correct_period(
    ctx: Context,
    period: Enrolment,
    changes: dict[str, Any],
    notification: Notification | None,
    deed: str = "period_corrected",
) -> Enrolment:
    """Close the row that was believed and add one with the changes; the rest is copied.

    Raises:
        ValueError: a key is no column of a period.
    """
    return correct_periods(ctx, [(period, changes)], notification, deed)[0]


def correct_periods(
    ctx: Context,
    told: Sequence[tuple[Enrolment, dict[str, Any]]],
    notification: Notification | None,
    deed: str = "period_corrected",
) -> list[Enrolment]:
    """Correct several periods, each as `correct_period` does.

    Raises:
        ValueError: a key is no column of a period.
    """
    if unknown := {key for _, changes in told for key in changes} - set(COPIED):
        raise ValueError(f"not a fact of a period: {sorted(unknown)}")
    for period, _ in told:
        period.supersede(ctx.at, notification.id if notification else None)
    ctx.session.flush()
    rows = []
    for period, changes in told:
        values = {name: getattr(period, name) for name in COPIED} | changes
        rows.append(Enrolment(**values, **origin(ctx, notification)))
        _say(ctx, period.person_id, deed, notification)
    ctx.session.add_all(rows)
    return rows


def insured_periods(session: Session, person_ids: Collection[int]) -> dict[int, tuple[InsuredPeriod, ...]]:
    """The periods of persons that hold, as the rules ask for them; in one statement."""
    held: dict[int, list[InsuredPeriod]] = {one: [] for one in person_ids}
    for row in list_periods_of(session, person_ids) if person_ids else ():
        if not row.cancelled:
            held[row.person_id].append(as_rule(row))
    return {one: tuple(rows) for one, rows in held.items()}


def as_rule(row: Enrolment) -> InsuredPeriod:
    return InsuredPeriod(row.acquired_on, row.coverage_start_on, row.coverage_end_on, row.lost_on)


def refuse_overlaps(session: Session, starts: Mapping[int, date]) -> None:
    """Refuse open periods from a day on (by person) that would meet another one of the person.

    Raises:
        PeriodsOverlap: naming the period that is in the way.
    """
    if not starts:
        return
    statement = select(Enrolment).where(Enrolment.person_id.in_(starts), Enrolment.cancelled.is_(False))
    for row in session.scalars(known(statement, Enrolment).order_by(Enrolment.acquired_on)):
        from_on = starts[row.person_id]
        if not as_rule(row).reaches_past(from_on):
            continue
        end = row.coverage_end_on or row.lost_on
        until = f"{format_long(end)}の前日まで" if end else "現在まで"
        raise PeriodsOverlap(
            f"この方には{format_long(row.coverage_start_on)}から{until}の資格期間があり、"
            f"{format_long(from_on)}からの資格と重なります。"
            "異動履歴を確かめ、必要なら先に喪失又は取消しの処理をしてください。",
            f"The person has a period from {row.coverage_start_on} that overlaps with one from {from_on}. "
            "Look at the history; end or cancel the other period first.",
            "国民健康保険法7条、8条",
        )


def _say(ctx: Context, person_id: int, deed: str, notification: Notification | None) -> None:
    detail = {"deed": deed, "notification": notification.id if notification else None}
    audit.record(ctx, Tag.REGISTER_CHANGED, f"person:{person_id}", detail=detail)
