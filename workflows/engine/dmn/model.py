"""The elements of decision files: inputs, decisions, knowledge models, services; how they require each other.

Each element is compiled when it is first asked for, in the vocabulary of what it requires and nothing else.
Files that import each other are held together in `Library`, by the namespace of each.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from workflows.engine.dmn.boxed import expression_in, read_boxed, read_parameters
from workflows.engine.dmn.decision_tables import DecisionTable, read_table
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.item_types import ItemTypes, typed_from_text
from workflows.engine.dmn.reading import Boxed, Reading, conforming
from workflows.engine.dmn.xml_reader import child, children, line_of, local_name, read_xml, reference
from workflows.engine.feel.type_system import ANY, FunctionType, Type
from workflows.engine.feel.vocabulary import Vocabulary

REQUIREMENT_DEPTH = 30
Key = tuple[str, str]  # namespace and id


@dataclass(frozen=True, slots=True, eq=False)
class InputNode:
    """An input; `wanted` is the type that the data is made to fit."""

    key: Key
    name: str
    wanted: Type


@dataclass(frozen=True, slots=True, eq=False)
class DecisionNode:
    """A decision. `borrowed` names come from the data of the case where no requirement is declared."""

    key: Key
    name: str
    requires: tuple["Requirement", ...]
    logic: Boxed
    table: DecisionTable | None
    wanted: Type
    free: frozenset[str]
    reads: frozenset[str]
    borrowed: bool


@dataclass(frozen=True, slots=True, eq=False)
class KnowledgeNode:
    """A business knowledge model: a function of the file."""

    key: Key
    name: str
    requires: tuple["Requirement", ...]
    parameters: tuple[tuple[str, Type | None], ...]
    logic: Boxed
    wanted: Type


@dataclass(frozen=True, slots=True, eq=False)
class ServiceNode:
    """A decision service: some decisions as one function of inputs and of decisions that are handed in.

    `told` are the types that the service itself declares for what it is given, by name.
    """

    key: Key
    name: str
    inputs: tuple[InputNode, ...]
    handed_in: tuple[tuple[Key, str, Type], ...]
    outputs: tuple[DecisionNode, ...]
    wanted: Type
    told: Mapping[str, Type | None]


Node = InputNode | DecisionNode | KnowledgeNode | ServiceNode


@dataclass(frozen=True, slots=True)
class Requirement:
    """A required element, and the alias of the import it comes from (None: this file)."""

    node: Node
    alias: str | None

    @property
    def callable(self) -> bool:
        return isinstance(self.node, (KnowledgeNode, ServiceNode))


@dataclass
class Library:
    """Files that belong together, by namespace."""

    names: Collection[str] | None
    lenient: bool
    files: dict[str, "File"] = field(default_factory=dict)
    tables: list[DecisionTable] = field(default_factory=list)
    _open: list[Key] = field(default_factory=list)

    def add(self, content: bytes) -> "File":
        root = read_xml(content)
        if local_name(root) != "definitions":
            raise DmnError("DMN のファイルではありません(definitions がありません)。", line=line_of(root))
        file = File(self, root)
        return self.files.setdefault(file.namespace, file)

    def together(self, file: "File") -> list["File"]:
        """The files that are one namespace with this one, in the order in which their names hold.

        What is imported without a name belongs to the file that imports it (DMN 1.5, 6.3.3), deep first.
        """
        first = self._with_nameless(next(iter(self.files.values())), [])
        return first if file in first else self._with_nameless(file, [])

    def _with_nameless(self, file: "File", found: list["File"]) -> list["File"]:
        if file not in found:
            found.append(file)
            for namespace in file.nameless:
                if namespace in self.files:
                    self._with_nameless(self.files[namespace], found)
        return found

    def resolved(self, namespace: str, key: str) -> tuple["File", str] | None:
        """The file and the id that a reference means: of files that are together the first with the name."""
        file = self.files.get(namespace)
        if file is None:
            return None
        family = self.together(file)
        holder = next((one for one in (file, *family) if key in one.elements), None)
        if holder is None or len(family) == 1:
            return None if holder is None else (holder, key)
        name = name_of(holder.elements[key])
        before = family[: family.index(holder)]
        same = ((one, one.first_named[name]) for one in before if name in one.first_named)
        return next(same, (holder, key))

    def opened(self, key: Key, element: etree._Element) -> None:
        if key in self._open or len(self._open) >= REQUIREMENT_DEPTH:
            raise DmnError("決定どうしの必要関係が循環しているか、深すぎます。", line=line_of(element))
        self._open.append(key)

    def closed(self) -> None:
        self._open.pop()


class File:
    """The elements of one file by id, and those compiled so far."""

    def __init__(self, library: Library, root: etree._Element) -> None:
        self.library = library
        self.root = root
        self.namespace = root.get("namespace") or ""
        self.name = root.get("name") or ""
        self.imports, self.nameless = _imports(root)
        self.elements: dict[str, etree._Element] = {}
        self.ready: dict[str, Node] = {}
        for element in root:
            if local_name(element) in _KINDS:
                self._add(element)
        self._types: ItemTypes | None = None

    def _add(self, element: etree._Element) -> None:
        key = element.get("id")
        if self.library.lenient or local_name(element) != "decision":
            key = key or element.get("name")
        if key in self.elements and self.library.lenient:
            return
        if not key or key in self.elements:
            raise DmnError("決定(decision)には、それぞれ異なる id が要ります。", line=line_of(element))
        self.elements[key] = element

    @cached_property
    def first_named(self) -> dict[str, str]:
        """The id of the first element of each name."""
        return {name_of(element): key for key, element in reversed(self.elements.items())}

    def of_kind(self, kind: str) -> Iterator[tuple[str, etree._Element]]:
        return ((key, element) for key, element in self.elements.items() if local_name(element) == kind)

    @property
    def types(self) -> ItemTypes:
        if self._types is None:
            self._types = ItemTypes.of(self.root, {}, lenient=self.library.lenient)
            for alias, namespace in self.imports.items():
                if namespace in self.library.files:
                    self._types.imported[alias] = self.library.files[namespace].types
            self._types.nameless += (
                self.library.files[one].types for one in self.nameless if one in self.library.files
            )
        return self._types

    def node(self, key: str) -> Node:
        """The element of an id, compiled. Raises DmnError."""
        if key in self.ready:
            return self.ready[key]
        element = self.elements[key]
        self.library.opened((self.namespace, key), element)
        try:
            self.ready[key] = _KINDS[local_name(element)](self, key, element)
        except DmnError as error:
            error.decision = error.decision or name_of(element)
            raise
        finally:
            self.library.closed()
        return self.ready[key]

    def required(self, element: etree._Element) -> Iterator[Requirement]:
        """What an element requires, in the order of the file."""
        for requirement in element:
            if local_name(requirement) in {"informationRequirement", "knowledgeRequirement"}:
                for link in requirement:
                    yield self._linked(link)

    def _linked(self, link: etree._Element) -> Requirement:
        namespace, key = reference(link)
        found = self.library.resolved(namespace or self.namespace, key)
        if found is None:
            raise DmnError(f"必要な入力「{key[:40]}」がファイルにありません。", line=line_of(link))
        file, key = found
        return Requirement(file.node(key), None if file is self else self._alias_of(file))

    def _alias_of(self, file: "File") -> str | None:
        """The name under which this file imports another; None when the two are together."""
        files, together = self.library.files, self.library.together
        if file in together(self):
            return None
        reached = (
            name for name, one in self.imports.items() if one in files and file in together(files[one])
        )
        return next(reached, None)

    def reading(self, requires: Collection[Requirement], *, borrows: bool) -> Reading:
        """The vocabulary of an element that requires these; one that requires nothing borrows the case's."""
        library, types = self.library, self.types
        own = {one.alias or one.node.name for one in requires}
        called = {one.node.name for one in requires if not isinstance(one.node, InputNode)}
        members = {*types.members(), *(one.node.name for one in requires if one.alias)}
        given = library.names or () if borrows else ()
        vocabulary = Vocabulary(
            frozenset({*given, *own}),
            called,
            members,
            types.all(),
            open=borrows and library.names is None,
            lenient=library.lenient,
        )
        return Reading(vocabulary, types.named, tables=library.tables)


