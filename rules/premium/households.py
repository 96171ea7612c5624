"""Households as facts with dates, and the columns made of them.

The premium runs from the month of acquiring to the month before that of losing (国民健康保険法76条, 条例).
A loss on the first of a month because of another insurance counts as one of the day before (法6条1号–8号).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from rules.ages import reaches_on
from rules.calendar_months import add_months
from rules.periods import FiscalYear, month_start
from rules.premium.amounts import ALL_YEAR, MONTHS
from rules.premium.columns import Households, Persons
from rules.premium.refusals import FactError, FactsRefused

MOST_INCOME: Final = 9_999_999_999
CARE_FROM, CARE_UNTIL = 40, 65
_HALVED_FOR = 24  # months of the halved per-capita levy of a former dependant
_SCHOOL, _ADULT = 6, 18


@dataclass(frozen=True)
class ChargedPeriod:
    """A time of being insured here. `lost_on` is the first day not insured (None: open)."""

    acquired_on: date
    lost_on: date | None = None
    lost_to_other_insurance: bool = False


@dataclass(frozen=True)
class Birth:
    """A birth for which the mother's levies are free: the day (or the day due), and whether of several."""

    day: date
    is_multiple: bool = False


@dataclass(frozen=True)
class PersonFacts:
    """A person who counts for the household in the year. Yen; see `rules.premium.columns.Persons`."""

    birth: date
    periods: tuple[ChargedPeriod, ...] = ()
    months: int | None = None  # bits, where the months are known and not the days
    is_head: bool = False
    is_former_member: bool = False
    salary: int = 0
    pension: int = 0
    other_income: int = 0
    test_addition: int = 0
    is_declared: bool = True
    is_earner: bool = False
    is_unemployed: bool = False
    is_former_dependant: bool = False
    births: tuple[Birth, ...] = ()


@dataclass(frozen=True)
class HouseholdFacts:
    """A household in a year. Months are bits of the year (April is bit 0)."""

    persons: tuple[PersonFacts, ...]
    specified: int = 0
    continuing: int = 0
    where: str = field(default="", compare=False)  # how errors call it


def months_between(year: FiscalYear, first: date, end: date | None) -> int:
    """The months of the year from that of `first` to the one before that of `end` (None: no end), as bits."""
    bits = 0
    for place in range(MONTHS):
        month = add_months(year.first_on, place)
        if month_start(first) <= month and (end is None or month < month_start(end)):
            bits |= 1 << place
    return bits


def charged_months(year: FiscalYear, period: ChargedPeriod) -> int:
    """The months of the year for which the period is charged, as bits."""
    end = period.lost_on
    if end is not None and period.lost_to_other_insurance and end.day == 1:
        end = add_months(end, -1)
    return months_between(year, period.acquired_on, end)


def care_months(year: FiscalYear, birth: date) -> int:
    """The months in which somebody counts as 40 to 64: from the month of completing 40 to that before 65."""
    return months_between(year, reaches_on(birth, CARE_FROM), reaches_on(birth, CARE_UNTIL))


def exempt_months(year: FiscalYear, birth: Birth) -> int:
    """The months free for a birth: the month before it to two after, for several from three months before."""
    month = month_start(birth.day)
    return months_between(year, add_months(month, -3 if birth.is_multiple else -1), add_months(month, 3))


def is_preschool(year: FiscalYear, birth: date) -> bool:
    """Until the end of the fiscal year in which six years are complete."""
    return FiscalYear.containing(reaches_on(birth, _SCHOOL)).year >= year.year


def is_adult(year: FiscalYear, birth: date) -> bool:
    """Past the end of the fiscal year in which eighteen years are complete."""
    return FiscalYear.containing(reaches_on(birth, _ADULT)).year < year.year


def columns_of(households: Sequence[HouseholdFacts], year: FiscalYear) -> Households:
    """Put households into columns.

    Raises:
        FactsRefused: incomes, days or months that cannot be; nobody insured. All faults are told at once.
    """
    errors = [error for one in households for error in check(one, year)]
    if errors or not households:
        raise FactsRefused(tuple(errors))
    rows = [
        {"household": place} | _row(person, household, year)
        for place, household in enumerate(households)
        for person in household.persons
    ]
    names = Persons.__dataclass_fields__
    persons = Persons(**{name: np.array([row[name] for row in rows], dtype=_type(name)) for name in names})
    return Households(
        persons,
        np.array([one.specified for one in households], dtype=np.int64),
        np.array([one.continuing for one in households], dtype=np.int64),
    )


