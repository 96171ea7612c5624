"""Days, times, date-times and durations of FEEL, and how they are reckoned (DMN 1.5, 10.3.2.3.4 ff.).

Our own values, not those of `datetime`: the years of the language go from -999,999,999 to 999,999,999, a
second has nanoseconds, a time of day may name its zone. The calendar is the Gregorian one throughout.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache, total_ordering
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NANOS = 1_000_000_000
DAY_NANOS = 86_400 * NANOS
LAST_YEAR = 999_999_999
_DAYS_OF_400_YEARS = 146_097
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_EPOCH = date(1970, 1, 1).toordinal()
# A plain year for each place in the cycle of 400 years, so that a zone can be asked about any year.
_LIKE_YEAR = 2000
_LONGEST_MONTHS = 12 * 10**10
_LONGEST_NANOS = 10**13 * DAY_NANOS


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


@dataclass(frozen=True, order=True, slots=True)
class Day:
    """A day of the calendar."""

    year: int
    month: int
    day: int

    @property
    def number(self) -> int:
        """Days since 1970-01-01."""
        cycles, year = divmod(self.year, 400)
        like = date(year + _LIKE_YEAR, self.month, self.day)
        return like.toordinal() - _EPOCH + (cycles - _LIKE_YEAR // 400) * _DAYS_OF_400_YEARS

    @property
    def like(self) -> date:
        """A day of the same shape that `datetime` knows: same place in the week and in the year."""
        return date(self.year % 400 + _LIKE_YEAR, self.month, self.day)


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo | None:
    """A zone of the tz database, known by its full name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@total_ordering
