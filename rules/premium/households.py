"""Households as facts with dates, and the columns made of them.

The premium runs from the month of acquiring to the month before that of losing (国民健康保険法76条, 条例).
A loss on the first of a month because of another insurance counts as one of the day before (法6条1号–8号).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from rules.periods import FiscalYear
from rules.premium.amounts import ALL_YEAR, MONTHS, Column, Mask
from rules.premium.columns import Households
from rules.premium.dated_facts import (
    NEVER,
    Births,
    DatedFacts,
    Periods,
    bits_as_periods,
    day_number,
    households_of,
    insured_months,
)
from rules.premium.refusals import FactError, FactsRefused

MOST_INCOME: Final = 9_999_999_999


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
    """A household in a year. Months are bits of the year (April is bit 0); `exempted` is whole yen (減免)."""

    persons: tuple[PersonFacts, ...]
    specified: int = 0
    continuing: int = 0
    exempted: int = 0
    where: str = field(default="", compare=False)  # how errors call it


def columns_of(households: Sequence[HouseholdFacts], year: FiscalYear) -> Households:
    """Put households into columns.

    Raises:
        FactsRefused: incomes, days or months that cannot be; nobody insured. All faults are told at once.
    """
    persons = [person for one in households for person in one.persons]
    places = _column(place for place, one in enumerate(households) for _ in one.persons)
    periods = _periods(persons, year)
    insured = np.zeros(len(households), dtype=np.int64)
    np.bitwise_or.at(insured, places, insured_months(year, periods, len(persons)))
    errors = [
        error for one, bits in zip(households, insured, strict=True) for error in check(one, year, int(bits))
    ]
    if errors or not households:
        raise FactsRefused(tuple(errors))
    return households_of(_dated(households, persons, places, periods), year)


def _dated(
    households: Sequence[HouseholdFacts],
    persons: Sequence[PersonFacts],
    places: Column,
    periods: Periods,
) -> DatedFacts:
    births = [(place, birth) for place, one in enumerate(persons) for birth in one.births]
    return DatedFacts(
        household=places,
        birth=_column(day_number(one.birth) for one in persons),
        is_head=_mask(one.is_head for one in persons),
        is_former_member=_mask(one.is_former_member for one in persons),
        salary=_column(one.salary for one in persons),
        pension=_column(one.pension for one in persons),
        other_income=_column(one.other_income for one in persons),
        test_addition=_column(one.test_addition for one in persons),
        is_declared=_mask(one.is_declared for one in persons),
        is_earner_anyway=_mask(one.is_earner for one in persons),
        is_unemployed=_mask(one.is_unemployed for one in persons),
        is_former_dependant=_mask(one.is_former_dependant for one in persons),
        periods=periods,
        births=Births(
            _column(place for place, _ in births),
            _column(day_number(one.day) for _, one in births),
            _mask(one.is_multiple for _, one in births),
        ),
        specified=_column(one.specified for one in households),
        continuing=_column(one.continuing for one in households),
        exempted=_column(one.exempted for one in households),
    )


def _periods(persons: Sequence[PersonFacts], year: FiscalYear) -> Periods:
    rows = [(place, *row) for place, person in enumerate(persons) for row in _rows_of(person, year)]
    person, acquired, lost, to_other = (_column(row[at] for row in rows) for at in range(4))
    return Periods(person, acquired, lost, to_other.astype(np.bool_))


def _rows_of(person: PersonFacts, year: FiscalYear) -> Iterable[tuple[int, int, int]]:
    if person.months is not None:
        return [(first, end, 0) for first, end in bits_as_periods(year, person.months)]
    return [
        (
            day_number(one.acquired_on),
            NEVER if one.lost_on is None else day_number(one.lost_on),
            int(one.lost_to_other_insurance),
        )
        for one in person.periods
    ]


def _column(values: Iterable[int]) -> Column:
    return np.array(list(values), dtype=np.int64)


def _mask(values: Iterable[bool]) -> Mask:
    return np.array(list(values), dtype=np.bool_)


def check(household: HouseholdFacts, year: FiscalYear, insured: int) -> list[FactError]:
    """What cannot be of a household, each with its place. `insured`: months with anybody insured (bits)."""
    errors = [
        FactError(f"{household.where}persons[{place}].{error.where}", error.code, error.values)
        for place, person in enumerate(household.persons)
        for error in _check_person(person, year)
    ]
    if not insured:
        errors.append(FactError(f"{household.where}persons", "nobody_insured", {"year": year.label_ja}))
    if (household.specified | household.continuing) & ~ALL_YEAR or household.specified & household.continuing:
        errors.append(FactError(f"{household.where}specified_months", "months", {}))
    errors += [
        FactError(f"{household.where}{error.where}", error.code, error.values)
        for error in _check_amount("exempted", household.exempted)
    ]
    return errors


def _check_person(person: PersonFacts, year: FiscalYear) -> Iterable[FactError]:
    if person.birth > year.last_on:
        yield FactError("birth_date", "born_after_year", {"year": year.label_ja})
    for name in ("salary", "pension", "other_income", "test_addition"):
        yield from _check_amount(name, getattr(person, name))
    if person.months is not None and person.months & (_months_before(year, person.birth) | ~ALL_YEAR):
        yield FactError("months", "months_of_person", {})
    for place, period in enumerate(person.periods):
        if period.lost_on is not None and period.lost_on < period.acquired_on:
            yield FactError(f"periods[{place}]", "lost_before_acquired", {})
        elif period.acquired_on < person.birth:
            yield FactError(f"periods[{place}]", "acquired_before_birth", {})


def _months_before(year: FiscalYear, day: date) -> int:
    """The months of the year before that of the day, as bits."""
    passed = (day.year - year.year) * MONTHS + day.month - year.first_on.month
    return (1 << min(max(passed, 0), MONTHS)) - 1


def _check_amount(name: str, value: int) -> Iterable[FactError]:
    if value < 0:
        yield FactError(name, "negative", {})
    elif value > MOST_INCOME:
        yield FactError(name, "too_much", {"most": f"{MOST_INCOME:,}"})
