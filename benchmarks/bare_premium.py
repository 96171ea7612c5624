"""The premium of FY2026 in bare numpy: the same arithmetic, no parameters by name, no figure kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from rules.premium.columns import Households
from rules.premium.terms import PremiumTerms

UNIT, MONTHS = 1_200_000, 12
COUNT = np.array([bits.bit_count() for bits in range(1 << MONTHS)], dtype=np.int64)


def bare(households: Households, terms: PremiumTerms) -> Any:
    """What each household owes, in whole yen. `terms` gives the rates only, as numbers."""
    p = households.persons
    first = np.searchsorted(p.household, np.arange(len(households.specified)))
    leviable, tested = _incomes(p)
    counted = p.counts_for_test
    earner = (p.salary > 650_000) | (p.pension > np.where(p.is_65, 1_250_000, 600_000))
    test = np.add.reduceat(np.where(counted, tested, 0), first)
    earners = np.add.reduceat((counted & earner).astype(np.int64), first)
    heads = np.add.reduceat(p.counts_as_head.astype(np.int64), first)
    undeclared = np.add.reduceat((counted & ~p.is_declared).astype(np.int64), first)
    base = 430_000 + 100_000 * np.maximum(earners - 1, 0)
    percent = np.where(test <= base + 570_000 * heads, 20, 0)
    percent = np.where(test <= base + 310_000 * heads, 50, percent)
    percent = np.where(test <= base, 70, percent)
    percent = np.where((undeclared > 0) | (heads == 0), 0, percent)
    total = np.zeros(len(percent), dtype=np.int64)
    for name, part in terms.parts.items():
        total += _part(households, first, leviable, percent, name, part)
    return np.maximum(total // (100 * UNIT) * 100 - households.exempted, 0)


def _incomes(p: Any) -> tuple[Any, Any]:
    g, quarter = p.salary, p.salary // 4_000 * 1_000
    earned = np.where(g < 8_500_000, g * 9 // 10 - 1_100_000, g - 1_950_000)
    earned = np.where(g < 6_600_000, quarter * 32 // 10 - 440_000, earned)
    earned = np.where(g < 3_600_000, quarter * 28 // 10 - 80_000, earned)
    earned = np.where(g < 1_900_000, g - 650_000, earned)
    earned = np.where(g < 651_000, 0, earned)
    o, q = earned + p.other_income, p.pension
    pension = np.where(q < 10_000_000, q * 95 // 100 - 1_455_000, q - 1_955_000)
    pension = np.where(q < 7_700_000, q * 85 // 100 - 685_000, pension)
    pension = np.where(q < 4_100_000, q * 75 // 100 - 275_000, pension)
    low = q - np.where(p.is_65, 1_100_000, 600_000)
    pension = np.where(q < np.where(p.is_65, 3_300_000, 1_300_000), low, pension)
    more = np.where(o > 20_000_000, 200_000, np.where(o > 10_000_000, 100_000, 0))
    pension = np.where(q > 0, np.maximum(pension + more, 0), 0)
    both = np.minimum(earned, 100_000) + np.minimum(pension, 100_000) - 100_000
    earned = earned - np.where((earned > 0) & (pension > 0), np.maximum(both, 0), 0)
    earned = np.where(p.is_unemployed, earned * 30 // 100, earned)
    total = earned + pension + p.other_income
    free = np.where(total <= 25_000_000, 150_000, 0)
    free = np.where(total <= 24_500_000, 290_000, free)
    free = np.where(total <= 24_000_000, 430_000, free)
    tested = total - np.where(p.is_65, np.minimum(pension, 150_000), 0) + p.test_addition
    return np.maximum(total - free, 0), tested


def _part(households: Households, first: Any, leviable: Any, percent: Any, name: str, part: Any) -> Any:
    p = households.persons
    charged = p.care if name == "care" else p.insured
    free = charged & ~p.exempt
    former = p.is_former_dependant
    levy = np.where(former, 0, leviable) * part.income_rate * COUNT[free]
    each = percent[p.household]
    flat = np.full(len(each), part.per_capita)
    if name == "child":
        flat = np.where(p.is_adult, part.per_capita + part.adult_supplement, 0)
    halved = np.where(former, free & p.halved, 0)
    capita = (flat * UNIT - flat * UNIT // 100 * each) // MONTHS * COUNT[free & ~halved]
    capita += (flat * UNIT - flat * UNIT // 100 * np.maximum(each, 50)) // MONTHS * COUNT[halved]
    levy += np.where(p.is_preschool, capita // 2, capita)
    of_persons = np.add.reduceat(levy, first)
    months = np.bitwise_or.reduceat(charged, first)
    ours = np.where(p.insured == 0, 4095, np.where(former, p.halved, 0))
    only = months & np.bitwise_and.reduceat(ours, first)
    rest = months & ~only
    quarters = 4 * COUNT[rest]
    if name != "care":
        quarters -= 2 * COUNT[rest & households.specified] + COUNT[rest & households.continuing]
    whole = part.household * UNIT
    home = (whole - whole // 100 * percent) // 48 * quarters
    home += (whole - whole // 100 * np.maximum(percent, 50)) // MONTHS * COUNT[only]
    return np.minimum(of_persons + home, part.cap * 100_000 * COUNT[months]) // (10 * UNIT) * (10 * UNIT)
