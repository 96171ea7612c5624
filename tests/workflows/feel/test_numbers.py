from decimal import Decimal

import pytest

from tests.workflows.feel.asking import feel, notices
from workflows.engine.feel.expressions import compile_expression


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("0.1 + 0.2 = 0.3", True),
        ("1.10 * 3", Decimal("3.3")),
        (".872 + 0", Decimal("0.872")),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("2 / 3", Decimal("0.6666666666666666666666666666666667")),
        ("1234567890123456789012345678901234", 1234567890123456789012345678901234),
        ("12345678901234567890123456789012345", Decimal("1.234567890123456789012345678901234E+34")),
        ("1E3", 1000),
        ("4 ** 0.5", 2),
        ("2 ** -1", Decimal("0.5")),
        ("modulo(-12, 5)", 3),
        ("floor(-1.5)", -2),
        ("ceiling(-1.5)", -1),
        ("abs(-0.10)", Decimal("0.1")),
        ("-0", 0),
        ('number("12.50")', Decimal("12.5")),
        ("string(1.500)", "1.5"),
        ("string(-0)", "0"),
        ("string(1E3)", "1000"),
        ("max(1, 3, 2) - min([5, 4])", -1),
    ],
)
def test_numbers_are_exact_decimals_of_34_digits(text, answer):
    value = feel(text)
    assert value == answer
    assert type(value) is type(answer)


def test_half_goes_to_even_in_the_34th_digit():
    assert feel("1000000000000000000000000000000000.5 + 0") == 10**33
    assert feel("1000000000000000000000000000000001.5 + 0") == 10**33 + 2


def test_whole_numbers_come_out_as_int_and_others_as_decimal():
    assert type(feel("3.0")) is int
    assert str(feel("2.50")) == "2.5"


def test_a_float_enters_as_the_decimal_that_was_written():
    assert feel("x + 0.2 = 0.3", {"x": 0.1}) is True


@pytest.mark.parametrize(
    "number",
    [float("nan"), float("inf"), 1 << 30_000, Decimal("1E+7000")],
    ids=["nan", "infinity", "int", "decimal"],
)
def test_what_is_no_number_of_the_language_enters_as_null(number):
    assert feel("x", {"x": number}) is None
    assert "大きさの数ではない" in notices("x", {"x": number})


@pytest.mark.parametrize("text", ["1 / 0", "(-8) ** 0.5", "10 ** 999999999", "9 ** (9 ** 9)", "0 ** -1"])
def test_a_calculation_without_answer_is_null_and_says_so(text):
    assert feel(text) is None
    assert "答えがない" in notices(text)


def test_a_boolean_is_no_number():
    assert feel("true + 1") is None
    assert feel("true = 1") is None
    assert feel("sum([true, 1])") is None
    assert feel("x = 1", {"x": True}) is None


def test_the_digits_do_not_depend_on_how_often_it_is_asked():
    expression = compile_expression("premium / 12", ["premium"])
    assert {expression.evaluate({"premium": 100}) for _ in range(5)} == {
        Decimal("8.333333333333333333333333333333333")
    }
