"""Variables of households: the four parts of the premium and their sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.variables import Variable

from benchmarks.openfisca.incomes import Household, Person, variable

MONTHS, ALL_MONTHS = 12, (1 << 12) - 1
COUNT = np.array([bits.bit_count() for bits in range(1 << MONTHS)], dtype=np.int32)
PARTS = ("medical", "support", "care", "child")


def of_part(part: str) -> list[type[Variable]]:
    """The levies of one part: by person, by household, and what is owed."""
    months = "care" if part == "care" else "insured"

    def income_levy(person: Any, period: Any, parameters: Any) -> Any:
        free = person(months, period) & ~person("exempt", period)
        base = np.where(person("is_former_dependant", period), 0, person("leviable_income", period))
        return base * parameters(period).parts[part].income_rate * COUNT[free] / MONTHS

    def per_capita_levy(person: Any, period: Any, parameters: Any) -> Any:
        law = parameters(period).parts[part]
        free = person(months, period) & ~person("exempt", period)
        percent = person.household("reduction_percent", period)
        flat: Any = law.per_capita
        if part == "child":
            flat = np.where(person("is_adult", period), law.per_capita + law.adult_supplement, 0)
        halved = np.where(person("is_former_dependant", period), free & person("halved", period), 0)
        levy = flat * (100 - percent) / 100 * COUNT[free & ~halved] / MONTHS
        levy += flat * (100 - np.maximum(percent, 50)) / 100 * COUNT[halved] / MONTHS
        return np.where(person("is_preschool", period), levy / 2, levy)

    def household_levy(household: Any, period: Any, parameters: Any) -> Any:
        law, percent = parameters(period).parts[part], household("reduction_percent", period)
        only = household(f"{months}_months", period) & household("former_only_months", period)
        rest = household(f"{months}_months", period) & ~only
        quarters = 4 * COUNT[rest]
        if part != "care":
            specified, continuing = household("specified", period), household("continuing", period)
            quarters = quarters - 2 * COUNT[rest & specified] - COUNT[rest & continuing]
        levy = law.household * (100 - percent) / 100 * quarters / 48
        return levy + law.household * (100 - np.maximum(percent, 50)) / 100 * COUNT[only] / MONTHS

    def owed(household: Any, period: Any, parameters: Any) -> Any:
        members, law = household.members, parameters(period).parts[part]
        levies = members(f"{part}_income_levy", period) + members(f"{part}_per_capita_levy", period)
        whole = household.sum(levies) + household(f"{part}_household_levy", period)
        months_of = COUNT[household(f"{months}_months", period)]
        return np.floor(np.minimum(whole, law.cap * months_of / MONTHS) / 10) * 10

    made = [
        (f"{part}_income_levy", Person, income_levy),
        (f"{part}_per_capita_levy", Person, per_capita_levy),
        (f"{part}_household_levy", Household, household_levy),
        (f"{part}_premium", Household, owed),
    ]
    return [variable(name, entity, float, rule) for name, entity, rule in made]


def insured_months(household: Any, period: Any) -> Any:
    return household.reduce(household.members("insured", period), np.bitwise_or, 0)


def care_months(household: Any, period: Any) -> Any:
    return household.reduce(household.members("care", period), np.bitwise_or, 0)


def former_only_months(household: Any, period: Any) -> Any:
    members = household.members
    former = np.where(members("is_former_dependant", period), members("halved", period), 0)
    ours = np.where(members("insured", period) == 0, ALL_MONTHS, former)
    return household.reduce(ours, np.bitwise_and, ALL_MONTHS)


def premium(household: Any, period: Any) -> Any:
    whole = sum(household(f"{part}_premium", period) for part in PARTS)
    return np.floor(whole / 100) * 100


VARIABLES = [
    *(
        variable(rule.__name__, Household, int, rule)
        for rule in (insured_months, care_months, former_only_months)
    ),
    *(one for part in PARTS for one in of_part(part)),
    variable("premium", Household, float, premium),
]
