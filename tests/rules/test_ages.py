"""Ages by law: complete at the end of the day before the birthday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ages import age_on, ages_possible_on, birthday_on, reaches_on, share_from
from rules.calendar_months import add_months, add_years
from rules.eras import PartialDate

births = st.dates(min_value=date(1900, 1, 1), max_value=date(2030, 12, 31))
leap_births = st.sampled_from([date(year, 2, 29) for year in range(1904, 2031, 4)])


def test_h07_two_children_born_on_the_first_and_second_of_april() -> None:
    assert reaches_on(date(2020, 4, 1), 6) == date(2026, 3, 31)
    assert reaches_on(date(2020, 4, 2), 6) == date(2026, 4, 1)


def test_h06_twins_born_on_29_february_reach_six_on_28_february() -> None:
    assert reaches_on(date(2024, 2, 29), 6) == date(2030, 2, 28)
    assert reaches_on(date(2024, 2, 29), 18) == date(2042, 2, 28)
    assert birthday_on(date(2024, 2, 29), 6) == date(2030, 3, 1)
    assert birthday_on(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_h11_born_on_29_february_1952_reaches_75_at_the_end_of_28_february() -> None:
    assert reaches_on(date(1952, 2, 29), 75) == date(2027, 2, 28)
    assert birthday_on(date(1952, 2, 29), 75) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("birth", "first_day"),
    [
        (date(1956, 11, 1), date(2026, 11, 1)),
        (date(1956, 11, 2), date(2026, 12, 1)),
        (date(1956, 12, 1), date(2026, 12, 1)),
        (date(1957, 1, 1), date(2027, 1, 1)),
        (date(1956, 2, 29), date(2026, 3, 1)),
    ],
)
def test_h10_the_share_of_70_begins_in_the_month_after_70_is_complete(birth: date, first_day: date) -> None:
    assert share_from(birth) == first_day


def test_an_unknown_birthday_allows_a_range_of_ages() -> None:
    assert ages_possible_on(PartialDate(1951), date(2026, 11, 23)) == (74, 75)
    assert ages_possible_on(PartialDate(1951, 12), date(2026, 11, 23)) == (74, 74)


@given(births, st.integers(0, 110))
def test_the_age_changes_on_the_birthday_the_day_after_it_is_complete(birth: date, years: int) -> None:
    reached_on = reaches_on(birth, years)
    assert age_on(birth, reached_on) == years - 1
    assert age_on(birth, reached_on + timedelta(days=1)) == years


@given(leap_births, st.integers(1, 110))
def test_born_on_29_february_a_year_is_complete_on_28_february(birth: date, years: int) -> None:
    assert (reaches_on(birth, years).month, reaches_on(birth, years).day) == (2, 28)


@given(births, births)
def test_nobody_grows_younger(birth: date, day: date) -> None:
    assert age_on(birth, day) <= age_on(birth, day + timedelta(days=1))


@given(births)
def test_the_share_begins_on_a_first_within_a_month_of_the_birthday(birth: date) -> None:
    first_day = share_from(birth)
    assert first_day.day == 1
    assert timedelta(0) <= first_day - birthday_on(birth, 70) <= timedelta(days=30)


def test_a_missing_day_becomes_the_last_of_the_month() -> None:
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 10), 2) == date(2027, 2, 10)
    assert add_years(date(2024, 2, 29), 2) == date(2026, 2, 28)
