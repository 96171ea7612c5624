"""Two versions of a definition side by side: which element became which, and what of it changed.

Elements are known by their id. What has another id is taken for the same where kind and title agree, or kind
and both neighbours, and where only one element can be meant; all else is removed or added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.event import Event

from workflows.engine.parser import Specification, UserTask

# What SpiffWorkflow keeps for itself, or what is compared by name below.
NOT_COMPARED = frozenset(
    {
        *("id", "name", "bpmn_id", "bpmn_name", "description", "documentation", "position", "lookahead"),
        *("_wf_spec", "_inputs", "_outputs", "lane", "manual", "extensions", "decision", "split_task"),
        *("data", "defines", "pre_assign", "post_assign"),
    }
)
ASPECTS = {
    "type": ("種類", "kind"),
    "title": ("名前", "title"),
    "role": ("担当", "role"),
    "form": ("様式", "form"),
    "due": ("期限", "due date"),
    "rules": ("担当の決まり(除外・差戻しなど)", "rules of the task"),
    "decision": ("判定表", "decision table"),
    "flow": ("つぎの手順", "what follows"),
    "settings": ("条件・処理の設定", "conditions and settings"),
}


@dataclass(frozen=True)
class Element:
    """An element of a diagram as people know it."""

    process: str
    id: str
    ja: str
    en: str


@dataclass(frozen=True)
class Difference:
    """What became of an element. `kind`: added, removed, renamed, changed; `aspects`: keys of `ASPECTS`."""

    kind: str
    element: Element
    became: Element | None
    aspects: tuple[str, ...]


@dataclass(frozen=True)
class ProcessPair:
    """A process in both versions: the new name of each old element (None where it is gone)."""

    old: Any
    new: Any
    became: Mapping[str, str | None]
    changed: Mapping[str, tuple[str, ...]]

    def new_spec(self, old_name: str) -> Any:
        """The element of the new version; None where it is gone."""
        name = self.became.get(old_name)
        return None if name is None else self.new.task_specs[name]

    @property
    def added(self) -> list[str]:
        """The elements that only the new version has."""
        kept = set(self.became.values())
        return [name for name in self.new.task_specs if name not in kept]


@dataclass(frozen=True)
class Comparison:
    """Two versions and the processes that both have."""

    old: Specification
    new: Specification
    pairs: Mapping[tuple[str, str], ProcessPair]

    @property
    def top(self) -> ProcessPair:
        """The procedure itself."""
        return self.pairs[self.old.process.name, self.new.process.name]

    def differences(self) -> list[Difference]:
        """All that people should know, in the order of the diagrams."""
        found = [one for pair in self.pairs.values() for one in _told(self, pair)]
        old = {name for name, _ in self.pairs}
        new = {name for _, name in self.pairs}
        found += _whole(self.old, old, "removed")
        found += _whole(self.new, new, "added")
        return found

    def element(self, version: Specification, process: str, spec: Any) -> Element:
        """An element with its titles."""
        return element_of(version, process, spec)


def element_of(version: Specification, process: str, spec: Any) -> Element:
    """An element of a version with its titles; its id stands for a title that it has not."""
    bpmn_id = spec.bpmn_id or spec.name
    ja, en = version.titles.get((process, bpmn_id), (spec.bpmn_name or bpmn_id, spec.bpmn_name or bpmn_id))
    return Element(process, bpmn_id, ja, en)


def compare(old: Specification, new: Specification) -> Comparison:
    """The two versions side by side; done once per process."""
    return _compare(_Version(old), _Version(new))


class _Version:
    """A specification that is equal to another by its hash."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification

    def __hash__(self) -> int:
        return hash(self.specification.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Version) and other.specification.hash == self.specification.hash


@lru_cache(maxsize=64)
def _compare(old: _Version, new: _Version) -> Comparison:
    before, after = old.specification, new.specification
    pairs: dict[tuple[str, str], ProcessPair] = {}
    wanted = [(before.process, after.process)]
    while wanted:
        one, other = wanted.pop(0)
        if (one.name, other.name) in pairs:
            continue
        pair = _pair(before, after, one, other)
        pairs[one.name, other.name] = pair
        wanted += _called_pairs(before, after, pair)
    return Comparison(before, after, pairs)


def _called_pairs(before: Specification, after: Specification, pair: ProcessPair) -> list[tuple[Any, Any]]:
    found = []
    for name, spec in pair.old.task_specs.items():
        became = pair.new_spec(name)
        called, now = getattr(spec, "spec", None), getattr(became, "spec", None)
        if isinstance(called, str) and isinstance(now, str):
            found.append((before.called[called], after.called[now]))
    return found


def _pair(before: Specification, after: Specification, old: Any, new: Any) -> ProcessPair:
    became = _align(old, new)
    changed = {}
    for name, now in became.items():
        if now is not None:
            told = _aspects(before, after, became, old.task_specs[name], new.task_specs[now])
            if told:
                changed[name] = told
    return ProcessPair(old, new, became, changed)


