"""Eligibility periods: opening, ending, correcting, cancelling; never two on one day (A3, ADR 0003)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import known
from models.enrolment import Enrolment, list_periods
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
    ctx: Context, household_id: int, starts: Sequence[PeriodStart], reason: str, notification: Notification
) -> list[Enrolment]:
    """Begin a period of each person.

    Raises:
        PeriodsOverlap: some day from a start on is in another period of the person.
    """
    refuse_overlaps(ctx.session, {start.person_id: start.coverage_start_on for start in starts})
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
    ctx.session.flush()
    return rows


def end_period(
    ctx: Context,
    period: Enrolment,
    lost_on: date | None,
    coverage_end_on: date,
    reason: str,
    notification: Notification,
) -> Enrolment:
    """End an open period; both days are the first day not insured. `lost_on` None: it goes on elsewhere.

    Raises:
        NotInsured: the period has ended before, or was cancelled.
    """
    if period.cancelled or period.coverage_end_on is not None or period.lost_on is not None:
        raise NotInsured(
            "この方の資格は、すでに喪失又は取消しになっています。異動履歴を確かめてください。",
            "This period has ended or was cancelled before. Look at the history.",
            "国民健康保険法8条",
        )
    changes = {
        "lost_on": lost_on,
        "coverage_end_on": coverage_end_on,
        "loss_reason": reason,
        "loss_notified_on": notification.received_on,
        "ex_officio": period.ex_officio or notification.way == "ex_officio",
    }
    return correct_period(ctx, period, changes, notification, "period_ended")


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
    if unknown := set(changes) - set(COPIED):
        raise ValueError(f"not a fact of a period: {sorted(unknown)}")
    period.supersede(ctx.at, notification.id if notification else None)
    ctx.session.flush()
    values = {name: getattr(period, name) for name in COPIED} | changes
    row = Enrolment(**values, **origin(ctx, notification))
    ctx.session.add(row)
    _say(ctx, period.person_id, deed, notification)
    ctx.session.flush()
    return row


def insured_periods(session: Session, person_id: int) -> tuple[InsuredPeriod, ...]:
    """The periods of a person that hold, as the rules ask for them."""
    return tuple(as_rule(row) for row in list_periods(session, person_id) if not row.cancelled)


def as_rule(row: Enrolment) -> InsuredPeriod:
    return InsuredPeriod(row.acquired_on, row.coverage_start_on, row.coverage_end_on, row.lost_on)


def refuse_overlaps(session: Session, starts: Mapping[int, date]) -> None:
    """Refuse open periods from a day on (by person) that would meet another one of the person.

    Raises:
        PeriodsOverlap: naming the period that is in the way.
    """
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
