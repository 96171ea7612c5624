"""Each trap that design/feel.md names, in its order."""

import threading

import pytest

from tests.workflows.feel.asking import cell, feel, refusal
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import compile_expression


def test_a_double_equals_sign_is_refused_and_not_read_as_a_test():
    assert "「=」ひとつ" in refusal("a == 1", ["a"]).message_ja


@pytest.mark.parametrize("text", ["< 5", "a = < 5", "[< 5]", "if > 1 then 1 else 2"])
def test_a_leading_comparison_stands_only_in_cells_in_in_and_in_round_brackets(text):
    assert "左" in refusal(text, ["a"]).message_ja


@pytest.mark.parametrize(
    ("text", "answer"), [("3 in < 5", True), ("3 in (< 5, 9)", True), ("3 in (>= 4)", False)]
)
def test_where_a_leading_comparison_may_stand(text, answer):
    assert feel(text) is answer
    assert cell("< 5", 3) is True


def test_a_chain_as_long_as_allowed_runs_and_a_longer_one_is_refused():
    assert feel("+".join(["1"] * 201)) == 201
    assert "200個" in refusal("+".join(["1"] * 202)).message_ja
    assert "200個" in refusal("+".join(["1"] * 4000)).message_ja
    assert "200個" in refusal(" or ".join(["true"] * 300)).message_ja


def test_brackets_as_deep_as_allowed_run_and_deeper_ones_are_refused():
    assert feel("(" * 59 + "1" + ")" * 59) == 1
    assert "60段" in refusal("(" * 60 + "1" + ")" * 60).message_ja


def test_deep_brackets_of_long_chains_run_in_a_thread_of_its_own_too():
    text = "1+" * 60 + "(" + "2*" * 60 + "(" + "1+" * 60 + "1))"
    found = []
    thread = threading.Thread(target=lambda: found.append(compile_expression(text, ()).evaluate({})))
    thread.start()
    thread.join()
    assert len(found) == 1


def test_a_closing_bracket_that_opens_to_the_left_is_no_filter():
    assert feel("5 in ]1..5[") is False
    assert feel("5 in ]1..5[ or true") is True
    assert feel("[1 in ]1..5[, 2 in ]1..5[]") == [False, True]


def test_what_begins_with_a_round_bracket_is_told_apart():
    assert feel("2 in (1..3)") is True
    assert feel("(2)") == 2
    assert feel("2 in (5, < 3)") is True
    assert feel("2 in ((1..3))") is True


def test_a_number_does_not_swallow_the_dots_of_a_range():
    assert feel("3 in [1..5]") is True
    assert feel("0.75 in [.5..1.5]") is True


def test_not_negates_a_cell_and_is_a_function_elsewhere():
    assert cell("not(1, 2)", 3) is True
    assert feel("not(1 = 2)") is True
    with pytest.raises(FeelError):
        compile_expression("not(1, 2)", ())


def test_a_cell_false_is_the_value_and_a_cell_with_a_question_mark_is_a_condition():
    assert cell("false", False) is True
    assert cell("1 = 2", False) is True
    assert cell("? = 2", False) is False


def test_cells_are_not_split_at_commas():
    assert cell('"a,b", "c"', "a,b") is True
    assert cell('[1, 2], "x"', 2) is True


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("１ + 1", "1"),
        ("a ＞＝ 1", ">="),
        ("a ＋ 1", "+"),
        ("a ＝ 1", "="),
        ("（a）", "("),
        ("a ≧ 1", ">="),
        ("a ≠ 1", "!="),
        ("「a」", '"'),
        ("“a”", '"'),
        ("'a'", '"'),
        ("[1、2]", ","),
        ("a && a", "and"),
        ("a || a", "or"),
        ("!a", "not(…)"),
        ("a × 2", "*"),
    ],
)
def test_full_width_and_foreign_signs_are_refused_naming_the_right_one(text, plain):
    message = refusal(text, ["a"]).message_ja
    assert "半角の" in message
    assert plain in message


def test_full_width_words_are_refused_naming_the_half_width_one():
    assert "半角の「reason」" in refusal("ｒｅａｓｏｎ = 1", ["reason"]).message_ja
    assert "半角の「true」" in refusal("ｔｒｕｅ").message_ja


def test_the_ideographic_space_counts_as_space():
    assert feel("1　+　1") == 2


def test_the_feel_type_is_looked_at_first():
    assert feel("true = 1") is None
    assert feel('@"2026-11-23" = @"2026-11-23T00:00:00"') is None
    assert feel('@"2026-11-23T00:00:00" < @"2026-11-23T00:00:00Z"') is None
    assert feel("list contains([1, true], true)") is True
    assert feel("list contains([1], true)") is False


def test_a_filter_takes_by_number_or_by_condition():
    assert feel("[10, 20, 30][1]") == 10
    assert feel("[10, 20, 30][-1]") == 30
    assert feel("[10, 20, 30][true]") == [10, 20, 30]
    assert feel("[10, 20, 30][item > 15]") == [20, 30]


def test_years_and_months_keep_to_the_end_of_the_month():
    assert feel('string(@"2024-01-31" + @"P1M")') == "2024-02-29"


@pytest.mark.parametrize("text", ["1 < 2 < 3", "1 = 1 = true"])
def test_comparisons_do_not_follow_one_another(text):
    assert "続けて" in refusal(text).message_ja
