from datetime import UTC, datetime

import pytest

from tests.workflows.dmn.tables_of_tests import (
    decision,
    file_of,
    input_data,
    needs_decision,
    needs_input,
    output,
    table,
    text,
)
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.json_values import as_json
from workflows.engine.dmn.tables import Model, parse_dmn

PAPERS = table(
    ["form.apply.reason", "count(form.apply.persons)"],
    [output("paper")],
    [
        (('"01"', "-"), ('"転出証明書"',)),
        (('"02", "06"', "-"), ('"資格喪失証明書"',)),
        (('not("04")', "> 1"), ('"世帯全員の本人確認書類"',)),
        (("-", "-"), ('"届出人の本人確認書類"',)),
    ],
    "COLLECT",
)


def case(reason: str, persons: int) -> dict:
    return {"form": {"apply": {"reason": reason, "persons": [{}] * persons}}}


def test_a_table_says_which_papers_to_ask_for():
    papers = parse_dmn(file_of(decision(PAPERS, "papers")))["papers"]
    assert papers.evaluate(case("01", 2)) == ["転出証明書", "世帯全員の本人確認書類", "届出人の本人確認書類"]
    assert papers.evaluate(case("04", 3)) == ["届出人の本人確認書類"]


def test_an_evaluation_keeps_the_inputs_and_the_rules_that_matched():
    outcome = parse_dmn(file_of(decision(PAPERS)))["d"].evaluate_traced(case("06", 1))
    assert outcome.rules == (2, 4)
    assert outcome.inputs == {"入力 form.apply.reason": "06", "入力 count(form.apply.persons)": 1}
    assert outcome.notices == ()


def test_a_table_knows_the_names_it_needs():
    assert parse_dmn(file_of(decision(PAPERS)))["d"].required_names == {"form"}


@pytest.mark.parametrize("version", ["20151101", "20180521", "20191111", "20211108", "20230324"])
def test_every_version_of_the_standard_is_read(version):
    for namespace in (
        f"http://www.omg.org/spec/DMN/{version}/dmn.xsd",
        f"https://www.omg.org/spec/DMN/{version}/MODEL/",
    ):
        found = parse_dmn(file_of(decision(PAPERS), namespace=namespace))
        assert found["d"].evaluate(case("04", 1)) == ["届出人の本人確認書類"]


def test_a_decision_is_evaluated_with_the_decisions_it_requires():
    kind = decision(
        table(["Applicant Age"], [output("kind")], [(("< 18",), ('"Minor"',)), ((">= 18",), ('"Adult"',))]),
        "kind",
        "Applicant Kind",
        [needs_input("age")],
    )
    letter = decision(
        text("literalExpression", '"Dear " + Applicant Kind + if Applicant Age > 64 then "!" else "."'),
        "letter",
        "Letter",
        [needs_decision("kind"), needs_input("age")],
    )
    found = parse_dmn(file_of(input_data("age", "Applicant Age"), letter, kind))
    assert found["letter"].required_names == {"Applicant Age"}
    assert found["letter"].evaluate({"Applicant Age": 70}) == "Dear Adult!"
    assert found["letter"].evaluate({"Applicant Age": 7}) == "Dear Minor."


def test_the_clock_of_the_case_reaches_the_cells():
    logic = table(
        ["date(day)"], [output("late")], [(("< today()",), ("true",)), (("-",), ("false",))], "FIRST"
    )
    one = parse_dmn(file_of(decision(logic)))["d"]
    clock = datetime(2026, 11, 23, tzinfo=UTC)
    assert one.evaluate({"day": "2026-11-22"}, clock=clock) is True
    assert one.evaluate({"day": "2026-11-23"}, clock=clock) is False


def test_an_empty_output_cell_is_null():
    logic = table(["x"], [output("a"), output("b")], [(("",), ("", "-"))])
    assert parse_dmn(file_of(decision(logic)))["d"].evaluate({"x": 1}) == {"a": None, "b": None}


def test_an_input_outside_its_allowed_values_is_null_with_a_notice():
    allowed = file_of(decision(PAPERS)).replace(
        b"</inputExpression></input>",
        b'</inputExpression><inputValues><text>"01","02"</text></inputValues></input>',
        1,
    )
    one = parse_dmn(allowed)["d"]
    assert one.evaluate(case("01", 1)) is not None
    outcome = one.evaluate_traced(case("99", 1))
    assert outcome.value is None
    assert "許された値ではない" in outcome.notices[0].message_ja


