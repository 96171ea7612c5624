"""Exact amounts over columns: parts of a yen as integers, and the months of a fiscal year as bits.

An amount is kept in 1/1,200,000 yen. A rate of a hundred-thousandth, a cut of a tenth, a half, a quarter and
a twelfth of the year then stay whole numbers, so that nothing is rounded but by a named setting.
"""

from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.uint8]  # of months: to multiply a column with
Bits = NDArray[np.integer[Any]]  # months, April in bit 0

UNIT: Final = 1_200_000  # parts of one yen
RATE_UNIT: Final = 100_000  # a rate of 8.04 % is 8,040
MONTHS: Final = 12
_MOST_RATE: Final = RATE_UNIT // 5  # a typed 8.04 must never pass as 80.4 or 804
ALL_YEAR: Final = (1 << MONTHS) - 1

_COUNT: Final = np.array([bits.bit_count() for bits in range(1 << MONTHS)], dtype=np.int64)


def months(bits: Column) -> Column:
    """Count the months of each row. Bit 0 is April, bit 11 March."""
    return _COUNT.take(bits)


def rate_of(text: str) -> int:
    """Read a rate in per cent ("8.04") as hundred-thousandths.

    Raises:
        ValueError: no number, below nothing, over twenty per cent, or finer than a thousandth of one.
    """
    try:
        scaled = Decimal(text) * (RATE_UNIT // 100)
    except ArithmeticError as error:
        raise ValueError(f"{text}: not a rate in per cent") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 <= scaled <= _MOST_RATE:
        raise ValueError(f"{text}: a rate is between 0 and 20 per cent, with at most three decimals")
    return int(scaled)


def floor_to(amount: Column, yen: int) -> Column:
    """Cut below a multiple of `yen` (0: nothing is cut). The unit is a setting of the municipality."""
    return amount if yen == 0 else amount // (yen * UNIT) * (yen * UNIT)


def raise_to(amount: Column, yen: int) -> Column:
    """Raise to a multiple of `yen` (0: nothing is raised)."""
    return amount if yen == 0 else -(-amount // (yen * UNIT)) * (yen * UNIT)


def as_decimal(amount: int) -> Decimal:
    """An amount in yen, exactly, without needless zeros after the point."""
    yen = Decimal(int(amount)) / UNIT
    return yen.quantize(Decimal(1)) if yen == yen.to_integral_value() else yen.normalize()
