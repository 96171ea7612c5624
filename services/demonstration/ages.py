"""Days by chance: births in an age band, days since, how late people notify (sample-people, 2.1 and 2.3)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from rules.ages import birthday_on

if TYPE_CHECKING:
    from random import Random

PRESCHOOL, CHILD, YOUNG, MIDDLE, OLD, OLDEST = (0, 6), (7, 17), (18, 39), (40, 64), (65, 69), (70, 74)
LATE_ELDERLY = (75, 90)

_ACQUISITIONS = ("02", "01", "03", "07", "06", "99")
_ACQUISITION_WEIGHTS = tuple(accumulate((915, 385, 33, 25, 5, 5)))
_LOSSES = ("02", "01", "03", "04", "07", "99")
_LOSS_WEIGHTS = tuple(accumulate((830, 335, 60, 60, 60, 20)))
_LATENESS = ((0, 14), (15, 90), (91, 365), (366, 730), (731, 1000))
_LATENESS_WEIGHTS = tuple(accumulate((70, 20, 8, 1.7, 0.3)))
_MONTH_WEIGHTS = (1, 1, 1, 1.8, 1.3, 1, 1, 1, 1, 1, 1, 0.8)  # January to December


def born_in(rng: Random, band: tuple[int, int], today: date) -> date:
    """A birth date of somebody whose age on `today` lies in the band."""
    youngest, oldest = band
    last = birth_limit(today, youngest)
    first = birth_limit(today, oldest + 1) + timedelta(days=1)
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def birth_limit(today: date, years: int) -> date:
    """The latest birth date with which somebody is `years` old on `today`."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)


def some_day_between(rng: Random, first: date, last: date) -> date:
    """A day of the span, more often in April and May (season of moves); `first` where the span is empty."""
    if last <= first:
        return first
    for _ in range(4):
        day = first + timedelta(days=rng.randrange((last - first).days + 1))
        if rng.random() * 1.8 < _MONTH_WEIGHTS[day.month - 1]:
            return day
    return day


def notified_after(rng: Random, event_on: date, today: date) -> date:
    """When an event was notified: 70 % within 14 days, a few after years; never after `today`."""
    least, most = rng.choices(_LATENESS, cum_weights=_LATENESS_WEIGHTS)[0]
    return min(event_on + timedelta(days=rng.randint(least, most)), today)


def acquisition_reason(rng: Random) -> str:
    return rng.choices(_ACQUISITIONS, cum_weights=_ACQUISITION_WEIGHTS)[0]


def loss_reason(rng: Random) -> str:
    return rng.choices(_LOSSES, cum_weights=_LOSS_WEIGHTS)[0]


def turns_75_on(birth: date) -> date:
    """The 75th birthday, first day in the late-elderly scheme."""
    return birthday_on(birth, 75)
