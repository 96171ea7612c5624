"""How a year's premium is collected: by deductions from a pension, by instalments, or by both.

国民健康保険法76条の3・76条の4、介護保険法135条・136条・138条-140条(準用). April, June and August take what
the February before took (仮徴収); October, December and February take the rest of the year. What was deducted
is not billed again. More premium is asked for by instalments; with less the deduction has to be stopped: the
payer takes what it was told until the stop reaches it, and what is too much is given back (facts 1.11, [G]).
Whole yen; the parts always come to the year's premium, and an unchanged premium changes no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from rules.premium.instalments import split
from rules.premium.pension_deduction import MONTHS, PROVISIONAL, first_open

NOTHING: Final = (0,) * len(MONTHS)


@dataclass(frozen=True)
class Collection:
    """The parts of a year: `deducted` by the months of pensions, `regular` by the instalments of the city.

    `late` is one more instalment after the last, `late_before` what earlier ones came to, `overpaid` is to be
    given back. `goes_on` while the pension is deducted from; `must_end` where a stop has to be decided, since
    the premium went down; `is_settled` once the premium of the year is in.
    """

    deducted: tuple[int, ...]
    regular: tuple[int, ...]
    late_before: int = 0
    late: int = 0
    overpaid: int = 0
    goes_on: bool = False
    is_settled: bool = True
    must_end: bool = False

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
    after = _without_late(before, calendar)
    if total == before.total:
        return after
    lower = total < before.total
    return _billed(replace(after, must_end=after.goes_on and (after.must_end or lower)), total, calendar)


def stop(before: Collection, calendar: Calendar) -> Collection:
    """Deduct no more from the first pension that can be reached; the rest is asked for by instalments."""
    reached = calendar.reached
    left = before.deducted[:reached] + (0,) * (len(MONTHS) - reached)
    after = replace(_without_late(before, calendar), deducted=left, goes_on=False, must_end=False)
    return after if not before.is_settled else _billed(after, before.total, calendar)


def _settle(before: Collection, total: int, calendar: Calendar) -> Collection:
    """The premium after provisional deductions: the rest goes on the pensions from October on."""
    empty = replace(before, regular=(0,) * len(calendar.due), is_settled=True)
    rest, first = total - before.by_pension, max(calendar.reached, PROVISIONAL)
    if rest < 0 and before.goes_on:
        return _billed(replace(empty, must_end=True), total, calendar)
    if not before.goes_on or first >= len(MONTHS):
        return _billed(replace(empty, goes_on=False), total, calendar)
    parts = split(rest, len(MONTHS) - first, calendar.deduction_unit)
    return replace(empty, deducted=before.deducted[:first] + parts)


def _without_late(before: Collection, calendar: Calendar) -> Collection:
    """Count the instalment after the last one among those before, once it is due."""
    if calendar.was_late_due is None or calendar.was_late_due > calendar.decided_on:
        return before
    return replace(before, late_before=before.late_before + before.late, late=0)


def _billed(before: Collection, total: int, calendar: Calendar) -> Collection:
    """Put what is not deducted on the instalments to come; those that are due stay as they are.

    While a pension pays, only those to come that ask for something anyway take it, where there are any: the
    months of the pension are not billed beside it.
    """
    kept = calendar.kept
    owed = total - before.by_pension - before.late_before - sum(before.regular[:kept])
    coming = range(kept, len(before.regular))
    asking = [place for place in coming if before.regular[place]] if before.goes_on else []
    places = asking or list(coming)
    billed = dict(zip(places, split(max(owed, 0), len(places) or 1, calendar.unit), strict=False))
    return replace(
        before,
        regular=before.regular[:kept] + tuple(billed.get(place, 0) for place in coming),
        late=0 if places else max(owed, 0),
        overpaid=max(-owed, 0),
    )


def regular_only(regular: Sequence[int], late_before: int, late: int, overpaid: int) -> Collection:
    """A year without any pension: every part is asked for by instalments."""
    return Collection(NOTHING, tuple(regular), late_before, late, overpaid)
