"""Arithmetic, comparison and three-valued logic. Nothing here raises for bad data: null and a notice.

Equality and order look at the FEEL kind first: true is not 1, and a date-time is not a date (feel.md, Traps).
"""

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Place
from workflows.engine.feel.scope import Run
from workflows.engine.feel.values import ARITHMETIC, KINDS, Range, Value, YearsMonths, finite

_ORDERED = frozenset({Decimal, str, date, datetime, timedelta, YearsMonths})


def kind(value: Value) -> str:
    return KINDS[type(value)]


def concatenated(run: Run, at: Place, left: str, right: str) -> str:
    length = len(left) + len(right)
    if length > limits.STRING_CHARACTERS:
        raise FeelLimitError(f"文字列が{limits.STRING_CHARACTERS}文字を超えます。", *at)
    run.charge(at, length // 100)
    return left + right


def _later(day: date, span: timedelta) -> date | None:
    try:
        if isinstance(day, datetime):
            return day + span
        return (datetime.combine(day, time()) + span).date()
    except OverflowError:  # outside the years 1 to 9999
        return None


def _months_later(day: date, span: YearsMonths) -> date | None:
    year, month = divmod(day.year * 12 + day.month - 1 + span.months, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _span(days: timedelta, factor: Decimal) -> timedelta | None:
    micros = ARITHMETIC.multiply(Decimal(days // timedelta(microseconds=1)), factor)
    try:
        return timedelta(microseconds=int(micros))
    except (OverflowError, ValueError):  # longer than any timedelta, or not a number at all
        return None


def _between(left: datetime, right: datetime) -> timedelta | None:
    return left - right if (left.tzinfo is None) == (right.tzinfo is None) else None


_Arithmetic = Callable[[Any, Any], Value]
_ARITHMETIC: dict[tuple[str, type, type], _Arithmetic] = {
    ("+", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.add(a, b)),
    ("-", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.subtract(a, b)),
    ("*", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.multiply(a, b)),
    ("/", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.divide(a, b)),
    ("**", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.power(a, b)),
    ("-", datetime, datetime): _between,
    ("-", date, date): lambda a, b: a - b,
    ("+", timedelta, timedelta): lambda a, b: a + b,
    ("-", timedelta, timedelta): lambda a, b: a - b,
    ("*", timedelta, Decimal): _span,
    ("*", Decimal, timedelta): lambda a, b: _span(b, a),
    ("/", timedelta, Decimal): lambda a, b: _span(a, ARITHMETIC.divide(Decimal(1), b)) if b else None,
    ("+", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months + b.months),
    ("-", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months - b.months),
}
for _day in (date, datetime):
    _ARITHMETIC |= {
        ("+", _day, timedelta): _later,
        ("+", timedelta, _day): lambda a, b: _later(b, a),
        ("-", _day, timedelta): lambda a, b: _later(a, -b),
        ("+", _day, YearsMonths): _months_later,
        ("+", YearsMonths, _day): lambda a, b: _months_later(b, a),
        ("-", _day, YearsMonths): lambda a, b: _months_later(a, YearsMonths(-b.months)),
    }


def calculate(run: Run, at: Place, sign: str, left: Value, right: Value) -> Value:
    """`left sign right`; null with a notice when the kinds do not go together or there is no result."""
    if type(left) is str and type(right) is str and sign == "+":
        return concatenated(run, at, left, right)
    operation = _ARITHMETIC.get((sign, type(left), type(right)))
    if operation is None:
        run.warn(at, f"{kind(left)}と{kind(right)}は「{sign}」で計算できないので、空(null)になりました。")
        return None
    try:
        result = operation(left, right)
    except OverflowError:  # a duration or a date beyond what the calendar holds
        result = None
    if result is None:
        run.warn(at, f"「{sign}」の計算に答えがない(0での割り算など)ので、空(null)になりました。")
    return result


def negate(run: Run, at: Place, value: Value) -> Value:
    if type(value) is Decimal:
        return ARITHMETIC.minus(value)
    if type(value) is timedelta:
        return _span(value, Decimal(-1))
    if type(value) is YearsMonths:
        return YearsMonths(-value.months)
    run.warn(at, f"{kind(value)}に「-」は付けられないので、空(null)になりました。")
    return None


def _comparable_times(left: Value, right: Value) -> bool:
    if type(left) is datetime and type(right) is datetime:
        return (left.tzinfo is None) == (right.tzinfo is None)
    return True


def _mismatch(run: Run, at: Place, left: Value, right: Value) -> None:
    hint = ""
    if {type(left), type(right)} in ({str, date}, {str, datetime}):
        hint = "文字列の日付は date(…) で日付にしてから比べてください。"
    run.warn(at, f"{kind(left)}と{kind(right)}は比べられないので、空(null)になりました。{hint}")


def equal(run: Run, at: Place, left: Value, right: Value) -> bool | None:
    """Equality: null equals null only; different kinds have no answer."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right) or not _comparable_times(left, right):
        _mismatch(run, at, left, right)
        return None
    if isinstance(left, list) and isinstance(right, list):
        run.charge(at, len(left))
        if len(left) != len(right):
            return False
        return all(equal(run, at, one, other) is True for one, other in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        run.charge(at, len(left))
        return left.keys() == right.keys() and all(
            equal(run, at, left[key], right[key]) is True for key in left
        )
    return left == right


def less(run: Run, at: Place, left: Value, right: Value, *, or_equal: bool) -> bool | None:
    """`left < right` or `left <= right`; null unless both are of one ordered kind."""
    if type(left) is not type(right) or type(left) not in _ORDERED or not _comparable_times(left, right):
        _mismatch(run, at, left, right)
        return None
    one: Any = left
    return bool(one <= right if or_equal else one < right)


def compare(run: Run, at: Place, sign: str, left: Value, right: Value) -> bool | None:
    if sign == "=":
        return equal(run, at, left, right)
    if sign == "!=":
        return opposite(equal(run, at, left, right))
    if sign in {">", ">="}:
        left, right = right, left
    return less(run, at, left, right, or_equal=sign.endswith("="))


def opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


def all_of(first: bool | None, second: bool | None) -> bool | None:
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def in_range(run: Run, at: Place, value: Value, bounds: Range) -> bool | None:
    """Whether the value lies in the range; null when it is of another kind than the bounds."""
    low: bool | None = True
    if bounds.low is not None:
        low = less(run, at, bounds.low, value, or_equal=bounds.low_closed)
        if low is not True:
            return low
    if bounds.high is None:
        return low if bounds.low is not None else None
    return all_of(low, less(run, at, value, bounds.high, or_equal=bounds.high_closed))


def matches(run: Run, at: Place, value: Value, wanted: Value) -> bool | None:
    """A test by value: equal to it, in the range, or in the list (whose items may be ranges)."""
    if type(wanted) is Range and type(value) is not Range:
        return in_range(run, at, value, wanted)
    if isinstance(wanted, list):
        run.charge(at, len(wanted))
        if isinstance(value, list) and equal(run, at, value, wanted) is True:
            return True
        return any(matches_item(run, at, value, item) is True for item in wanted)
    return equal(run, at, value, wanted)


def matches_item(run: Run, at: Place, value: Value, item: Value) -> bool | None:
    if type(item) is Range and type(value) is not Range:
        return in_range(run, at, value, item)
    if item is not None and value is not None and type(item) is not type(value):
        return False  # a list may be mixed; another kind is simply another item
    return equal(run, at, value, item)
