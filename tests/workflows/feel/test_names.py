import pytest

from tests.workflows.feel.asking import feel, refusal
from workflows.engine.feel.expressions import compile_expression


@pytest.mark.parametrize(
    ("text", "data", "answer"),
    [
        ("date of birth + 1", {"date of birth": 1}, 2),
        ("Profit and loss > 0 and true", {"Profit and loss": 5}, True),
        ("a-b", {"a-b": 7, "a": 3, "b": 1}, 7),
        ("a - c", {"a": 3, "c": 1}, 2),
        ("氏名", {"氏名": "見本 太郎"}, "見本 太郎"),
        ("氏名　カナ", {"氏名 カナ": "ミホン"}, "ミホン"),
        ("本人.氏名・住所", {"本人": {"氏名・住所": "済"}}, "済"),
        ("世帯主.届出 日 and true", {"世帯主": {"届出 日": True}}, True),
        ("x.first name", {"x": {"first name": "花子"}}, "花子"),
        ("辻\U000e0100さん", {"辻\U000e0100さん": 1}, 1),
        ("Approved/Declined", {"Approved/Declined": "Approved"}, "Approved"),
        ("count + count([1, 2])", {"count": 5}, 7),
    ],
)
def test_names_may_hold_spaces_signs_and_japanese(text, data, answer):
    assert feel(text, data) == answer


def test_the_longest_known_name_wins():
    assert feel("date of birth", {"date": 1, "date of birth": 2, "birth": 3}) == 2


def test_a_name_nobody_brings_is_refused_with_line_and_column():
    error = refusal("reason = 1\n  and resaon = 2", ["reason"])
    assert (error.line, error.column) == (2, 7)
    assert "「reason」のことでしょうか" in error.message_ja
    assert str(error).startswith("2行7列: ")


def test_a_local_name_ends_with_its_loop():
    assert refusal("(for i in [1] return i) = i").column == 27


def test_an_entry_of_a_context_does_not_see_later_ones():
    assert "「b」" in refusal("{a: b, b: 1}").message_ja


def test_an_unknown_function_is_refused_and_the_near_one_named():
    assert "「count」のことでしょうか" in refusal("cuont([1])").message_ja


def test_a_wrong_number_of_arguments_is_refused():
    assert "引数は1個です(2個ありました)" in refusal("count([1], [2])").message_ja
    assert "引数は1個から3個です(2個ありました)" in refusal("date(2026, 2)").message_ja


def test_not_without_brackets_is_explained():
    assert "not(…)" in refusal("not ready", ["ready"]).message_ja


def test_a_text_that_ends_too_early_says_what_it_waits_for():
    error = refusal("if true then 1")
    assert error.message_ja == "式が途中で終わっています。「else」が必要です。"
    assert (error.line, error.column) == (1, 15)


def test_without_names_nothing_is_checked_and_an_unknown_name_is_null():
    outcome = compile_expression("nobody knows", None).evaluate_traced({})
    assert outcome.value is None
    assert "「nobody knows」がデータにない" in outcome.notices[0].message_ja
