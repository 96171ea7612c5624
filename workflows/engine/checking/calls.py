"""What a diagram names in other files: processes, decisions, operations, forms, tasks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Protocol, TypeVar

from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.form_files import FormFile
from workflows.engine.checking.people import listed, properties_of
from workflows.engine.checking.problems import Problem
from workflows.engine.checking.tables import Tables
from workflows.engine.supported import BPMN, SPIFF


class _Checked(Protocol):
    """A file that was looked at."""

    @property
    def file(self) -> File: ...
    @property
    def problems(self) -> list[Problem]: ...


_One = TypeVar("_One", bound=_Checked)
_OPERATOR = f"{{{BPMN}}}extensionElements/{{{SPIFF}}}serviceTaskOperator"
_DECISION = f".//{{{SPIFF}}}calledDecisionId"


class Calls:
    """Finds what is named: first in the same file, then in the same folder, then among the other files."""

    def __init__(
        self,
        diagrams: Sequence[Diagram],
        tables: Sequence[Tables],
        forms: Sequence[FormFile],
        surroundings: Surroundings,
    ) -> None:
        self.diagrams, self.tables, self.forms = diagrams, tables, forms
        self.surroundings = surroundings
        self.neighbours: list[tuple[Diagram, Any, str, _Checked]] = []

    def roots(self) -> list[Diagram]:
        """The given files with which a definition begins: those that no other given one calls."""
        given = [one for one in self.diagrams if one.file.given]
        called = {id(other) for one in given for other in self.closure(one)[1:]}
        found = [one for one in given if id(one) not in called]
        inside = {id(other) for one in found for other in self.closure(one)}
        for one in given:  # those that call one another in a circle
            if id(one) not in inside:
                found.append(one)
                inside |= {id(other) for other in self.closure(one)}
        return found

    def closure(self, root: Diagram) -> list[Diagram]:
        """A file and all that it calls, itself first."""
        found = [root]
        for diagram in found:
            for node in diagram.each("callActivity"):
                called = self._best(diagram, self._with_process(str(node.get("calledElement"))))
                found += [one for one in called[:1] if not any(one is other for other in found)]
        return found

    def tables_of(self, together: Sequence[Diagram]) -> list[Tables]:
        """The files of the decisions that a definition asks."""
        found: list[Tables] = []
        for diagram in together:
            for node in diagram.root.iterfind(_DECISION):
                for table in self._best(diagram, self._with_decision((node.text or "").strip()))[:1]:
                    found += [] if any(table is one for one in found) else [table]
        return found

    def imported_by(self, table: Tables) -> list[Tables]:
        """The files that a decision file imports from, directly and further; what cannot be read is told."""
        found = [table]
        for one in found:
            for namespace in sorted(one.imports):
                known = [other for other in self.tables if other.namespace == namespace]
                best = self._best(one, known)[:1]
                found += [other for other in best if not any(other is each for each in found)]
        return found[1:]

    def check(self, diagram: Diagram, together: Sequence[Diagram]) -> None:
        """Tell what a diagram names and nobody has."""
        for node in diagram.each("callActivity"):
            self._process(diagram, node)
        for node in diagram.each("businessRuleTask"):
            self._decision(diagram, node)
        for node in diagram.each("serviceTask"):
            self._operation(diagram, node)
        tasks = {str(node.get("id")) for one in together for node in one.each("userTask", "manualTask")}
        for node in diagram.each("userTask", "manualTask"):
            self._form(diagram, node)
            self._offered(diagram, node, properties_of(node).get("examine"))
            for name in listed(properties_of(node).get("not_by")):
                if name not in tasks:
                    diagram.tell("task_unknown", node, which="not_by", what=name)

    def tell_faulty_neighbours(self) -> None:
        """Tell, at whoever names them, that files which were not given cannot be run."""
        for diagram, node, what, other in self.neighbours:
            faults = [one for one in other.problems if not one.is_warning]
            if faults and not other.file.given:
                first = f"{faults[0].element}: {faults[0].message}"
                diagram.tell("faulty_neighbour", node, what=what, where=other.file.name, why=first)

    def _process(self, diagram: Diagram, node: Any) -> None:
        name = str(node.get("calledElement") or "")
        found = self._best(diagram, self._with_process(name))
        if not found:
            diagram.tell("unknown_process", node, what=name or "(none)")
        elif len(found) > 1:
            where = ", ".join(one.file.name for one in found)
            diagram.tell("ambiguous_process", node, what=name, where=where)
        else:
            self.neighbours.append((diagram, node, f"the process {name}", found[0]))
        circle = self._circle(diagram, node, name)
        if circle:
            diagram.tell("call_cycle", node, what=" → ".join(circle))

    def _circle(self, diagram: Diagram, node: Any, name: str) -> list[str]:
        """The way by which a call comes back to the process that it stands in; empty where it does not."""
        home = next((str(one.get("id")) for one in node.iterancestors(f"{{{BPMN}}}process")), "")
        ways = [[home, name]]
        seen: set[str] = set()
        for way in ways:
            if way[-1] == home:
                return way
            if way[-1] in seen:
                continue
            seen.add(way[-1])
            for holder in self._best(diagram, self._with_process(way[-1]))[:1]:
                process = holder.processes[way[-1]]
                ways += [
                    [*way, str(one.get("calledElement"))] for one in process.iter(f"{{{BPMN}}}callActivity")
                ]
        return []

    def _decision(self, diagram: Diagram, node: Any) -> None:
        told = node.find(_DECISION)
        name = "" if told is None else (told.text or "").strip()
        found = self._best(diagram, self._with_decision(name))
        if not name:
            diagram.tell("decision_missing", node)
        elif not found:
            diagram.tell("unknown_decision", node, what=name)
        elif len(found) > 1:
            where = ", ".join(one.file.name for one in found)
            diagram.tell("ambiguous_decision", node, what=name, where=where)
        else:
            self.neighbours.append((diagram, node, f"the decision {name}", found[0]))

    def _operation(self, diagram: Diagram, node: Any) -> None:
        operator = node.find(_OPERATOR)
        if operator is None or not operator.get("id"):
            diagram.tell("operation_missing", node)
        else:
            self._offered(diagram, node, operator.get("id"))

    def _offered(self, diagram: Diagram, node: Any, name: str | None) -> None:
        known = self.surroundings.operations
        if name is not None and known is not None and name not in known:
            diagram.tell("unknown_operation", node, what=name)

    def form_of(self, diagram: Diagram, node: Any) -> tuple[str, list[FormFile]]:
        """The name of the form that a task asks, and its files: under that name, or beside the diagram."""
        process = next((str(one.get("id")) for one in node.iterancestors(f"{{{BPMN}}}process")), "")
        key = properties_of(node).get("form") or f"{process}/{node.get('id')}"
        found = [one for one in self.forms if one.file.form_key == key]
        return key, found or [
            one
            for one in self.forms
            if one.file.stem == key.rpartition("/")[2]
            and PurePath(one.file.folder).is_relative_to(diagram.file.folder)
        ]

    def _form(self, diagram: Diagram, node: Any) -> None:
        key, found = self.form_of(diagram, node)
        for form in found:
            self.neighbours.append((diagram, node, f"the form {key}", form))
        if not found and key not in self.surroundings.forms:
            code = "form_missing" if self.surroundings.forms_needed else "form_not_given"
            diagram.tell(code, node, what=key)

    def _with_process(self, name: str) -> list[Diagram]:
        return [one for one in self.diagrams if name in one.processes]

    def _with_decision(self, name: str) -> list[Tables]:
        return [one for one in self.tables if name in one.lines]

    @staticmethod
    def _best(near: _Checked, found: Sequence[_One]) -> list[_One]:
        """Those of the best kind: the file itself, its folder, what was given, what is known."""

        def distance(one: _One) -> int:
            if one.file.name == near.file.name:
                return 0
            if one.file.folder == near.file.folder:
                return 1
            return 2 if one.file.given else 3

        least = min(map(distance, found), default=0)
        return [one for one in found if distance(one) == least]
