"""The assessment (賦課): what each household owes for the fiscal year, with every figure on the way.

国民健康保険法76条, 施行令29条の7. The figures are kept by name, so that the derivation is read off
(`rules/premium/explaining.py`) and never computed twice (requirement D4).
"""

from dataclasses import dataclass

import numpy as np

from rules.premium.amounts import ALL_YEAR, MONTHS, UNIT, Column, floor_to, months, raise_to
from rules.premium.columns import Households
from rules.premium.incomes import incomes
from rules.premium.terms import PartTerms, PremiumTerms

Figures = dict[str, Column]


def assess(households: Households, terms: PremiumTerms) -> Figures:
    """Compute the premium of each household for the year of `terms`.

    Returns the figures by name. Incomes, counts and `reduction` (per cent) are whole numbers; amounts named
    after a part (`medical.income_levy` …) and `total` are in 1/1,200,000 yen. Figures of persons have one row
    for each person, those of households one for each household.
    """
    figures = incomes(households.persons, terms.income)
    figures |= _reduction(households, figures, terms)
    total = np.zeros(len(households.specified), dtype=np.int64)
    flat = _Flat(households, figures["reduction"], terms.rounding.cut_raised_to)
    care, insured = (
        _months_of(households, charged, is_care=is_care)
        for charged, is_care in ((households.persons.care, True), (households.persons.insured, False))
    )
    for name, part in terms.parts.items():
        levied = _part(flat, figures, terms, name, part, care if name == "care" else insured)
        figures |= {f"{name}.{key}": column for key, column in levied.items()}
        total = total + levied["amount"]
    figures["sum_of_parts"] = total
    whole = floor_to(total, terms.rounding.total_cut_below)
    figures["exemption"] = np.minimum(households.exempted * UNIT, whole)
    figures["total"] = whole - figures["exemption"]
    return figures


def _reduction(households: Households, figures: Figures, terms: PremiumTerms) -> Figures:
    """施行令29条の7第6項: seven, five or two tenths off the flat levies, by the income of those who count.

    The head of the household counts with the income even when not insured; nobody's income may be undeclared.
    """
    persons, limits = households.persons, terms.reduction
    counted = persons.counts_for_test
    under_65, from_65 = terms.income.earner_pension_over
    pension_over = np.where(persons.is_65, from_65, under_65)
    earner = persons.is_earner_anyway | (persons.salary > terms.income.earner_salary_over)
    earner |= persons.pension > pension_over
    test = households.sum(np.where(counted, figures["test_income"], 0))
    earners = households.sum((counted & earner).astype(np.int64))
    heads = households.sum(persons.counts_as_head.astype(np.int64))
    undeclared = households.sum((counted & ~persons.is_declared).astype(np.int64))
    base = limits.base + limits.per_earner * np.maximum(earners - 1, 0)
    five, two = (base + per_head * heads for per_head in limits.per_head)
    by_income = np.where(test <= base, 70, np.where(test <= five, 50, np.where(test <= two, 20, 0)))
    return {
        "household_test_income": test,
        "earners": earners,
        "heads": heads,
        "undeclared": undeclared,
        "limit_seven_tenths": base,
        "limit_five_tenths": five,
        "limit_two_tenths": two,
        "reduction": np.where((undeclared > 0) | (heads == 0), 0, by_income),
    }


@dataclass(frozen=True)
class _Months:
    """The months of one kind of charge: those of all insured, or those of who is 40 to 64 (care)."""

    free: Column  # of each person: charged and not free for birth, counted
    full: Column  # of these, those that no former dependant has half of
    halved: Column
    levied: Column  # of each household: months in which anybody is charged, counted
    quarters: Column  # quarters of a household's levy: 4 a month, 2 for 特定世帯, 3 for 特定継続世帯
    only_former: Column  # months in which all are former dependants, counted


def _months_of(households: Households, charged: Column, *, is_care: bool) -> _Months:
    """Count the months of a charge once for all parts that follow it."""
    persons = households.persons
    free = charged & ~persons.exempt
    halves = np.where(persons.is_former_dependant, persons.halved, 0)
    levied = households.any_month(charged)
    only_former = levied & households.all_month(np.where(persons.insured == 0, ALL_YEAR, halves))
    rest = levied & ~only_former
    quarters = 4 * months(rest)
    if not is_care:
        quarters -= 2 * months(rest & households.specified) + months(rest & households.continuing)
    return _Months(
        months(free),
        months(free & ~halves),
        months(free & halves),
        months(levied),
        quarters,
        months(only_former),
    )


@dataclass(frozen=True)
class _Flat:
    """What all flat levies of a household share."""

    households: Households
    percent: Column  # of the reduction, one for each household
    cut_raised_to: int

    def left(self, levy: int, at_least: int = 0) -> Column:
        """What is left of a levy (yen) after the reduction, its cut raised as the ordinance says.

        `at_least` is the per cent that former dependants have off anyway.
        """
        percent = np.maximum(np.arange(101, dtype=np.int64), at_least)
        cut = raise_to(levy * UNIT // 100 * percent, self.cut_raised_to)
        left: Column = np.maximum(levy * UNIT - cut, 0)[self.percent]
        return left


def _part(
    flat: _Flat, figures: Figures, terms: PremiumTerms, name: str, part: PartTerms, counted: _Months
) -> Figures:
    leviable = np.where(flat.households.persons.is_former_dependant, 0, figures["leviable_income"])
    income_levy = leviable * part.income_rate * counted.free
    per_capita = _per_capita(flat, name, part, counted)
    of_persons = floor_to(income_levy + per_capita, terms.rounding.person_cut_below)
    household = _household(flat, part, counted)
    before = flat.households.sum(of_persons) + household
    cap = part.cap * (UNIT // MONTHS) * counted.levied
    return {
        "income_levy": income_levy,
        "per_capita_levy": per_capita,
        "person": of_persons,
        "months": counted.levied,
        "household_levy": household,
        "before_cap": before,
        "cap": cap,
        "amount": floor_to(np.minimum(before, cap), terms.rounding.part_cut_below),
    }


def _per_capita(flat: _Flat, name: str, part: PartTerms, counted: _Months) -> Column:
    """均等割: after the reduction; half before school (未就学児); half at least off for former dependants."""
    persons, levy = flat.households.persons, part.per_capita
    if name == "child":
        levy += part.adult_supplement
    amount = flat.households.each(flat.left(levy) // MONTHS) * counted.full
    if counted.halved.any():
        amount += flat.households.each(flat.left(levy, at_least=50) // MONTHS) * counted.halved
    if name == "child":  # nobody up to the end of the fiscal year of the 18th birthday
        amount = np.where(persons.is_adult, amount, 0)
    return np.where(persons.is_preschool, amount // 2, amount)


def _household(flat: _Flat, part: PartTerms, counted: _Months) -> Column:
    """平等割, for the months in which anybody is charged.

    Half for 特定世帯 and three quarters for 特定継続世帯 (not in the care part); half at least where all are
    former dependants.
    """
    levy = flat.left(part.household) // (4 * MONTHS) * counted.quarters
    return levy + flat.left(part.household, at_least=50) // MONTHS * counted.only_former
