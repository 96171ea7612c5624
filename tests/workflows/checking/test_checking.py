"""What the check tells and what it lets pass: all at once, on the line of the file, across files."""

import re
from pathlib import Path

import pytest

from tests.workflows.checking.corpus import CONDITION, END, WHOLE
from tests.workflows.checking.definitions_of_tests import KNOWN, changed, file_of, found, with_file
from workflows import catalog
from workflows.engine.checking.codes import CODES
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.problems import MOST_OF_A_FILE, Problem

DIAGRAM = WHOLE["process.bpmn"]
CALL = '<callActivity id="call" calledElement="{}" />'
DOCS = Path(__file__).resolve().parents[3] / "docs" / "definition-check.md"


def calling(name: str, called: str) -> bytes:
    """A diagram that does nothing but call another process."""
    return (
        f'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="{name}">'
        f'<startEvent id="start" />{CALL.format(called)}<endEvent id="done" />'
        '<sequenceFlow id="a" sourceRef="start" targetRef="call" />'
        '<sequenceFlow id="b" sourceRef="call" targetRef="done" /></process></definitions>'
    ).encode()


def brief(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(one.element, one.code) for one in problems]


def test_all_that_is_wrong_is_told_at_once_by_line() -> None:
    wrong = DIAGRAM.replace(CONDITION, "==").replace("{ fee: 3000 }", "x = 1")
    wrong = wrong.replace('sourceRef="register" targetRef="done"', 'sourceRef="register" targetRef="gone"')
    told = found(with_file("process.bpmn", wrong.encode()))
    assert {("flow_many", "not_feel"), ("work_out", "not_feel"), ("flow_end", "flow_to_nowhere")} <= set(
        brief(told)
    )
    assert [one.line for one in told] == sorted(one.line for one in told)


def test_lines_beyond_the_65535th_are_told_rightly() -> None:
    wrong = DIAGRAM.replace(CONDITION, "==").replace("  <process", "\n" * 90_000 + "  <process")
    line = wrong[: wrong.index("==")].count("\n") + 1
    assert line > 90_000
    told = found(with_file("process.bpmn", wrong.encode()))
    assert [(one.line, one.element) for one in told] == [(line, "flow_many")]


def test_a_tag_over_several_lines_is_told_where_it_begins() -> None:
    wrong = DIAGRAM.replace('<lane id="counter"', '<lane\n\n  id="wizard"')
    told = found(with_file("process.bpmn", wrong.encode()))
    assert [(one.line, one.code) for one in told] == [
        (wrong[: wrong.index("<lane\n")].count("\n") + 1, "unknown_role")
    ]


def test_an_expression_is_told_with_its_own_line_and_column() -> None:
    told = found(changed("process.bpmn", CONDITION, "1 =\n  2 +* 3"))
    assert [one.code for one in told] == ["not_feel"]
    assert "line 2 column 6 of the expression" in told[0].message
    assert "2行6列" in told[0].message_ja


def test_a_byte_order_mark_a_comment_and_an_unknown_extension_do_no_harm() -> None:
    text = DIAGRAM.replace(END, f"<!-- 終わり -->{END}")
    extension = '<extensionElements><x:y xmlns:x="urn:of:another:editor" /></extensionElements>'
    text = text.replace('<endEvent id="too_late" />', f'<endEvent id="too_late">{extension}</endEvent>')
    told = found(with_file("process.bpmn", b"\xef\xbb\xbf" + text.encode()))
    assert brief(told) == [("too_late", "unknown_extension")]
    assert all(one.is_warning for one in told)


