"""Who looks at how much, and when: numbers by day and hour, and by person beside his unit's median (L5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, select

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.masters import Office
from models.staff import names_of
from rules.periods import is_closed_day, month_start, next_month_start
from services import audit, office_calendar
from services.audit_clock import Clock
from services.audit_rules import LOOKS, NOBODY
from services.context import JST, Context

MOST_BARS = 40
HOURS = range(24)


@dataclass(frozen=True)
class Bar:
    """How often one of the staff looked in the month, and the median of his unit."""

    staff_number: str
    name: str
    office: str
    number: int
    median: float

    @property
    def times(self) -> float:
        """How many times the median."""
        return self.number / self.median if self.median else 0.0


@dataclass(frozen=True)
class Pictures:
    """The looks of a month by day and hour, and by person."""

    month: date
    days: Sequence[date]
    closed: frozenset[date]
    numbers: Mapping[tuple[str, int], int]  # ISO day, hour
    bars: Sequence[Bar]
    offices: Sequence[tuple[int, str]]

    @property
    def most(self) -> int:
        """The fullest hour."""
        return max(self.numbers.values(), default=0)

    @property
    def total(self) -> int:
        """All looks of the month."""
        return sum(self.numbers.values())

    def at(self, day: date, hour: int) -> int:
        """How many looks there were in an hour."""
        return self.numbers.get((day.isoformat(), hour), 0)

    def of_day(self, day: date) -> int:
        """How many looks there were on a day."""
        return sum(self.at(day, hour) for hour in HOURS)


def read(ctx: Context, month: date, office_id: int | None = None, staff_number: str = "") -> Pictures:
    """The numbers of a month, of everybody, a unit or one person; looking is recorded."""
    month = month_start(month)
    wanted = [*_within(month), AuditEvent.tag.in_(LOOKS), AuditEvent.staff_number.not_in(NOBODY)]
    if office_id is not None:
        wanted.append(AuditEvent.office_id == office_id)
    bars = _bars(ctx, wanted)
    if staff_number:
        wanted.append(AuditEvent.staff_number == staff_number)
    clock = Clock.of(ctx.session)
    day, hour = clock.day(AuditEvent.at).label("day"), clock.hour(AuditEvent.at).label("hour")
    statement = select(day, hour, func.count()).where(*wanted).group_by(day, hour)
    numbers = {(one[0], one[1]): one[2] for one in ctx.session.execute(statement)}
    days = [month + timedelta(days=number) for number in range((next_month_start(month) - month).days)]
    own = office_calendar.closed_between(ctx.session, days[0], days[-1])
    audit.record(ctx, Tag.AUDIT_READ, f"audit_pictures:{month:%Y-%m}", detail={"found": len(bars)})
    return Pictures(
        month,
        days,
        frozenset(one for one in days if is_closed_day(one, own)),
        numbers,
        bars,
        [(one.id, one.name) for one in ctx.session.scalars(select(Office).order_by(Office.code))],
    )


def _within(month: date) -> list[ColumnElement[bool]]:
    start = datetime.combine(month, time(), JST)
    end = datetime.combine(next_month_start(month), time(), JST)
    return [AuditEvent.at >= start, AuditEvent.at < end]


def _bars(ctx: Context, wanted: list[ColumnElement[bool]]) -> list[Bar]:
    statement = (
        select(
            AuditEvent.staff_number,
            func.max(AuditEvent.actor_id),
            func.max(AuditEvent.office_id),
            func.count(),
        )
        .where(*wanted)
        .group_by(AuditEvent.staff_number)
        .order_by(func.count().desc())
    )
    rows = ctx.session.execute(statement).all()
    by_office: dict[int | None, list[int]] = {}
    for _, _, office_id, number in rows:
        by_office.setdefault(office_id, []).append(number)
    names = names_of(ctx.session, [row[1] for row in rows[:MOST_BARS]])
    offices = {one.id: one.name for one in ctx.session.scalars(select(Office))}
    return [
        Bar(
            staff,
            names.get(actor_id or 0, ""),
            offices.get(office_id or 0, ""),
            number,
            median(by_office[office_id]),
        )
        for staff, actor_id, office_id, number in rows[:MOST_BARS]
    ]
