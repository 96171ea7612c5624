"""The days on which the counters are closed beyond weekends and national holidays (民法142条)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Label, Select, bindparam, func, select
from sqlalchemy.orm import Session

from models import direct
from models.masters import Holiday
from rules.periods import notify_by as count_to

KNOWN = "closed_days_known"
REACH = timedelta(days=60)  # far enough for any fourteen days and the closed days after them


def closed_days(session: Session, around: date) -> frozenset[date]:
    """The office's own closed days that can move a deadline counted from `around`."""
    statement = select(Holiday.day).where(Holiday.day >= around, Holiday.day <= around + REACH)
    return frozenset(session.scalars(statement))


def closed_between(session: Session, first: date, last: date) -> frozenset[date]:
    """The office's own closed days from one day to another, for expressions that count working days."""
    transaction, since, days = session.info.get(KNOWN, (None, first, ()))
    if transaction is not None and transaction is session.get_transaction() and since <= first:
        return frozenset([day for day in days if first <= day <= last])
    rows = direct.look(direct.connection_of(session), _between(), {"first": first, "last": last})
    return frozenset([day for (day,) in rows])


def closed_from() -> Label[list[date]]:
    """All closed days from the day `since` on, for a statement of PostgreSQL that asks something else too."""
    days = select(func.array_agg(Holiday.day)).where(Holiday.day >= bindparam("since"))
    return days.scalar_subquery().label("closed")


def note(session: Session, since: date, days: Iterable[date] | None) -> None:
    """Keep the closed days from a day on as the running transaction read them, so that nobody asks again."""
    session.info[KNOWN] = (session.get_transaction(), since, tuple(days or ()))


@cache
def _between() -> Select[date]:
    """The statement of `closed_between`, which most deeds on cases ask: built once, past the ORM."""
    return select(Holiday.day).where(Holiday.day.between(bindparam("first"), bindparam("last")))


def notify_by(session: Session, event_on: date) -> date:
    """The last day to notify an event, with the office's own closed days (規則2条 ff.)."""
    return count_to(event_on, closed_days(session, event_on))
