"""The calendar of regular work: daily, on a working day of the month, or yearly (docs/background-work.md).

A regular work is asked for once a period, by a key that holds the period: after an outage it is made up for,
and never done twice. Days and times are those of Japan; a working day is one of the office's calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.job import RUNNING, WAITING, Job, PeriodicJob
from rules.periods import add_working_days, month_start, next_month_start
from services import audit, jobs, office_calendar
from services.context import JST, Context
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster

LONGEST_REASON = 200
ONE_DAY = timedelta(days=1)
Closed = Callable[[date], frozenset[date]]


@dataclass(frozen=True)
class Due:
    """A moment at which regular work is due, and the period that it is for."""

    period: str
    at: datetime


class Rule(Protocol):
    """When regular work is due."""

    @property
    def ja(self) -> str:
        """The rule in Japanese."""

    @property
    def en(self) -> str:
        """The rule in English."""

    def from_day(self, day: date, closed: Closed) -> Iterator[Due]:
        """The moments from a day on, without end."""


@dataclass(frozen=True)
class Daily:
    """Every day at a time; the period is the day."""

    at: time

    @property
    def ja(self) -> str:
        return f"毎日 {self.at:%H:%M}"

    @property
    def en(self) -> str:
        return f"daily at {self.at:%H:%M}"

    def from_day(self, day: date, closed: Closed) -> Iterator[Due]:
        """Day by day."""
        del closed
        while True:
            yield Due(day.isoformat(), _moment(day, self.at))
            day += ONE_DAY


@dataclass(frozen=True)
class MonthlyWorkingDay:
    """On the nth working day of each month; the period is the month."""

    nth: int
    at: time

    @property
    def ja(self) -> str:
        return f"毎月 第{self.nth}開庁日 {self.at:%H:%M}"

    @property
    def en(self) -> str:
        return f"monthly on working day {self.nth} at {self.at:%H:%M}"

    def from_day(self, day: date, closed: Closed) -> Iterator[Due]:
        """Month by month."""
        month = month_start(day)
        while True:
            on = add_working_days(month - ONE_DAY, self.nth, closed(month))
            yield Due(f"{month:%Y-%m}", _moment(on, self.at))
            month = next_month_start(month)


@dataclass(frozen=True)
class Yearly:
    """On a day of each year; the period is the year."""

    month: int
    day: int
    at: time

    @property
    def ja(self) -> str:
        return f"毎年 {self.month}月{self.day}日 {self.at:%H:%M}"

    @property
    def en(self) -> str:
        return f"yearly on {self.month:02}-{self.day:02} at {self.at:%H:%M}"

    def from_day(self, day: date, closed: Closed) -> Iterator[Due]:
        """Year by year."""
        del closed
        year = day.year
        while True:
            yield Due(str(year), _moment(date(year, self.month, self.day), self.at))
            year += 1


@dataclass(frozen=True)
class Periodic:
    """A regular work: its name, the kind of job, and when it is due.

    After an outage each missed period is made up for (`each_period`), or the last one only.

    `payload` makes the payload of the job from the period.
    """

    name: str
    ja: str
    en: str
    kind: str
    rule: Rule
    each_period: bool = False
    payload: Callable[[Due], dict[str, Any]] = lambda due: {"period": due.period}


@dataclass(frozen=True)
class Line:
    """A regular work as the calendar shows it."""

    periodic: Periodic
    enabled: bool
    because: str
    next_at: datetime | None
    last: Job | None


CALENDAR: dict[str, Periodic] = {}


def register(periodic: Periodic) -> None:
    """Put a regular work on the calendar; the same name again replaces it."""
    CALENDAR[periodic.name] = periodic


def ask_due(ctx: Context) -> int:
    """Ask for all regular work that has become due, each period once; answers how many jobs there are now.

    One that is seen for the first time begins with the day in hand.
    """
    rows = _rows(ctx, lock=True)
    count = 0
    for name, periodic in CALENDAR.items():
        row = rows.get(name) or _add(ctx, name)
        dues = list(takewhile(lambda one: one.at <= ctx.at, _after(ctx.session, periodic, row.asked_upto)))
        if not dues or not row.enabled:
            continue
        for due in dues if periodic.each_period else dues[-1:]:
            job = jobs.ask(ctx, periodic.kind, f"periodic:{name}:{due.period}", periodic.payload(due))
            row.last_job_id = job.id
            count += 1
            audit.record(ctx, Tag.PERIODIC_STARTED, f"periodic:{name}", detail={"period": due.period})
        row.asked_upto = dues[-1].at
    return count


def read(ctx: Context) -> list[Line]:
    """The whole calendar, in the order in which it was put up; next and last run of each."""
    rows = _rows(ctx)
    ids = [row.last_job_id for row in rows.values() if row.last_job_id is not None]
    last = {job.id: job for job in ctx.session.scalars(select(Job).where(Job.id.in_(ids)))}
    return [_line(ctx, periodic, rows.get(name), last) for name, periodic in CALENDAR.items()]


def switch(ctx: Context, name: str, *, enabled: bool, because: str) -> None:
    """Switch a regular work on or off, with a reason. What was missed while it was off is not made up for.

    Raises:
        NotFound: there is no such regular work.
        RuleBroken: no reason is given, or it is too long.
        SomebodyElseWasFaster: it is so already.
    """
    get(name)
    if not because.strip() or len(because.strip()) > LONGEST_REASON:
        raise RuleBroken(
            f"切り替える理由を{LONGEST_REASON}字までで入力してください。",
            f"Give the reason in up to {LONGEST_REASON} signs.",
        )
    row = _rows(ctx, lock=True).get(name) or _add(ctx, name)
    if row.enabled is enabled:
        raise SomebodyElseWasFaster(
            "すでに切り替わっています。画面を開き直していまの状態を確かめてください。",
            "It has been switched already. Open the page again.",
        )
    row.enabled, row.because = enabled, because.strip()
    row.changed_at, row.changed_by_id = ctx.at, ctx.actor.staff_id
    if enabled:
        row.asked_upto = ctx.at
    audit.record(ctx, Tag.PERIODIC_SWITCHED, f"periodic:{name}", detail={"enabled": enabled})


def run_now(ctx: Context, name: str) -> Job:
    """Ask for a regular work out of its turn, for the period in hand.

    Raises:
        NotFound: there is no such regular work.
        SomebodyElseWasFaster: it waits or runs already.
    """
    periodic = get(name)
    row = _rows(ctx, lock=True).get(name) or _add(ctx, name)
    last = ctx.session.get(Job, row.last_job_id) if row.last_job_id is not None else None
    if last is not None and last.state in {WAITING, RUNNING}:
        raise SomebodyElseWasFaster(
            "この処理はいま待機中か実行中です。終わってからもう一度押してください。",
            "It waits or runs just now. Try again when it has ended.",
        )
    due = _period_in_hand(ctx, periodic)
    key = f"periodic:{name}:{due.period}:{ctx.at.isoformat()}"
    job = jobs.ask(ctx, periodic.kind, key, periodic.payload(due))
    row.last_job_id = job.id
    detail = {"period": due.period, "by_hand": True}
    audit.record(ctx, Tag.PERIODIC_STARTED, f"periodic:{name}", detail=detail)
    return job


def get(name: str) -> Periodic:
    """A regular work by name.

    Raises:
        NotFound: there is none.
    """
    if name not in CALENDAR:
        raise NotFound(
            "この定期処理はありません。一覧から選び直してください。", "There is no such regular work."
        )
    return CALENDAR[name]


def _line(ctx: Context, periodic: Periodic, row: PeriodicJob | None, last: dict[int, Job]) -> Line:
    if row is None:
        return Line(periodic, True, "", _next(ctx, periodic, ctx.at), None)
    following = _next(ctx, periodic, row.asked_upto) if row.enabled else None
    return Line(periodic, row.enabled, row.because or "", following, last.get(row.last_job_id or 0))


def _next(ctx: Context, periodic: Periodic, after: datetime) -> datetime:
    return next(_after(ctx.session, periodic, after)).at


def _after(session: Session, periodic: Periodic, after: datetime) -> Iterator[Due]:
    """The moments later than `after`, in their order."""
    first = month_start(after.astimezone(JST).date())
    closed: dict[date, frozenset[date]] = {}

    def closed_around(day: date) -> frozenset[date]:
        if day not in closed:
            closed[day] = office_calendar.closed_days(session, day)
        return closed[day]

    return (one for one in periodic.rule.from_day(first, closed_around) if one.at > after)


def _period_in_hand(ctx: Context, periodic: Periodic) -> Due:
    """The period that began last, or the first one that comes."""
    year_ago = ctx.at - timedelta(days=366)
    begun = list(takewhile(lambda one: one.at <= ctx.at, _after(ctx.session, periodic, year_ago)))
    return begun[-1] if begun else next(_after(ctx.session, periodic, ctx.at))


def _rows(ctx: Context, *, lock: bool = False) -> dict[str, PeriodicJob]:
    statement = select(PeriodicJob).order_by(PeriodicJob.name)
    if lock:
        statement = statement.with_for_update()
    rows = ctx.session.scalars(statement.execution_options(populate_existing=True))
    return {row.name: row for row in rows}


def _add(ctx: Context, name: str) -> PeriodicJob:
    """Put it on record as if it had been asked for up to the end of yesterday."""
    midnight = datetime.combine(ctx.today, time(), JST)
    row = PeriodicJob(name=name, asked_upto=midnight - timedelta(microseconds=1), enabled=True)
    ctx.session.add(row)
    audit.record(ctx, Tag.PERIODIC_SWITCHED, f"periodic:{name}", detail={"enabled": True})
    return row


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, JST)
