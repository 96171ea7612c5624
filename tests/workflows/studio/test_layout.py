"""A diagram that came without a drawing gets one: everything has a place, nothing of the process changes."""

import re

import pytest
from lxml import etree

from workflows import catalog
from workflows.studio import layout

DRAWING = re.compile(r"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", re.DOTALL)
SHAPE, EDGE, BOUNDS = f"{{{layout.DI}}}BPMNShape", f"{{{layout.DI}}}BPMNEdge", f"{{{layout.DC}}}Bounds"
INSIDE = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d">
<bpmn:process id="p"><bpmn:startEvent id="start" /><bpmn:subProcess id="part"><bpmn:startEvent id="in" />
<bpmn:userTask id="work" /><bpmn:endEvent id="out" />
<bpmn:sequenceFlow id="f3" sourceRef="in" targetRef="work" />
<bpmn:sequenceFlow id="f4" sourceRef="work" targetRef="out" /></bpmn:subProcess><bpmn:endEvent id="end" />
<bpmn:boundaryEvent id="late" attachedToRef="part" /><bpmn:endEvent id="gone" />
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="part" />
<bpmn:sequenceFlow id="f2" sourceRef="part" targetRef="end" />
<bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="gone" />
<bpmn:sequenceFlow id="back" sourceRef="end" targetRef="start" /></bpmn:process></bpmn:definitions>"""


def places(text: str) -> dict[str, tuple[int, ...]]:
    root = etree.fromstring(text.encode())
    found = {}
    for shape in root.iter(SHAPE):
        bounds = shape.find(BOUNDS)
        assert bounds is not None
        found[str(shape.get("bpmnElement"))] = tuple(
            int(bounds.get(key)) for key in ("x", "y", "width", "height")
        )
    return found


def overlap(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2] for at in (0, 1))


@pytest.mark.parametrize("slug", [*catalog.PROCEDURES, "verification"])
def test_every_element_has_a_place_of_its_own_and_the_process_stays(slug: str) -> None:
    source = catalog.shipped_bundle("acquisition" if slug == "verification" else slug).bpmn[slug]
    bare = DRAWING.sub("", source)
    assert (layout.is_drawn(source, slug), layout.is_drawn(bare, slug)) == (True, False)
    drawn = layout.laid_out(bare, slug)
    found, known = places(drawn), places(source)
    assert found.keys() == known.keys()
    edges = {str(one.get("bpmnElement")) for one in etree.fromstring(drawn.encode()).iter(EDGE)}
    assert edges == {str(one.get("bpmnElement")) for one in etree.fromstring(source.encode()).iter(EDGE)}
    root = etree.fromstring(source.encode())
    lanes = {one.get("id") for one in root.iter("{*}lane", "{*}participant")}
    beside = {one.get("id") for one in root.iter("{*}boundaryEvent")}
    steps = [place for name, place in found.items() if name not in lanes | beside]
    assert not any(overlap(one, other) for at, one in enumerate(steps) for other in steps[at + 1 :])
    assert layout.laid_out(drawn, slug) == drawn
    assert layout.laid_out(source, slug) == source


def test_what_stands_in_a_sub_process_lies_in_it_and_an_event_at_its_border() -> None:
    found = places(layout.laid_out(INSIDE, "p"))
    part = found["part"]
    for name in ("in", "work", "out"):
        x, y, width, height = found[name]
        assert part[0] <= x
        assert x + width <= part[0] + part[2]
        assert part[1] <= y
        assert y + height <= part[1] + part[3]
    late = found["late"]
    assert late[1] < part[1] + part[3] < late[1] + late[3]
    assert not overlap(found["end"], part)
