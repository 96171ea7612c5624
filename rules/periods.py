"""Fiscal years, days on which the office is closed, and time limits.

Sources: 地方自治法208条 (fiscal year), 4条の2 (holidays of a local government), 民法140条 and 142条
(the first day is not counted; a last day on a holiday moves on), 国民健康保険法施行規則2条 ff. (14 days).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

import jpholiday

from rules.eras import era_of

NOTIFICATION_DAYS: Final = 14
_NO_EXTRA: Final[frozenset[date]] = frozenset()
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A year from 1 April to 31 March, named by the year in which it begins (地方自治法208条1項)."""

    year: int

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def first_on(self) -> date:
        return date(self.year, 4, 1)

    @property
    def last_on(self) -> date:
        return date(self.year + 1, 3, 31)

    @property
    def label_ja(self) -> str:
        """令和8年度; a year in which the era changed takes the new one (令和元年度, as the state did)."""
        era = era_of(date(self.year, 5, 1))
        number = self.year - era.first_year + 1
        return f"{era.name}{'元' if number == 1 else number}年度"

    def __contains__(self, day: date) -> bool:
        return self.first_on <= day <= self.last_on


def is_closed_day(day: date, extra: frozenset[date] = _NO_EXTRA) -> bool:
    """Say whether the office is closed: weekends, holidays, 29 December to 3 January, and `extra`."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or year_end or day in extra or bool(jpholiday.is_holiday(day))


def next_open_day(day: date, extra: frozenset[date] = _NO_EXTRA) -> date:
    """Return the day itself when the office is open, else the next open day (民法142条)."""
    while is_closed_day(day, extra):
        day += _ONE_DAY
    return day


def add_working_days(day: date, count: int, extra: frozenset[date] = _NO_EXTRA) -> date:
    """Return the `count`-th open day after `day`; the day itself is not counted."""
    for _ in range(count):
        day = next_open_day(day + _ONE_DAY, extra)
    return day


def notify_by(event_on: date, extra: frozenset[date] = _NO_EXTRA, days: int = NOTIFICATION_DAYS) -> date:
    """Return the last day to notify: `days` after the event, not counting it, moved to an open day.

    規則2条 ff.; counting by 民法140条 and 142条 (general knowledge, unverified).
    """
    return next_open_day(event_on + timedelta(days=days), extra)


def month_start(day: date) -> date:
    return day.replace(day=1)


def next_month_start(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_end(day: date) -> date:
    return next_month_start(day) - _ONE_DAY
