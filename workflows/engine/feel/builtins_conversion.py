"""Built-in functions that make one kind of value of another (DMN 1.5, 10.3.4.1)."""

import re
from decimal import Decimal

from workflows.engine.feel import limits
from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.functions import Function
from workflows.engine.feel.temporal import (
    MIDNIGHT_UTC,
    NANOS,
    Day,
    Moment,
    Span,
    TimeOfDay,
    YearsMonths,
    day_of,
    months_between,
)
from workflows.engine.feel.temporal_text import (
    read_date,
    read_duration,
    read_moment_or_day,
    read_time,
    temporal_text,
)
from workflows.engine.feel.values import ARITHMETIC, Range, Value, finite, plain

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_GROUPING = frozenset({" ", ",", "."})
_DECIMAL = frozenset({",", "."})
_SIGNS_OF_CONTEXTS = frozenset('{}[]():,"\\')


def _date(call: Invocation, *arguments: Value) -> Value:
    """A day from ISO text, from a date and time, or from year, month and day."""
    found = _date_of(arguments[0]) if len(arguments) == 1 else _date_of_parts(arguments)
    if found is None:
        call.warn('"2026-04-01" の形の実在する日ではないので、')
    return found


def _date_of(value: Value) -> Day | None:
    if isinstance(value, Moment):
        return value.day
    if isinstance(value, Day):
        return value
    return read_date(value) if isinstance(value, str) else None


def _whole(value: Value) -> int | None:
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.adjusted() < 12:
        return int(value)
    return None


def _date_of_parts(parts: tuple[Value, ...]) -> Day | None:
    year, month, day = map(_whole, parts)
    if year is None or month is None or day is None:
        return None
    return day_of(year, month, day)


def _time(call: Invocation, *arguments: Value) -> Value:
    """A time of day from text, from a date and time, or from hour, minute, second and offset."""
    first = arguments[0]
    found: TimeOfDay | None = None
    if len(arguments) > 1:
        found = _time_of_parts(arguments)
    elif isinstance(first, str):
        found = read_time(first)
    elif isinstance(first, Moment):
        found = first.time
    elif isinstance(first, Day):
        found = MIDNIGHT_UTC
    elif isinstance(first, TimeOfDay):
        found = first
    if found is None:
        call.warn('"09:00:00" や "09:00:00+09:00" の形の時刻ではないので、')
    return found


def _time_of_parts(parts: tuple[Value, ...]) -> TimeOfDay | None:
    hour, minute, second = _whole(parts[0]), _whole(parts[1]), parts[2]
    if hour is None or minute is None or not isinstance(second, Decimal):
        return None
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second < 60):
        return None
    nanos = (hour * 3600 + minute * 60) * NANOS + int(second * NANOS)
    offset = parts[3] if len(parts) > 3 else None
    if isinstance(offset, Span):
        seconds = offset.nanos // NANOS
        return TimeOfDay(nanos, offset=seconds) if abs(seconds) <= 18 * 3600 else None
    return TimeOfDay(nanos)


def _date_and_time(call: Invocation, *arguments: Value) -> Value:
    first = arguments[0]
    found: Value = None
    if len(arguments) == 2:
        day, time = _date_of(first), arguments[1]
        found = Moment(day, time) if day and isinstance(time, TimeOfDay) else None
    elif isinstance(first, str):
        found = read_moment_or_day(first)
    elif isinstance(first, Moment):
        found = first
    if found is None:
        call.warn('"2026-04-01T09:00:00+09:00" の形の日時ではないので、')
    return found


def _duration(call: Invocation, value: Value) -> Value:
    if isinstance(value, (Span, YearsMonths)):
        return value
    found = read_duration(value) if isinstance(value, str) else None
    if found is None:
        call.warn('"P14D" や "P1Y6M" の形の期間ではないので、')
    return found


def _years_and_months(call: Invocation, first: Value, last: Value) -> Value:
    """The whole months from one day to another; times of day do not count."""
    start, end = _date_of(first), _date_of(last)
    if start is None or end is None:
        call.refuse(first if start is None else last)
        return None
    return YearsMonths(months_between(start, end))


def text_of(value: Value, *, quoted: bool = False) -> str:
    """The text of any value, as `string(…)` gives it; inside lists and contexts strings stand in quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item, quoted=True) for item in value) + "]"
    if isinstance(value, dict):
        items = (f"{_key_text(key)}: {text_of(item, quoted=True)}" for key, item in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, Range):
        return _range_text(value)
    return f"function {value.name}" if isinstance(value, Function) else temporal_text(value)


def _key_text(key: str) -> str:
    """The name of an entry; in quotes where it could not be told from the signs of a context."""
    return text_of(key, quoted=not key or not _SIGNS_OF_CONTEXTS.isdisjoint(key))


def _range_text(bounds: Range) -> str:
    low = "" if bounds.low is None else text_of(bounds.low, quoted=True)
    high = "" if bounds.high is None else text_of(bounds.high, quoted=True)
    return f"{'[' if bounds.low_closed else '('}{low}..{high}{']' if bounds.high_closed else ')'}"


def _string(call: Invocation, value: Value) -> Value:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Function):
        call.refuse(value)
        return None
    call.charge(weight_of(value))
    text = text_of(value)
    if len(text) > limits.STRING_CHARACTERS:
        raise FeelLimitError(f"文字列が{limits.STRING_CHARACTERS}文字を超えます。", *call.at)
    return text


def weight_of(value: Value, depth: int = 0) -> int:
    """How many values a value holds, those held twice counted twice; bounded, for the budget of steps."""
    if depth > limits.NESTING or not isinstance(value, (list, dict)):
        return 1
    total = 1
    for item in value if isinstance(value, list) else value.values():
        total += weight_of(item, depth + 1)
        if total > limits.STEPS:
            break
    return total


def _number(call: Invocation, value: Value, grouping: Value = None, decimal: Value = None) -> Value:
    """A number from ASCII digits; full-width digits are data to be cleaned by the form, not here."""
    if isinstance(value, Decimal):
        return value
    text = _plain_digits(value, grouping, decimal) if isinstance(value, str) else None
    if text is not None and _NUMBER.fullmatch(text):
        return finite(ARITHMETIC.create_decimal(text))
    call.warn('"12.5" の形の数ではないので、')
    return None


def _plain_digits(text: str, grouping: Value, decimal: Value) -> str | None:
    """The text with `.` as the decimal sign and without signs that group; None for signs that are none."""
    if (grouping is not None and grouping not in _GROUPING) or (
        decimal is not None and decimal not in _DECIMAL
    ):
        return None
    if grouping is not None and grouping == decimal:
        return None
    if isinstance(grouping, str):
        text = text.replace(grouping, "")
    if isinstance(decimal, str) and decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    return text


CONVERSION = table(
    ("date(from: string) / (from: day) / (year: number, month: number, day: number)", _date),
    (
        (
            "time(from: string) / (from: temporal) / "
            "(hour: number, minute: number, second: number, offset?: span)"
        ),
        _time,
    ),
    ("date and time(from: string) / (from: moment) / (date: day, time: time)", _date_and_time),
    ("duration(from: string) / (from: duration)", _duration),
    ("years and months duration(from: day, to: day)", _years_and_months),
    ("string(from: any?)", _string),
    (
        (
            "number(from: number) / (from: string) / "
            "(from: string, grouping separator: string?, decimal separator: string?)"
        ),
        _number,
    ),
)
