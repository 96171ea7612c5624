import pytest

from tests.workflows.feel.asking import cell
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import compile_unary_tests


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        ("-", 1, True),
        ("", None, True),
        ("-", None, True),
        ("-1", -1, True),
        ('"01"', "01", True),
        ('"01", "07"', "07", True),
        ('"01", "07"', "02", False),
        ('not("01", "07")', "02", True),
        ('not("01", "07")', "07", False),
        ("not(null)", None, False),
        ("not(null)", 1, True),
        ("1, 2, [5..7]", 6, True),
        ("1, 2, [5..7]", 4, False),
        ("1, 2, ]5..7[, > 10", 11, True),
        ("]5..7[, 5", 7, False),
        ("< 18", 17, True),
        ("< 18", None, False),
        (">= 18, null", None, True),
        ("!= 3", 4, True),
        ("(18..65)", 18, False),
        ("[18..65]", 18, True),
        ('"a,b", "c"', "a,b", True),
        ('"a,b", "c"', "a", False),
        ("false", False, True),
        ("false", True, False),
        ("null", None, True),
        ("null", 1, False),
        ("true", 1, False),
        ("? > 1 and ? < 5", 3, True),
        ("? > 1 and ? < 5", 5, False),
        ('starts with(?, "見本")', "見本市", True),
        ("modulo(?, 2) = 0, 3", 3, True),
        ("not(? > 3)", 5, False),
        ("not(? > 3) and ? > 0", 2, True),
        ('not(contains(?, "x"))', "y", True),
        ("not([65..75))", 75, True),
        ("not([65..75))", 65, False),
        ("not((65..75], [80..90))", 66, False),
        ("not((65..75], [80..90))", 79, True),
        ("not(]1..2[, 7)", 7, False),
        ("not(]1..2[, 7)", 2, True),
        ("not(? in [1..3)) and ? > 0", 3, True),
        ("not(? in [1..3)) or (? = 2)", 2, True),
        ('["01", "02"]', "02", True),
        ('[date("2026-04-01")..date("2027-03-31")]', "2026-05-01", False),
        ('date(?) >= @"2026-04-01"', "2026-05-01", True),
        ('list contains(?, "passport")', ["passport"], True),
        ("count(?) > 1", [1, 2], True),
    ],
)
def test_a_cell_matches(text, value, answer):
    assert cell(text, value) is answer


def test_a_cell_may_say_other_names_of_the_case():
    assert cell("< limit", 5, {"limit": 6}) is True
    assert cell("allowed", "01", {"allowed": ["01", "02"]}) is True
    assert cell("[low..high]", 5, {"low": 5, "high": 6}) is True


def test_a_cell_with_a_test_of_another_kind_does_not_match():
    assert cell('"5"', 5) is False
    assert cell("> 3", "5") is False


@pytest.mark.parametrize(
    "text", ["1,", "not(1", "> ", "1 2", "unknown", ", 1", "not()", "[1..", "1; 2", "- -"]
)
def test_a_cell_that_is_none_is_refused(text):
    with pytest.raises(FeelError):
        compile_unary_tests(text, ())
