"""The values of FEEL, and the border through which data comes in and goes out.

Inside there are only the types of `Value`: numbers are Decimal of at most 34 digits, and `bool` is never a
number. Whatever else a caller hands over (a float NaN, a row, a function) is null inside, with a notice.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TypeAlias, cast

from workflows.engine.feel import limits
from workflows.engine.feel.errors import FeelLimitError

# IEEE 754 decimal128 (DMN 1.5, 10.3.2.3.1). Traps off: NaN and Infinity are turned to null by `finite`.
ARITHMETIC = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, clamp=0, traps=[])
_LONGEST_INTEGER_BITS = 20_410  # 10**6144


@dataclass(frozen=True, order=True, slots=True)
class YearsMonths:
    """A duration of years and months, held as months; the calendar, not seconds, says how long it is."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high; a bound of None is open to that side (`(< 5)`)."""

    low: "Value"
    high: "Value"
    low_closed: bool
    high_closed: bool


Value: TypeAlias = (
    bool | Decimal | str | date | timedelta | YearsMonths | Range | list["Value"] | dict[str, "Value"] | None
)
Warn: TypeAlias = Callable[[str], None]

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "真偽値",
    Decimal: "数",
    str: "文字列",
    date: "日付",
    datetime: "日時",
    timedelta: "日・時の期間",
    YearsMonths: "年・月の期間",
    Range: "範囲",
    list: "リスト",
    dict: "コンテキスト",
}


_AS_THEY_ARE = frozenset(KINDS) - {Decimal, list, dict}


def finite(number: Decimal) -> Decimal | None:
    return number if number.is_finite() else None


def admit(value: object, warn: Warn, depth: int = 0) -> Value:
    """Take a Python value in. A float enters as the shortest decimal that reads back as it."""
    if type(value) in _AS_THEY_ARE:
        return cast("Value", value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float, Decimal)):
        return _admit_number(value, warn)
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


_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DATE_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_MONTHS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?")
_DAYS = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,8})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})(?:\.([0-9]{1,6})[0-9]*)?S)?)?"
)


def read_date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:  # 2026-02-30: not a day of the calendar
        return None


def read_date_time(text: str) -> datetime | None:
    found = _DATE_TIME.fullmatch(text)
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    micros = (fraction or ".0")[:7].ljust(7, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}{micros}{'+00:00' if zone == 'Z' else zone or ''}")
    except ValueError:  # 25:61 is no time
        return None


def read_duration(text: str) -> timedelta | YearsMonths | None:
    if found := _MONTHS.fullmatch(text):
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    if found := _DAYS.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = found.groups()
        span = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=int((fraction or "").ljust(6, "0")),
        )
        return -span if sign else span
    return None


def read_temporal(text: str) -> Value:
    """The value of `@"…"`; None if the text is none of the forms."""
    return read_date(text) or read_date_time(text) or read_duration(text)
