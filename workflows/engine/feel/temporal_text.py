"""Days, times and durations as text: what `date("…")` and `@"…"` read, and what `string(…)` writes."""

import re

from workflows.engine.feel.temporal import (
    DAY_NANOS,
    MIDNIGHT,
    NANOS,
    Day,
    Moment,
    Span,
    TimeOfDay,
    YearsMonths,
    day_numbered,
    day_of,
    span,
    years_months,
    zone_named,
)

_DATE = re.compile(r"(-?(?:[0-9]{4}|[1-9][0-9]{4,8}))-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9})[0-9]{0,9})?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+\-/]{1,40}))?"
)
_MONTHS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]{1,11})Y)?(?:([0-9]{1,11})M)?")
_DAYS = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,13})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,14})H)?(?:([0-9]{1,16})M)?(?:([0-9]{1,18})(?:\.([0-9]{0,9})[0-9]*)?S)?)?"
)
_LONGEST_OFFSET = 18 * 3600
_END_OF_DAY = "24:00:00"


def read_date(text: str) -> Day | None:
    found = _DATE.fullmatch(text)
    return day_of(*map(int, found.groups())) if found else None


def read_time(text: str) -> TimeOfDay | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, zulu, sign, *offset, zone = found.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        return None
    nanos = (int(hour) * 3600 + int(minute) * 60 + int(second)) * NANOS
    nanos += int((fraction or "").ljust(9, "0"))
    if zone is not None:
        return TimeOfDay(nanos, zone=zone) if zone_named(zone) else None
    if zulu:
        return TimeOfDay(nanos, offset=0)
    return _with_offset(nanos, sign, offset) if sign else TimeOfDay(nanos)


def _with_offset(nanos: int, sign: str, parts: list[str | None]) -> TimeOfDay | None:
    hours, minutes, seconds = (int(part or 0) for part in parts)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > _LONGEST_OFFSET:
        return None
    return TimeOfDay(nanos, offset=-total if sign == "-" else total)


def read_moment(text: str) -> Moment | None:
    day_text, parted, time_text = text.partition("T")
    day = read_date(day_text)
    ends = time_text.startswith(_END_OF_DAY)  # the end of a day is the beginning of the next
    time = read_time(f"00{time_text[2:]}" if ends else time_text) if parted else None
    if day and ends:
        day = day_numbered(day.number + 1)
    return Moment(day, time) if day and time else None


def read_moment_or_day(text: str) -> Moment | None:
    """A date and time; a date alone is its midnight, local."""
    day = read_date(text)
    return Moment(day, MIDNIGHT) if day else read_moment(text)


def read_duration(text: str) -> Span | YearsMonths | None:
    if found := _MONTHS.fullmatch(text):
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return years_months(-total if sign else total)
    if found := _DAYS.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = found.groups()
        whole = int(days or 0) * 86400 + int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
        nanos = whole * NANOS + int((fraction or "").ljust(9, "0"))
        return span(-nanos if sign else nanos)
    return None


def read_temporal(text: str) -> Day | TimeOfDay | Moment | Span | YearsMonths | None:
    """The value of `@"…"`; None if the text is none of the forms."""
    return read_date(text) or read_moment(text) or read_time(text) or read_duration(text)


def day_text(day: Day) -> str:
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def time_text(time: TimeOfDay) -> str:
    seconds, nanos = divmod(time.nanos, NANOS)
    fraction = f".{nanos:09}".rstrip("0") if nanos else ""
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    if time.zone is not None:
        return f"{clock}@{time.zone}"
    return clock if time.offset is None else f"{clock}{_offset_text(time.offset)}"


def _offset_text(offset: int) -> str:
    if not offset:
        return "Z"
    hours, rest = divmod(abs(offset), 3600)
    seconds = f":{rest % 60:02}" if rest % 60 else ""
    return f"{'-' if offset < 0 else '+'}{hours:02}:{rest // 60:02}{seconds}"


def span_text(length: Span) -> str:
    sign, nanos = "-" if length.nanos < 0 else "", abs(length.nanos)
    days, rest = divmod(nanos, DAY_NANOS)
    seconds, fraction = divmod(rest, NANOS)
    second = f"{seconds % 60}" + (f".{fraction:09}".rstrip("0") if fraction else "")
    clock = "".join(
        f"{amount}{unit}"
        for amount, unit in ((seconds // 3600, "H"), (seconds // 60 % 60, "M"), (second, "S"))
        if str(amount) != "0"
    )
    if not nanos:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def months_text(length: YearsMonths) -> str:
    sign, (years, months) = "-" if length.months < 0 else "", divmod(abs(length.months), 12)
    if not length.months:
        return "P0M"
    return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


def temporal_text(value: Day | TimeOfDay | Moment | Span | YearsMonths) -> str:
    """The text that reads back as the value."""
    if isinstance(value, Day):
        return day_text(value)
    if isinstance(value, TimeOfDay):
        return time_text(value)
    if isinstance(value, Moment):
        return f"{day_text(value.day)}T{time_text(value.time)}"
    return span_text(value) if isinstance(value, Span) else months_text(value)
