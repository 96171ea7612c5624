"""Numbers with check digits; the refused number is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.law import DEMO_MUNICIPALITY
from rules.numbers import (
    NumberNotValid,
    individual_number_check_digit,
    insurer_number_check_digit,
    insurer_number_is_valid,
    is_demo_individual_number,
    municipality_code_is_valid,
    normalize_individual_number,
)
from tests.rules.case_files import LAW

eleven = st.text("0123456789", min_size=11, max_size=11)


@pytest.mark.parametrize(
    "number", ["000000000019", "000000000027", "000000000035", "000000000108", "000000000116"]
)
def test_the_numbers_of_demonstration_are_valid_and_known_as_such(number: str) -> None:
    assert normalize_individual_number(number) == number
    assert is_demo_individual_number(number)


@pytest.mark.parametrize(
    "typed",
    ["0000 0000 0019", "００００００００００１９", "0000-0000-0019", " 0000 0000 0019 ", "0000ー0000ー0019"],
)
def test_an_individual_number_is_read_in_any_width_and_spacing(typed: str) -> None:
    assert normalize_individual_number(typed) == "000000000019"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "number.length"),
        ("00000000001", "number.length"),
        ("0000000000190", "number.length"),
        ("00000000001x", "number.not_digits"),
        ("000000000018", "number.check_digit"),
        ("一二三四五六七八九十一二", "number.not_digits"),
    ],
)
def test_a_wrong_individual_number_is_refused_without_repeating_it(typed: str, code: str) -> None:
    with pytest.raises(NumberNotValid) as refusal:
        normalize_individual_number(typed)
    assert refusal.value.code == code
    assert not typed or typed not in refusal.value.message_ja
    assert refusal.value.message_ja.endswith("ください。")


def test_other_numbers_are_not_of_the_demonstration() -> None:
    assert not is_demo_individual_number("123456789018")


@given(eleven)
def test_every_number_with_its_check_digit_is_accepted(digits: str) -> None:
    number = f"{digits}{individual_number_check_digit(digits)}"
    assert normalize_individual_number(number) == number


@given(eleven, st.integers(1, 9))
def test_every_other_check_digit_is_refused(digits: str, shift: int) -> None:
    wrong = (individual_number_check_digit(digits) + shift) % 10
    with pytest.raises(NumberNotValid):
        normalize_individual_number(f"{digits}{wrong}")


def test_a_check_digit_is_computed_from_eleven_digits_only() -> None:
    with pytest.raises(NumberNotValid):
        individual_number_check_digit("123")


def test_municipality_codes_are_checked() -> None:
    assert municipality_code_is_valid("282022")
    assert municipality_code_is_valid(DEMO_MUNICIPALITY)
    assert not municipality_code_is_valid("282021")
    assert not municipality_code_is_valid("28202")


@pytest.mark.parametrize("number", ["280016", "280024", "280032", "280040", "280057", "990002"])
def test_insurer_numbers_are_checked(number: str) -> None:
    assert insurer_number_is_valid(number)
    assert not insurer_number_is_valid(f"{number[:-1]}{(int(number[-1]) + 1) % 10}")


@given(st.text("0123456789", min_size=5, max_size=5))
def test_insurer_numbers_end_in_their_check_digit(digits: str) -> None:
    assert insurer_number_is_valid(f"{digits}{insurer_number_check_digit(digits)}")
    assert not insurer_number_is_valid(digits)


def test_the_demonstration_city_has_an_insurer_number_of_no_prefecture() -> None:
    number = LAW.on(LAW.histories["municipal/office/insurer_number"].values[0].from_on).text(
        "municipal/office/insurer_number"
    )
    assert number.startswith("99")
    assert insurer_number_is_valid(number)
