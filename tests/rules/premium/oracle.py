"""The premium once more, plainly: one household, one person and one month at a time, in exact fractions.

Written from the law, not from `rules/premium`: no columns, no bits, no numpy. It is slow, and it is here to
agree with the rules for every household.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from rules.premium.households import HouseholdFacts, PersonFacts
from rules.premium.terms import PartTerms, PremiumTerms

MONTHS = range(12)


@dataclass(frozen=True)
class Owed:
    """What a household owes: yen by part, and in all."""

    parts: dict[str, Fraction]
    total: Fraction
    reduction: int


def salary_income(gross: int, table: str) -> int:
    if table == "2020":
        if gross <= 550_999:
            return 0
        if gross <= 1_618_999:
            return gross - 550_000
        for up_to, income in (
            (1_619_999, 1_069_000),
            (1_621_999, 1_070_000),
            (1_623_999, 1_072_000),
            (1_627_999, 1_074_000),
        ):
            if gross <= up_to:
                return income
        if gross <= 1_799_999:
            return floor(Fraction(24, 10) * (gross // 4 // 1000 * 1000)) + 100_000
    else:
        if gross <= 650_999:
            return 0
        if gross <= 1_899_999:
            return gross - 650_000
    if gross <= 3_599_999:
        return floor(Fraction(28, 10) * (gross // 4 // 1000 * 1000)) - 80_000
    if gross <= 6_599_999:
        return floor(Fraction(32, 10) * (gross // 4 // 1000 * 1000)) - 440_000
    if gross <= 8_499_999:
        return floor(Fraction(9, 10) * gross) - 1_100_000
    return gross - 1_950_000


def pension_income(gross: int, is_65: bool, other: int) -> int:
    if gross == 0:
        return 0
    if gross < (3_300_000 if is_65 else 1_300_000):
        income = gross - (1_100_000 if is_65 else 600_000)
    elif gross < 4_100_000:
        income = floor(gross * Fraction(75, 100)) - 275_000
    elif gross < 7_700_000:
        income = floor(gross * Fraction(85, 100)) - 685_000
    elif gross < 10_000_000:
        income = floor(gross * Fraction(95, 100)) - 1_455_000
    else:
        income = gross - 1_955_000
    if other > 20_000_000:
        income += 200_000
    elif other > 10_000_000:
        income += 100_000
    return max(income, 0)


def years_on(birth: date, day: date) -> int:
    """Whole years complete by the end of `day`: one is complete the day before the birthday."""
    years = day.year - birth.year
    if (birth.month, birth.day) == (1, 1):  # complete on 31 December
        return years + 1 if (day.month, day.day) == (12, 31) else years
    anniversary = (
        (3, 1) if (birth.month, birth.day) == (2, 29) and not _leap(day.year) else (birth.month, birth.day)
    )
    eve = date(day.year, *anniversary).toordinal() - 1
    return years if day.toordinal() >= eve else years - 1


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_of(year: int, place: int) -> tuple[int, int]:
    return (year, 4 + place) if place < 9 else (year + 1, place - 8)


def last_day(year: int, place: int) -> date:
    following = month_of(year, place + 1) if place < 11 else (year + 1, 4)
    return date.fromordinal(date(*following, 1).toordinal() - 1)


def is_charged(person: PersonFacts, year: int, place: int) -> bool:
    if person.months is not None:
        return bool(person.months >> place & 1)
    month = month_of(year, place)
    for period in person.periods:
        end = period.lost_on
        if end is not None and period.lost_to_other_insurance and end.day == 1:
            end = date.fromordinal(end.toordinal() - 1)
        begun = (period.acquired_on.year, period.acquired_on.month) <= month
        if begun and (end is None or month < (end.year, end.month)):
            return True
    return False


def is_care(person: PersonFacts, year: int, place: int) -> bool:
    return 40 <= years_on(person.birth, last_day(year, place)) < 65


def is_free(person: PersonFacts, year: int, place: int) -> bool:
    """A month of birth: from the month before (of several three before) to two after."""
    number = _count(*month_of(year, place))
    return any(
        -(3 if birth.is_multiple else 1) <= number - _count(birth.day.year, birth.day.month) <= 2
        for birth in person.births
    )


def _count(year: int, month: int) -> int:
    return year * 12 + month


def is_halved(person: PersonFacts, year: int, place: int) -> bool:
    """Within 24 months from the first as somebody insured."""
    if not person.is_former_dependant:
        return False
    if person.periods:
        first = min(period.acquired_on for period in person.periods)
        return 0 <= _count(*month_of(year, place)) - _count(first.year, first.month) < 24
    return any(is_charged(person, year, one) for one in range(place + 1))


def cut(levy: int, percent: int, raised_to: int) -> Fraction:
    off = Fraction(levy * percent, 100)
    if raised_to:
        off = Fraction(-(-off // raised_to) * raised_to)
    return max(levy - off, Fraction(0))


def owed(household: HouseholdFacts, terms: PremiumTerms) -> Owed:
    """What the household owes for the year of `terms`."""
    year = terms.year.year
    new_year = date(year, 1, 1)
    leviable, tested, earners = {}, {}, {}
    for place, person in enumerate(household.persons):
        is_65 = years_on(person.birth, new_year) >= 65
        earned = salary_income(person.salary, terms.income.salary_conversion)
        pension = pension_income(person.pension, is_65, earned + person.other_income)
        if earned > 0 and pension > 0:
            earned -= max(min(earned, 100_000) + min(pension, 100_000) - 100_000, 0)
        if person.is_unemployed:
            earned = floor(Fraction(earned * 30, 100))
        total = earned + pension + person.other_income
        free = (
            430_000
            if total <= 24_000_000
            else 290_000
            if total <= 24_500_000
            else 150_000
            if total <= 25_000_000
            else 0
        )
        leviable[place] = max(total - free, 0)
        tested[place] = total - (min(pension, 150_000) if is_65 else 0) + person.test_addition
        earners[place] = (
            person.is_earner
            or person.salary > terms.income.earner_salary_over
            or person.pension > terms.income.earner_pension_over[is_65]
        )
    percent = _reduction(household, terms, tested, earners)
    parts = {
        name: _part(household, terms, name, part, leviable, percent) for name, part in terms.parts.items()
    }
    total = sum(parts.values(), Fraction(0))
    whole = _cut_below(total, terms.rounding.total_cut_below)
    return Owed(parts, max(whole - household.exempted, Fraction(0)), percent)


def _reduction(
    household: HouseholdFacts, terms: PremiumTerms, tested: dict[int, int], earners: dict[int, bool]
) -> int:
    year = terms.year.year
    first = min(
        (place for place in MONTHS for person in household.persons if is_charged(person, year, place)),
    )
    here = {place: _is_here(person, household, year, first) for place, person in enumerate(household.persons)}
    counted = [
        place
        for place, person in enumerate(household.persons)
        if here[place] or person.is_head or person.is_former_member
    ]
    heads = sum(1 for place, person in enumerate(household.persons) if here[place] or person.is_former_member)
    if heads == 0 or any(not household.persons[place].is_declared for place in counted):
        return 0
    income = sum(tested[place] for place in counted)
    limit = terms.reduction.base + 100_000 * max(sum(earners[place] for place in counted) - 1, 0)
    if income <= limit:
        return 70
    if income <= limit + heads * terms.reduction.per_head[0]:
        return 50
    return 20 if income <= limit + heads * terms.reduction.per_head[1] else 0


def _is_here(person: PersonFacts, household: HouseholdFacts, year: int, first: int) -> bool:
    """Insured on the day of the test: 1 April, or the first day of the household in the year."""
    if person.months is not None:
        return is_charged(person, year, first)
    starts = [period.acquired_on for one in household.persons for period in one.periods]
    day = max(date(year, 4, 1), min(starts))
    return any(
        period.acquired_on <= day and (period.lost_on is None or day < period.lost_on)
        for period in person.periods
    )


def _part(  # the figures of one part
    household: HouseholdFacts,
    terms: PremiumTerms,
    name: str,
    part: PartTerms,
    leviable: dict[int, int],
    percent: int,
) -> Fraction:
    year, rounding = terms.year.year, terms.rounding
    together, busy = Fraction(0), set()
    flat = Fraction(0)
    for place, person in enumerate(household.persons):
        levy = Fraction(0)
        for month in MONTHS:
            if not is_charged(person, year, month) or (name == "care" and not is_care(person, year, month)):
                continue
            busy.add(month)
            if is_free(person, year, month):
                continue
            if not person.is_former_dependant:
                levy += Fraction(leviable[place] * part.income_rate, 100_000 * 12)
            levy += _per_capita(person, name, part, terms, percent, is_halved(person, year, month)) / 12
        together += _cut_below(levy, rounding.person_cut_below)
    for month in busy:
        flat += _household_levy(household, name, part, terms, percent, month) / 12
    capped = min(together + flat, Fraction(part.cap * len(busy), 12))
    return _cut_below(capped, rounding.part_cut_below)


def _per_capita(
    person: PersonFacts, name: str, part: PartTerms, terms: PremiumTerms, percent: int, halved: bool
) -> Fraction:
    april = date(terms.year.year, 3, 31)
    levy = part.per_capita
    if name == "child":
        levy = part.per_capita + part.adult_supplement if years_on(person.birth, april) >= 18 else 0
    left = cut(levy, max(percent, 50) if halved else percent, terms.rounding.cut_raised_to)
    return left / 2 if years_on(person.birth, april) < 6 else left


def _household_levy(
    household: HouseholdFacts, name: str, part: PartTerms, terms: PremiumTerms, percent: int, month: int
) -> Fraction:
    year = terms.year.year
    insured = [one for one in household.persons if any(is_charged(one, year, place) for place in MONTHS)]
    if all(is_halved(one, year, month) for one in insured):
        return cut(part.household, max(percent, 50), terms.rounding.cut_raised_to)
    left = cut(part.household, percent, terms.rounding.cut_raised_to)
    if name != "care" and household.specified >> month & 1:
        return left / 2
    if name != "care" and household.continuing >> month & 1:
        return left * Fraction(3, 4)
    return left


def _cut_below(amount: Fraction, unit: int) -> Fraction:
    return Fraction(amount // unit * unit) if unit else amount
