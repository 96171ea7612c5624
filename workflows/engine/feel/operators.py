"""Arithmetic, comparison and three-valued logic. Nothing here raises for bad data: null and a notice.

Equality and order look at the FEEL kind first: true is not 1, and a date-time is not a date (feel.md, Traps).
"""

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError, Place
from workflows.engine.feel.scope import Run
from workflows.engine.feel.temporal import (
    DAY_NANOS,
    MIDNIGHT_UTC,
    Day,
    Moment,
    Span,
    TimeOfDay,
    YearsMonths,
    comparable,
    day_later,
    moment_later,
    moment_months_later,
    months_later,
    same_moment,
    same_time,
    span,
    time_later,
    years_months,
)
from workflows.engine.feel.values import ARITHMETIC, Range, Value, finite, kind

_ORDERED = frozenset({Decimal, str, Day, TimeOfDay, Moment, Span, YearsMonths})


def concatenated(run: Run, at: Place, left: str, right: str) -> str:
    length = len(left) + len(right)
    if length > limits.STRING_CHARACTERS:
        raise FeelLimitError(f"文字列が{limits.STRING_CHARACTERS}文字を超えます。", *at)
    run.charge(at, length // 100)
    return left + right


def _whole(number: Decimal) -> int:
    return (
        int(number.to_integral_value(ROUND_HALF_EVEN))
        if number.is_finite() and number.adjusted() < 40
        else 10**40
    )


def _span_times(length: Span, factor: Decimal) -> Span | None:
    return span(int(ARITHMETIC.multiply(Decimal(length.nanos), factor)) if factor.adjusted() < 30 else 10**40)


def _months_times(length: YearsMonths, factor: Decimal) -> YearsMonths | None:
    return years_months(
        int(ARITHMETIC.multiply(Decimal(length.months), factor)) if factor.adjusted() < 30 else 10**40
    )


def _ratio(one: int, other: int) -> Decimal | None:
    return finite(ARITHMETIC.divide(Decimal(one), Decimal(other))) if other else None


def _between(left: Moment, right: Moment) -> Span | None:
    return span(left.scale - right.scale) if comparable(left.time, right.time) else None


def _between_times(left: TimeOfDay, right: TimeOfDay) -> Span | None:
    return span(left.scale - right.scale) if comparable(left, right) else None


def _power(base: Decimal, exponent: Decimal) -> Decimal | None:
    return finite(ARITHMETIC.power(base, exponent))


def _at_midnight(day: Day) -> Moment:
    return Moment(day, MIDNIGHT_UTC)


_Arithmetic = Callable[[Any, Any], Value]
_ARITHMETIC: dict[tuple[str, type, type], _Arithmetic] = {
    ("+", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.add(a, b)),
    ("-", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.subtract(a, b)),
    ("*", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.multiply(a, b)),
    ("/", Decimal, Decimal): lambda a, b: finite(ARITHMETIC.divide(a, b)),
    ("**", Decimal, Decimal): _power,
    ("-", Moment, Moment): _between,
    ("-", Moment, Day): lambda a, b: _between(a, _at_midnight(b)),
    ("-", Day, Moment): lambda a, b: _between(_at_midnight(a), b),
    ("-", Day, Day): lambda a, b: span((a.number - b.number) * DAY_NANOS),
    ("-", TimeOfDay, TimeOfDay): _between_times,
    ("+", Day, Span): day_later,
    ("+", Span, Day): lambda a, b: day_later(b, a),
    ("-", Day, Span): lambda a, b: day_later(a, Span(-b.nanos)),
    ("+", Moment, Span): moment_later,
    ("+", Span, Moment): lambda a, b: moment_later(b, a),
    ("-", Moment, Span): lambda a, b: moment_later(a, Span(-b.nanos)),
    ("+", TimeOfDay, Span): time_later,
    ("+", Span, TimeOfDay): lambda a, b: time_later(b, a),
    ("-", TimeOfDay, Span): lambda a, b: time_later(a, Span(-b.nanos)),
    ("+", Day, YearsMonths): months_later,
    ("+", YearsMonths, Day): lambda a, b: months_later(b, a),
    ("-", Day, YearsMonths): lambda a, b: months_later(a, YearsMonths(-b.months)),
    ("+", Moment, YearsMonths): moment_months_later,
    ("+", YearsMonths, Moment): lambda a, b: moment_months_later(b, a),
    ("-", Moment, YearsMonths): lambda a, b: moment_months_later(a, YearsMonths(-b.months)),
    ("+", Span, Span): lambda a, b: span(a.nanos + b.nanos),
    ("-", Span, Span): lambda a, b: span(a.nanos - b.nanos),
    ("*", Span, Decimal): _span_times,
    ("*", Decimal, Span): lambda a, b: _span_times(b, a),
    ("/", Span, Decimal): lambda a, b: span(_whole(ARITHMETIC.divide(Decimal(a.nanos), b))) if b else None,
    ("/", Span, Span): lambda a, b: _ratio(a.nanos, b.nanos),
    ("+", YearsMonths, YearsMonths): lambda a, b: years_months(a.months + b.months),
    ("-", YearsMonths, YearsMonths): lambda a, b: years_months(a.months - b.months),
    ("*", YearsMonths, Decimal): _months_times,
    ("*", Decimal, YearsMonths): lambda a, b: _months_times(b, a),
    ("/", YearsMonths, Decimal): lambda a, b: (
        years_months(int(finite(ARITHMETIC.divide(Decimal(a.months), b)) or 0)) if b else None
    ),
    ("/", YearsMonths, YearsMonths): lambda a, b: _ratio(a.months, b.months),
}


def calculate(run: Run, at: Place, sign: str, left: Value, right: Value) -> Value:
    """`left sign right`; null with a notice when the kinds do not go together or there is no result."""
    if type(left) is str and type(right) is str and sign == "+":
        return concatenated(run, at, left, right)
    operation = _ARITHMETIC.get((sign, type(left), type(right)))
    if operation is None:
        run.warn(at, f"{kind(left)}と{kind(right)}は「{sign}」で計算できないので、空(null)になりました。")
        return None
    result = operation(left, right)
    if result is None:
        run.warn(at, f"「{sign}」の計算に答えがない(0での割り算など)ので、空(null)になりました。")
    return result


def negate(run: Run, at: Place, value: Value) -> Value:
    if type(value) is Decimal:
        return ARITHMETIC.minus(value)
    if type(value) is Span:
        return Span(-value.nanos)
    if type(value) is YearsMonths:
        return YearsMonths(-value.months)
    run.warn(at, f"{kind(value)}に「-」は付けられないので、空(null)になりました。")
    return None


def _as_moments(left: Value, right: Value) -> tuple[Value, Value]:
    """A day beside a moment that knows its offset is its midnight in UTC (DMN 1.5, 10.3.2.9.4)."""
    if isinstance(left, Day) and isinstance(right, Moment) and not right.time.is_local:
        return _at_midnight(left), right
    if isinstance(right, Day) and isinstance(left, Moment) and not left.time.is_local:
        return left, _at_midnight(right)
    return left, right


def _mismatch(run: Run, at: Place, left: Value, right: Value) -> None:
    hint = ""
    if {type(left), type(right)} in ({str, Day}, {str, Moment}):
        hint = "文字列の日付は date(…) で日付にしてから比べてください。"
    run.warn(at, f"{kind(left)}と{kind(right)}は比べられないので、空(null)になりました。{hint}")


def equal(run: Run, at: Place, left: Value, right: Value) -> bool | None:
    """Equality: null equals null only; different kinds have no answer."""
    if left is None or right is None:
        return left is right
    left, right = _as_moments(left, right)
    if type(left) is not type(right):
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
    if isinstance(left, Moment) and isinstance(right, Moment):
        return same_moment(left, right)
    if isinstance(left, TimeOfDay) and isinstance(right, TimeOfDay):
        return same_time(left, right)
    return left == right


def _in_order(left: Value, right: Value) -> bool:
    """Whether two values of one kind have an order: a local time and one with a zone have none."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        return comparable(left.time, right.time)
    if isinstance(left, TimeOfDay) and isinstance(right, TimeOfDay):
        return comparable(left, right)
    return True


def less(run: Run, at: Place, left: Value, right: Value, *, or_equal: bool) -> bool | None:
    """`left < right` or `left <= right`; null unless both are of one ordered kind."""
    if type(left) is not type(right) or type(left) not in _ORDERED or not _in_order(left, right):
        _mismatch(run, at, left, right)
        return None
    one: Any = left
    other: Any = right
    if type(one) in {Moment, TimeOfDay}:
        one, other = one.scale, other.scale
    return bool(one <= other if or_equal else one < other)


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
    """Whether the value lies in the range; null when a bound is null or of another kind than the value."""
    if bounds.kind == "null":
        return None
    if bounds.kind in {"=", "!="}:
        return compare(run, at, bounds.kind, value, bounds.low)
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
    if isinstance(item, list) and not isinstance(value, list):
        return matches(run, at, value, item)
    if item is not None and value is not None and type(item) is not type(value):
        return False  # a list may be mixed; another kind is simply another item
    return equal(run, at, value, item)
