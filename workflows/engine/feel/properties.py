"""The members of values that are no contexts: `.year` of a day, `.days` of a duration, `.start` of a range.

Which there are is written in DMN 1.5, table 65.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflows.engine.feel.scope import MISSING, Missing
from workflows.engine.feel.temporal import DAY_NANOS, NANOS, Day, Moment, Span, TimeOfDay, YearsMonths
from workflows.engine.feel.values import Range, Value


def _toward_zero(number: int, divisor: int) -> int:
    return abs(number) // divisor * (1 if number >= 0 else -1)


def _same_sign(number: int, divisor: int) -> int:
    """The remainder with the sign of the number, as DMN counts the parts of a negative duration."""
    return abs(number) % divisor * (1 if number >= 0 else -1)


def _offset(value: Moment | TimeOfDay) -> Value:
    if isinstance(value, Moment):
        seconds = value.time.offset_on(value.day)
    else:
        seconds = value.offset if value.zone is None else value.offset_on(Day(1970, 1, 1))
    return None if seconds is None else Span(seconds * NANOS)


_DAY: dict[str, Callable[[Day], Value]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal(day.like.isoweekday()),
}
_TIME: dict[str, Callable[[TimeOfDay], Value]] = {
    "hour": lambda time: Decimal(time.nanos // (3600 * NANOS)),
    "minute": lambda time: Decimal(time.nanos // (60 * NANOS) % 60),
    "second": lambda time: Decimal(time.nanos // NANOS % 60),
    "time offset": _offset,
    "timezone": lambda time: time.zone,
}


def _of_day(read: Callable[[Day], Value]) -> Callable[[Moment], Value]:
    return lambda moment: read(moment.day)


def _of_time(read: Callable[[TimeOfDay], Value]) -> Callable[[Moment], Value]:
    return lambda moment: read(moment.time)


def _of_range(read: Callable[[Range], Value]) -> Callable[[Range], Value]:
    """What is all but one value has no ends."""
    return lambda bounds: None if bounds.kind == "!=" else read(bounds)


_PROPERTIES: dict[type, dict[str, Callable[[Any], Value]]] = {
    Day: dict(_DAY),
    TimeOfDay: dict(_TIME),
    Moment: {
        **{name: _of_day(read) for name, read in _DAY.items()},
        **{name: _of_time(read) for name, read in _TIME.items()},
        "time offset": _offset,
    },
    Span: {
        "days": lambda span: Decimal(_toward_zero(span.nanos, DAY_NANOS)),
        "hours": lambda span: Decimal(_toward_zero(_same_sign(span.nanos, DAY_NANOS), 3600 * NANOS)),
        "minutes": lambda span: Decimal(_toward_zero(_same_sign(span.nanos, 3600 * NANOS), 60 * NANOS)),
        "seconds": lambda span: Decimal(_toward_zero(_same_sign(span.nanos, 60 * NANOS), NANOS)),
    },
    YearsMonths: {
        "years": lambda span: Decimal(_toward_zero(span.months, 12)),
        "months": lambda span: Decimal(_same_sign(span.months, 12)),
    },
    Range: {
        name: _of_range(read)
        for name, read in (
            ("start", lambda bounds: bounds.low),
            ("end", lambda bounds: bounds.high),
            ("start included", lambda bounds: bounds.low_closed),
            ("end included", lambda bounds: bounds.high_closed),
        )
    },
}


def member_of(value: Value, member: str) -> Value | Missing:
    """The member of a value that is no context; MISSING if there is none of that name."""
    read = _PROPERTIES.get(type(value), {}).get(member)
    return MISSING if read is None else read(value)