def test_warnings_do_not_keep_a_definition_from_being_run() -> None:
    text = (
        DIAGRAM.replace(' default="flow_few"', "")
        .replace('name="申請の入力"', "")
        .replace('"done"', '"Done_1"')
    )
    few = '<sequenceFlow id="flow_few" sourceRef="how_many" targetRef="decide" />'
    condition = "<conditionExpression>form.apply.dogs &lt; 3</conditionExpression>"
    text = text.replace(few, few.replace(" />", f">{condition}</sequenceFlow>"))
    told = found(with_file("process.bpmn", text.encode()))
    assert set(brief(told)) == {
        ("how_many", "no_default"),
        ("apply", "name_missing"),
        ("Done_1", "id_not_plain"),
    }
    assert all(one.is_warning for one in told)


def test_a_form_is_a_problem_only_where_forms_were_to_be_given() -> None:
    alone = [file_of(name, WHOLE[name].encode()) for name in ("process.bpmn", "tags.dmn")]
    assert brief(found(alone)) == [("apply", "form_missing")]
    told = found(alone, Surroundings(operations=KNOWN.operations, roles=KNOWN.roles, forms_needed=False))
    assert brief(told) == [("apply", "form_not_given")]
    assert told[0].is_warning


def test_who_sees_a_task_is_a_problem_only_where_roles_are_needed() -> None:
    alone = Surroundings(operations=KNOWN.operations, roles=KNOWN.roles, roles_needed=False)
    for old, new, problem, warning in (
        ("<flowNodeRef>apply</flowNodeRef>", "", "no_lane", "lane_not_given"),
        ('<lane id="counter"', '<lane id="Lane_1"', "unknown_role", "role_not_known"),
    ):
        files = changed("process.bpmn", old, new)
        assert [one.code for one in found(files)] == [problem]
        told = found(files, alone)
        assert [(one.code, one.is_warning) for one in told] == [(warning, True)]


LANE = '<lane id="counter" name="窓口">\n        <flowNodeRef>apply</flowNodeRef>\n      </lane>'


def test_of_lanes_in_lanes_the_innermost_counts() -> None:
    inside = (
        f'<lane id="Lane_1"><flowNodeRef>apply</flowNodeRef><childLaneSet id="c">{LANE}</childLaneSet></lane>'
    )
    assert found(changed("process.bpmn", LANE, inside)) == []
    beside = LANE.replace('"counter"', '"verifier"')
    assert brief(found(changed("process.bpmn", LANE, LANE + beside))) == [("verifier", "in_two_lanes")]


def test_a_task_in_a_sub_process_stands_in_the_lane_of_the_sub_process() -> None:
    inside = (
        '<subProcess id="part"><startEvent id="s1"/><sequenceFlow id="s1a" sourceRef="s1" targetRef="look"/>'
        '<userTask id="look" name="確認"/><sequenceFlow id="s1b" sourceRef="look" targetRef="e1"/>'
        '<endEvent id="e1"/></subProcess>'
    )
    diagram = draw_part(inside, "counter", "part")
    assert brief(found(diagram)) == [("look", "form_missing")]
    assert brief(found(draw_part(inside, "system", "part"))) == [
        ("look", "form_missing"),
        ("system", "unknown_role"),
    ]
    assert ("look", "no_lane") in brief(found(draw_part(inside, "counter", "s")))


def draw_part(part: str, lane: str, stands: str) -> list[File]:
    text = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">'
        '<process id="drawn" isExecutable="true">'
        f'<laneSet id="l"><lane id="{lane}"><flowNodeRef>{stands}</flowNodeRef></lane></laneSet>'
        f'<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="part"/>{part}'
        '<sequenceFlow id="f2" sourceRef="part" targetRef="e"/><endEvent id="e"/></process></definitions>'
    )
    return [file_of("drawn.bpmn", text.encode())]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CONDITION, "= " + CONDITION),
        (CONDITION, "\n  =" + CONDITION),
        ("{ fee: 3000 }", "= { fee: 3000 }"),
        ('duration("P14D")', "P14D"),
        ('duration("P14D")', " PT10M "),
        ('duration("P14D")', '= "P1M"'),
    ],
)
def test_what_other_editors_write_is_read_as_it_is_meant(old: str, new: str) -> None:
    assert found(changed("process.bpmn", old, new)) == []


