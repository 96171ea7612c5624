"""Instalments: they sum to the year, fall due on open days, and a change touches only those to come."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import FiscalYear, is_closed_day
from rules.premium.instalments import change, due_dates, plan, split

DUE = due_dates(FiscalYear(2026), 6, 10)


def test_ten_instalments_fall_due_at_the_ends_of_the_months_from_june_on_open_days() -> None:
    assert DUE[0] == date(2026, 6, 30)
    assert DUE[1] == date(2026, 7, 31)
    assert DUE[2] == date(2026, 8, 31)
    assert DUE[4] == date(2026, 11, 2), "31 October 2026 is a Saturday"
    assert DUE[6] == date(2027, 1, 4), "31 December is a closed day, and so are the first three of January"
    assert DUE[9] == date(2027, 3, 31)
    assert not any(is_closed_day(day) for day in DUE)


def test_the_first_instalment_takes_what_does_not_divide() -> None:
    assert split(356_500, 10, 100) == (36_100, *[35_600] * 9)
    assert split(80_700, 10, 1_000) == (8_700, *[8_000] * 9)


@given(total=st.integers(0, 1_130_000), count=st.integers(1, 10), unit=st.sampled_from([1, 10, 100, 1_000]))
def test_instalments_sum_to_the_year(total: int, count: int, unit: int) -> None:
    parts = split(total, count, unit)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    assert all(part % unit == 0 for part in parts[1:])


@given(
    total=st.integers(0, 1_130_000),
    new=st.integers(0, 1_130_000),
    on=st.dates(date(2026, 4, 1), date(2027, 4, 30)),
)
def test_a_change_leaves_the_past_and_sums_to_the_new_year(total: int, new: int, on: date) -> None:
    before = plan(total, DUE, 100)
    after = change(before, new, on, 100)
    past = [one for one in before if one.due_on <= on]
    assert list(after.instalments[: len(past)]) == past
    assert sum(one.yen for one in after.instalments) - after.overpaid == new
    assert all(one.yen >= 0 for one in after.instalments)


def test_after_the_last_due_date_more_is_asked_for_once_at_the_end_of_the_next_month() -> None:
    after = change(plan(100_000, DUE, 100), 112_000, date(2027, 4, 10), 100)
    assert [(one.number, one.due_on, one.yen) for one in after.instalments[10:]] == [
        (11, date(2027, 5, 31), 12_000)
    ]


@pytest.mark.parametrize(("total", "count", "unit"), [(1, 0, 100), (1, 10, 0), (-1, 10, 100)])
def test_what_cannot_be_divided_is_refused(total: int, count: int, unit: int) -> None:
    with pytest.raises(ValueError, match="cannot be divided"):
        split(total, count, unit)
