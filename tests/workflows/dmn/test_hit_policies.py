from decimal import Decimal

import pytest

from tests.workflows.dmn.tables_of_tests import decision, file_of, output, table
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.tables import Decision, parse_dmn

OVERLAPPING = [
    ((">= 70",), ('"高齢"',)),
    ((">= 65",), ('"前期高齢"',)),
    (("-",), ('"一般"',)),
]


def decided(policy: str, outputs, rules, aggregation: str = "") -> Decision:
    return parse_dmn(file_of(decision(table(["age"], outputs, rules, policy, aggregation))))["d"]


def test_unique_gives_the_one_rule_that_matches():
    rules = [(("< 18",), ('"未成年"',)), ((">= 18",), ('"成年"',))]
    one = decided("UNIQUE", [output("kind")], rules)
    assert one.evaluate({"age": 17}) == "未成年"
    assert one.evaluate({"age": 18}) == "成年"


def test_unique_violated_is_null_and_names_the_rules():
    outcome = decided("UNIQUE", [output("kind")], OVERLAPPING).evaluate_traced({"age": 72})
    assert outcome.value is None
    assert outcome.rules == (1, 2, 3)
    assert "規則1・2・3" in outcome.notices[0].message_ja


def test_any_gives_the_common_result_and_null_when_the_rules_differ():
    rules = [(("> 1",), ('"a"',)), (("> 2",), ('"a"',)), (("> 3",), ('"b"',))]
    one = decided("ANY", [output("kind")], rules)
    assert one.evaluate({"age": 3}) == "a"
    outcome = one.evaluate_traced({"age": 4})
    assert outcome.value is None
    assert "ANY" in outcome.notices[0].message_ja


def test_first_gives_the_uppermost_rule():
    assert decided("FIRST", [output("kind")], OVERLAPPING).evaluate({"age": 72}) == "高齢"
    assert decided("FIRST", [output("kind")], OVERLAPPING).evaluate({"age": 66}) == "前期高齢"


def test_priority_follows_the_order_of_the_output_values():
    outputs = [output("kind", values='"一般", "前期高齢", "高齢"')]
    assert decided("PRIORITY", outputs, OVERLAPPING).evaluate({"age": 72}) == "一般"


def test_output_order_sorts_the_list_by_the_order_of_the_output_values():
    outputs = [output("kind", values='"前期高齢", "一般", "高齢"')]
    assert decided("OUTPUT ORDER", outputs, OVERLAPPING).evaluate({"age": 72}) == ["前期高齢", "一般", "高齢"]


def test_several_outputs_are_ordered_column_by_column_from_the_left():
    outputs = [output("desk", values='"A", "B"'), output("paper", values='"y", "x"')]
    rules = [
        (("-",), ('"B"', '"y"')),
        (("-",), ('"A"', '"x"')),
        (("-",), ('"A"', '"y"')),
    ]
    best = {"desk": "A", "paper": "y"}
    assert decided("PRIORITY", outputs, rules).evaluate({"age": 1}) == best
    assert decided("OUTPUT ORDER", outputs, rules).evaluate({"age": 1}) == [
        best,
        {"desk": "A", "paper": "x"},
        {"desk": "B", "paper": "y"},
    ]


def test_rule_order_and_collect_list_in_the_order_of_the_rules():
    for policy in ("RULE ORDER", "COLLECT"):
        assert decided(policy, [output("kind")], OVERLAPPING).evaluate({"age": 66}) == ["前期高齢", "一般"]


def test_collect_with_several_outputs_gives_a_list_of_contexts():
    outputs = [output("paper"), output("copies")]
    one = decided("COLLECT", outputs, [(("-",), ('"票"', "1")), (("> 5",), ('"証"', "age * 2"))])
    assert one.evaluate({"age": 6}) == [{"paper": "票", "copies": 1}, {"paper": "証", "copies": 12}]


@pytest.mark.parametrize(
    ("aggregation", "answer"),
    [("SUM", Decimal("0.6")), ("COUNT", 3), ("MIN", Decimal("0.1")), ("MAX", Decimal("0.3"))],
)
def test_collect_aggregates_exactly(aggregation, answer):
    rules = [(("-",), ("0.1",)), (("-",), ("0.2",)), (("-",), ("0.3",)), (("< 0",), ("99",))]
    assert decided("COLLECT", [output("share")], rules, aggregation).evaluate({"age": 1}) == answer


def test_no_rule_gives_null_or_the_default_outputs():
    rules = [(("> 100",), ('"長寿"',))]
    assert decided("UNIQUE", [output("kind")], rules).evaluate({"age": 1}) is None
    assert decided("COLLECT", [output("kind")], rules).evaluate({"age": 1}) is None
    assert decided("UNIQUE", [output("kind", default='"なし"')], rules).evaluate({"age": 1}) == "なし"
    two = [output("kind", default='"なし"'), output("desk")]
    assert decided("FIRST", two, [(("> 100",), ('"長寿"', "1"))]).evaluate({"age": 1}) == {
        "kind": "なし",
        "desk": None,
    }


@pytest.mark.parametrize(
    ("policy", "aggregation", "outputs", "message"),
    [
        ("BEST", "", ["kind"], "ヒットポリシー「BEST」はありません"),
        ("PRIORITY", "", ["kind"], "outputValues"),
        ("OUTPUT ORDER", "", ["kind"], "outputValues"),
        ("FIRST", "SUM", ["kind"], "集計"),
        ("COLLECT", "AVERAGE", ["kind"], "集計"),
        ("COLLECT", "SUM", ["kind", "desk"], "集計"),
        ("UNIQUE", "", ["kind", "kind"], "異なる名前"),
        ("UNIQUE", "", [], "出力の列がありません"),
    ],
)
def test_a_table_that_cannot_be_run_is_refused(policy, aggregation, outputs, message):
    columns = [output(name) for name in outputs]
    with pytest.raises(DmnError, match=message):
        decided(policy, columns, [(("-",), ("1",) * len(outputs))], aggregation)
