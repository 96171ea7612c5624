"""Whether the decisions of a DMN file can be run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

from workflows.engine.checking.diagram import elements
from workflows.engine.checking.files import File
from workflows.engine.checking.problems import Problem, problem
from workflows.engine.checking.xml_text import read_xml
from workflows.engine.dmn.coverage import findings
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.imported_files import imports_of, namespace_of
from workflows.engine.dmn.tables import Decision, parse_dmn

_DMN = ("https://www.omg.org/spec/DMN/", "http://www.omg.org/spec/DMN/")
_MODEL = "/MODEL"
_CODES = {"gap": "table_gap", "overlap": "table_overlap", "unreachable": "table_unreachable"}
_EVERYTHING = "*"


class Tables:
    """A DMN file: the ids of its decisions with their lines, and what keeps it from being run."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self.looked_at = False
        self.namespace = ""
        self.imports: frozenset[str] = frozenset()
        root = read_xml(file)
        if isinstance(root, Problem):
            self.problems.append(root)
        elif not _is_dmn(root):
            self.tell("wrong_root", root, kind="DMN", what=root.tag)
        else:
            self._read(root)

    def tell(self, code: str, node: Any, **words: object) -> None:
        named = next((one for one in (node, *node.iterancestors()) if one.get("id")), node)
        element = str(named.get("id") or etree.QName(node).localname)
        self.problems.append(problem(code, self.file.name, node.sourceline, element, **words))

    def _read(self, root: Any) -> None:
        seen: dict[str, int] = {}
        for node in elements(root):
            found = node.get("id")
            if found in seen:
                self.tell("duplicate_id", node, what=found, other=seen[found])
            elif found:
                seen[found] = node.sourceline
            if not any(etree.QName(node).namespace.startswith(one) for one in _KNOWN if _has_namespace(node)):
                self._foreign(node)
        self.namespace, self.imports = namespace_of(root), frozenset(imports_of(root))
        self.lines = {
            str(one.get("id")): one.sourceline for one in root.iterfind("{*}decision") if one.get("id")
        }

    def _foreign(self, node: Any) -> None:
        inside = (etree.QName(one).localname for one in node.iterancestors())
        if "extensionElements" not in inside:
            self.tell("foreign_element", node, what=node.tag)

    def compiled(self, names: frozenset[str] | None, imported: Sequence[Tables] = ()) -> dict[str, Decision]:
        """The decisions by id, ready to run; empty where something keeps them from it, which is told."""
        self.looked_at = True
        if any(not one.is_warning for one in self.problems):
            return {}
        try:
            decisions = parse_dmn(self.file.content, names, [one.file.content for one in imported])
        except DmnError as error:
            self.problems.append(
                problem("table_wrong", self.file.name, error.line, self._id_of(error), why=error)
            )
            return {}
        self._compare_rules(decisions)
        return decisions

    def _compare_rules(self, decisions: dict[str, Decision]) -> None:
        """Warn of what tables leave open, say twice or never reach, with rules and columns."""
        for key, decision in decisions.items():
            table = decision.table
            for found in findings(table) if table else ():
                rules = "・".join(f"#{number}" for number in found.rules)
                told = ": ".join(part for part in (rules, found.place or _EVERYTHING) if part)
                what = found.rules[0] if found.kind == "unreachable" else told
                line = table.line if table else None
                self.problems.append(problem(_CODES[found.kind], self.file.name, line, key, what=what))

    def _id_of(self, error: DmnError) -> str:
        """The decision that stands last before the line of the fault."""
        before = [(line, name) for name, line in self.lines.items() if line <= (error.line or 0)]
        return max(before)[1] if before else str(error.decision or "definitions")


_KNOWN = (*_DMN, "http://www.omg.org/spec/DD/", "https://www.omg.org/spec/DD/")


def _has_namespace(node: Any) -> bool:
    return etree.QName(node).namespace is not None


def _is_dmn(root: Any) -> bool:
    name = etree.QName(root)
    return name.localname == "definitions" and str(name.namespace or "").startswith(_DMN)
