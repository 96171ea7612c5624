"""Facts with dates as columns, and the months and counts that come of them: one household, or the city.

Days are numbers (days since 1 January 1970); a period that has no end ends on `NEVER`. The premium runs from
the month of acquiring to the month before that of losing (国民健康保険法76条, 条例); ages are complete at the
end of the day before the birthday (年齢計算ニ関スル法律).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from rules.calendar_months import add_months
from rules.periods import FiscalYear
from rules.premium.amounts import ALL_YEAR, MONTHS, Column, Mask
from rules.premium.columns import Households, Persons

EPOCH: Final = date(1970, 1, 1)
NEVER: Final = (date(9999, 12, 1) - EPOCH).days
CARE_FROM, CARE_UNTIL = 40, 65
HALVED_FOR: Final = 24  # months of the halved per-capita levy of a former dependant
SCHOOL, ADULT = 6, 18
SPECIFIED_FOR, CONTINUING_FOR = 60, 36  # months of 特定世帯, and after them of 特定継続世帯


@dataclass(frozen=True)
class Periods:
    """Times of being insured here, in the order of their persons. `lost` is the first day not insured."""

    person: Column
    acquired: Column
    lost: Column
    to_other_insurance: Mask  # lost by 法6条1号-8号: on the first of a month it counts as the day before


@dataclass(frozen=True)
class Births:
    """Births for which the mother's levies are free: her row, the day, whether of several."""

    person: Column
    day: Column
    is_multiple: Mask


@dataclass(frozen=True)
class DatedFacts:
    """The persons of households, one row each, in the order of their households; yen are whole.

    `specified` and `continuing` are bits of the year, `exempted` the yen off it by decided reductions on
    application (減免); one row for each household.
    """

    household: Column
    birth: Column
    is_head: Mask
    is_former_member: Mask
    salary: Column
    pension: Column
    other_income: Column
    test_addition: Column
    is_declared: Mask
    is_earner_anyway: Mask
    is_unemployed: Mask
    is_former_dependant: Mask
    periods: Periods
    births: Births
    specified: Column
    continuing: Column
    exempted: Column


def day_number(day: date) -> int:
    """A day as columns hold it."""
    return (day - EPOCH).days


def month_of(day: Column) -> Column:
    """The months since January 1970 in which the days lie."""
    months: Column = day.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return months


def first_month(year: FiscalYear) -> int:
    """April of the fiscal year, as a month."""
    return (year.year - EPOCH.year) * MONTHS + 3


def months_between(year: FiscalYear, first: Column, end: Column) -> Column:
    """The months of the year from `first` to the one before `end` (months since 1970), as bits."""
    start = np.clip(first - first_month(year), 0, MONTHS)
    stop = np.clip(end - first_month(year), 0, MONTHS)
    one = np.int64(1)
    return np.where(stop > start, (one << stop) - (one << start), 0)


def reached_in(birth: Column, years: int) -> Column:
    """The month at whose day before the birthday the age is complete: born on the 1st, the month before."""
    return month_of(birth - 1) + years * MONTHS


def end_months(periods: Periods) -> Column:
    """The first month for which each period is not charged any more."""
    return month_of(np.where(periods.to_other_insurance, periods.lost - 1, periods.lost))


def charged_months(year: FiscalYear, periods: Periods) -> Column:
    """The months of the year for which each period is charged, as bits."""
    return months_between(year, month_of(periods.acquired), end_months(periods))


def insured_months(year: FiscalYear, periods: Periods, persons: int) -> Column:
    """The months of the year for which each person is charged, as bits."""
    return united(periods.person, charged_months(year, periods), persons)


def united(person: Column, bits: Column, persons: int) -> Column:
    """The bits of all rows of a person together."""
    together = np.zeros(persons, dtype=np.int64)
    np.bitwise_or.at(together, person, bits)
    return together


