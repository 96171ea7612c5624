"""The 44 digits of the bar code in shops (facts, 6.2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.collection.store_barcode import BarcodeRefused, check_digit, in_words, payment_digits

UNTIL = date(2026, 7, 31)


@pytest.mark.parametrize(
    ("body", "digit"),
    [
        ("400638133393", 1),  # the example of EAN-13 that GS1 prints; the same weights
        ("00000000000000000000000000000000000000000000", 0),
        ("0000000000000000000000000000000000000000001", 7),  # the last digit weighs 3
        ("0000000000000000000000000000000000000000010", 9),  # the one before it weighs 1
    ],
)
def test_the_check_digit_weighs_three_and_one_from_the_right(body: str, digit: int) -> None:
    assert check_digit(body) == digit


def test_each_part_stands_at_its_place() -> None:
    digits = payment_digits("912345", "26000012340001", 12_300, UNTIL, reissue=2)
    assert digits[:43] == "91" + "912345" + "260000123400010000000" + "2" + "260731" + "0" + "012300"
    assert in_words(digits) == ("(91)912345-260000123400010000000", f"2-260731-0-012300-{digits[43]}")


def test_a_slip_without_a_last_day_says_so() -> None:
    assert payment_digits("912345", "1", 1, None)[30:36] == "999999"


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("issuer", {"issuer": "12345"}),
        ("issuer", {"issuer": "12345a"}),
        ("reference", {"reference": "1" * 22}),
        ("reference", {"reference": ""}),
        ("reference", {"reference": "\N{FULLWIDTH DIGIT ONE}"}),
        ("amount", {"amount": 1_000_000}),
        ("amount", {"amount": 0}),
        ("amount", {"amount": -1}),
        ("reissue", {"reissue": 10}),
    ],
)
def test_what_the_digits_cannot_carry_is_refused_by_name(part: str, values: dict[str, object]) -> None:
    given_values = {"issuer": "912345", "reference": "1", "amount": 1, "pay_until": UNTIL} | values
    with pytest.raises(BarcodeRefused) as refused:
        payment_digits(**given_values)  # type: ignore[arg-type]
    assert refused.value.part == part
    assert refused.value.message_ja


@given(st.integers(1, 999_999), st.from_regex(r"[0-9]{1,21}", fullmatch=True), st.integers(0, 9))
def test_one_wrong_digit_is_always_seen(amount: int, reference: str, wrong: int) -> None:
    digits = payment_digits("912345", reference, amount, UNTIL)
    assert len(digits) == 44
    assert int(digits[37:43]) == amount
    place = amount % 43
    other = digits[:place] + str(wrong) + digits[place + 1 :]
    assert (check_digit(other[:43]) == int(other[43])) == (other == digits)
