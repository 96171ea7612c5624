"""The facts of households as columns: what the rules read.

A row of `Persons` is a person who counts for a household in the year: insured, the head who is not insured
(擬制世帯主), or a former member now in the late-elderly scheme (特定同一世帯所属者). The rows stand in the
order of their households; each household has at least one. Yen are whole; months are bits (April is bit 0).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.premium.amounts import Bits, Column, Mask


@dataclass(frozen=True)
class Persons:
    """The persons, one row each."""

    household: Column  # which household, from 0, ascending
    salary: Column  # gross salary of the year before, yen
    pension: Column  # gross public pension, yen
    other_income: Column  # business and the rest, after losses carried forward, yen
    test_addition: Column  # put back for the test of the reduction only (専従者控除 etc.), yen
    is_earner_anyway: Mask  # counts as 給与所得者等 whatever the gross amounts say
    is_65: Mask  # 65 or more on 1 January of the year
    is_declared: Mask  # income is declared or known
    is_unemployed: Mask  # 非自発的失業者: salary income counts by 30/100
    counts_for_test: Mask  # head, insured or former member on the day of the test
    counts_as_head: Mask  # counted in n: insured or former member on the day of the test
    is_preschool: Mask  # until the end of the fiscal year of the 6th birthday
    is_adult: Mask  # past the end of the fiscal year of the 18th birthday
    is_former_dependant: Mask  # 旧被扶養者
    insured: Column  # months insured here
    care: Column  # months insured here and 40 to 64
    exempt: Column  # months free for birth (産前産後)
    halved: Column  # months within the two years of a former dependant

    def pieces(self, size: int) -> Iterator[tuple[slice, "Persons"]]:
        """Some persons after the other, with the rows where they stand."""
        for begin in range(0, len(self.household), size):
            rows = slice(begin, begin + size)
            yield rows, Persons(*(getattr(self, name)[rows] for name in Persons.__dataclass_fields__))


@dataclass(frozen=True)
class Households:
    """The households, one row each, in the order of `Persons.household`."""

    persons: Persons
    specified: Column  # months as 特定世帯
    continuing: Column  # months as 特定継続世帯
    exempted: Column  # yen off the year by decided reductions on application (減免)

    @cached_property
    def first(self) -> Column:
        """The row of each household's first person."""
        return np.searchsorted(self.persons.household, np.arange(len(self.specified))).astype(np.int64)

    @cached_property
    def further(self) -> tuple[tuple[Column, Column], ...]:
        """The second person of each household that has one, then the third …: the households, the rows."""
        sizes = np.diff(np.append(self.first, len(self.persons.household)))
        found = []
        for place in range(1, int(sizes.max(initial=1))):
            households = np.flatnonzero(sizes > place)
            found.append((households, self.first[households] + place))
        return tuple(found)

    def sum(self, values: Column) -> Column:
        """Add a column of persons up for each household."""
        return self._joined(np.add, values)

    def count(self, mask: Mask) -> Column:
        """Count the persons of each household of whom something holds."""
        return self._joined(np.add, mask.astype(np.int16)).astype(np.int64)

    def any_month(self, bits: Bits) -> Column:
        """The months that any person of the household has."""
        return self._joined(np.bitwise_or, bits).astype(np.int64, copy=False)

    def all_month(self, bits: Bits) -> Column:
        """The months that every person of the household has."""
        return self._joined(np.bitwise_and, bits).astype(np.int64, copy=False)

    def _joined(self, way: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
        """Join the values of a household's persons, place by place: four times as fast as `reduceat`."""
        joined = values[self.first]
        for households, rows in self.further:
            joined[households] = way(joined[households], values[rows])
        return joined

    def each(self, values: Column) -> Column:
        """Give every person the value of the household."""
        return values[self.persons.household]