def days_of_test(facts: DatedFacts, year: FiscalYear) -> Column:
    """The day of the test of each household: 1 April, or that in the year on which it began to owe."""
    starts = np.full(len(facts.specified), NEVER, dtype=np.int64)
    np.minimum.at(starts, facts.household[facts.periods.person], facts.periods.acquired)
    april = day_number(year.first_on)
    return np.where(starts == NEVER, april, np.maximum(starts, april))


def households_of(facts: DatedFacts, year: FiscalYear) -> Households:
    """The columns that the rules read."""
    count, periods = len(facts.household), facts.periods
    on = days_of_test(facts, year)[facts.household[periods.person]]
    here = united(periods.person, ((periods.acquired <= on) & (on < periods.lost)).astype(np.int64), count)
    is_here = here.astype(np.bool_)
    insured = insured_months(year, periods, count)
    persons = Persons(
        household=facts.household,
        salary=facts.salary,
        pension=facts.pension,
        other_income=facts.other_income,
        test_addition=facts.test_addition,
        is_earner_anyway=facts.is_earner_anyway,
        is_65=facts.birth <= day_number(date(year.year - CARE_UNTIL, 1, 2)),
        is_declared=facts.is_declared,
        is_unemployed=facts.is_unemployed,
        counts_for_test=is_here | facts.is_head | facts.is_former_member,
        counts_as_head=is_here | facts.is_former_member,
        is_preschool=reached_in(facts.birth, SCHOOL) >= first_month(year),
        is_adult=reached_in(facts.birth, ADULT) < first_month(year),
        is_former_dependant=facts.is_former_dependant,
        insured=insured,
        care=insured & _care_months(year, facts.birth),
        exempt=_exempt_months(year, facts.births, count),
        halved=np.where(facts.is_former_dependant, _halved_months(year, periods, count), 0),
    )
    return Households(persons, facts.specified, facts.continuing, facts.exempted)


def _care_months(year: FiscalYear, birth: Column) -> Column:
    """40 to 64: from the month of completing 40 to that before 65."""
    return months_between(year, reached_in(birth, CARE_FROM), reached_in(birth, CARE_UNTIL))


def _exempt_months(year: FiscalYear, births: Births, persons: int) -> Column:
    """The months free for a birth: the month before it to two after, for several from three months before."""
    month = month_of(births.day)
    bits = months_between(year, month - np.where(births.is_multiple, 3, 1), month + 3)
    return united(births.person, bits, persons)


def _halved_months(year: FiscalYear, periods: Periods, persons: int) -> Column:
    """The two years from the month of acquiring; where nobody says when, from April."""
    joined = np.full(persons, NEVER, dtype=np.int64)
    np.minimum.at(joined, periods.person, periods.acquired)
    month = month_of(np.where(joined == NEVER, day_number(year.first_on), joined))
    return months_between(year, month, month + HALVED_FOR)


def specified_months(
    year: FiscalYear, began: Column, insured: Column, household: Column
) -> tuple[Column, Column]:
    """The months as 特定世帯 and 特定継続世帯 (施行令29条の7第2項), as bits.

    `began` is the month in which a member first moved to the late-elderly scheme and stayed in the household
    (`NEVER` where nobody did), one for each household; `insured` and `household` are those of the persons.
    Only months with a single insured person count: five years from `began`, three more after them.
    """
    alone = np.zeros(len(began), dtype=np.int64)
    for place in range(MONTHS):
        here = np.zeros(len(began), dtype=np.int64)
        np.add.at(here, household, insured >> place & 1)
        alone |= (here == 1).astype(np.int64) << place
    until = began + SPECIFIED_FOR
    return (
        alone & months_between(year, began, until),
        alone & months_between(year, until, until + CONTINUING_FOR),
    )


def bits_as_periods(year: FiscalYear, bits: int) -> list[tuple[int, int]]:
    """Months that are known without days, as periods from the first of one month to that of another."""
    shifted = (bits & ALL_YEAR) << 1
    edges = [place for place in range(MONTHS + 1) if (shifted ^ shifted >> 1) >> place & 1]
    days = [day_number(add_months(year.first_on, place)) for place in edges]
    return list(zip(days[::2], days[1::2], strict=True))