@pytest.mark.parametrize("new", ["P", "P1X", "in PT10M", "2026-02-30", "R3/PT10M"])
def test_a_duration_that_is_none_is_refused_without_quotes_too(new: str) -> None:
    told = found(changed("process.bpmn", 'duration("P14D")', new))
    assert [one.code for one in told] in (["not_feel"], ["timer_wrong"])


def test_data_objects_are_drawn_only_unless_something_is_done_on_the_way() -> None:
    note = "<documentation>犬の数を入力する</documentation>"
    line = '<dataInputAssociation id="line"><sourceRef>paper</sourceRef>{}</dataInputAssociation>'
    paper = '<dataObjectReference id="paper" name="申請書" dataObjectRef="d_o" /><dataObject id="d_o" />'
    text = DIAGRAM.replace('<startEvent id="start"', f'{paper}<startEvent id="start"')
    assert paper in text
    assert note in text
    drawn = found(with_file("process.bpmn", text.replace(note, line.format("")).encode()))
    assert [(one.element, one.code, one.is_warning) for one in drawn] == [("line", "data_drawn_only", True)]
    rework = line.format("<transformation>x</transformation>")
    assert brief(found(with_file("process.bpmn", text.replace(note, rework).encode()))) == [
        ("line", "data_mapping")
    ]


def test_what_is_drawn_and_never_done_is_listed_by_what_it_is_called() -> None:
    note = '<textAnnotation id="note"><text>急ぎの\n分</text></textAnnotation>'
    store = f'{note}<dataStoreReference id="store" name="台帳" />'
    pools = (
        '<collaboration id="c"><participant id="citizen" name="住民" />'
        '<participant id="us" name="市" processRef="dog_tax" />'
        '<messageFlow id="letter" sourceRef="citizen" targetRef="start" /></collaboration>'
    )
    text = DIAGRAM.replace('<startEvent id="start"', f'{store}<startEvent id="start"')
    told = found(with_file("process.bpmn", text.replace("  <process", f"{pools}  <process", 1).encode()))
    assert {one.code for one in told} == {"drawn_only"}
    assert all(one.is_warning for one in told)
    assert [(one.element, one.message_ja.partition("は図")[0]) for one in told] == [
        ("citizen", "流れのない参加者「住民」"),
        ("letter", "メッセージフロー"),
        ("note", "注釈「急ぎの 分」"),
        ("store", "データストア「台帳」"),
    ]


def test_extensions_of_other_editors_are_warnings_by_name() -> None:
    note = "<documentation>犬の数を入力する</documentation>"
    properties = (
        '<spiff:properties><spiff:property name="formJsonSchemaFilename" value="a" /></spiff:properties>'
    )
    other = '<z:userTask xmlns:z="urn:of:another:editor" />'
    files = changed("process.bpmn", note, f"<extensionElements>{other}{properties}</extensionElements>")
    told = found(files)
    assert {one.code for one in told} == {"unknown_extension"}
    assert [one.message.split()[2] for one in told] == ["formJsonSchemaFilename", "z:userTask"]


def test_what_another_editor_says_by_attributes_is_listed_by_name_and_colours_are_not() -> None:
    end = '<endEvent id="too_late" />'
    said = (
        '<endEvent id="too_late" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:topic="mail" c:assignee="x"'
        ' xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" bioc:stroke="red" />'
    )
    told = found(with_file("process.bpmn", DIAGRAM.replace(end, said).encode()))
    assert brief(told) == [("too_late", "unknown_extension")]
    assert told[0].is_warning
    assert "c:assignee, c:topic" in told[0].message_ja


def test_processes_that_call_one_another_in_a_circle_are_told_at_every_call() -> None:
    given = [file_of(f"{one}.bpmn", calling(one, other)) for one, other in ("ab", "bc", "ca")]
    told = [one for one in found(given) if one.code == "call_cycle"]
    assert [one.file for one in told] == ["a.bpmn", "b.bpmn", "c.bpmn"]
    assert "a → b → c → a" in told[0].message