def test_for_a_lenient_reader_an_input_outside_its_allowed_values_is_null_in_its_column():
    logic = table(["x"], [output("a")], [(('"A"',), ("1",)), (("null",), ("2",))]).replace(
        "</inputExpression>", '</inputExpression><inputValues><text>"A", "B"</text></inputValues>'
    )
    file = file_of(decision(logic))
    lenient = Model(file, lenient=True)
    assert [lenient.evaluate("d", {"x": value}, as_json)[0] for value in ("A", "B", "C")] == [
        "1",
        "null",
        "2",
    ]
    assert parse_dmn(file)["d"].evaluate({"x": "C"}) is None


def test_an_output_cell_may_have_a_type_of_its_own():
    logic = table(["x"], [output("a"), output("b")], [(("-",), ("x", "x"))])
    logic = logic.replace("<outputEntry>", '<outputEntry typeRef="number">', 1)
    one = parse_dmn(file_of(decision(logic)))["d"]
    assert one.evaluate({"x": 1}) == {"a": 1, "b": 1}
    assert one.evaluate({"x": "y"}) == {"a": None, "b": "y"}


def test_a_notice_says_in_which_cell_it_arose():
    logic = table(["x"], [output("a")], [((">1",), ("1 / 0",))])
    notice = parse_dmn(file_of(decision(logic)))["d"].evaluate_traced({"x": 2}).notices[0]
    assert notice.message_ja.startswith("規則1 列「aの列」: ")


def test_a_fault_in_a_cell_names_decision_rule_and_column():
    logic = table(["x"], [output("a")], [(("-",), ("1",)), (("> 1 2",), ("1",))])
    with pytest.raises(DmnError) as refused:
        parse_dmn(file_of(decision(logic, name="必要書類")))
    error = refused.value
    assert (error.decision, error.rule, error.column) == ("必要書類", 2, "入力 x")
    assert error.line
    assert str(error).startswith("決定「必要書類」 規則2 列「入力 x」: 1行5列: ")


def test_a_name_that_is_not_declared_is_refused():
    undeclared = decision(table(["age"], [output("a")], [(("-",), ("agee",))]), needs=[needs_input("i")])
    with pytest.raises(DmnError, match="「age」のことでしょうか"):
        parse_dmn(file_of(input_data("i", "age"), undeclared))


def test_without_declarations_the_names_of_the_process_are_checked():
    parse_dmn(file_of(decision(PAPERS)), ["form"])
    with pytest.raises(DmnError, match="「form」という名前はありません"):
        parse_dmn(file_of(decision(PAPERS)), ["other"])


def test_a_limit_met_while_deciding_names_the_cell():
    logic = table(["x"], [output("a")], [(("-",), ("for i in 1..999999 return i",))])
    with pytest.raises(DmnError, match=r"規則1 列「aの列」.*20000件"):
        parse_dmn(file_of(decision(logic)))["d"].evaluate({"x": 1})


def test_too_much_data_for_a_decision_names_the_decision():
    one = parse_dmn(file_of(decision(ONE, name="必要書類")))["d"]
    with pytest.raises(DmnError, match=r"決定「必要書類」.*20000件"):
        one.evaluate({"x": [0] * 20_001})


ONE = table(["x"], [output("a")], [(("-",), ("1",))])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "XMLとして読めません"),
        (b"<a/>", "DMN のファイルではありません"),
        (b"<definitions/>", "decision"),
        (file_of("<decision id='d'/>"), "決定表も式もありません"),
        (file_of("<decision name='d'/>"), "異なる id"),
        (file_of(decision(ONE), decision(ONE)), "異なる id"),
        (file_of("<decision id='d'><invocation/></decision>"), "呼び出す関数"),
        (file_of(decision(ONE, needs=[needs_input("nowhere")])), "「nowhere」がファイルにありません"),
        (file_of(decision(ONE, needs=[needs_decision("d")])), "循環"),
        (
            file_of(
                decision(ONE, "d", needs=[needs_decision("e")]),
                decision(ONE, "e", needs=[needs_decision("d")]),
            ),
            "循環",
        ),
        (file_of(decision(ONE).replace("<outputEntry>", "<inputEntry/><outputEntry>")), "セルの数"),
        (file_of(decision(ONE).replace("<text>x</text>", "<text> </text>")), "入力の式がありません"),
        (
            file_of(
                decision(ONE).replace("<inputExpression>", '<inputExpression expressionLanguage="python">')
            ),
            "FEEL だけ",
        ),
        (
            file_of(
                decision("<literalExpression expressionLanguage='juel'><text>1</text></literalExpression>")
            ),
            "FEEL だけ",
        ),
        (
            file_of(
                "<decision id='d'><knowledgeRequirement><requiredKnowledge href='#b'/></knowledgeRequirement>"
                "</decision>"
            ),
            "「b」がファイルにありません",
        ),
    ],
    ids=range(15),
)
def test_a_file_that_cannot_be_run_is_refused_with_its_reason(content, message):
    with pytest.raises(DmnError, match=message):
        parse_dmn(content)