def _type(name: str) -> type:
    return np.bool_ if name.startswith(("is_", "counts_")) else np.int64


def insured_months(person: PersonFacts, year: FiscalYear) -> int:
    """The months of the year for which the person is charged, as bits."""
    if person.months is not None:
        return person.months
    return _union(charged_months(year, period) for period in person.periods)


def _union(bits: Iterable[int]) -> int:
    together = 0
    for one in bits:
        together |= one
    return together


def _row(person: PersonFacts, household: HouseholdFacts, year: FiscalYear) -> dict[str, Any]:
    insured = insured_months(person, year)
    is_here = _is_here(person, _first_day(household, year), year)
    joined = min(_starts(person, year), default=year.first_on)
    halved = months_between(year, joined, add_months(month_start(joined), _HALVED_FOR))
    return {
        "salary": person.salary,
        "pension": person.pension,
        "other_income": person.other_income,
        "test_addition": person.test_addition,
        "is_earner_anyway": person.is_earner,
        "is_65": reaches_on(person.birth, CARE_UNTIL) <= date(year.year, 1, 1),
        "is_declared": person.is_declared,
        "is_unemployed": person.is_unemployed,
        "counts_for_test": is_here or person.is_head or person.is_former_member,
        "counts_as_head": is_here or person.is_former_member,
        "is_preschool": is_preschool(year, person.birth),
        "is_adult": is_adult(year, person.birth),
        "is_former_dependant": person.is_former_dependant,
        "insured": insured,
        "care": insured & care_months(year, person.birth),
        "exempt": _union(exempt_months(year, birth) for birth in person.births),
        "halved": halved if person.is_former_dependant else 0,
    }


def _starts(person: PersonFacts, year: FiscalYear) -> list[date]:
    if person.months is None:
        return [period.acquired_on for period in person.periods]
    first = (person.months & -person.months).bit_length() - 1
    return [add_months(year.first_on, first)] if person.months else []


def _first_day(household: HouseholdFacts, year: FiscalYear) -> date:
    """The day of the test: 1 April, or the day in the year on which the household began to owe."""
    starts = [day for one in household.persons for day in _starts(one, year)]
    return max(min(starts, default=year.first_on), year.first_on)


def _is_here(person: PersonFacts, day: date, year: FiscalYear) -> bool:
    if person.months is not None:
        return bool(person.months & months_between(year, day, add_months(day, 1)))
    return any(
        one.acquired_on <= day and (one.lost_on is None or day < one.lost_on) for one in person.periods
    )


def check(household: HouseholdFacts, year: FiscalYear) -> list[FactError]:
    """What cannot be of a household, each with its place."""
    errors = [
        FactError(f"{household.where}persons[{place}].{error.where}", error.code, error.values)
        for place, person in enumerate(household.persons)
        for error in _check_person(person, year)
    ]
    if not any(insured_months(person, year) for person in household.persons):
        errors.append(FactError(f"{household.where}persons", "nobody_insured", {"year": year.label_ja}))
    if (household.specified | household.continuing) & ~ALL_YEAR or household.specified & household.continuing:
        errors.append(FactError(f"{household.where}specified_months", "months", {}))
    return errors


def _check_person(person: PersonFacts, year: FiscalYear) -> Iterable[FactError]:
    if person.birth > year.last_on:
        yield FactError("birth_date", "born_after_year", {"year": year.label_ja})
    for name in ("salary", "pension", "other_income", "test_addition"):
        yield from _check_amount(name, getattr(person, name))
    born = months_between(year, year.first_on, month_start(person.birth))
    if person.months is not None and person.months & (born | ~ALL_YEAR):
        yield FactError("months", "months_of_person", {})
    for place, period in enumerate(person.periods):
        if period.lost_on is not None and period.lost_on < period.acquired_on:
            yield FactError(f"periods[{place}]", "lost_before_acquired", {})
        elif period.acquired_on < person.birth:
            yield FactError(f"periods[{place}]", "acquired_before_birth", {})


def _check_amount(name: str, value: int) -> Iterable[FactError]:
    if value < 0:
        yield FactError(name, "negative", {})
    elif value > MOST_INCOME:
        yield FactError(name, "too_much", {"most": f"{MOST_INCOME:,}"})
