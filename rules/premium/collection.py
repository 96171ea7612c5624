"""How a year's premium is collected: by deductions from a pension, by instalments, or by both.

国民健康保険法76条の3・76条の4、介護保険法135条・136条・138条-140条(準用). April, June and August take what
the February before took (仮徴収); October, December and February take the rest of the year. What was deducted
is not billed again. More premium is asked for by instalments; with less the deduction ends and the rest is
asked for by instalments (facts 1.11, [G]). Whole yen throughout; the parts always come to the year's premium.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from rules.premium.instalments import split, spread
from rules.premium.pension_deduction import MONTHS, PROVISIONAL, first_open

NOTHING: Final = (0,) * len(MONTHS)


@dataclass(frozen=True)
class Collection:
    """The parts of a year: `deducted` by the months of pensions, `regular` by the instalments of the city.

    `late` is one more instalment after the last, `late_before` what earlier ones came to, `overpaid` is to be
    given back. `goes_on` while the pension is deducted from; `is_settled` once the premium of the year is in.
    """

    deducted: tuple[int, ...]
    regular: tuple[int, ...]
    late_before: int = 0
    late: int = 0
    overpaid: int = 0
    goes_on: bool = False
    is_settled: bool = True

    @property
    def by_pension(self) -> int:
        return sum(self.deducted)

    @property
    def total(self) -> int:
        """What the parts come to: the premium of the year."""
        billed = sum(self.regular) + self.late_before + self.late
        return self.by_pension + billed - self.overpaid


@dataclass(frozen=True)
class Calendar:
    """The days of a year by a decision of `decided_on`: of instalments (`due`), of pensions (`days`).

    `unit` is that of the instalments, `deduction_unit` of the deductions (yen); `was_late_due` is when an
    instalment after the last one, of a decision before, was due.
    """

    due: tuple[date, ...]
    days: tuple[date, ...]
    unit: int
    deduction_unit: int
    lead_months: int
    decided_on: date
    was_late_due: date | None = None

    @property
    def reached(self) -> int:
        """The place of the first pension that the decision still reaches."""
        return first_open(self.days, self.decided_on, self.lead_months)

    @property
    def kept(self) -> int:
        """How many instalments are due already."""
        return sum(day <= self.decided_on for day in self.due)


def begin(before: Collection, calendar: Calendar) -> Collection:
    """Deduct from October on: instalments due before the first pension stay, the rest is deducted.

    Raises:
        ValueError: no pension of the half-year is reached any more, or nothing is left to deduct.
    """
    first = max(calendar.reached, PROVISIONAL)
    if first >= len(MONTHS):
        raise ValueError("no pension of the year can be reached any more")
    kept = sum(day < calendar.days[first] for day in calendar.due)
    billed = sum(before.regular[:kept]) + before.late_before
    rest = before.total - billed - sum(before.deducted[:first])
    if rest <= 0:
        raise ValueError("nothing of the year is left to deduct")
    return Collection(
        deducted=before.deducted[:first] + split(rest, len(MONTHS) - first, calendar.deduction_unit),
        regular=before.regular[:kept] + (0,) * (len(calendar.due) - kept),
        late_before=before.late_before,
        goes_on=True,
    )


def begin_provisionally(february: int) -> Collection:
    """Deduct in April, June and August what was deducted in February (仮徴収); the rest comes later.

    Raises:
        ValueError: nothing was deducted in February.
    """
    if february <= 0:
        raise ValueError("nothing was deducted in February")
    return Collection((february,) * PROVISIONAL + (0,) * PROVISIONAL, (), goes_on=True, is_settled=False)


def revise(before: Collection, total: int, calendar: Calendar) -> Collection:
    """Collect another premium of the year: the first one after provisional deductions, or a changed one."""
    if not before.is_settled:
        return _settle(before, total, calendar)
    if total < before.total and before.goes_on:
        return _billed(_cut(before, calendar), total, calendar)
    return _billed(before, total, calendar)


def stop(before: Collection, calendar: Calendar) -> Collection:
    """Deduct no more from the first pension that can be reached; the rest is asked for by instalments."""
    after = _cut(before, calendar)
    return after if not before.is_settled else _billed(after, before.total, calendar)


def _settle(before: Collection, total: int, calendar: Calendar) -> Collection:
    """The premium after provisional deductions: the rest goes on the pensions from October on."""
    empty = replace(before, regular=(0,) * len(calendar.due), is_settled=True)
    rest, first = total - before.by_pension, max(calendar.reached, PROVISIONAL)
    if rest < 0 and before.goes_on:
        return _billed(_cut(empty, calendar), total, calendar)
    if not before.goes_on or first >= len(MONTHS):
        return _billed(replace(empty, goes_on=False), total, calendar)
    parts = split(rest, len(MONTHS) - first, calendar.deduction_unit)
    return replace(empty, deducted=before.deducted[:first] + parts)


def _cut(before: Collection, calendar: Calendar) -> Collection:
    reached = calendar.reached
    left = before.deducted[:reached] + (0,) * (len(MONTHS) - reached)
    return replace(before, deducted=left, goes_on=False)


def _billed(before: Collection, total: int, calendar: Calendar) -> Collection:
    """Put what is not deducted on the instalments to come; those that are due stay as they are."""
    is_due = calendar.was_late_due is not None and calendar.was_late_due <= calendar.decided_on
    late_before = before.late_before + (before.late if is_due else 0)
    told = spread(
        np.array([total - before.by_pension]),
        np.array([before.regular], dtype=np.int64).reshape(1, len(before.regular)),
        np.array([late_before]),
        calendar.kept,
        calendar.unit,
    )
    return replace(
        before,
        regular=tuple(told.regular[0].tolist()),
        late_before=late_before,
        late=int(told.late[0]),
        overpaid=int(told.overpaid[0]),
    )


def regular_only(regular: Sequence[int], late_before: int, late: int, overpaid: int) -> Collection:
    """A year without any pension: every part is asked for by instalments."""
    return Collection(NOTHING, tuple(regular), late_before, late, overpaid)
