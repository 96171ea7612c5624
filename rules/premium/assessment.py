"""The assessment (賦課): what each household owes for the fiscal year, with every figure on the way.

国民健康保険法76条, 施行令29条の7. The figures are kept by name, so that the derivation is read off
(`rules/premium/explaining.py`) and never computed twice (requirement D4).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from rules.premium.amounts import ALL_YEAR, MONTHS, UNIT, Column, Counts, floor_to, months, raise_to
from rules.premium.columns import Households
from rules.premium.figures import Figures
from rules.premium.incomes import incomes
from rules.premium.terms import PartTerms, PremiumTerms, Rounding

_PIECE: Final = 8_192  # persons: their columns stay in the memory of the processor


def assess(households: Households, terms: PremiumTerms) -> Figures:
    """Compute the premium of each household for the year of `terms`.

    Returns the figures by name. Incomes, counts and `reduction` (per cent) are whole numbers; amounts named
    after a part (`medical.income_levy` …) and `total` are in 1/1,200,000 yen. Figures of persons have one row
    for each person, those of households one for each household.
    """
    figures = Figures()
    persons = households.persons
    for rows, some in persons.pieces(_PIECE):
        for name, column in incomes(some, terms.income).items():
            figures.room(name, len(persons.household))[rows] = column
    _reduction(households, figures, terms)
    all_insured, of_care = _months(households)
    levied = _Levied(households, figures, terms.rounding)
    total = np.zeros(len(households.specified), dtype=np.int64)
    for name, part in terms.parts.items():
        total += levied.part(name, part, of_care if name == "care" else all_insured)
    figures.keep("sum_of_parts", total)
    whole = floor_to(total, terms.rounding.total_cut_below)
    exemption = figures.keep("exemption", np.minimum(households.exempted * UNIT, whole))
    figures.keep("total", whole - exemption)
    return figures


def _reduction(households: Households, figures: Figures, terms: PremiumTerms) -> None:
    """施行令29条の7第6項: seven, five or two tenths off the flat levies, by the income of those who count.

    The head of the household counts with the income even when not insured; nobody's income may be undeclared.
    """
    keep, persons, limits = figures.keep, households.persons, terms.reduction
    counted = persons.counts_for_test
    under_65, from_65 = terms.income.earner_pension_over
    earner = persons.is_earner_anyway | (persons.salary > terms.income.earner_salary_over)
    earner |= (persons.pension > under_65) & ~persons.is_65
    earner |= (persons.pension > from_65) & persons.is_65
    test = keep("household_test_income", households.sum(figures["test_income"] * counted))
    earners = keep("earners", households.count(counted & earner))
    heads = keep("heads", households.count(persons.counts_as_head))
    undeclared = keep("undeclared", households.count(counted & ~persons.is_declared))
    base = keep("limit_seven_tenths", limits.base + limits.per_earner * np.maximum(earners - 1, 0))
    per_head_five, per_head_two = limits.per_head
    five = keep("limit_five_tenths", base + per_head_five * heads)
    two = keep("limit_two_tenths", base + per_head_two * heads)
    percent = (test <= two) * np.int8(20)
    for limit, tenths in ((five, np.int8(50)), (base, np.int8(70))):
        np.maximum(percent, (test <= limit) * tenths, out=percent)
    keep("reduction", percent * ((undeclared == 0) & (heads > 0)))


@dataclass(frozen=True)
class _Months:
    """The months of one kind of charge: those of all insured, or those of who is 40 to 64 (care)."""

    free: Counts  # of each person: charged and not free for birth, counted
    full: Counts  # of these, those that no former dependant has half of
    halved: Counts | None  # the others; None where nobody has any
    levied: Column  # of each household: months in which anybody is charged, counted
    quarters: Column  # quarters of a household's levy: 4 a month, 2 for 特定世帯, 3 for 特定継続世帯
    only_former: Column  # months in which all are former dependants, counted


def _months(households: Households) -> tuple[_Months, _Months]:
    """Count the months of all insured and those of care, once for all parts that follow them."""
    persons = households.persons
    insured, care, exempt = (
        bits.astype(np.int16) for bits in (persons.insured, persons.care, persons.exempt)
    )
    halves = persons.halved.astype(np.int16) * persons.is_former_dependant
    all_former = households.all_month((insured == 0) * np.int16(ALL_YEAR) | halves)
    kinds = []
    for charged in (insured, care):
        free = charged & ~exempt
        halved = free & halves
        levied = households.any_month(charged)
        rest = levied & ~all_former
        quarters = 4 * months(rest)
        if charged is insured:
            quarters -= 2 * months(rest & households.specified) + months(rest & households.continuing)
        kinds.append(
            _Months(
                np.bitwise_count(free),
                np.bitwise_count(free & ~halves),
                np.bitwise_count(halved) if halved.any() else None,
                months(levied),
                quarters,
                months(levied & all_former),
            )
        )
    return kinds[0], kinds[1]


class _Levied:
    """What all parts of the premium share; each part puts its figures to the others."""

    def __init__(self, households: Households, figures: Figures, rounding: Rounding) -> None:
        persons = households.persons
        self.households, self.figures, self.rounding = households, figures, rounding
        self.percent = figures["reduction"]
        self.percent_of_person = households.each(self.percent)
        self.leviable = figures["leviable_income"] * ~persons.is_former_dependant
        self.preschool = np.flatnonzero(persons.is_preschool)

    def part(self, name: str, part: PartTerms, counted: _Months) -> Column:
        """Put the figures of a part down; what is owed of it for each household is returned."""

        def keep(figure: str, column: Column) -> Column:
            return self.figures.keep(f"{name}.{figure}", column)

        income_levy = keep("income_levy", self.leviable * part.income_rate * counted.free)
        per_capita = keep("per_capita_levy", self._per_capita(name, part, counted))
        person = keep("person", floor_to(income_levy + per_capita, self.rounding.person_cut_below))
        keep("months", counted.levied)
        household = keep("household_levy", self._household(part, counted))
        before = keep("before_cap", self.households.sum(person) + household)
        cap = keep("cap", part.cap * (UNIT // MONTHS) * counted.levied)
        return keep("amount", floor_to(np.minimum(before, cap), self.rounding.part_cut_below))

    def _left(self, levy: int, at_least: int = 0) -> Column:
        """What is left of a levy (yen) by the per cent of the reduction, from 0 to 100.

        The cut is raised as the ordinance says. `at_least` is the per cent that former dependants have off
        anyway.
        """
        percent = np.maximum(np.arange(101, dtype=np.int64), at_least)
        cut = raise_to(levy * UNIT // 100 * percent, self.rounding.cut_raised_to)
        return np.maximum(levy * UNIT - cut, 0)

    def _per_capita(self, name: str, part: PartTerms, counted: _Months) -> Column:
        """均等割 after the reduction: half before school (未就学児), half at most for former dependants."""
        persons, levy = self.households.persons, part.per_capita
        if name == "child":
            levy += part.adult_supplement
        amount = (self._left(levy) // MONTHS).take(self.percent_of_person)
        amount *= counted.full
        if counted.halved is not None:
            halves = (self._left(levy, at_least=50) // MONTHS).take(self.percent_of_person)
            amount += halves * counted.halved
        if name == "child":  # nobody up to the end of the fiscal year of the 18th birthday
            amount *= persons.is_adult
        amount[self.preschool] //= 2
        return amount

    def _household(self, part: PartTerms, counted: _Months) -> Column:
        """平等割, for the months in which anybody is charged.

        Half for 特定世帯 and three quarters for 特定継続世帯 (not in the care part); half at least where all
        are former dependants.
        """
        levy = (self._left(part.household) // (4 * MONTHS)).take(self.percent) * counted.quarters
        halves = (self._left(part.household, at_least=50) // MONTHS).take(self.percent)
        return levy + halves * counted.only_former
