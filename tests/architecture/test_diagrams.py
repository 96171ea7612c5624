"""What a diagram may hold: checked FEEL, known lanes, nothing unreachable, nothing undrawn (Ruling 2)."""

import re
from pathlib import Path

import pytest
from lxml import etree

from portal.security.roles import ROLES
from tests.architecture.diagrams import BPMN, NODES, Diagram, decision_files, diagrams, local
from workflows.engine.dmn.tables import parse_dmn
from workflows.engine.feel.expressions import compile_context, compile_expression
from workflows.engine.parser import english_name

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SYSTEM = "system"
EACH = pytest.mark.parametrize("diagram", diagrams(), ids=lambda diagram: diagram.slug)


@EACH
def test_ids_are_plain_names_and_the_process_is_the_slug(diagram: Diagram) -> None:
    assert diagram.ids("process") == [diagram.slug]
    ids = diagram.ids("sequenceFlow", *NODES)
    assert [found for found in ids if not SNAKE.fullmatch(found)] == []
    assert len(ids) == len(set(ids))


@EACH
def test_lanes_are_roles_of_the_office(diagram: Diagram) -> None:
    assert set(diagram.ids("lane")) - set(ROLES) - {SYSTEM} == set()


@EACH
def test_every_element_stands_in_one_lane(diagram: Diagram) -> None:
    standing = [str(found.text) for found in diagram.each("flowNodeRef")]
    assert sorted(standing) == sorted(diagram.ids(*NODES))


@EACH
def test_people_stand_in_lanes_of_people(diagram: Diagram) -> None:
    for lane in diagram.each("lane"):
        if lane.get("id") == SYSTEM:
            inside = {str(found.text) for found in lane.iterfind(f"{BPMN}flowNodeRef")}
            assert inside & set(diagram.ids("userTask", "manualTask")) == set()


@EACH
def test_every_element_can_be_reached_and_left(diagram: Diagram) -> None:
    flows = [
        (str(flow.get("sourceRef")), str(flow.get("targetRef"))) for flow in diagram.each("sequenceFlow")
    ]
    boundary = [
        (str(event.get("attachedToRef")), str(event.get("id"))) for event in diagram.each("boundaryEvent")
    ]
    steps = flows + boundary
    assert spread(set(diagram.ids("startEvent")), steps) == set(diagram.ids(*NODES))
    backwards = [(target, source) for source, target in steps]
    assert spread(set(diagram.ids("endEvent")), backwards) == set(diagram.ids(*NODES))


@EACH
def test_every_label_is_said_in_english_too(diagram: Diagram) -> None:
    named = [
        node
        for node in diagram.root.iter(etree.Element)
        if node.get("name") and JAPANESE.search(node.get("name"))
    ]
    assert [node.get("id") for node in named if not english_name(node)] == []


def spread(reached: set[str], steps: list[tuple[str, str]]) -> set[str]:
    """All that can be reached along the steps."""
    while more := {target for source, target in steps if source in reached} - reached:
        reached = reached | more
    return reached


@EACH
def test_a_parting_of_ways_says_where_to_go_when_no_condition_holds(diagram: Diagram) -> None:
    for gateway in diagram.each("exclusiveGateway", "inclusiveGateway"):
        leaving = {str(found.text) for found in gateway.iterfind(f"{BPMN}outgoing")}
        if len(leaving) > 1:
            conditional = {
                str(flow.get("id"))
                for flow in diagram.each("sequenceFlow")
                if flow.find(f"{BPMN}conditionExpression") is not None
            }
            assert gateway.get("default") in leaving, gateway.get("id")
            assert leaving - conditional == {gateway.get("default")}, gateway.get("id")


@EACH
def test_every_expression_is_feel(diagram: Diagram) -> None:
    for found in diagram.each("conditionExpression", "timeDuration", "timeDate", "timeCycle"):
        compile_expression(str(found.text), None)
    for found in diagram.each("script"):
        compile_context(str(found.text), None)


@EACH
def test_no_element_that_runs_code_of_its_own(diagram: Diagram) -> None:
    foreign = [local(node) for node in diagram.root.iter() if isinstance(node.tag, str)]
    assert {"preScript", "postScript", "instructionsForEndUser"} & set(foreign) == set()


@EACH
def test_the_whole_process_is_in_the_picture(diagram: Diagram) -> None:
    assert set(diagram.ids("lane", "sequenceFlow", *NODES)) - diagram.drawn() == set()


@EACH
def test_no_arrow_runs_through_a_step(diagram: Diagram) -> None:
    through = [
        (flow, step)
        for flow, (left, top, right, bottom) in diagram.lines()
        for step, box in diagram.boxes().items()
        if left < box[2] and right > box[0] and top < box[3] and bottom > box[1]
    ]
    assert through == []


@EACH
def test_every_element_has_a_name_in_both_languages(diagram: Diagram) -> None:
    unnamed = [
        node.get("id")
        for node in diagram.each("userTask", "manualTask", "serviceTask", "businessRuleTask", "callActivity")
        if not node.get("name") or node.find(".//*[@name='title_en']") is None
    ]
    assert unnamed == []


@pytest.mark.parametrize("path", decision_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_table_of_decisions_can_be_read(path: Path) -> None:
    assert parse_dmn(path.read_bytes())


@pytest.mark.parametrize("path", decision_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_column_and_description_of_a_table_is_said_in_english_too(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    told = [
        node
        for node in root.iter("{*}decision", "{*}input", "{*}output", "{*}rule")
        if node.tag.endswith("decision") or node.get("label") or node.find("{*}description") is not None
    ]
    assert told
    assert [node.get("id") for node in told if not english_name(node)] == []


def test_ids_of_decisions_are_never_used_twice_in_one_folder() -> None:
    for path in decision_files():
        ids = list(parse_dmn(path.read_bytes()))
        assert len(ids) == len(set(ids)), path