def test_a_called_process_beside_it_may_read_what_its_caller_brings() -> None:
    called = DIAGRAM.replace("dog_tax", "dogs_called").replace(CONDITION, "score &gt; 2")
    script = '<scriptTask id="s"><script>{ score: 1 }</script></scriptTask>'
    flow = '<sequenceFlow id="c" sourceRef="s" targetRef="call" />'
    caller = calling("outer", "dogs_called").decode().replace("<callActivity", f"{script}{flow}<callActivity")
    caller = caller.replace('sourceRef="start" targetRef="call"', 'sourceRef="start" targetRef="s"')
    known = Surroundings(operations=None, roles=KNOWN.roles, forms_needed=False)
    files = [file_of("inner.bpmn", called.encode()), file_of("tags.dmn", WHOLE["tags.dmn"].encode())]
    assert ("flow_many", "not_feel") in brief(found(files, known))
    together = found([*files, file_of("outer.bpmn", caller.encode())], known)
    assert {one.code for one in together} == {"form_not_given"}


def test_a_neighbour_that_cannot_be_run_is_told_where_it_is_called() -> None:
    caller = file_of("outer.bpmn", calling("outer", "dog_tax"))
    broken = file_of("inner.bpmn", DIAGRAM.replace(CONDITION, "==").encode(), given=False)
    known = Surroundings(forms_needed=False)
    told = found([caller, broken, file_of("tags.dmn", WHOLE["tags.dmn"].encode(), given=False)], known)
    assert brief(told) == [("call", "faulty_neighbour")]
    assert "inner.bpmn" in told[0].message
    assert "flow_many" in told[0].message


def test_the_same_decision_in_two_files_is_told_only_where_it_is_asked() -> None:
    twice = [*with_file("more.dmn", WHOLE["tags.dmn"].encode())]
    assert brief(found(twice)) == [("decide", "ambiguous_decision")]
    tables = [file_of(name, WHOLE["tags.dmn"].encode()) for name in ("tags.dmn", "more.dmn")]
    assert found(tables) == []


def test_a_file_with_very_many_problems_tells_the_first_of_them() -> None:
    many = "".join(f'<sequenceFlow id="f{n}" sourceRef="x{n}" targetRef="y{n}" />' for n in range(300))
    told = found(changed("process.bpmn", END, many + END))
    assert len([one for one in told if one.file == "process.bpmn"]) == MOST_OF_A_FILE + 1
    assert "too_many_problems" in {one.code for one in told}


def test_what_a_problem_says_of_the_file_is_cut_and_harmless() -> None:
    told = found(changed("process.bpmn", ">tag<", ">" + "lu\u202eck" * 300 + "<"))
    assert [one.code for one in told] == ["unknown_decision"]
    assert len(told[0].message) < 500
    assert "\u202e" not in told[0].message


@pytest.mark.parametrize("slug", [*catalog.PROCEDURES, *catalog.CALLED])
def test_every_shipped_diagram_can_be_run_alone_with_what_it_calls(slug: str) -> None:
    source = (catalog.ROOT / slug / "process.bpmn").read_bytes()
    known = Surroundings(forms_needed=False)
    called = {
        name: (catalog.ROOT / name / "process.bpmn").read_bytes() for name in catalog.CALLED if name != slug
    }
    files = [file_of(f"{slug}.bpmn", source)]
    files += [file_of(f"{name}.bpmn", text, given=False) for name, text in called.items()]
    files += [
        file_of(path.name, path.read_bytes(), given=False) for path in (catalog.ROOT / slug).glob("*.dmn")
    ]
    assert [one for one in found(files, known) if not one.is_warning] == []


def test_the_codes_of_the_documents_are_those_that_there_are() -> None:
    told = re.findall(r"^\| `([a-z_]+)` \| (?:problem|warning) \|", DOCS.read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(CODES)
