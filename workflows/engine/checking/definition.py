"""The door of the check: files that belong together in, all their problems out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workflows.engine.checking import (
    expressions,
    flow,
    form_files,
    names_and_kinds,
    people,
    times_and_references,
)
from workflows.engine.checking.calls import Calls
from workflows.engine.checking.diagram import Diagram
from workflows.engine.checking.files import File, Surroundings
from workflows.engine.checking.form_files import FormFile
from workflows.engine.checking.problems import Problem, clipped, problem
from workflows.engine.checking.tables import Tables
from workflows.engine.checking.xml_text import read_xml
from workflows.engine.dmn.tables import Decision
from workflows.engine.supported import BPMN, local, namespace

Build = Callable[[str, Mapping[str, Any], Mapping[str, Decision]], None]
Progress = Callable[[str], None]


class EngineRefuses(Exception):
    """The engine cannot make a specification of a process that the checks have passed."""

    def __init__(self, why: str, element: str) -> None:
        super().__init__(why)
        self.element = element


def check(
    files: Sequence[File],
    surroundings: Surroundings,
    build: Build | None = None,
    progress: Progress = lambda _name: None,
    *,
    read_all: bool = False,
) -> list[Problem]:
    """All problems and warnings of the given files, by file and line.

    `build` makes a specification of a process as the engine would and raises `EngineRefuses`; `progress` is
    told the name of the file that is looked at. With `read_all` the files are one definition, and every
    table is held to the names of its cases, asked by a task or not.
    """
    return Check(files, surroundings, build, progress, read_all=read_all).run()


class Check:
    """One check. Files that are not given are looked at only as far as a given one leads to them."""

    def __init__(
        self,
        files: Sequence[File],
        surroundings: Surroundings,
        build: Build | None,
        progress: Progress,
        *,
        read_all: bool,
    ) -> None:
        self.files = files
        self.surroundings = surroundings
        self.build = build
        self.progress = progress
        self.read_all = read_all
        self.unread: list[Problem] = []
        self.diagrams: list[Diagram] = []
        self.tables: list[Tables] = []
        self.forms: list[FormFile] = []

    def run(self) -> list[Problem]:
        for file in self.files:
            self.progress(file.name)
            self._read(file)
        for diagram in self.diagrams:
            self.progress(diagram.file.name)
            self._look_at(diagram)
        self._forms()
        calls = Calls(self.diagrams, self.tables, self.forms, self.surroundings)
        for root in calls.roots():
            self.progress(root.file.name)
            self._definition(calls, root)
        for table in self.tables:
            if table.file.given and not table.looked_at:
                self.progress(table.file.name)
                table.compiled(None, calls.imported_by(table))
        calls.tell_faulty_neighbours()
        return self._all()

    def _read(self, file: File) -> None:
        if file.kind == "dmn":
            self.tables.append(Tables(file))
        elif file.kind in {"schema", "ui"}:
            self.forms.append(FormFile(file))
        else:
            root = read_xml(file)
            if isinstance(root, Problem):
                self.unread.append(root)
            elif local(root) != "definitions" or namespace(root) != BPMN:
                self.unread.append(
                    problem("wrong_root", file.name, root.sourceline, local(root), kind="BPMN", what=root.tag)
                )
            else:
                self.diagrams.append(Diagram(file, root))

    def _look_at(self, diagram: Diagram) -> None:
        names_and_kinds.check(diagram)
        flow.check(diagram)
        people.check(diagram, self.surroundings)
        times_and_references.check(diagram)
        expressions.check_languages(diagram)

    def _forms(self) -> None:
        by_place: dict[tuple[str, str], dict[str, FormFile]] = {}
        for form in self.forms:
            by_place.setdefault((form.file.folder, form.file.stem), {})[form.file.kind] = form
        for parts in by_place.values():
            for form in parts.values():
                self.progress(form.file.name)
                if form.file.kind == "schema":
                    form_files.check_schema(form)
                other = {"schema": "ui", "ui": "schema"}[form.file.kind]
                if other not in parts:
                    form.tell("layout_missing", "", what=f".{other}.json")
            if len(parts) == 2:
                form_files.check_form(parts["schema"], parts["ui"])

    def _definition(self, calls: Calls, root: Diagram) -> None:
        """A definition that begins with a file: what it reads, calls and decides."""
        together = calls.closure(root)
        names = expressions.names_in(together)
        for diagram in together:
            expressions.check(diagram, names)
            calls.check(diagram, together)
        decisions: dict[str, Decision] = {}
        tables = self.tables if self.read_all else calls.tables_of(together)
        for table in tables:
            decisions.update(table.compiled(names, calls.imported_by(table)))
        if self.build is None or _faulty(one for each in together for one in each.problems):
            return
        if _faulty(one for table in tables for one in table.problems):
            return
        roots = {str(index): diagram.root for index, diagram in enumerate(together)}
        for name, process in root.processes.items():
            try:
                self.build(name, roots, decisions)
            except EngineRefuses as refused:
                where = next((one for one in process.iter() if one.get("id") == refused.element), process)
                root.tell("engine_refuses", where, why=refused)

    def _all(self) -> list[Problem]:
        found: dict[str, list[Problem]] = {file.name: [] for file in self.files if file.given}
        everything = [
            *self.unread,
            *(one for diagram in self.diagrams for one in diagram.problems),
            *(one for table in self.tables for one in table.problems),
            *(one for form in self.forms for one in form.problems),
        ]
        for one in everything:
            if one.file in found:
                found[one.file].append(one)
        return [one for name, problems in found.items() for one in clipped(problems, name)]


def _faulty(problems: Iterable[Problem]) -> bool:
    return any(not one.is_warning for one in problems)
