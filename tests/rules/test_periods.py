"""Fiscal years, closed days and time limits."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.periods import (
    FiscalYear,
    add_working_days,
    is_closed_day,
    month_end,
    month_start,
    next_month_start,
    next_open_day,
    notify_by,
)

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2040, 12, 31))


def test_a_fiscal_year_runs_from_april_to_march() -> None:
    year = FiscalYear.containing(date(2027, 3, 31))
    assert year == FiscalYear(2026)
    assert (year.first_on, year.last_on) == (date(2026, 4, 1), date(2027, 3, 31))
    assert date(2027, 4, 1) not in year
    assert date(2026, 4, 1) in year


def test_a_fiscal_year_is_named_by_its_era() -> None:
    assert FiscalYear(2026).label_ja == "令和8年度"
    assert FiscalYear(2019).label_ja == "令和元年度"
    assert FiscalYear(2018).label_ja == "平成30年度"


def test_the_office_is_closed_on_weekends_holidays_and_over_new_year() -> None:
    closed = [
        date(2026, 11, 22),
        date(2026, 11, 23),
        date(2026, 12, 29),
        date(2027, 1, 3),
        date(2026, 11, 21),
    ]
    assert all(is_closed_day(day) for day in closed)
    assert not is_closed_day(date(2026, 12, 28))
    assert is_closed_day(date(2026, 12, 28), frozenset({date(2026, 12, 28)}))


def test_over_new_year_the_next_open_day_is_the_fourth_of_january() -> None:
    assert next_open_day(date(2026, 12, 29)) == date(2027, 1, 4)
    assert next_open_day(date(2026, 12, 28)) == date(2026, 12, 28)


def test_working_days_do_not_count_the_first_day() -> None:
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert add_working_days(date(2026, 11, 20), 0) == date(2026, 11, 20)


def test_fourteen_days_are_counted_from_the_day_after_and_end_on_an_open_day() -> None:
    assert notify_by(date(2026, 11, 2)) == date(2026, 11, 16)
    assert notify_by(date(2026, 11, 9)) == date(2026, 11, 24)  # the 23rd is a holiday
    assert notify_by(date(2026, 12, 16)) == date(2027, 1, 4)


@given(days, st.frozensets(days, max_size=3))
def test_the_deadline_is_open_and_never_earlier_than_fourteen_days(day: date, extra: frozenset[date]) -> None:
    last_on = notify_by(day, extra)
    assert last_on - day >= timedelta(days=14)
    assert not is_closed_day(last_on, extra)


@given(days)
def test_a_month_begins_on_the_first_and_ends_before_the_next(day: date) -> None:
    assert month_start(day) <= day <= month_end(day)
    assert month_end(day) + timedelta(days=1) == next_month_start(day)
