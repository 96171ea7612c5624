from datetime import date

import pytest

from tests.workflows.feel.asking import feel, refusal
from workflows.engine.feel.errors import FeelError
from workflows.engine.feel.expressions import compile_context, compile_expression

CASE = {
    "form": {
        "apply": {
            "reason": "01",
            "moved_on": "2026-11-01",
            "persons": [
                {"name": "見本 太郎", "age": 40, "is_head": True},
                {"name": "見本 花子", "age": 38, "is_head": False},
                {"name": "見本 一郎", "age": 9, "is_head": False},
            ],
        }
    },
    "limit": 18,
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('form.apply.reason = "01"', True),
        ('form.apply.reason in ("01", "07")', True),
        ('form.apply.reason in ["02", "03"]', False),
        ("count(form.apply.persons) between 2 and 4", True),
        ("form.apply.persons.name", ["見本 太郎", "見本 花子", "見本 一郎"]),
        ("form.apply.persons[age < limit].name", ["見本 一郎"]),
        ("form.apply.persons[is_head][1].name", "見本 太郎"),
        ("form.apply.persons[item.age >= 38 and not(is_head)].name", ["見本 花子"]),
        ("some p in form.apply.persons satisfies p.age < limit", True),
        ("every p in form.apply.persons satisfies p.age < limit", False),
        ("for p in form.apply.persons return p.age + 1", [41, 39, 10]),
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1, j in [10, 20] return i * j", [30, 60, 20, 40, 10, 20]),
        ('if form.apply.reason = "01" then "転入" else "その他"', "転入"),
        ('date(form.apply.moved_on) < date("2026-11-14")', True),
        ('list contains(form.apply.persons.name, "見本 花子")', True),
        ("sum(form.apply.persons.age)", 87),
        ("{a: 1, b: a + 1}.b", 2),
        ('{"届出 事由": "01"}', {"届出 事由": "01"}),
        ('get value({"a-b": 5}, "a-b")', 5),
        ("concatenate([1], [2, 3])[-1]", 3),
        ("distinct values([1, 1.0, true, true, null])", [1, True, None]),
        ('"届" + "出"', "届出"),
        ("/* 注 */ 1 + 1 // おわり", 2),
    ],
)
def test_an_expression_over_case_data(text, answer):
    assert feel(text, CASE) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("--1", 1),
        ("1 + 1 = 2 and 2 > 1 or false", True),
        ("true or false and false", True),
        ("1 < 2 and not(2 < 1)", True),
    ],
)
def test_operators_bind_as_the_standard_says(text, answer):
    assert feel(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("1 in [1..5]", True),
        ("5 in [1..5]", True),
        ("1 in (1..5)", False),
        ("5 in (1..5]", True),
        ("1 in ]1..5[", False),
        ("3 in ]1..5[", True),
        ("5 in [1..5[", False),
        ("5 in [1..5)", False),
        ("7 in ([1..5], 7)", True),
        ("3 in (1, < 5)", True),
        ("3 in < 5", True),
        ("3 in (< 2)", False),
        ('"b" in ["a".."c"]', True),
        ("[1, 2][1] in [0..1]", True),
        ("3 in [1..[2, 3][2]]", True),
        ('date("2026-11-23") in [@"2026-11-01"..@"2026-11-30"]', True),
    ],
)
def test_ranges_of_every_bracket_kind(text, answer):
    assert feel(text) is answer


def test_a_script_task_is_one_context_whose_entries_become_case_data():
    script = compile_context('{due: date(form.day) + @"P14D", late: due < date("2026-11-23")}', ["form"])
    assert script.entries == ("due", "late")
    assert script.names == {"form"}
    assert script.evaluate({"form": {"day": "2026-11-01"}}) == {"due": date(2026, 11, 15), "late": True}


def test_a_script_task_that_is_no_context_is_refused():
    with pytest.raises(FeelError, match="の形で書いてください"):
        compile_context("1 + 1", [])


def test_an_entry_named_twice_is_refused():
    assert "二度" in refusal("{a: 1, a: 2}").message_ja


def test_the_free_names_of_an_expression_are_known_without_running_it():
    expression = compile_expression("for p in people return p.age + bonus[1]", None)
    assert expression.names == {"people", "bonus"}


def test_what_may_be_a_member_of_a_filtered_item_is_read_when_the_data_brings_it():
    expression = compile_expression("people[age > limit]", None)
    assert expression.names == {"people"}
    assert expression.evaluate({"people": [{"age": 5}, {"age": 9}], "limit": 6}) == [{"age": 9}]


def test_an_expression_is_compiled_once():
    assert compile_expression("1 + 41", ["a"]) is compile_expression("1 + 41", {"a"})
    assert compile_expression("1 + 41", ["a"]) is not compile_expression("1 + 41", None)
