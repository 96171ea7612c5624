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
    for name, part in terms.parts.items():
        levied = _part(households, figures, terms, name, part)
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
class _Flat:
    """What all flat levies of a household share."""

    households: Households
    percent: Column  # of the reduction, one for each household
    cut_raised_to: int

    def left(self, levy: Column | int, percent: Column) -> Column:
        """What is left of a levy (yen) after the cut of the reduction, raised as the ordinance says."""
        whole = np.asarray(levy, dtype=np.int64) * UNIT
        left: Column = np.maximum(whole - raise_to(whole // 100 * percent, self.cut_raised_to), 0)
        return left


def _part(
    households: Households, figures: Figures, terms: PremiumTerms, name: str, part: PartTerms
) -> Figures:
    persons = households.persons
    charged = persons.care if name == "care" else persons.insured
    free = charged & ~persons.exempt
    leviable = np.where(persons.is_former_dependant, 0, figures["leviable_income"])
    income_levy = leviable * part.income_rate * months(free)
    flat = _Flat(households, figures["reduction"], terms.rounding.cut_raised_to)
    per_capita = _per_capita(flat, name, part, free)
    of_persons = floor_to(income_levy + per_capita, terms.rounding.person_cut_below)
    charged_months = households.any_month(charged)
    household = _household(flat, name, part, charged_months)
    before = households.sum(of_persons) + household
    cap = part.cap * (UNIT // MONTHS) * months(charged_months)
    return {
        "income_levy": income_levy,
        "per_capita_levy": per_capita,
        "person": of_persons,
        "months": months(charged_months),
        "household_levy": household,
        "before_cap": before,
        "cap": cap,
        "amount": floor_to(np.minimum(before, cap), terms.rounding.part_cut_below),
    }


def _per_capita(flat: _Flat, name: str, part: PartTerms, free: Column) -> Column:
    """均等割: after the reduction; half before school (未就学児); half at least off for former dependants."""
    persons, percent = flat.households.persons, flat.households.each(flat.percent)
    levy: Column | int = part.per_capita
    if name == "child":  # nobody up to the end of the fiscal year of the 18th birthday
        levy = np.where(persons.is_adult, part.per_capita + part.adult_supplement, 0)
    halved = np.where(persons.is_former_dependant, free & persons.halved, 0)
    amount = flat.left(levy, percent) // MONTHS * months(free & ~halved)
    amount += flat.left(levy, np.maximum(percent, 50)) // MONTHS * months(halved)
    return np.where(persons.is_preschool, amount // 2, amount)


def _household(flat: _Flat, name: str, part: PartTerms, charged: Column) -> Column:
    """平等割, for the months in which anybody is charged.

    Half for 特定世帯 and three quarters for 特定継続世帯 (not in the care part); half at least where all are
    former dependants.
    """
    households, persons = flat.households, flat.households.persons
    former = np.where(persons.is_former_dependant, persons.halved, 0)
    only_former = charged & households.all_month(np.where(persons.insured == 0, ALL_YEAR, former))
    rest = charged & ~only_former
    quarters = 4 * months(rest)
    if name != "care":
        quarters -= 2 * months(rest & households.specified) + months(rest & households.continuing)
    left_former = flat.left(part.household, np.maximum(flat.percent, 50))
    left = flat.left(part.household, flat.percent)
    return left // (4 * MONTHS) * quarters + left_former // MONTHS * months(only_former)
