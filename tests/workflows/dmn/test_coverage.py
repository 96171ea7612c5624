import pytest

from tests.workflows.dmn.tables_of_tests import decision, file_of, output, table, text
from workflows.engine.dmn.coverage import findings
from workflows.engine.dmn.tables import parse_dmn


def told(inputs, rules, policy="UNIQUE", outputs=None):
    """(kind, rules, place) of all that the table leaves open, says twice or never reaches."""
    columns = outputs or [output("o")]
    file = file_of(decision(table(inputs, columns, [(tests, ("1",)) for tests in rules], policy)))
    return [(one.kind, one.rules, one.place) for one in findings(parse_dmn(file)["d"].table)]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([("< 18",), ("[18..65)",), (">= 65",)], []),
        ([("< 18",), ("[18..65)",), ("> 65",)], [("gap", (), "入力 a: 65")]),
        ([("< 18",), (">= 20",)], [("gap", (), "入力 a: 18・18 と 20 の間")]),
        ([("<= 18",), (">= 18",)], [("overlap", (1, 2), "入力 a: 18")]),
        ([("not(3)",), ("3",)], []),
        ([("(= 3)",), ("(!= 3)",)], []),
        ([("[null..3]",), ("> 3",)], [("gap", (), "入力 a: < 3・3")]),
        ([('"01"',), ('"02"',)], [("gap", (), "入力 a: (他の値)")]),
        ([('"01", "02"',), ('not("01", "02")',)], []),
        ([("true",)], [("gap", (), "入力 a: false")]),
        ([("true",), ("false",)], []),
        ([('< date("2026-04-01")',), ('> @"2026-04-01"',)], [("gap", (), "入力 a: 2026-04-01")]),
        ([('[@"PT1H"..@"P1D"]',), ('< @"PT1H"',), ('> @"P1D"',)], []),
    ],
)
def test_gaps_and_overlaps_of_one_column(rules, found):
    assert told(["a"], rules) == found


def test_a_gap_is_told_by_its_columns():
    rules = [("< 18", '"x"'), (">= 18", "-"), ("-", 'not("x", "y")')]
    assert ("gap", (), '入力 a: < 18、入力 b: "y"') in told(["a", "b"], rules)
    assert ("overlap", (2, 3), "入力 a: 18・> 18、入力 b: (他の値)") in told(["a", "b"], rules)


def test_only_the_values_that_are_allowed_can_be_missing():
    file = file_of(decision(table(["a"], [output("o")], [(('"01"',), ("1",))])))
    allowed = file.replace(
        b"</inputExpression></input>",
        b'</inputExpression><inputValues><text>"01", "02"</text></inputValues></input>',
    )
    assert [one.place for one in findings(parse_dmn(allowed)["d"].table)] == ['入力 a: "02"']


def test_overlaps_count_where_one_rule_may_match_only():
    rules = [("> 1",), ("> 2",), ("<= 1",)]
    assert told(["a"], rules, "FIRST") == [("unreachable", (2, 1), "")]
    assert told(["a"], rules, "ANY") == []
    assert told(["a"], rules, "COLLECT") == []


def test_any_is_told_where_the_rules_differ():
    file = file_of(
        decision(
            table(["a"], [output("o")], [(("> 1",), ("1",)), (("> 2",), ("2",)), (("-",), ("1",))], "ANY")
        )
    )
    assert [one.rules for one in findings(parse_dmn(file)["d"].table)] == [(1, 2), (2, 3)]


def test_a_default_output_closes_every_gap():
    assert told(["a"], [("> 1",)], outputs=[output("o", default="0")]) == []


@pytest.mark.parametrize("cell", ["? > 3", "limit", "> limit", "modulo(?, 2) = 0", "null"])
def test_nothing_is_told_of_what_cannot_be_compared(cell):
    assert told(["a"], [(cell,), ("> 3",), ("<= 3",)]) == []


def test_a_column_of_several_kinds_is_not_compared():
    assert told(["a"], [('"x"',), ("3",)]) == []


def test_a_table_without_inputs_has_no_gap():
    logic = f"<decisionTable>{output('o')}<rule>{text('outputEntry', '1')}</rule></decisionTable>"
    assert findings(parse_dmn(file_of(decision(logic)))["d"].table) == []
