"""Reading BPMN: safely, once per process, refusing by name what we do not run (Ruling 1, T03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import SpiffTaskParser
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask

from workflows.engine.bundle import Bundle
from workflows.engine.checking.definition import EngineRefuses, check
from workflows.engine.checking.files import MAX_BYTES, File, Surroundings
from workflows.engine.dmn.errors import DmnError
from workflows.engine.dmn.imported_files import imported_by
from workflows.engine.dmn.tables import Decision, parse_dmn
from workflows.engine.elements.parsers import ELEMENT_PARSERS, CaseProcessParser, Repeating
from workflows.engine.supported import BPMN, SPIFF

NAME_EN = "{urn:kokuho-portal:bpmn}name_en"
TITLE_EN = "title_en"
_TOO_LONG = "the way from start to end is too long; put a part of it into a process that is called"


class DefinitionRefused(Exception):
    """A definition cannot be run; the message names the file and the element."""


@dataclass(frozen=True)
class UserTask:
    """What the queue and the screens need to know of a task for people."""

    process: str
    element_id: str
    title_ja: str
    title_en: str
    role: str
    form: str
    writes: str
    fixed: tuple[str, ...]
    not_by: tuple[str, ...]
    outcomes: tuple[str, ...]
    due_days: int | None
    due_from: str | None
    examine: str | None = None


@dataclass(frozen=True)
class Specification:
    """A definition ready to run: SpiffWorkflow's specs without state, decisions, and the user tasks.

    `titles` are by (process, element id); `beside` the elements that lie beside a task, or wait at the start
    of an event sub-process: a case does not stand at them.
    """

    slug: str
    hash: str
    process: Any
    called: Mapping[str, Any]
    decisions: Mapping[str, Decision]
    user_tasks: Mapping[tuple[str, str], UserTask]
    titles: Mapping[tuple[str, str], tuple[str, str]]
    beside: frozenset[str]
    bundle: Bundle

    def title_of(self, element_id: str) -> tuple[str, str]:
        """What an element of any of its processes is called, in both languages; empty without a name."""
        found = (words for (_, element), words in self.titles.items() if element == element_id)
        return next(found, ("", ""))

    @cached_property
    def callers(self) -> Mapping[str, str]:
        """The call activity by the process that it calls."""
        return {
            process: activity
            for source in self.bundle.bpmn.values()
            for activity, process in call_activities(safe_xml(source.encode(), self.slug))
        }


class RuleTask(SpiffBpmnTask):
    """A business rule task: a DMN table over FEEL; the answer is kept under the decision's id."""

    def __init__(self, wf_spec: Any, name: str, decision_id: str, decision: Decision, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.decision_id = decision_id
        self.decision = decision

    def _run_hook(self, my_task: Any) -> bool:
        engine = my_task.workflow.top_workflow.script_engine
        my_task.data[self.decision_id] = engine.decide(my_task, self.decision)
        return True


class _RuleTaskParser(Repeating, SpiffTaskParser):
    @classmethod
    def get_decision_ref(cls, node: Any) -> str | None:
        called = node.find(f".//{{{SPIFF}}}calledDecisionId")
        return None if called is None else str(called.text)

    def create_task(self) -> RuleTask:
        decision_id = self.get_decision_ref(self.node)
        decision = self.process_parser.parser.decisions.get(decision_id)
        if decision is None or decision_id is None:
            raise DefinitionRefused(
                f"{self.bpmn_id}: the decision {decision_id!r} is in no table of this definition"
            )
        return RuleTask(self.spec, self.bpmn_id, decision_id, decision, **self.bpmn_attributes)


class _Parser(SpiffBpmnParser):
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's own class attribute
        **ELEMENT_PARSERS,
        full_tag("businessRuleTask"): (_RuleTaskParser, RuleTask),
    }
    PROCESS_PARSER_CLASS = CaseProcessParser

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        super().__init__()
        self.decisions = decisions