def _align(old: Any, new: Any) -> dict[str, str | None]:
    """Which new element each old one became."""
    before, after = old.task_specs, new.task_specs
    became: dict[str, str | None] = {name: name for name in before if name in after}
    _ends(old, new, became)
    free = [name for name in after if name not in became.values()]
    lost = [name for name in before if name not in became]
    found = True
    while found:
        matches = {name: [one for one in free if _is_same(before[name], after[one], became)] for name in lost}
        sure = {
            name: one[0]
            for name, one in matches.items()
            if len(one) == 1 and sum(one[0] in other for other in matches.values()) == 1
        }
        became.update(sure)
        free = [name for name in free if name not in sure.values()]
        lost = [name for name in lost if name not in sure]
        found = bool(sure)
    return became | dict.fromkeys(lost)


def _ends(old: Any, new: Any, became: dict[str, str | None]) -> None:
    """The end of a process is called after it, so a process of another name has an end of another name."""
    before, after = f"{old.name}.EndJoin", f"{new.name}.EndJoin"
    if before in old.task_specs and after in new.task_specs:
        became[before] = after


def _is_same(one: Any, other: Any, became: Mapping[str, str | None]) -> bool:
    if type(one) is not type(other):
        return False
    if one.bpmn_name or other.bpmn_name:
        return bool(one.bpmn_name == other.bpmn_name)
    inputs, outputs = [[became.get(spec.name) for spec in side] for side in (one.inputs, one.outputs)]
    return inputs == [spec.name for spec in other.inputs] and outputs == [spec.name for spec in other.outputs]


def _aspects(
    before: Specification, after: Specification, became: Mapping[str, str | None], old: Any, new: Any
) -> tuple[str, ...]:
    """Keys of `ASPECTS` in which an element differs."""
    if type(old) is not type(new):
        return ("type",)
    found = []
    if old.bpmn_name != new.bpmn_name:
        found.append("title")
    one, other = _user_task(before, old), _user_task(after, new)
    if one is not None and other is not None:
        found += _task_aspects(before, after, one, other)
    if _decision(before, old) != _decision(after, new):
        found.append("decision")
    if [became.get(spec.name) for spec in old.outputs] != [spec.name for spec in new.outputs]:
        found.append("flow")
    if _settings(old, became) != _settings(new, None):
        found.append("settings")
    return tuple(found)


def _user_task(version: Specification, spec: Any) -> UserTask | None:
    return version.user_tasks.get((spec._wf_spec.name, spec.bpmn_id))  # noqa: SLF001 - its process


def _task_aspects(before: Specification, after: Specification, old: UserTask, new: UserTask) -> Iterator[str]:
    if old.role != new.role:
        yield "role"
    if before.bundle.forms[old.form] != after.bundle.forms[new.form]:
        yield "form"
    if (old.due_days, old.due_from) != (new.due_days, new.due_from):
        yield "due"
    if (old.fixed, old.not_by, old.outcomes, old.writes) != (new.fixed, new.not_by, new.outcomes, new.writes):
        yield "rules"


def _decision(version: Specification, spec: Any) -> tuple[str, ...]:
    """The tables that hold the decision of a business rule task."""
    wanted = getattr(spec, "decision_id", None)
    if wanted is None:
        return ()
    return tuple(sorted(source for source in version.bundle.dmn.values() if f'id="{wanted}"' in source))


def _settings(spec: Any, became: Mapping[str, str | None] | None) -> dict[str, Any]:
    """What else an element is made of, as plain values; names of elements as the new version calls them."""
    named = {name: now or name for name, now in became.items()} if became else {}
    return {
        name: _plain(value, named)
        for name, value in vars(spec).items()
        if name not in NOT_COMPARED and not isinstance(value, Event)
    }


def _plain(value: Any, named: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return named.get(value, value)
    if value is None or isinstance(value, bool | int | float | bytes):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one, named) for key, one in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(one, named) for one in value]
    if isinstance(value, TaskSpec):
        return named.get(value.name, value.name)
    inside = vars(value) if hasattr(value, "__dict__") else {}
    return [type(value).__name__, _plain({name: inside[name] for name in sorted(inside)}, named)]


def _told(compared: Comparison, pair: ProcessPair) -> Iterator[Difference]:
    for name, now in pair.became.items():
        spec = pair.old.task_specs[name]
        if spec.bpmn_id is None:
            continue
        here = element_of(compared.old, pair.old.name, spec)
        aspects = pair.changed.get(name, ())
        if now is None:
            yield Difference("removed", here, None, ())
        else:
            there = element_of(compared.new, pair.new.name, pair.new.task_specs[now])
            if here.id != there.id:
                yield Difference("renamed", here, there, aspects)
            elif aspects:
                yield Difference("changed", here, there, aspects)
    for name in pair.added:
        spec = pair.new.task_specs[name]
        if spec.bpmn_id is not None:
            there = element_of(compared.new, pair.new.name, spec)
            yield Difference("added", there, there, ())


def _whole(version: Specification, known: set[str], kind: str) -> Iterator[Difference]:
    """The elements of processes that only one version has."""
    for process, one in version.called.items():
        if process not in known:
            for spec in one.task_specs.values():
                if spec.bpmn_id is not None:
                    element = element_of(version, process, spec)
                    yield Difference(kind, element, None if kind == "removed" else element, ())