def _imports(root: etree._Element) -> tuple[dict[str, str], list[str]]:
    """The namespaces of imported decision files: by alias, and those without one."""
    found = [
        (one.get("name") or "", one.get("namespace") or "")
        for one in children(root, "import")
        if "DMN" in (one.get("importType") or "DMN")
    ]
    return {name: one for name, one in found if name}, [one for name, one in found if not name]


def name_of(element: etree._Element) -> str:
    """The name under which expressions say it: that of its variable, else its own."""
    variable = child(element, "variable")
    said = None if variable is None else variable.get("name")
    return said or element.get("name") or element.get("id") or ""


def _declared(file: File, element: etree._Element) -> Type:
    variable = child(element, "variable")
    if variable is None:
        return ANY
    return file.types.named(variable.get("typeRef"), line_of(element))


def _result_of(wanted: Type) -> Type:
    """What a function of the file gives: it declares the type of the function, or of its result."""
    return wanted.result if isinstance(wanted, FunctionType) else wanted


def _input(file: File, key: str, element: etree._Element) -> InputNode:
    return InputNode((file.namespace, key), name_of(element), _declared(file, element))


def _decision(file: File, key: str, element: etree._Element) -> DecisionNode:
    requires = tuple(file.required(element))
    borrows = not any(local_name(one) == "informationRequirement" for one in element)
    reading = file.reading(requires, borrows=borrows)
    owner = name_of(element)
    wanted = _declared(file, element)
    logic, table = _logic(element, reading, owner, wanted)
    required = {one.alias or one.node.name for one in requires if not isinstance(one.node, InputNode)}
    inputs = {one.node.name for one in requires if isinstance(one.node, InputNode)}
    free = frozenset(reading.free - required)
    return DecisionNode(
        (file.namespace, key),
        owner,
        requires,
        conforming(wanted, logic),
        table,
        wanted,
        free.union(*(one.node.free for one in requires if isinstance(one.node, DecisionNode))),
        frozenset(reading.reads - required).union(
            inputs, *(one.node.reads for one in requires if isinstance(one.node, DecisionNode))
        ),
        borrows,
    )


