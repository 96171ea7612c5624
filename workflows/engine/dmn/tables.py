"""The door to DMN: a file in, its decisions out, each evaluated together with the decisions it requires."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Unpack

from workflows.engine.dmn.deciding import Deciding
from workflows.engine.dmn.decision_tables import DecisionTable, Matched
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.item_types import typed, typed_from_text
from workflows.engine.dmn.model import (
    DecisionNode,
    File,
    InputNode,
    KnowledgeNode,
    Library,
    ServiceNode,
    name_of,
)
from workflows.engine.dmn.reading import START
from workflows.engine.dmn.xml_reader import local_name
from workflows.engine.feel.builtins_conversion import text_of, weight_of
from workflows.engine.feel.errors import FeelLimitError, Notice
from workflows.engine.feel.evaluating import Evaluating, When
from workflows.engine.feel.scope import Run, release
from workflows.engine.feel.type_system import ANY, Type
from workflows.engine.feel.values import Value

_LONGEST_TOLD = 400
Release = Callable[[Run, Value], Any]


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One table that was evaluated on the way: whose, its inputs by label, the rules that matched.

    Values are texts of FEEL, so that nothing is lost when they are kept.
    """

    owner: str
    inputs: tuple[tuple[str, str], ...]
    rules: tuple[int, ...]
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision gave and why: kept with the case, shown to staff.

    `rules` and `inputs` are those of the decision's own table; `tables` are all that were evaluated, those of
    required decisions and knowledge models first.
    """

    value: Any
    rules: tuple[int, ...]
    inputs: dict[str, Any]
    notices: tuple[Notice, ...]
    tables: tuple[TableTrace, ...]


@dataclass(frozen=True, slots=True)
class Decision(Evaluating):
    """One decision of a file. `required_names` must be brought by the case data.

    `tables` are all tables of the file and those it imports, whose rules may have matched.
    """

    node: DecisionNode
    tables: tuple[DecisionTable, ...] = ()

    @property
    def id(self) -> str:
        return self.node.key[1]

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def required_names(self) -> frozenset[str]:
        return self.node.free

    @property
    def table(self) -> DecisionTable | None:
        """The table that the decision is, when it is one."""
        return self.node.table

    def evaluate_traced(self, variables: Mapping[str, Any], **when: Unpack[When]) -> Outcome:
        """The result (a value, a context of outputs, a list of either; None when no rule matches) and why.

        Told are the rules that matched, the inputs by column label, and the notices.

        Raises DmnError only, and only when a limit is met.
        """
        try:
            run = Run(variables, self.node.reads, when.get("clock"), when.get("closed_days"))
            value = Deciding(run, lambda one: run.variables.get(one.name)).decision(self.node)
            return self._outcome(run, value)
        except FeelLimitError as error:  # the data or the result as a whole; a cell raises DmnError itself
            raise DmnError(error.message_ja, decision=self.name) from error

    def _outcome(self, run: Run, value: Value) -> Outcome:
        own = next((one for one in reversed(run.trace) if one.owner == self.name), None)
        if self.node.table is None or own is None:
            own = Matched(self.name, (), (), None)
        return Outcome(
            release(run, value),
            own.rules,
            _released(run, own),
            tuple(run.notices),
            tuple(
                TableTrace(
                    one.owner,
                    tuple((label, _told(run, value)) for label, value in one.inputs),
                    one.rules,
                    _told(run, one.value),
                )
                for one in run.trace
            ),
        )


def _told(run: Run, value: Value) -> str:
    run.charge(START, weight_of(value))
    text = text_of(value, quoted=True)
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}…"


def _released(run: Run, matched: Matched) -> dict[str, Any]:
    return {label: release(run, value) for label, value in matched.inputs}


def parse_dmn(
    xml: bytes, names: Collection[str] | None = None, imported: Sequence[bytes] = ()
) -> dict[str, Decision]:
    """The decisions of a DMN 1.1-1.5 file by id, checked and compiled. Raises DmnError.

    A decision that declares its information requirements may say these names only; one that declares none is
    checked against `names` (what the process knows), or not at all when `names` is None. `imported` are the
    files that it may import from.
    """
    library = Library(names, lenient=False)
    file = library.add(xml)
    for content in imported:
        library.add(content)
    found = {key: file.node(key) for key, _ in file.of_kind("decision")}
    for kind in ("businessKnowledgeModel", "decisionService"):
        for key, _ in file.of_kind(kind):
            file.node(key)
    if not found:
        raise DmnError("ファイルに決定(decision)がありません。")
    tables = tuple(library.tables)
    return {key: Decision(node, tables) for key, node in found.items() if isinstance(node, DecisionNode)}


class Model:
    """A file as the standard has it, for try-outs: every decision and service by name, compiled when asked.

    What the standard makes null although it is a slip is null here, not refused (Vocabulary, `lenient`).
    """

    def __init__(self, xml: bytes, imported: Sequence[bytes] = (), *, lenient: bool) -> None:
        self.library = Library(None, lenient=lenient)
        self.file = self.library.add(xml)
        for content in imported:
            self.library.add(content)

    @property
    def names(self) -> Iterator[str]:
        """The decisions of the file, in its order."""
        return (element.get("name") or key for key, element in self.file.of_kind("decision"))

    def evaluate(
        self,
        wanted: str,
        variables: Mapping[str, Any],
        handed_out: Release,
        *,
        clock: datetime | None = None,
    ) -> tuple[Any, tuple[Notice, ...]]:
        """The result of a decision, a decision service or a knowledge model, by name, id or variable.

        Raises:
            DmnError: there is no such element, it is faulty, or a limit is met.
        """
        try:
            run = Run(variables, variables, clock)
            deciding = Deciding(run, lambda one: self._read(one.wanted, self._given(one, run.variables)))
            node = self._found(wanted)
            if isinstance(node, DecisionNode):
                value = deciding.decision(node)
            elif isinstance(node, ServiceNode):
                value = deciding.service(node).body(run, START, self._arguments(node, run.variables))
            elif isinstance(node, KnowledgeNode):
                arguments = [self._read(wanted, run.variables.get(name)) for name, wanted in node.parameters]
                value = deciding.knowledge(node).body(run, START, arguments)
            else:
                value = deciding.value(node)
            return handed_out(run, value), tuple(run.notices)
        except FeelLimitError as error:
            raise DmnError(error.message_ja, decision=wanted) from error
        except RecursionError as error:
            raise DmnError("計算の入れ子が深すぎます。", decision=wanted) from error

    def _found(self, wanted: str) -> Any:
        wanted = _one_line(wanted)
        own = self.library.together(self.file)
        for file in own:
            if (key := _called(file, wanted)) is not None:
                return file.node(key)
        alias, _, rest = wanted.partition(".")
        namespace = self.file.imports.get(alias)
        for file in self.library.files.values():
            if file in own or (rest and namespace != file.namespace):
                continue
            if (key := _called(file, rest or wanted)) is not None:
                return file.node(key)
        raise DmnError(f"決定「{wanted[:40]}」はファイルにありません。")

    def _arguments(self, node: ServiceNode, given: Mapping[str, Value]) -> list[Value]:
        inputs = [self._read(one.wanted, self._given(one, given)) for one in node.inputs]
        return [*inputs, *(self._read(wanted, given.get(name)) for _, name, wanted in node.handed_in)]

    def _read(self, wanted: Type | None, value: Value) -> Value:
        read = typed_from_text if self.library.lenient else typed
        return read(wanted or ANY, value)

    def _given(self, node: InputNode, given: Mapping[str, Value]) -> Value:
        """The value of an input by name; if imported also by `alias.name`, inside the alias, by namespace."""
        namespace = node.key[0]
        if namespace != self.file.namespace:
            for key in (
                f"{{{namespace}}}{node.name}",
                f"{namespace}#{node.name}",
                f"{namespace}.{node.name}",
            ):
                if key in given:
                    return given[key]
            for path in self._paths(self.file.namespace, namespace, ()):
                if ".".join((*path, node.name)) in given:
                    return given[".".join((*path, node.name))]
                inside: Value = dict(given)
                for step in (*path, node.name):
                    inside = inside.get(step) if isinstance(inside, dict) else None
                if inside is not None:
                    return inside
        shown = self.library.files[namespace].elements[node.key[1]].get("name") or ""
        return given.get(node.name, given.get(shown))

    def _paths(self, start: str, end: str, passed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The aliases that lead from one file to another."""
        file = self.library.files.get(start)
        if file is None or len(passed) > _DEEPEST_IMPORT:
            return
        for alias, namespace in file.imports.items():
            if namespace == end:
                yield (alias,)
            elif namespace not in passed:
                for rest in self._paths(namespace, end, (*passed, start)):
                    yield (alias, *rest)


def _called(file: File, wanted: str) -> str | None:
    """The id of the element by its name or id, or by the name of its variable."""
    for kind in ("decision", "decisionService", "businessKnowledgeModel"):
        for key, element in file.of_kind(kind):
            if wanted in {_one_line(element.get("name")), key}:
                return key
    for key, element in file.elements.items():
        if local_name(element) != "inputData" and wanted == _one_line(name_of(element)):
            return key
    return None


def _one_line(name: str | None) -> str:
    """A name as it is said: blanks around it, and several in a row, mean nothing."""
    return " ".join((name or "").split())


_DEEPEST_IMPORT = 10
