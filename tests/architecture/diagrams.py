"""The shipped diagrams, read as XML: what stands in them, without running anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from lxml import etree

from tests.architecture.tree import ROOT, procedures

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
NODES = (
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"),
    *("task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask", "sendTask"),
    *("receiveTask", "callActivity", "subProcess"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"),
)


@dataclass(frozen=True)
class Diagram:
    """One process with its slug, as lxml elements."""

    slug: str
    root: etree._Element

    def each(self, *names: str) -> Iterator[etree._Element]:
        return self.root.iter(*(BPMN + name for name in names))

    def nodes(self) -> list[etree._Element]:
        return list(self.each(*NODES))

    def ids(self, *names: str) -> list[str]:
        return [str(node.get("id")) for node in self.each(*names)]

    def drawn(self) -> set[str]:
        """The ids of what has a place in the picture."""
        return {
            str(shape.get("bpmnElement")) for shape in self.root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")
        } | {
            str(shape.get("bpmnElement"))
            for shape in self.root.iter()
            if isinstance(shape.tag, str) and shape.get("bpmnElement")
        }

    def boxes(self) -> dict[str, tuple[float, float, float, float]]:
        """Left, top, right and bottom of every step that is drawn."""
        return {
            str(shape.get("bpmnElement")): _box(shape)
            for shape in self.root.iter(f"{DI}BPMNShape")
            if shape.get("bpmnElement") in self.ids(*NODES)
        }

    def lines(self) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
        """Every straight piece of every arrow, as left, top, right and bottom."""
        for edge in self.root.iter(f"{DI}BPMNEdge"):
            points = [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(WAYPOINT)]
            for (x, y), (to_x, to_y) in pairwise(points):
                corners = (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
                yield str(edge.get("bpmnElement")), corners


def _box(shape: etree._Element) -> tuple[float, float, float, float]:
    bounds = shape.find(BOUNDS)
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def properties(node: etree._Element) -> dict[str, str]:
    """The properties that our engine reads from an element."""
    return {str(p.get("name")): str(p.get("value")) for p in node.iterfind(f".//{SPIFF}property")}


@cache
def read(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))


def diagrams() -> list[Diagram]:
    return [Diagram(slug, read(ROOT / "workflows" / slug / "process.bpmn")) for slug in procedures()]


def decision_files() -> list[Path]:
    return sorted((ROOT / "workflows").glob("*/*.dmn"))


def local(node: etree._Element) -> str:
    return str(etree.QName(node).localname)
