"""Decision graphs: knowledge models, services, imports, types and boxed expressions."""

import json
import sys

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
from workflows.engine.dmn.json_values import as_json, read_json
from workflows.engine.dmn.tables import Model, parse_dmn


def said(expression: str, kind: str = "") -> str:
    found = text("literalExpression", expression)
    return found.replace("<literalExpression>", f'<literalExpression typeRef="{kind}">') if kind else found


def entry(name: str, logic: str) -> str:
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def knowledge(name: str, parameters: dict, logic: str, needs: str = "") -> str:
    formal = "".join(f'<formalParameter name="{one}" typeRef="{kind}"/>' for one, kind in parameters.items())
    return (
        f'<businessKnowledgeModel id="k_{name}" name="{name}"><variable name="{name}"/>{needs}'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def calls(key: str) -> str:
    return f'<knowledgeRequirement><requiredKnowledge href="#{key}"/></knowledgeRequirement>'


def asked(file: bytes, wanted: str, given: dict | None = None, imported=(), *, lenient: bool = False):
    model = Model(file, imported, lenient=lenient)
    return json.loads(model.evaluate(wanted, read_json(json.dumps(given or {})), as_json)[0])


def of(logic: str, *more: str, given: dict | None = None):
    """The result of one decision with the logic, among other elements of its file."""
    return asked(file_of(*more, decision(logic)), "決定", given)


def test_a_knowledge_model_is_called_by_position_and_by_name():
    premium = knowledge("premium of", {"income": "number", "rate": "number"}, said("income * rate"))
    two = entry("a", said("premium of(1000, 0.1)")) + entry("b", said("premium of(rate: 0.2, income: 10)"))
    assert of(calls("k_premium of") + f"<context>{two}</context>", premium) == {"a": 100, "b": 2}


def test_what_is_given_an_argument_of_another_type_is_not_called():
    known = knowledge("known", {"n": "number"}, said("n = null"))
    service = (
        '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#echo"/>'
        '<inputData href="#i"/></decisionService>'
    )
    given = '<inputData id="i" name="given"><variable name="given" typeRef="string"/></inputData>'
    echo = decision(said("given = null"), "echo", "echo", [needs_input("i")])
    asks = decision(calls("k_known") + calls("s") + said('[known(1), known("x"), known(null), s("a"), s(1)]'))
    assert asked(file_of(known, service, given, echo, asks), "決定") == [False, None, True, False, None]


def test_a_knowledge_model_is_called_by_a_boxed_invocation():
    premium = knowledge("fee", {"n": "number"}, said("n + 1"))
    logic = f'<invocation>{said("fee")}<binding><parameter name="n"/>{said("41")}</binding></invocation>'
    assert of(calls("k_fee") + logic, premium) == 42


def test_a_knowledge_model_may_hold_a_table_and_call_itself():
    steps = table(["n"], [output("o")], [(("<= 1",), ("1",)), (("> 1",), ("n * steps(n - 1)",))])
    assert of(calls("k_steps") + said("steps(5)"), knowledge("steps", {"n": "number"}, steps)) == 120


def test_calls_without_end_meet_a_limit():
    endless = knowledge("again", {"n": "number"}, said("again(n + 1)"))
    with pytest.raises(DmnError, match="50段"):
        of(calls("k_again") + said("again(1)"), endless)


def test_a_boxed_context_sees_earlier_entries_and_its_last_may_be_the_result():
    entries = entry("a b", said("2")) + entry("double", said("function(x) x * 2"))
    assert of(f"<context>{entries}{entry('c', said('double(a b)'))}{entry('', said('c + 1'))}</context>") == 5


def test_lists_relations_and_functions_in_boxes():
    assert of(f"<list>{said('1')}{said('1 + 1')}</list>") == [1, 2]
    relation = (
        '<relation><column name="a"/><column name="b"/>'
        f"<row>{said('1')}{said('2')}</row><row>{said('3')}{said('4')}</row></relation>"
    )
    assert of(relation) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    function = f'<functionDefinition><formalParameter name="x"/>{said("x + 1")}</functionDefinition>'
    assert of(f"<context>{entry('f', function)}{entry('', said('f(1)'))}</context>") == 2


def test_conditions_filters_and_loops_in_boxes():
    def part(name: str, expression: str) -> str:
        return f"<{name}>{said(expression)}</{name}>"

    condition = part("if", "1 > 2") + part("then", "1") + part("else", '"no"')
    assert of(f"<conditional>{condition}</conditional>") == "no"
    assert of(f"<filter>{part('in', '[1, 2, 3]')}{part('match', 'item > 1')}</filter>") == [2, 3]
    loop = part("in", "[1..3]") + part("return", "i * count(partial)")
    assert of(f'<for iteratorVariable="i">{loop}</for>') == [0, 2, 6]
    walk = part("in", "[1, 2]") + part("satisfies", "i > 1")
    assert of(f'<some iteratorVariable="i">{walk}</some>') is True
    assert of(f'<every iteratorVariable="i">{walk}</every>') is False


@pytest.mark.parametrize(
    ("condition", "result"), [("true", "yes"), ("false", "no"), ("null", "no"), ('"true"', None), ("1", None)]
)
def test_a_boxed_condition_that_is_no_truth_value_decides_nothing(condition, result):
    parts = [("if", condition), ("then", '"yes"'), ("else", '"no"')]
    inner = "".join(f"<{name}>{said(one)}</{name}>" for name, one in parts)
    assert of(f"<conditional>{inner}</conditional>") == result


@pytest.mark.parametrize(
    ("condition", "some", "every"),
    [
        ("i = 2", True, False),
        ("if i = 2 then true else null", True, None),
        ('if i = 2 then true else "x"', None, None),
    ],
)
def test_some_and_every_over_what_is_no_truth_value_are_null(condition, some, every):
    walk = f"<in>{said('[1, 2]')}</in><satisfies>{said(condition)}</satisfies>"
    assert of(f'<some iteratorVariable="i">{walk}</some>') is some
    assert of(f'<every iteratorVariable="i">{walk}</every>') is every


def test_a_service_takes_inputs_first_and_then_decisions():
    service = (
        '<decisionService id="s" name="service"><variable name="service"/><outputDecision href="#total"/>'
        '<inputDecision href="#part"/><inputData href="#i"/></decisionService>'
    )
    part = decision(said('"never asked"'), "part", "part")
    total = decision(
        said('income + ":" + part'), "total", "total", [needs_input("i"), needs_decision("part")]
    )
    asks = decision(calls("s") + said('service("a", "b")'))
    file = file_of(input_data("i", "income"), part, total, service, asks)
    assert asked(file, "決定") == "a:b"
    assert asked(file, "service", {"income": "x", "part": "y"}) == "x:y"


def test_an_imported_model_is_reached_by_its_alias():
    shared = file_of(
        '<itemDefinition name="tYears"><typeRef>number</typeRef></itemDefinition>',
        knowledge("Say it", {"n": "tYears"}, said('"n = " + string(n)')),
    ).replace(b'namespace="urn:t"', b'namespace="urn:shared"')
    uses = (
        '<knowledgeRequirement><requiredKnowledge href="urn:shared#k_Say it"/></knowledgeRequirement>'
        + said("shared.Say it(3)")
    )
    importing = '<import name="shared" namespace="urn:shared" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    file = file_of(importing, decision(uses))
    assert asked(file, "決定", imported=[shared]) == "n = 3"
    assert parse_dmn(file, imported=[shared])["d"].evaluate({}) == "n = 3"
    with pytest.raises(DmnError, match="ファイルにありません"):
        parse_dmn(file)


MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def nameless(*namespaces: str) -> str:
    return "".join(f'<import name="" namespace="urn:{one}" importType="{MODEL}"/>' for one in namespaces)


def file_named(name: str, *elements: str) -> bytes:
    return file_of(*elements).replace(b'namespace="urn:t"', f'namespace="urn:{name}"'.encode())


def says(key: str, words: str) -> str:
    return decision(said(f'"{words}"'), key, key)


def test_what_is_imported_without_a_name_is_of_the_file_itself():
    kind = '<itemDefinition name="tText"><typeRef>string</typeRef></itemDefinition>'
    given = '<inputData id="i" name="given"><variable name="given"/></inputData>'
    shared = file_named("shared", kind, given, knowledge("twice", {"n": "number"}, said("n * 2")))
    typed = '<decision id="e" name="e"><variable name="e" typeRef="tText"/>'
    needed = f"<informationRequirement>{needs_input('i')}</informationRequirement>{said('given')}</decision>"
    file = file_of(nameless("shared"), decision(calls("k_twice") + said("twice(21)")), typed + needed)
    assert asked(file, "決定", imported=[shared]) == 42
    assert asked(file, "e", {"given": "a"}, imported=[shared]) == "a"
    assert asked(file, "e", {"given": 5}, imported=[shared]) is None
    assert asked(file, "twice", {"n": 4}, imported=[shared]) == 8
    assert parse_dmn(file, imported=[shared])["d"].evaluate({}) == 42


def test_of_files_imported_without_a_name_the_first_with_the_name_holds():
    file = file_of(nameless("b", "d"), decision(said("x"), needs=[needs_decision("x")]))
    deep, late = file_named("c", says("x", "c"), nameless("b")), file_named("d", says("x", "d"))
    assert asked(file, "決定", imported=[file_named("b", nameless("c")), deep, late]) == "c"
    assert asked(file, "決定", imported=[file_named("b", says("x", "b"), nameless("c")), deep, late]) == "b"
    assert asked(file, "決定", imported=[file_named("b", nameless("t")), deep, late]) == "d"


@pytest.mark.parametrize("link", ["#y", "urn:b#y"])
def test_the_importing_file_goes_before_what_it_imports_without_a_name(link):
    needs = needs_decision("y").replace("#y", link)
    other = file_named("b", decision(said("y"), "x", "x", needs=[needs]), says("y", "b"))
    file = file_of(nameless("b"), decision(said("x"), needs=[needs_decision("x")]), says("y", "t"))
    assert asked(file, "決定", imported=[other]) == "t"


def work_of_compiling(decisions: int) -> int:
    """How many functions are entered for decisions that each require one of a file without a name."""
    entered = 0

    def count(_frame: object, event: str, _told: object) -> None:
        nonlocal entered
        entered += event == "call"

    names = [f"n{number}" for number in range(decisions)]
    shared = file_named("shared", *(says(one, one) for one in names))
    needing = (decision(said(one), f"d_{one}", f"d {one}", needs=[needs_decision(one)]) for one in names)
    file = file_of(nameless("shared"), *needing)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        parse_dmn(file, imported=[shared])
    finally:
        sys.setprofile(before)
    return entered


def test_twice_as_many_links_into_a_file_without_a_name_are_twice_the_work():
    work_of_compiling(2)
    assert work_of_compiling(120) < 2.2 * work_of_compiling(60)


def test_a_named_import_brings_what_the_file_imports_without_a_name():
    inner = file_named(
        "c", says("x", "c"), '<itemDefinition name="tX"><typeRef>string</typeRef></itemDefinition>'
    )
    outer = file_named("b", nameless("c"))
    importing = nameless("b").replace('name=""', 'name="shared"')
    needs = needs_decision("x").replace("#x", "urn:b#x")
    file = file_of(importing, decision(said("shared.x instance of shared.tX"), needs=[needs]))
    assert asked(file, "決定", imported=[outer, inner]) is True


TYPES = """
<itemDefinition name="tKind"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tAmounts" isCollection="true"><typeRef>number</typeRef></itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="born-on"><typeRef>date</typeRef></itemComponent>
</itemDefinition>"""


@pytest.mark.parametrize(
    ("expression", "kind", "result"),
    [
        ('"A"', "tKind", "A"),
        ('"C"', "tKind", None),
        ("1", "tAmounts", [1]),
        ('[1, "x"]', "tAmounts", None),
        ("[5]", "number", 5),
        ("[5, 6]", "number", None),
        ('"5"', "number", None),
        (
            '{name: "x", born-on: date("2026-04-01"), more: 1}',
            "tPerson",
            {"name": "x", "born-on": "2026-04-01", "more": 1},
        ),
        ('{name: "x"}', "tPerson", None),
        ('date("2026-04-01")', "dateTime", "2026-04-01T00:00:00Z"),
        ("null", "tAmounts", None),
        ("1", "Any", 1),
        ("1", "integer", 1),
    ],
)
def test_a_result_is_made_to_fit_its_type_or_null(expression, kind, result):
    assert of(said(expression, kind), TYPES) == result


KINDS = """
<itemDefinition name="tKind"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tSame"><typeRef>tKind</typeRef></itemDefinition>
<itemDefinition name="tOther"><typeRef>tKind</typeRef>
  <allowedValues><text>"C"</text></allowedValues></itemDefinition>
<itemDefinition name="tGives">
  <functionItem outputTypeRef="tKind"><parameters name="x"/></functionItem></itemDefinition>
<itemDefinition name="tTakes">
  <functionItem><parameters name="part" typeRef="tKind"/></functionItem></itemDefinition>"""


@pytest.mark.parametrize(
    ("expression", "kind", "result"),
    [('"C"', "tSame", None), ('"A"', "tSame", "A"), ('"C"', "tOther", "C"), ('"A"', "tOther", None)],
)
def test_allowed_values_stand_instead_of_those_of_the_base(expression, kind, result):
    assert of(said(expression, kind), KINDS) == result


@pytest.mark.parametrize(
    "function",
    [
        said("function(x) x", "tGives"),
        said("function(x: tKind) x", "tGives"),
        f'<functionDefinition typeRef="tGives"><formalParameter name="x"/>{said("x")}</functionDefinition>',
    ],
)
def test_a_function_gives_what_its_type_says(function):
    file = file_of(
        KINDS,
        decision(function, "f", "f"),
        decision(said('[f("A"), f("C")]'), needs=[needs_decision("f")]),
    )
    assert asked(file, "決定") == ["A", None]


@pytest.mark.parametrize(
    "place",
    ['<variable name="m" typeRef="tGives"/><encapsulatedLogic>', '<encapsulatedLogic typeRef="tGives">'],
)
def test_a_knowledge_model_gives_what_the_type_of_its_function_says(place):
    model = f'<businessKnowledgeModel id="m" name="m">{place}<formalParameter name="x"/>{said("x")}'
    model += "</encapsulatedLogic></businessKnowledgeModel>"
    file = file_of(KINDS, model, decision(calls("m") + said('[m("A"), m("C")]')))
    assert asked(file, "決定") == ["A", None]


def test_a_service_takes_what_the_type_of_its_function_says():
    service = (
        '<decisionService id="s" name="s"><variable name="s" typeRef="tTakes"/>'
        '<outputDecision href="#d"/><inputDecision href="#part"/></decisionService>'
    )
    file = file_of(
        KINDS,
        decision(said('"never"'), "part", "part"),
        service,
        decision(said("part"), needs=[needs_decision("part")]),
    )
    assert asked(file, "s", {"part": "A"}) == "A"
    assert asked(file, "s", {"part": "C"}) is None


def test_an_input_is_typed_and_its_members_with_signs_are_names():
    born = '<inputData id="i" name="who"><variable name="who" typeRef="tPerson"/></inputData>'
    file = file_of(TYPES, born, decision(said("who.born-on.year"), needs=[needs_input("i")]))
    assert asked(file, "決定", {"who": {"name": "x", "born-on": "1950-03-01"}}) == 1950
    assert asked(file, "決定", {"who": "nobody"}) is None


def test_numbers_and_truth_may_be_text_for_a_lenient_reader():
    told = '<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>'
    asks = '<inputData id="j" name="t"><variable name="t" typeRef="boolean"/></inputData>'
    file = file_of(told, asks, decision(said("[n, t]"), needs=[needs_input("i"), needs_input("j")]))
    given = {"n": "-1.50e1", "t": "true"}
    assert asked(file, "決定", given, lenient=True) == [-15, True]
    assert asked(file, "決定", {"n": "1 000", "t": "yes"}, lenient=True) == [None, None]
    assert asked(file, "決定", given) == [None, None]


def test_days_and_the_like_are_read_from_text_of_any_type_by_a_lenient_reader():
    told = '<inputData id="i" name="any"><variable name="any"/></inputData>'
    file = file_of(told, decision(said("any instance of date"), needs=[needs_input("i")]))
    assert asked(file, "決定", {"any": "2026-04-01"}, lenient=True) is True
    assert asked(file, "決定", {"any": "2026-04-31"}, lenient=True) is False
    assert asked(file, "決定", {"any": "2026-04-01"}) is False


def test_parameters_of_a_knowledge_model_that_is_asked_are_typed_like_inputs():
    file = file_of(knowledge("k", {"born": "date", "more": "number"}, said("born.year + more")))
    assert asked(file, "k", {"born": "1950-03-01", "more": 1}) == 1951
    assert asked(file, "k", {"born": "1950-03-01", "more": "1"}, lenient=True) == 1951


def test_a_decision_without_logic_is_what_the_input_says_for_a_lenient_reader():
    outside = (
        '<decision id="o" name="Doctor\'s view"><variable name="Doctor\'s view" typeRef="date"/></decision>'
    )
    file = file_of(outside, decision(said("Doctor's view.year"), needs=[needs_decision("o")]))
    assert asked(file, "決定", {"Doctor's view": "2026-04-01"}, lenient=True) == 2026
    assert asked(file, "決定", lenient=True) is None
    with pytest.raises(DmnError, match="決定表も式もありません"):
        asked(file, "決定", {"Doctor's view": "2026-04-01"})


def test_a_type_that_nobody_knows_is_refused_and_any_for_a_lenient_reader():
    file = file_of(decision(said("1", "tNothing")))
    with pytest.raises(DmnError, match="型「tNothing」"):
        asked(file, "決定")
    assert asked(file, "決定", lenient=True) == 1


def test_decisions_see_only_what_they_require():
    hidden = decision(said("secret"), "b", "b", [needs_input("other")])
    file = file_of(input_data("i", "secret"), input_data("other", "other"), hidden)
    with pytest.raises(DmnError, match="「secret」"):
        asked(file, "b", {"secret": 1})
    assert asked(file, "b", {"secret": 1}, lenient=True) is None


@pytest.mark.parametrize(
    "address",
    [
        *("FEEL", "feel", "S-FEEL", "http://www.omg.org/spec/FEEL/20140401"),
        *("http://www.omg.org/spec/DMN/20180521/FEEL/", "https://www.omg.org/spec/DMN/20230324/FEEL"),
    ],
)
def test_every_version_of_the_standard_may_name_its_language(address):
    logic = said("1 + 1").replace("<literalExpression", f'<literalExpression expressionLanguage="{address}"')
    assert of(logic) == 2


def test_names_that_are_shown_and_names_of_variables_both_lead_to_the_same():
    age = '<inputData id="i" name="年齢"><variable name="age" typeRef="number"/></inputData>'
    group = '<decision id="g" name="区分"><variable name="category"/>{}{}</decision>'
    file = file_of(
        age,
        group.format(f"<informationRequirement>{needs_input('i')}</informationRequirement>", said("age + 1")),
    )
    for wanted in ("区分", "category", "g", " 区分\n"):
        assert asked(file, wanted, {"age": 1}) == 2
    assert asked(file, "区分", {"年齢": 1}) == 2


def test_the_trace_names_every_table_on_the_way():
    size = decision(table(["n"], [output("o")], [(("> 1",), ('"big"',))]), "size", "size", [needs_input("i")])
    price = table(["size"], [output("o")], [(('"big"',), ("twice(n)",))])
    twice = knowledge("twice", {"x": "number"}, table(["x"], [output("o")], [(("-",), ("x * 2",))]))
    whole = decision(calls("k_twice") + price, "d", "price", [needs_decision("size"), needs_input("i")])
    found = parse_dmn(file_of(input_data("i", "n"), size, twice, whole))["d"].evaluate_traced({"n": 3})
    assert found.value == 6
    assert [(one.owner, one.rules) for one in found.tables] == [
        ("size", (1,)),
        ("twice", (1,)),
        ("price", (1,)),
    ]
    assert found.tables[0].inputs == (("入力 n", "3"),)
