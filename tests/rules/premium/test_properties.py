"""What holds of every premium: it agrees with the plain calculation, is never negative, grows with income."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.law import Law
from rules.periods import FiscalYear
from rules.premium.amounts import UNIT
from rules.premium.assessment import assess
from rules.premium.households import Birth, HouseholdFacts, PersonFacts, columns_of
from rules.premium.terms import PremiumTerms, Rounding, terms_of
from tests.rules.premium.oracle import owed

LAW = Law.load()
TERMS = {year: terms_of(LAW, FiscalYear(year)) for year in (2025, 2026)}
YEN = (
    st.integers(0, 2_000_000)
    | st.sampled_from(
        [430_000, 430_001, 550_999, 551_000, 1_619_000, 1_628_000, 1_899_999, 3_600_000, 6_600_000, 8_500_000]
    )
    | st.integers(0, 40_000_000)
)
MONTHS = st.sampled_from([0, 0xFFF]) | st.integers(0, 0xFFF)
BIRTHS = st.dates(date(1945, 1, 1), date(2025, 3, 31)) | st.sampled_from(
    [
        date(1961, 1, 1),
        date(1961, 1, 2),
        date(1985, 10, 1),
        date(2008, 4, 1),
        date(2008, 4, 2),
        date(2020, 2, 29),
    ]
)
PERSON = st.builds(
    PersonFacts,
    birth=BIRTHS,
    months=MONTHS,
    is_former_member=st.just(False),
    salary=st.just(0) | YEN,
    pension=st.just(0) | YEN,
    other_income=st.just(0) | YEN,
    test_addition=st.just(0) | st.integers(0, 500_000),
    is_declared=st.sampled_from([True, True, True, False]),
    is_unemployed=st.booleans(),
    is_former_dependant=st.sampled_from([False, False, True]),
    births=st.just(())
    | st.builds(
        lambda day, many: (Birth(day, many),), st.dates(date(2025, 1, 1), date(2027, 6, 1)), st.booleans()
    ),
)
OTHER = st.builds(
    PersonFacts, birth=BIRTHS, months=st.just(0), is_former_member=st.booleans(), other_income=YEN
)
ROUNDING = st.builds(
    Rounding,
    st.sampled_from([0, 1, 10]),
    st.sampled_from([0, 1]),
    st.sampled_from([0, 1, 10, 100]),
    st.sampled_from([0, 100]),
)


@st.composite
def households(draw: st.DrawFn) -> HouseholdFacts:
    persons = draw(st.lists(PERSON, min_size=1, max_size=5)) + draw(st.lists(OTHER, max_size=1))
    if not any(person.months for person in persons):
        persons[0] = replace(persons[0], months=0xFFF)
    head = draw(st.integers(0, len(persons) - 1))
    persons[head] = replace(persons[head], is_head=True)
    specified = draw(st.sampled_from([0, 0, 0x01F, 0xFFF]))
    continuing = draw(st.sampled_from([0, 0xFE0])) & ~specified
    exempted = draw(st.just(0) | st.integers(0, 200_000))
    return HouseholdFacts(tuple(persons), specified, continuing, exempted)


def premium(household: HouseholdFacts, terms: PremiumTerms) -> Fraction:
    return Fraction(int(assess(columns_of([household], terms.year), terms)["total"][0]), UNIT)


@settings(deadline=None, max_examples=60)
@given(
    many=st.lists(households(), min_size=1, max_size=6), year=st.sampled_from([2025, 2026]), rounding=ROUNDING
)
def test_the_columns_agree_with_the_plain_calculation(
    many: list[HouseholdFacts], year: int, rounding: Rounding
) -> None:
    terms = replace(TERMS[year], rounding=rounding)
    figures = assess(columns_of(many, terms.year), terms)
    for place, household in enumerate(many):
        plain = owed(household, terms)
        assert figures["reduction"][place] == plain.reduction
        for name, amount in plain.parts.items():
            assert Fraction(int(figures[f"{name}.amount"][place]), UNIT) == amount, name
        assert Fraction(int(figures["total"][place]), UNIT) == plain.total


def test_a_city_owes_what_its_households_owe() -> None:
    """A city is computed piece by piece; no household may fall between two of them."""
    person = PersonFacts(date(1990, 5, 1), months=0xFFF, is_head=True)
    alone = [HouseholdFacts((replace(person, other_income=place * 1_000),)) for place in range(9_000)]
    figures = assess(columns_of(alone, TERMS[2026].year), TERMS[2026])
    for place in (0, 1, 8_190, 8_191, 8_192, 8_193, 8_999):
        assert Fraction(int(figures["total"][place]), UNIT) == owed(alone[place], TERMS[2026]).total


@settings(deadline=None)
@given(household=households(), year=st.sampled_from([2025, 2026]))
def test_a_premium_is_never_negative_and_never_over_the_caps(household: HouseholdFacts, year: int) -> None:
    terms = TERMS[year]
    assert 0 <= premium(household, terms) <= sum(part.cap for part in terms.parts.values())


@settings(deadline=None)
@given(household=households(), more=st.integers(1, 5_000_000), data=st.data())
def test_a_higher_income_never_costs_less(household: HouseholdFacts, more: int, data: st.DataObject) -> None:
    """Other income raises the premium or leaves it; pensions aside, whose deduction falls in steps."""
    place = data.draw(st.integers(0, len(household.persons) - 1))
    persons = [replace(person, pension=0) for person in household.persons]
    before = replace(household, persons=tuple(persons))
    persons[place] = replace(persons[place], other_income=persons[place].other_income + more)
    after = replace(household, persons=tuple(persons))
    assert premium(before, TERMS[2026]) <= premium(after, TERMS[2026])


@settings(deadline=None)
@given(first=st.integers(0, 0xFFF), income=YEN)
def test_the_months_of_a_year_add_up(first: int, income: int) -> None:
    """Without rounding, the months of one person in two shares cost as much as the whole year."""
    exact = replace(TERMS[2026], rounding=Rounding(0, 0, 0, 0))

    def charged(months: int) -> Fraction:
        person = PersonFacts(date(1990, 5, 1), months=months, is_head=True, other_income=income)
        return premium(HouseholdFacts((person,)), exact) if months else Fraction(0)

    assert charged(first) + charged(0xFFF & ~first) == charged(0xFFF)


@pytest.mark.parametrize(("year", "salary"), [(2025, 551_000), (2026, 651_000)])
def test_the_table_of_salaries_has_no_jump_but_where_the_law_rounds(year: int, salary: int) -> None:
    """From one yen to the next the salary income never falls."""
    edges = [salary, 1_619_000, 1_620_000, 1_628_000, 1_800_000, 1_900_000, 3_600_000, 6_600_000, 8_500_000]
    persons = tuple(
        PersonFacts(date(1990, 5, 1), months=0xFFF, salary=edge + step) for edge in edges for step in (-1, 0)
    )
    figures = assess(columns_of([HouseholdFacts((one,)) for one in persons], FiscalYear(year)), TERMS[year])
    incomes = [int(income) for income in figures["salary_income"]]
    assert incomes == sorted(incomes)
