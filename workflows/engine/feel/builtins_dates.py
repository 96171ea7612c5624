"""Built-in functions on days, times and durations. Today is the case's, never the machine's."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.values import Value, YearsMonths, read_date, read_date_time, read_duration

JAPAN = timezone(timedelta(hours=9), "JST")  # 明治28年勅令第167号: 中央標準時


def _date(call: Invocation, *arguments: Value) -> Value:
    """A day from ISO text, from a date and time, or from year, month and day."""
    if len(arguments) == 2:
        call.warn("引数は1個か3個(年, 月, 日)なので、")
        return None
    found = _date_of_parts(arguments) if len(arguments) == 3 else _date_of(arguments[0])
    if found is None:
        call.warn('"2026-04-01" の形の実在する日ではないので、')
    return found


def _date_of(value: Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return read_date(value) if isinstance(value, str) else None


def _date_of_parts(parts: tuple[Value, ...]) -> date | None:
    numbers = [
        part for part in parts if isinstance(part, Decimal) and 1 <= part <= 9999 and part == int(part)
    ]
    if len(numbers) != len(parts):
        return None
    year, month, day = map(int, numbers)
    return read_date(f"{year:04}-{month:02}-{day:02}")


def _date_and_time(call: Invocation, value: Value) -> Value:
    found: Value = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str):
        found = read_date_time(value) or read_date_time(f"{value}T00:00:00")
    if found is None:
        call.warn('"2026-04-01T09:00:00+09:00" の形の日時ではないので、')
    return found


def _duration(call: Invocation, value: Value) -> Value:
    if isinstance(value, (timedelta, YearsMonths)):
        return value
    found = read_duration(value) if isinstance(value, str) else None
    if found is None:
        call.warn('"P14D" や "P1Y6M" の形の期間ではないので、')
    return found


def _today(call: Invocation) -> Value:
    if call.clock is None:
        call.warn("時計が渡されていないので、")
        return None
    return call.clock.astimezone(JAPAN).date()


def _now(call: Invocation) -> Value:
    if call.clock is None:
        call.warn("時計が渡されていないので、")
        return None
    return call.clock.astimezone(JAPAN)


DATES = table(
    ("date", _date, 1, 3),
    ("date and time", _date_and_time, 1, 1),
    ("duration", _duration, 1, 1),
    ("today", _today, 0, 0),
    ("now", _now, 0, 0),
)


def member_of(value: Value, member: str) -> Value:
    """`.year` of a day, `.days` of a duration; None if there is no such member."""
    if isinstance(value, YearsMonths):
        calendar_parts = {"years": _whole_part(value.months, 12), "months": _same_sign(value.months, 12)}
        return _number(calendar_parts.get(member))
    if isinstance(value, timedelta):
        seconds = _whole_part(value // timedelta(microseconds=1), 1_000_000)
        parts = {
            "days": _whole_part(seconds, 86400),
            "hours": _whole_part(_same_sign(seconds, 86400), 3600),
            "minutes": _whole_part(_same_sign(seconds, 3600), 60),
            "seconds": _same_sign(seconds, 60),
        }
        return _number(parts.get(member))
    if isinstance(value, datetime) and member in {"hour", "minute", "second"}:
        return Decimal(getattr(value, member))
    if isinstance(value, date) and member in {"year", "month", "day"}:
        return Decimal(getattr(value, member))
    if isinstance(value, date) and member == "weekday":
        return Decimal(value.isoweekday())
    return None


def _whole_part(number: int, divisor: int) -> int:
    return abs(number) // divisor * (1 if number >= 0 else -1)


def _same_sign(number: int, divisor: int) -> int:
    """The remainder with the sign of the number, as DMN counts the parts of a negative duration."""
    return abs(number) % divisor * (1 if number >= 0 else -1)


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
