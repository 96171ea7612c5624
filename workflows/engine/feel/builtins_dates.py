"""Built-in functions on days (DMN 1.5, 10.3.4.7 and 10.3.4.10). Today is the case's, never the machine's."""

from datetime import timedelta, timezone
from decimal import Decimal
from typing import Final

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.temporal import Day, Moment, from_python
from workflows.engine.feel.values import Value

JAPAN: Final = timezone(timedelta(hours=9), "JST")  # 明治28年勅令第167号: 中央標準時
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _day(value: Day | Moment) -> Day:
    return value.day if isinstance(value, Moment) else value


def _today(call: Invocation) -> Value:
    if call.clock is None:
        call.warn("時計が渡されていないので、")
        return None
    return from_python(call.clock.astimezone(JAPAN).date())


def _now(call: Invocation) -> Value:
    if call.clock is None:
        call.warn("時計が渡されていないので、")
        return None
    return from_python(call.clock.astimezone(JAPAN))


DATES = table(
    ("today()", _today),
    ("now()", _now),
    ("day of year(date: day)", lambda _call, day: Decimal(_day(day).like.timetuple().tm_yday)),
    ("day of week(date: day)", lambda _call, day: _WEEKDAYS[_day(day).like.weekday()]),
    ("month of year(date: day)", lambda _call, day: _MONTHS[_day(day).month - 1]),
    ("week of year(date: day)", lambda _call, day: Decimal(_day(day).like.isocalendar().week)),
)