def safe_xml(source: bytes, name: str) -> Any:
    """Parse XML without entities, DOCTYPE, network or undue size.

    Raises:
        DefinitionRefused: the text is no XML, too large, or declares a DOCTYPE.
    """
    if len(source) > MAX_BYTES:
        raise DefinitionRefused(f"{name}: larger than {MAX_BYTES:,} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise DefinitionRefused(f"{name}: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DefinitionRefused(f"{name}: a DOCTYPE is not accepted")
    return root


@lru_cache(maxsize=128)
def _specify(packed_hash: str, packed: _Keyed) -> Specification:
    bundle = packed.bundle
    roots = {name: safe_xml(source.encode(), name) for name, source in bundle.bpmn.items()}
    decisions = _decisions(bundle)
    tasks = {
        (task.process, task.element_id): task for root in roots.values() for task in read_user_tasks(root)
    }
    try:
        process, called = _engine_specs(bundle.slug, roots, decisions)
    except ValidationException as error:
        raise DefinitionRefused(str(error)) from error
    titles = {key: title for root in roots.values() for key, title in _titles(root).items()}
    beside = frozenset(
        node.get("id")
        for root in roots.values()
        for node in root.iter(f"{{{BPMN}}}boundaryEvent", f"{{{BPMN}}}startEvent")
    )
    return Specification(bundle.slug, packed_hash, process, called, decisions, tasks, titles, beside, bundle)


def _engine_specs(slug: str, roots: Mapping[str, Any], decisions: Mapping[str, Decision]) -> tuple[Any, Any]:
    parser = _Parser(decisions)
    for name, root in roots.items():
        parser.add_bpmn_xml(root, filename=name)
    return parser.get_spec(slug), parser.get_subprocess_specs(slug)


def try_build(slug: str, roots: Mapping[str, Any], decisions: Mapping[str, Decision]) -> None:
    """Make the specification of a process that the checks have passed, as the engine would.

    Raises:
        EngineRefuses: SpiffWorkflow cannot.
    """
    try:
        _engine_specs(slug, roots, decisions)
    except ValidationException as error:
        why = _TOO_LONG if "RecursionError" in str(error) else str(error)
        raise EngineRefuses(why, str(error.id)) from error
    except RecursionError as error:
        raise EngineRefuses(_TOO_LONG, slug) from error


def _decisions(bundle: Bundle) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    sources = {name: source.encode() for name, source in bundle.dmn.items()}
    imported = imported_by(sources)
    for name, source in sources.items():
        try:
            found.update(parse_dmn(source, None, imported[name]))
        except DmnError as error:
            raise DefinitionRefused(f"{name}: {error}") from error
    return found


def files_of(bundle: Bundle) -> list[File]:
    """The diagrams and tables of a parcel as the check takes them."""
    diagrams = [File(name, "bpmn", name, name, text.encode()) for name, text in bundle.bpmn.items()]
    tables = [
        File(name, "dmn", name.rpartition("/")[0], name.rpartition("/")[2], text.encode())
        for name, text in bundle.dmn.items()
    ]
    return diagrams + tables


def refuse_faulty(bundle: Bundle) -> None:
    """Check the diagrams and tables of a parcel.

    Raises:
        DefinitionRefused: with all that keeps it from being run, a line each: file, element, what.
    """
    known = Surroundings(forms=frozenset(bundle.forms))
    found = [one for one in check(files_of(bundle), known, read_all=True) if not one.is_warning]
    if found:
        raise DefinitionRefused("\n".join(f"{one.file}: {one.element}: {one.message}" for one in found))


class _Keyed:
    """A bundle that is equal to another by the hash of its content, so that it is read once per process."""

    def __init__(self, bundle: Bundle, content_hash: str) -> None:
        self.bundle = bundle
        self.content_hash = content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.content_hash == self.content_hash


def specify(bundle: Bundle, content_hash: str | None = None) -> Specification:
    """A definition checked and ready to run.

    Raises:
        DefinitionRefused: the files cannot be run as they are; the message names files and elements.
    """
    refuse_faulty(bundle)
    return build(bundle, content_hash)


def build(bundle: Bundle, content_hash: str | None = None) -> Specification:
    """A definition that was checked when it was put on record, ready to run; read once per process.

    A later, stricter check must not keep a running case from going on.

    Raises:
        DefinitionRefused: the files cannot be run at all.
    """
    known = content_hash or bundle.hash
    return _specify(known, _Keyed(bundle, known))


def _properties(node: Any) -> dict[str, str]:
    return {p.get("name"): p.get("value") for p in node.iterfind(f".//{{{SPIFF}}}property")}


def _lanes(process: Any) -> dict[str, str]:
    return {
        reference.text: lane.get("id")
        for lane in process.iter(f"{{{BPMN}}}lane")
        for reference in lane.iterfind(f"{{{BPMN}}}flowNodeRef")
    }


def read_user_tasks(root: Any) -> list[UserTask]:
    return [
        _user_task(process.get("id"), node, _lanes(process))
        for process in root.iter(f"{{{BPMN}}}process")
        for node in process.iter(f"{{{BPMN}}}userTask", f"{{{BPMN}}}manualTask")
    ]


def called_processes(root: Any) -> list[str]:
    """The processes that call activities of a file name."""
    return [process for _, process in call_activities(root)]


def call_activities(root: Any) -> list[tuple[str, str]]:
    """The call activities of a file: (element id, name of the process)."""
    return [(node.get("id"), node.get("calledElement")) for node in root.iter(f"{{{BPMN}}}callActivity")]


def _user_task(slug: str, node: Any, lanes: Mapping[str, str]) -> UserTask:
    element_id, properties = node.get("id"), _properties(node)
    around = (lanes.get(one.get("id")) for one in (node, *node.iterancestors()))
    role = next((lane for lane in around if lane is not None), None)
    if role is None:
        raise DefinitionRefused(
            f"{slug}.{element_id}: a task for people stands in no lane, so nobody would see it"
        )
    return UserTask(
        process=slug,
        element_id=element_id,
        title_ja=node.get("name") or element_id,
        title_en=properties.get(TITLE_EN) or node.get("name") or element_id,
        role=role,
        form=properties.get("form", f"{slug}/{element_id}"),
        writes=properties.get("writes", element_id),
        fixed=tuple(filter(None, properties.get("fixed", "").split(","))),
        not_by=tuple(filter(None, properties.get("not_by", "").split(","))),
        outcomes=tuple(filter(None, properties.get("outcomes", "").split(","))),
        due_days=_due_days(slug, element_id, properties.get("due_days")),
        due_from=properties.get("due_from"),
        examine=properties.get("examine"),
    )


def _due_days(slug: str, element_id: str, told: str | None) -> int | None:
    if told is None:
        return None
    if not (told.isascii() and told.isdigit()):
        raise DefinitionRefused(f"{slug}: {element_id}: due_days is no number of working days: {told!r}")
    return int(told)


def _titles(root: Any) -> dict[tuple[str, str], tuple[str, str]]:
    titles = {}
    for process in root.iter(f"{{{BPMN}}}process"):
        for node in process.iter():
            if isinstance(node.tag, str) and node.get("id") and node.get("name"):
                name = node.get("name")
                titles[process.get("id"), node.get("id")] = (name, english_name(node) or name)
    return titles


def english_name(node: Any) -> str | None:
    """What an element is called in English; None where the definition does not say it."""
    if node.get(NAME_EN) is not None:
        return str(node.get(NAME_EN))
    for own in node.iterfind("{*}extensionElements/{*}properties/{*}property"):
        if own.get("name") == TITLE_EN:
            return str(own.get("value"))
    return None
