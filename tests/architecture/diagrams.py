"""The shipped diagrams, read as XML: what stands in them, without running anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from tests.architecture.tree import ROOT, procedures

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
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
