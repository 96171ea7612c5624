"""What a diagram shows beside what runs is told apart, whatever order and prefixes its file has."""

import pytest

from workflows.studio import drawn

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">'
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
NOTE = '<textAnnotation id="note"><text>急ぎ</text></textAnnotation>'
PLACES = f'<di:BPMNDiagram xmlns:di="{DI}" id="one"/>'


def diagram(inner: str = "", beside: str = "") -> str:
    return f'{HEAD}<process id="small">{inner}<task id="a"/></process>{beside}</definitions>'


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (diagram(), ()),
        (diagram(NOTE), ("notes",)),
        (diagram(NOTE.replace("急ぎ", "急がず")), ("notes",)),
        (diagram('<dataStoreReference id="kept"/>'), ("data",)),
        (diagram(beside='<dataStore id="kept"/>'), ("data",)),
        (diagram(beside='<collaboration id="c"><participant id="p"/></collaboration>'), ("pools",)),
        (diagram(beside=PLACES), ("places",)),
        (diagram(NOTE, PLACES), ("notes", "places")),
        (diagram('<task id="b"/>'), ()),
    ],
)
def test_it_is_told_what_else_changed(after: str, told: tuple[str, ...]) -> None:
    assert drawn.differences(diagram(), after, "small") == told
    assert drawn.differences(after, diagram(), "small") == told


def test_order_prefixes_and_spaces_of_the_file_are_no_difference() -> None:
    other = '<textAnnotation id="other"><text>後で</text></textAnnotation>'
    before, after = diagram(NOTE + other), diagram(other + "\n  " + NOTE)
    assert drawn.differences(before, after.replace("<task ", '<task xmlns:x="urn:x" '), "small") == ()


def test_a_relative_namespace_that_a_file_declares_is_no_difference() -> None:
    before = diagram(NOTE.replace("急ぎ", "急ぎ<!-- ? -->&amp;"), PLACES)
    after = before.replace("<definitions ", '<definitions xmlns:tns="sample" ')
    assert drawn.differences(before, after, "small") == ()
    assert drawn.differences(after, after.replace("急ぎ", "急がず"), "small") == ("notes",)