def _logic(
    element: etree._Element, reading: Reading, owner: str, wanted: Type
) -> tuple[Boxed, DecisionTable | None]:
    found = expression_in(element)
    if found is None:
        other = next((one for one in element if local_name(one) not in _NO_LOGIC), None)
        if other is not None:
            raise DmnError(
                f"決定の書き方「{local_name(other)[:40]}」は扱えません。決定表か式にしてください。",
                line=line_of(other),
            )
        if not reading.lenient:
            raise DmnError("決定に、決定表も式もありません。", line=line_of(element))
        # What was decided outside, if the data tell it.
        return (lambda frame: typed_from_text(wanted, frame.run.variables.get(owner))), None
    if local_name(found) == "decisionTable":
        table = read_table(found, reading, owner)
        return conforming(reading.type_of(found), table.evaluate), table
    return read_boxed(found, reading, owner), None


def _knowledge(file: File, key: str, element: etree._Element) -> KnowledgeNode:
    requires = tuple(file.required(element))
    logic = child(element, "encapsulatedLogic")
    reading = file.reading(requires, borrows=False)
    owner = name_of(element)
    if logic is None:
        return KnowledgeNode((file.namespace, key), owner, requires, (), lambda _frame: None, ANY)
    parameters = tuple(read_parameters(logic, reading))
    names = [*(name for name, _ in parameters), owner]
    found = expression_in(logic)
    body: Boxed = lambda _frame: None  # noqa: E731 - a model without logic gives null
    if found is not None and logic.get("kind", "FEEL") == "FEEL":
        body = read_boxed(found, reading.within(names), owner)
    elif not reading.lenient:
        raise DmnError("業務知識モデルの本体は FEEL の式だけです。", line=line_of(element))
    wanted = _result_of(_declared(file, element))
    boxed = conforming(_result_of(reading.type_of(logic)), conforming(wanted, body))
    return KnowledgeNode((file.namespace, key), owner, requires, parameters, boxed, wanted)


def _service(file: File, key: str, element: etree._Element) -> ServiceNode:
    inputs: list[InputNode] = []
    handed_in: list[tuple[Key, str, Type]] = []
    outputs: list[DecisionNode] = []
    for link in element:
        kind = local_name(link)
        if kind not in {"inputData", "inputDecision", "outputDecision"}:
            continue
        namespace, other = reference(link)
        found = file.library.resolved(namespace or file.namespace, other)
        if found is None:
            raise DmnError(f"必要な入力「{other[:40]}」がファイルにありません。", line=line_of(link))
        target, other = found
        if kind == "inputDecision":
            named = target.elements[other]
            handed_in.append(((target.namespace, other), name_of(named), _declared(target, named)))
            continue
        node = target.node(other)
        if isinstance(node, InputNode):
            inputs.append(node)
        elif isinstance(node, DecisionNode):
            outputs.append(node)
    declared = _declared(file, element)
    told = declared.parameters or () if isinstance(declared, FunctionType) else ()
    names = declared.names if isinstance(declared, FunctionType) else ()
    return ServiceNode(
        (file.namespace, key),
        name_of(element),
        tuple(inputs),
        tuple(handed_in),
        tuple(outputs),
        _result_of(declared),
        dict(zip(names, told, strict=True)),
    )


_KINDS: dict[str, Callable[[File, str, etree._Element], Node]] = {
    "inputData": _input,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}
_NO_LOGIC = frozenset(
    {
        *("description", "extensionElements", "question", "allowedAnswers", "variable"),
        *("informationRequirement", "knowledgeRequirement", "authorityRequirement", "supportedObjective"),
        *("impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask"),
    }
)
