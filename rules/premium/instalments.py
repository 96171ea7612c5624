"""Instalments (期別): the year's premium over the payment periods, and what a change does to the rest.

The first instalment takes what does not divide (setting). Past instalments stay; a difference goes on the
remaining ones (条例). Due on the last day of the month, or the next open day (民法142条).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from rules.calendar_months import add_months
from rules.periods import FiscalYear, month_end, next_open_day
from rules.premium.amounts import Column


@dataclass(frozen=True)
class Instalment:
    """One payment: its number (期), the day on which it is due (inclusive), whole yen."""

    number: int
    due_on: date
    yen: int


def due_dates(
    year: FiscalYear, first_month: int, count: int, closed: frozenset[date] = frozenset()
) -> tuple[date, ...]:
    """The due dates of `count` monthly instalments from `first_month` (1 to 12) of the year on."""
    start = date(year.year if first_month >= 4 else year.year + 1, first_month, 1)
    return tuple(next_open_day(month_end(add_months(start, place)), closed) for place in range(count))


def split(total: int, count: int, unit: int) -> tuple[int, ...]:
    """Divide whole yen into `count` parts of a multiple of `unit`; the first takes the rest.

    Raises:
        ValueError: nothing to divide into, a unit below one yen, or an amount below nothing.
    """
    if count < 1 or unit < 1 or total < 0:
        raise ValueError(f"{total} yen cannot be divided into {count} by {unit}")
    each = total // count // unit * unit
    return (total - each * (count - 1), *[each] * (count - 1))


def plan(total: int, due: Sequence[date], unit: int) -> tuple[Instalment, ...]:
    """The instalments of a year that begins with the first due date."""
    parts = split(total, len(due), unit)
    return tuple(
        Instalment(place + 1, day, yen) for place, (day, yen) in enumerate(zip(due, parts, strict=True))
    )


@dataclass(frozen=True)
class Changed:
    """Instalments after a change; `overpaid` is what is to be paid back or set off (yen)."""

    instalments: tuple[Instalment, ...]
    overpaid: int


def change(before: Sequence[Instalment], total: int, decided_on: date, unit: int) -> Changed:
    """Put a new total of the year on the instalments that are due after `decided_on`; the others stay.

    Where the instalments that stay are more than the new total, the rest is nothing and the difference is
    told as overpaid. Where none remains, one more is due at the end of the month after the decision.
    """
    kept = tuple(one for one in before if one.due_on <= decided_on)
    coming = tuple(one for one in before if one.due_on > decided_on)
    rest = total - sum(one.yen for one in kept)
    if rest < 0:
        return Changed((*kept, *(Instalment(one.number, one.due_on, 0) for one in coming)), -rest)
    if not coming:
        if rest == 0:
            return Changed(kept, 0)
        due = next_open_day(month_end(add_months(decided_on, 1)))
        return Changed((*kept, Instalment(len(kept) + 1, due, rest)), 0)
    parts = split(rest, len(coming), unit)
    new = (Instalment(one.number, one.due_on, yen) for one, yen in zip(coming, parts, strict=True))
    return Changed((*kept, *new), 0)


@dataclass(frozen=True)
class Spread:
    """Instalments of many households: one column each; one more after the last; what is to be given back."""

    regular: Column
    late: Column
    overpaid: Column


def spread(total: Column, before: Column, late_before: Column, kept: int, unit: int) -> Spread:
    """`change` over columns: the first `kept` instalments stay, the rest of `total` goes on the others.

    `before` has one column for each instalment, `late_before` what was due after the last of them. Whole yen.
    """
    coming = before.shape[1] - kept
    rest = total - before[:, :kept].sum(axis=1) - late_before
    owed = np.maximum(rest, 0)
    regular = before.copy()
    if coming:
        each = owed // coming // unit * unit
        regular[:, kept:] = each[:, np.newaxis]
        regular[:, kept] = owed - each * (coming - 1)
    late = np.zeros_like(owed) if coming else owed
    return Spread(regular, late, np.maximum(-rest, 0))
