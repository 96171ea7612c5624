import pytest

from tests.workflows.feel.asking import feel, notices, traced


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("null and false", False),
        ("false and null", False),
        ("null and true", None),
        ("null or true", True),
        ("null or false", None),
        ("not(null)", None),
        ("not(true)", False),
        ("null = null", True),
        ("null != null", False),
        ("null = 1", False),
        ("1 != null", True),
        ("null < 1", None),
        ("null + 1", None),
        ("null between 1 and 2", None),
        ("if null then 1 else 2", 2),
        ('if "yes" then 1 else 2', 2),
        ("some x in [null, false] satisfies x", None),
        ("every x in [null, true] satisfies x", None),
        ("every x in [] satisfies x", True),
        ("null[1]", None),
        ("[][1]", None),
        ("[][item > 1]", []),
        ("null.name", None),
        ("count(null)", None),
        ("for x in null return x", None),
        ('"1" = 1', None),
        ("[1, 2] = [1, 2]", True),
        ("{a: 1} = {a: 2}", False),
        ("all([true, null])", None),
        ("any([true, null])", True),
    ],
)
def test_null_has_three_valued_logic(text, answer):
    assert feel(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        '"a" - 1',
        "[1] + 1",
        "{a: 1} < {a: 2}",
        "-true",
        "(1).year",
        "[1, 2][3]",
        "[1, 2][0]",
        "[1, 2][1.5]",
        'date("2026-02-30")',
        'number("１２")',
        'duration("two weeks")',
        'date and time("soon")',
        "substring(1, 1)",
        "starts with(1, 2)",
        'floor("1")',
        "modulo(1, 0)",
        "[1..null]",
        'for i in ["a".."c"] return i',
        "get value(1, 2)",
        "[1..3]",
    ],
)
def test_bad_data_is_null_with_a_notice_and_never_an_error(text):
    outcome = traced(text)
    assert outcome.value is None
    assert outcome.notices
    assert all(notice.line == 1 and notice.column >= 1 for notice in outcome.notices)


def test_a_missing_item_is_null_and_its_name_and_place_are_noted():
    outcome = traced("form.apply.reason", {"form": {}})
    assert outcome.value is None
    assert "項目「apply」がない" in outcome.notices[0].message_ja
    assert outcome.notices[0].column == 5


def test_a_notice_does_not_quote_the_data():
    assert "太郎" not in notices("name + 1", {"name": "見本 太郎"})


def test_a_date_left_as_text_is_explained():
    assert "date(…)" in notices('day < date("2026-11-23")', {"day": "2026-11-01"})
