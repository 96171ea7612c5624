"""Who stands on the ex-officio lists of a month."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.ages import birthday_on, is_born_on_leap_day, reaches_on
from rules.eligibility.monthly import reaching_70, reaching_75, residence_ending, student_proof_due
from rules.eras import PartialDate
from tests.rules.case_files import LAW

NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)
LAW_NOW = LAW.on(date(2026, 11, 23))
births = st.dates(min_value=date(1940, 1, 1), max_value=date(1965, 12, 31))


def test_h10_born_on_the_first_is_on_the_list_of_the_month_before() -> None:
    born_first, born_second = PartialDate(1956, 12, 1), PartialDate(1956, 12, 2)
    on_list = reaching_70(born_first, NOVEMBER, LAW_NOW)
    assert on_list is not None
    assert on_list.due_on == date(2026, 11, 30)
    assert not on_list.needs_decision
    assert reaching_70(born_second, NOVEMBER, LAW_NOW) is None
    assert reaching_70(born_second, DECEMBER, LAW_NOW) is not None


def test_h03_h04_the_75th_birthday_counts_itself() -> None:
    for day in (1, 15, 31):
        on_list = reaching_75(PartialDate(1951, 12, day), DECEMBER, LAW_NOW)
        assert on_list is not None
        assert on_list.due_on == date(2026, 12, day)


def test_h11_born_on_29_february_is_listed_to_be_confirmed() -> None:
    on_list = reaching_75(PartialDate(1952, 2, 29), date(2027, 3, 1), LAW_NOW)
    assert on_list is not None
    assert on_list.needs_decision
    assert "確認" in on_list.note_ja


def test_h21_unknown_dates_of_birth_are_listed_for_a_persons_decision() -> None:
    by_year = reaching_75(PartialDate(1951), NOVEMBER, LAW_NOW)
    by_month = reaching_75(PartialDate(1951, 12), DECEMBER, LAW_NOW)
    assert by_year is not None
    assert by_month is not None
    assert by_year.needs_decision
    assert by_year.due_on is None
    assert reaching_75(PartialDate(1951, 12), NOVEMBER, LAW_NOW) is None
    assert reaching_70(PartialDate(1956, 12), NOVEMBER, LAW_NOW) is not None  # born on the 1st: November


def test_h27_the_end_of_a_residence_period_is_listed_in_its_month() -> None:
    on_list = residence_ending(date(2026, 12, 10), DECEMBER, extension_applied=True)
    assert on_list is not None
    assert on_list.needs_decision
    assert residence_ending(date(2026, 12, 10), NOVEMBER) is None
    assert residence_ending(None, NOVEMBER) is None


def test_h12_the_proof_of_study_is_asked_for_a_month_ahead_and_until_it_comes() -> None:
    due = date(2027, 3, 31)
    assert student_proof_due(due, date(2027, 1, 1)) is None
    ahead, late = student_proof_due(due, date(2027, 2, 1)), student_proof_due(due, date(2027, 4, 1))
    assert ahead is not None
    assert not ahead.needs_decision
    assert late is not None
    assert late.needs_decision
    assert student_proof_due(None, NOVEMBER) is None


@given(births, st.integers(-1, 1))
def test_each_person_is_on_exactly_one_list_of_70_and_of_75(birth: date, shift: int) -> None:
    partial = PartialDate.of(birth)
    for listed, day in ((reaching_70, reaches_on(birth, 70)), (reaching_75, birthday_on(birth, 75))):
        month = (day.replace(day=15) + timedelta(days=30 * shift)).replace(day=1)
        found = listed(partial, month, LAW_NOW)
        assert (found is not None) == (shift == 0)
        assert found is None or found.needs_decision == is_born_on_leap_day(birth)
