"""Built-in functions on ranges and points (DMN 1.5, 10.3.4.9), and the function that reads a range.

An end that is open to its side (`>= 5`) is beyond every point. Points without an order make the answer null.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from workflows.engine.feel.builtins_call import Invocation, table
from workflows.engine.feel.operators import less
from workflows.engine.feel.temporal_text import (
    read_date,
    read_duration,
    read_moment,
    read_temporal,
    read_time,
)
from workflows.engine.feel.values import ARITHMETIC, Range, Value


class _NoOrderError(Exception):
    """Two points have no order."""


class _Ends:
    """Compares ends of ranges and points for one call."""

    def __init__(self, call: Invocation) -> None:
        self.call = call

    def order(self, one: Value, other: Value) -> int:
        """-1, 0 or 1."""
        smaller = less(self.call.run, self.call.at, one, other, or_equal=False)
        larger = less(self.call.run, self.call.at, other, one, or_equal=False)
        if smaller is None or larger is None:
            raise _NoOrderError
        return -1 if smaller else int(larger)

    def starts(self, one: Range, other: Range) -> int:
        """Which range begins earlier; of two at one point the one that includes it."""
        if one.low is None or other.low is None:
            return (one.low is not None) - (other.low is not None)
        return self.order(one.low, other.low) or (other.low_closed - one.low_closed)

    def ends(self, one: Range, other: Range) -> int:
        """Which range ends earlier; of two at one point the one that excludes it."""
        if one.high is None or other.high is None:
            return (one.high is None) - (other.high is None)
        return self.order(one.high, other.high) or (one.high_closed - other.high_closed)

    def apart(self, one: Range, other: Range) -> bool:
        """Whether the first ends before the second begins, with no point in common."""
        if one.high is None or other.low is None:
            return False
        found = self.order(one.high, other.low)
        return found < 0 or (found == 0 and not (one.high_closed and other.low_closed))


def _as_range(value: Value) -> Range:
    if not isinstance(value, Range):
        return Range(value, value, low_closed=True, high_closed=True)
    if value.kind in {"null", "!="}:
        raise _NoOrderError
    return value


_Relation = Callable[[_Ends, Range, Range], bool]


def _asked(relation: _Relation) -> Callable[..., Value]:
    """A relation of ranges as a function; a point is the range of itself alone."""

    def function(call: Invocation, one: Value, other: Value) -> Value:
        try:
            return relation(_Ends(call), _as_range(one), _as_range(other))
        except _NoOrderError:
            return None

    return function


def _swapped(relation: _Relation) -> _Relation:
    return lambda ends, one, other: relation(ends, other, one)


def _meets(ends: _Ends, one: Range, other: Range) -> bool:
    if one.high is None or other.low is None:
        return False
    return ends.order(one.high, other.low) == 0 and one.high_closed and other.low_closed


def _overlaps(ends: _Ends, one: Range, other: Range) -> bool:
    return not ends.apart(one, other) and not ends.apart(other, one)


def _overlaps_before(ends: _Ends, one: Range, other: Range) -> bool:
    return ends.starts(one, other) < 0 and not ends.apart(one, other) and ends.ends(one, other) <= 0


def _finishes(ends: _Ends, one: Range, other: Range) -> bool:
    return ends.ends(one, other) == 0 and ends.starts(one, other) >= 0


def _includes(ends: _Ends, one: Range, other: Range) -> bool:
    return ends.starts(one, other) <= 0 and ends.ends(one, other) >= 0


def _starts(ends: _Ends, one: Range, other: Range) -> bool:
    return ends.starts(one, other) == 0 and ends.ends(one, other) <= 0


def _coincides(ends: _Ends, one: Range, other: Range) -> bool:
    return ends.starts(one, other) == 0 and ends.ends(one, other) == 0


_ENDPOINT = re.compile(
    r"""\s*(?:
        (?P<number>-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?)
      | (?P<string>"[^"\\]*")
      | @"(?P<at>[^"\\]*)"
      | (?P<function>date\s+and\s+time|date|time|duration)\s*\(\s*"(?P<text>[^"\\]*)"\s*\)
    )?\s*""",
    re.VERBOSE,
)
_READERS: dict[str, Callable[[str], Value]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_moment,
    "duration": read_duration,
}


def _range(call: Invocation, text: str) -> Value:
    """The range that a text such as `[1..3]` says; its ends must be literals."""
    found = _read_range(text.strip())
    if found is None:
        call.warn('"[1..3]" や "[@\\"2026-04-01\\"..)" の形の範囲ではないので、')
    return found


def _read_range(text: str) -> Range | None:
    if len(text) < 4 or text[0] not in "[(]" or text[-1] not in "])[":
        return None
    low = _ENDPOINT.match(text, 1)
    if low is None or not text.startswith("..", low.end()):
        return None
    high = _ENDPOINT.fullmatch(text, low.end() + 2, len(text) - 1)
    if high is None:
        return None
    start, end = _endpoint(low), _endpoint(high)
    low_closed, high_closed = text[0] == "[", text[-1] == "]"
    missing = (start is None, end is None)
    wrong = (low.group().strip() and missing[0]) or (high.group().strip() and missing[1])
    if wrong or all(missing) or (missing[0] and low_closed) or (missing[1] and high_closed):
        return None
    if not any(missing) and (type(start) is not type(end) or _falls(start, end)):
        return None
    return Range(start, end, low_closed, high_closed)


def _falls(start: Value, end: Value) -> bool:
    """Whether the range would end before it begins."""
    return not start <= end  # type: ignore[operator]


def _endpoint(found: re.Match[str]) -> Value:
    if found["number"] is not None:
        number: Decimal = ARITHMETIC.create_decimal(found["number"])
        return number if number.is_finite() else None
    if found["string"] is not None:
        return found["string"][1:-1]
    if found["at"] is not None:
        return read_temporal(found["at"])
    if found["function"] is not None:
        return _READERS[" ".join(found["function"].split())](found["text"])
    return None


_TWO = (
    "(range1: range, range2: range) / (point: any, range: range) / "
    "(range: range, point: any) / (point1: any, point2: any)"
)
_TWO_RANGES = "(range1: range, range2: range)"
_POINT_FIRST = "(range1: range, range2: range) / (point: any, range: range)"
_RANGE_FIRST = "(range1: range, range2: range) / (range: range, point: any)"
RANGES = table(
    (f"before{_TWO}", _asked(_Ends.apart)),
    (f"after{_TWO}", _asked(_swapped(_Ends.apart))),
    (f"meets{_TWO_RANGES}", _asked(_meets)),
    (f"met by{_TWO_RANGES}", _asked(_swapped(_meets))),
    (f"overlaps{_TWO_RANGES}", _asked(_overlaps)),
    (f"overlaps before{_TWO_RANGES}", _asked(_overlaps_before)),
    (f"overlaps after{_TWO_RANGES}", _asked(_swapped(_overlaps_before))),
    (f"finishes{_POINT_FIRST}", _asked(_finishes)),
    (f"finished by{_RANGE_FIRST}", _asked(_swapped(_finishes))),
    (f"includes{_RANGE_FIRST}", _asked(_includes)),
    (f"during{_POINT_FIRST}", _asked(_swapped(_includes))),
    (f"starts{_POINT_FIRST}", _asked(_starts)),
    (f"started by{_RANGE_FIRST}", _asked(_swapped(_starts))),
    (f"coincides{_TWO_RANGES} / (point1: any, point2: any)", _asked(_coincides)),
    ("range(from: string)", _range),
)
