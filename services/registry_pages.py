"""What the pages of a person and of a household share: what was known on a day, cases, words of reasons (A3).

A page "as of" a day shows what the office knew at the end of that day in Japan, and what was in force on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from models.case import Case
from models.certificate import Certificate, CertificateEvent
from models.masters import ReasonCode
from models.notification import Notification, NotificationAction
from services.context import JST, Context
from services.errors import RuleBroken

REASONED = ("acquisition", "loss")
ReasonNames = dict[tuple[str, str], tuple[str, str]]


class DayNotYetKnown(RuleBroken):
    """A page was asked for as of a day that is still to come."""

    code = "day_not_yet_known"


@dataclass(frozen=True)
class Knowledge:
    """The day for which a page speaks; `moment` is its end, None for what is known now."""

    day: date
    moment: datetime | None

    def holds(self, row: Any) -> bool:
        """Whether a `Recorded` row was believed then."""
        if self.moment is None:
            return row.superseded_at is None
        ended = row.superseded_at is not None and row.superseded_at <= self.moment
        return self.had(row.recorded_at) and not ended

    def had(self, at: datetime) -> bool:
        """Whether what happened at this moment was known then."""
        return self.moment is None or at <= self.moment

    def in_force(self, row: Any) -> bool:
        """Whether `from_on` … `until_on` (the last day, inclusive) holds the day."""
        begun = row.from_on is None or row.from_on <= self.day
        return begun and (row.until_on is None or row.until_on >= self.day)


@dataclass(frozen=True)
class Told:
    """A notification in a list: its last deed, and its case where it has one."""

    notification: Notification
    state: str
    case_id: int | None
    is_here: bool


@dataclass(frozen=True)
class Paper:
    """A certificate with what became of it last."""

    certificate: Certificate
    last: str


def knowledge_of(ctx: Context, as_of: date | None) -> Knowledge:
    """What was known at the end of `as_of`, or is now.

    Raises:
        DayNotYetKnown: the day is still to come.
    """
    if as_of is None or as_of == ctx.today:
        return Knowledge(ctx.today, None)
    if as_of > ctx.today:
        raise DayNotYetKnown(
            "先の日付の時点は表示できません。今日までの日付を入力してください(例: R8.5.1)。",
            "A day that is still to come cannot be shown. Type a day up to today, e.g. R8.5.1.",
        )
    next_day = datetime.combine(as_of + timedelta(days=1), time(), JST)
    return Knowledge(as_of, next_day - timedelta(microseconds=1))


def list_told(ctx: Context, condition: ColumnElement[bool], knowledge: Knowledge) -> list[Told]:
    """Notifications that fulfil a condition, newest first; `is_here` when the case is one of our office."""
    later = aliased(NotificationAction)
    newest = (
        select(later.id)
        .where(later.notification_id == Notification.id)
        .order_by(later.id.desc())
        .limit(1)
        .correlate(Notification)
        .scalar_subquery()
    )
    statement = (
        select(Notification, NotificationAction.kind, Case.id, Case.office_id)
        .select_from(Notification)
        .outerjoin(
            NotificationAction,
            and_(NotificationAction.notification_id == Notification.id, NotificationAction.id == newest),
        )
        .outerjoin(Case, Case.notification_id == Notification.id)
        .where(condition)
        .order_by(Notification.id.desc())
    )
    return [
        Told(row, kind or "draft", case_id, office_id == ctx.actor.office_id)
        for row, kind, case_id, office_id in ctx.session.execute(statement)
        if knowledge.had(row.created_at)
    ]


def list_papers(session: Session, condition: ColumnElement[bool], knowledge: Knowledge) -> list[Paper]:
    """Certificates that fulfil a condition, newest first, each with the last event known then."""
    statement = (
        select(Certificate, CertificateEvent.kind, CertificateEvent.at)
        .outerjoin(CertificateEvent, CertificateEvent.certificate_id == Certificate.id)
        .where(condition)
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc(), CertificateEvent.id)
    )
    found: dict[int, Paper] = {}
    for certificate, kind, at in session.execute(statement):
        if not knowledge.had(certificate.created_at):
            continue
        paper = found.setdefault(certificate.id, Paper(certificate, "issued"))
        if kind is not None and knowledge.had(at):
            found[certificate.id] = Paper(certificate, kind)
        else:
            found[certificate.id] = paper
    return list(found.values())


def reason_names(session: Session) -> ReasonNames:
    """The names of the reasons of acquisition and loss by (procedure, code), in both languages."""
    statement = select(ReasonCode).where(ReasonCode.procedure.in_(REASONED))
    return {
        (row.procedure, row.code): (row.name, row.name_en or row.name) for row in session.scalars(statement)
    }


def numbers_of(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The numbers of notifications by id, in one statement."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.execute(select(Notification.id, Notification.number).where(Notification.id.in_(wanted)))
    return {row.id: row.number for row in rows}


def newest(rows: Sequence[Any]) -> Any | None:
    """The row recorded last of those believed at once; None of none."""
    return max(rows, key=lambda row: row.id, default=None)