@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Nanoseconds since midnight; `offset` in seconds from UTC, or `zone` by name, or neither."""

    nanos: int
    offset: int | None = None
    zone: str | None = None

    @property
    def is_local(self) -> bool:
        return self.offset is None and self.zone is None

    def offset_on(self, day: Day) -> int | None:
        """Seconds from UTC on that day; None for a local time."""
        if self.zone is None:
            return self.offset
        zone = zone_named(self.zone)
        if zone is None:
            return 0
        seconds = self.nanos // NANOS
        like = day.like
        local = datetime(like.year, like.month, like.day, tzinfo=zone) + timedelta(seconds=seconds)
        told = local.utcoffset()
        return 0 if told is None else int(told.total_seconds())

    @property
    def scale(self) -> int:
        """Nanoseconds on the scale of UTC; a zone counts as in the winter of 1970."""
        return self.nanos - (self.offset_on(Day(1970, 1, 1)) or 0) * NANOS

    def __lt__(self, other: "TimeOfDay") -> bool:
        return self.scale < other.scale


@total_ordering
@dataclass(frozen=True, slots=True)
class Moment:
    """A date and time."""

    day: Day
    time: TimeOfDay

    @property
    def scale(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z; a local moment counts as UTC."""
        return self.day.number * DAY_NANOS + self.time.nanos - (self.time.offset_on(self.day) or 0) * NANOS

    def __lt__(self, other: "Moment") -> bool:
        return self.scale < other.scale


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A duration of days and time, held in nanoseconds."""

    nanos: int


@dataclass(frozen=True, order=True, slots=True)
class YearsMonths:
    """A duration of years and months, held as months; the calendar, not seconds, says how long it is."""

    months: int


MIDNIGHT = TimeOfDay(0)
MIDNIGHT_UTC = TimeOfDay(0, offset=0)


def day_of(year: int, month: int, day: int) -> Day | None:
    if abs(year) > LAST_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in(year, month):
        return None
    return Day(year, month, day)


def day_numbered(number: int) -> Day | None:
    """The day that is so many days after 1970-01-01; None beyond the last year."""
    cycles, rest = divmod(number + _EPOCH - date(_LIKE_YEAR, 1, 1).toordinal(), _DAYS_OF_400_YEARS)
    like = date.fromordinal(rest + date(_LIKE_YEAR, 1, 1).toordinal())
    year = like.year + cycles * 400
    return Day(year, like.month, like.day) if abs(year) <= LAST_YEAR else None


def same_time(one: TimeOfDay, other: TimeOfDay) -> bool:
    """Equal on the scale of UTC to the second, as the standard counts them; and both local or neither."""
    return comparable(one, other) and one.scale // NANOS == other.scale // NANOS


def same_moment(one: Moment, other: Moment) -> bool:
    """The same second on the scale of UTC; and both local or neither."""
    return comparable(one.time, other.time) and one.scale // NANOS == other.scale // NANOS


def comparable(one: TimeOfDay, other: TimeOfDay) -> bool:
    """A local time and one with a zone have no order."""
    return one.is_local == other.is_local


# Reckoning. None means that there is no such day or duration.


def span(nanos: int) -> Span | None:
    return Span(nanos) if abs(nanos) <= _LONGEST_NANOS else None


def years_months(months: int) -> YearsMonths | None:
    return YearsMonths(months) if abs(months) <= _LONGEST_MONTHS else None


def day_later(day: Day, length: Span) -> Day | None:
    """A day counts as its midnight; what is left of the last day is dropped."""
    return day_numbered((day.number * DAY_NANOS + length.nanos) // DAY_NANOS)


def moment_later(moment: Moment, length: Span) -> Moment | None:
    """Time passes on the scale of UTC, so a change to summer time is reckoned with where a zone is named."""
    days, nanos = divmod(moment.day.number * DAY_NANOS + moment.time.nanos + length.nanos, DAY_NANOS)
    day = day_numbered(days)
    if day is None:
        return None
    later = Moment(day, replace(moment.time, nanos=nanos))
    if moment.time.zone is not None:
        drift = later.scale - moment.scale - length.nanos
        if drift and abs(drift) < DAY_NANOS:
            days, nanos = divmod(later.day.number * DAY_NANOS + later.time.nanos - drift, DAY_NANOS)
            shifted = day_numbered(days)
            return None if shifted is None else Moment(shifted, replace(moment.time, nanos=nanos))
    return later


def time_later(time: TimeOfDay, length: Span) -> TimeOfDay:
    return replace(time, nanos=(time.nanos + length.nanos) % DAY_NANOS)


def months_later(day: Day, length: YearsMonths) -> Day | None:
    """Keeps to the end of the month: 2024-01-31 and one month is 2024-02-29."""
    year, month = divmod(day.year * 12 + day.month - 1 + length.months, 12)
    if abs(year) > LAST_YEAR:
        return None
    return Day(year, month + 1, min(day.day, days_in(year, month + 1)))


def moment_months_later(moment: Moment, length: YearsMonths) -> Moment | None:
    day = months_later(moment.day, length)
    return None if day is None else Moment(day, moment.time)


def months_between(first: Day, last: Day) -> int:
    """Whole months from one day to another; negative when the second is the earlier one."""
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        return months - 1
    if months < 0 and last.day > first.day:
        return months + 1
    return months


# The border to Python's own values.


def from_python(value: date | datetime | timedelta) -> Day | Moment | Span:
    if isinstance(value, timedelta):
        return Span((value // timedelta(microseconds=1)) * 1000)
    if isinstance(value, datetime):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        name = getattr(value.tzinfo, "key", None)
        told = value.utcoffset()
        offset = None if told is None or name else int(told.total_seconds())
        time = TimeOfDay(seconds * NANOS + value.microsecond * 1000, offset, name)
        return Moment(Day(value.year, value.month, value.day), time)
    return Day(value.year, value.month, value.day)


def to_python(value: Day | Moment | Span) -> date | datetime | timedelta | None:
    """None when `datetime` has no such value: years outside 1 to 9999."""
    try:
        if isinstance(value, Span):
            return timedelta(microseconds=value.nanos // 1000)
        if isinstance(value, Day):
            return date(value.year, value.month, value.day)
        seconds, nanos = divmod(value.time.nanos, NANOS)
        offset = value.time.offset_on(value.day)
        zone = zone_named(value.time.zone) if value.time.zone else None
        fixed = None if offset is None else timezone(timedelta(seconds=offset))
        start = datetime(value.day.year, value.day.month, value.day.day, tzinfo=zone or fixed)
        return start + timedelta(seconds=seconds, microseconds=nanos // 1000)
    except (ValueError, OverflowError):
        return None
