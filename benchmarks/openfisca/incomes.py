"""Variables of persons: from gross amounts to the income that is levied and the income that is tested."""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable

YEAR = DateUnit.YEAR
Person = build_entity("person", "persons", "A person who counts for a household in the year.", is_person=True)
Household = build_entity(
    "household", "households", "A household.", roles=[{"key": "member", "plural": "members"}]
)


def variable(name: str, entity: Any, kind: type, formula: Any = None) -> type[Variable]:
    """A variable of a year; without a formula it is read from the city."""
    body = {"value_type": kind, "entity": entity, "definition_period": YEAR, "label": name}
    return type(name, (Variable,), body if formula is None else body | {"formula": formula})


def earned_income(person: Any, period: Any) -> Any:
    g = person("salary", period)
    quarter = np.floor(g / 4_000) * 1_000
    return np.select(
        [g < 1_900_000, g < 3_600_000, g < 6_600_000, g < 8_500_000],
        [
            np.maximum(g - 650_000, 0),
            np.floor(quarter * 2.8) - 80_000,
            np.floor(quarter * 3.2) - 440_000,
            np.floor(g * 0.9) - 1_100_000,
        ],
        g - 1_950_000,
    )


def pension_income(person: Any, period: Any) -> Any:
    q, old = person("pension", period), person("is_65", period)
    o = person("earned_income", period) + person("other_income", period)
    income = np.select(
        [
            q < np.where(old, 3_300_000, 1_300_000),
            q < 4_100_000,
            q < 7_700_000,
            q < 10_000_000,
        ],
        [
            q - np.where(old, 1_100_000, 600_000),
            np.floor(q * 0.75) - 275_000,
            np.floor(q * 0.85) - 685_000,
            np.floor(q * 0.95) - 1_455_000,
        ],
        q - 1_955_000,
    )
    more = np.select([o > 20_000_000, o > 10_000_000], [200_000, 100_000], 0)
    return np.where(q > 0, np.maximum(income + more, 0), 0)


def adjusted_earned_income(person: Any, period: Any) -> Any:
    earned, pension = person("earned_income", period), person("pension_income", period)
    both = np.minimum(earned, 100_000) + np.minimum(pension, 100_000) - 100_000
    earned = earned - np.where((earned > 0) & (pension > 0), np.maximum(both, 0), 0)
    return np.where(person("is_unemployed", period), np.floor(earned * 0.3), earned)


def total_income(person: Any, period: Any) -> Any:
    own = person("adjusted_earned_income", period) + person("pension_income", period)
    return own + person("other_income", period)


def leviable_income(person: Any, period: Any, parameters: Any) -> Any:
    total, free = person("total_income", period), parameters(period).basic_deduction
    below = [total <= 24_000_000, total <= 24_500_000, total <= 25_000_000]
    return np.maximum(total - np.select(below, [free.first, free.second, free.third], 0), 0)


def tested_income(person: Any, period: Any, parameters: Any) -> Any:
    less = np.minimum(person("pension_income", period), parameters(period).reduction.pension_deduction)
    less = np.where(person("is_65", period), less, 0)
    return person("total_income", period) - less + person("test_addition", period)


def is_earner(person: Any, period: Any) -> Any:
    enough = np.where(person("is_65", period), 1_250_000, 600_000)
    return (person("salary", period) > 650_000) | (person("pension", period) > enough)


def reduction_percent(household: Any, period: Any, parameters: Any) -> Any:
    law, members = parameters(period).reduction, household.members
    counted = members("counts_for_test", period)
    test = household.sum(np.where(counted, members("tested_income", period), 0))
    earners = household.sum(counted & members("is_earner", period))
    heads = household.sum(members("counts_as_head", period))
    undeclared = household.any(counted & ~members("is_declared", period))
    base = law.base + law.per_earner * np.maximum(earners - 1, 0)
    limits = [base, base + law.five_tenths * heads, base + law.two_tenths * heads]
    percent = np.select([test <= limit for limit in limits], [70, 50, 20], 0)
    return np.where(undeclared | (heads == 0), 0, percent)


INPUTS: dict[str, type] = {
    "salary": float,
    "pension": float,
    "other_income": float,
    "test_addition": float,
    "is_65": bool,
    "is_declared": bool,
    "is_unemployed": bool,
    "counts_for_test": bool,
    "counts_as_head": bool,
    "is_preschool": bool,
    "is_adult": bool,
    "is_former_dependant": bool,
    "insured": int,
    "care": int,
    "exempt": int,
    "halved": int,
}
VARIABLES = [
    *(variable(name, Person, kind) for name, kind in INPUTS.items()),
    variable("specified", Household, int),
    variable("continuing", Household, int),
    variable("earned_income", Person, float, earned_income),
    variable("pension_income", Person, float, pension_income),
    variable("adjusted_earned_income", Person, float, adjusted_earned_income),
    variable("total_income", Person, float, total_income),
    variable("leviable_income", Person, float, leviable_income),
    variable("tested_income", Person, float, tested_income),
    variable("is_earner", Person, bool, is_earner),
    variable("reduction_percent", Household, float, reduction_percent),
]
