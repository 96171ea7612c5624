"""Circumstances that lower a premium: who may have them, and from when to when (facts 1.7)."""

from datetime import date

import pytest

from rules.premium.circumstances import (
    BIRTH,
    FORMER_DEPENDANT,
    UNEMPLOYED,
    Applicant,
    Circumstance,
    Claim,
    faults,
)

TODAY = date(2026, 11, 23)
WOMAN = Applicant(date(1990, 5, 1), True, [(date(2020, 4, 1), None)], [])
ELDER = Applicant(date(1960, 1, 1), False, [(date(2026, 6, 10), None)], [])


def fields(claim, applicant=WOMAN):
    return [field for field, _, _ in faults(claim, applicant, TODAY)]


def test_unemployment_lowers_from_the_day_after_leaving_to_the_end_of_the_next_fiscal_year() -> None:
    for left_on, until in ((date(2026, 3, 30), date(2027, 3, 31)), (date(2026, 3, 31), date(2028, 3, 31))):
        claim = Claim(UNEMPLOYED, left_on, False, "11")
        assert claim.circumstance.until_on == until
        assert fields(claim) == []


@pytest.mark.parametrize("code", ["", "24", "40", "99"])
def test_only_the_reasons_of_the_law_count_as_involuntary(code: str) -> None:
    assert fields(Claim(UNEMPLOYED, date(2026, 9, 30), False, code)) == ["leaving_reason"]


def test_whoever_completes_65_on_the_day_of_leaving_is_too_old() -> None:
    born = Applicant(date(1961, 10, 1), False, WOMAN.periods, [])
    assert fields(Claim(UNEMPLOYED, date(2026, 9, 29), False, "11"), born) == []
    assert fields(Claim(UNEMPLOYED, date(2026, 9, 30), False, "11"), born) == ["day"]


def test_a_former_dependant_joined_on_a_day_on_record_and_was_65() -> None:
    assert fields(Claim(FORMER_DEPENDANT, date(2026, 6, 10), False, ""), ELDER) == []
    assert fields(Claim(FORMER_DEPENDANT, date(2026, 6, 11), False, ""), ELDER) == ["day"]
    young = Applicant(date(1962, 1, 1), False, ELDER.periods, [])
    assert fields(Claim(FORMER_DEPENDANT, date(2026, 6, 10), False, ""), young) == ["day"]


@pytest.mark.parametrize(
    ("day", "is_multiple", "first", "last"),
    [
        (date(2026, 11, 30), False, date(2026, 10, 1), date(2027, 1, 31)),
        (date(2026, 2, 1), True, date(2025, 11, 1), date(2026, 4, 30)),
    ],
)
def test_a_birth_is_free_for_four_months_of_several_for_six(day, is_multiple, first, last) -> None:
    claim = Claim(BIRTH, day, is_multiple, "")
    assert claim.circumstance.touches == (first, last)
    assert fields(claim) == []


def test_a_birth_is_the_mothers_from_november_2023_on_and_at_most_six_months_ahead() -> None:
    assert fields(Claim(BIRTH, date(2023, 10, 31), False, "")) == ["day"]
    assert fields(Claim(BIRTH, date(2027, 5, 23), False, "")) == []
    assert fields(Claim(BIRTH, date(2027, 5, 24), False, "")) == ["day"]
    assert "person" in fields(Claim(BIRTH, date(2026, 6, 10), False, ""), ELDER)


def test_the_same_twice_and_months_without_insurance_are_refused() -> None:
    born = Circumstance(BIRTH, date(2026, 8, 20), None)
    again = Applicant(WOMAN.birth, True, WOMAN.periods, [born])
    assert fields(Claim(BIRTH, date(2026, 9, 2), False, ""), again) == ["day"]
    assert fields(Claim(BIRTH, date(2027, 4, 2), False, ""), again) == []
    gone = Applicant(WOMAN.birth, True, [(date(2020, 4, 1), date(2026, 6, 1))], [])
    assert fields(Claim(BIRTH, date(2026, 6, 15), False, ""), gone) == []
    assert fields(Claim(BIRTH, date(2026, 7, 15), False, ""), gone) == ["day"]


def test_an_end_before_the_beginning_is_refused() -> None:
    claim = Claim(UNEMPLOYED, date(2026, 9, 30), False, "", date(2026, 9, 1))
    assert fields(claim) == ["until"]
