"""The values of FEEL, and the border through which data comes in and goes out.

Inside there are only the types of `Value`: numbers are Decimal of at most 34 digits, and `bool` is never a
number. Whatever else a caller hands over (a float NaN, a row, a function) is null inside, with a notice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeAlias, cast

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError
from workflows.engine.feel.functions import Function
from workflows.engine.feel.temporal import Day, Moment, Span, TimeOfDay, YearsMonths, from_python

# IEEE 754 decimal128 (DMN 1.5, 10.3.2.3.1). Traps off: NaN and Infinity are turned to null by `finite`.
ARITHMETIC = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=0, traps=[])
_LONGEST_INTEGER_BITS = 20_410  # 10**6144


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high; a bound of None is open to that side (`(< 5)`).

    `kind` tells what is no plain range: `=` and `!=` test by one value (`(= 5)`), `null` has a bound that is
    null (nobody knows what lies in it), `steps` is what a loop counts through (`5..1`).
    """

    low: "Value"
    high: "Value"
    low_closed: bool
    high_closed: bool
    kind: str = ""


Temporal: TypeAlias = Day | TimeOfDay | Moment | Span | YearsMonths
Value: TypeAlias = (
    bool | Decimal | str | Temporal | Range | list["Value"] | dict[str, "Value"] | Function | None
)
Warn: TypeAlias = Callable[[str], None]

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "真偽値",
    Decimal: "数",
    str: "文字列",
    Day: "日付",
    TimeOfDay: "時刻",
    Moment: "日時",
    Span: "日・時の期間",
    YearsMonths: "年・月の期間",
    Range: "範囲",
    list: "リスト",
    dict: "コンテキスト",
}


_AS_THEY_ARE = frozenset(KINDS) - {Decimal, list, dict}


def kind(value: Value) -> str:
    """How staff call this kind of value."""
    return KINDS.get(type(value), "関数")


def finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def plain(number: Decimal) -> str:
    """Digits without exponent and without trailing zeros; there is no minus zero."""
    text = format(number or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def admit(value: object, warn: Warn, depth: int = 0) -> Value:
    """Take a Python value in. A float enters as the shortest decimal that reads back as it."""
    if type(value) in _AS_THEY_ARE:
        return cast("Value", value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float, Decimal)):
        return _admit_number(value, warn)
    if isinstance(value, (date, datetime, timedelta)):
        return from_python(value)
    if depth > limits.NESTING:
        raise FeelLimitError(f"データの入れ子が{limits.NESTING}段を超えています。", 1, 1)
    if isinstance(value, (list, tuple)):
        if len(value) > limits.LIST_ITEMS:
            raise FeelLimitError(f"データのリストが{limits.LIST_ITEMS}件を超えています。", 1, 1)
        return [admit(item, warn, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {key: admit(item, warn, depth + 1) for key, item in value.items() if isinstance(key, str)}
    warn("式で扱えない種類のデータなので、空(null)として扱いました。")
    return None


def _admit_number(value: float | Decimal, warn: Warn) -> Decimal | None:
    if isinstance(value, int) and value.bit_length() > _LONGEST_INTEGER_BITS:
        number = Decimal("Infinity")
    else:
        number = ARITHMETIC.create_decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        warn("扱える大きさの数ではないので、空(null)として扱いました。")
    return finite(number)
