"""The check before a case is moved to another version: what is finished, where it stands, what changes.

What cannot be carried over is refused, naming the element; what the case will not do is told (stack.md 2.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.util.task import TaskState

from workflows.engine import store
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.comparison import ASPECTS, Comparison, Element, element_of
from workflows.engine.migration import AHEAD, HERE, Part, move, parts_of


@dataclass(frozen=True)
class Remark:
    """One reason or caution of a check, in both languages; `code` says which rule."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True)
class TaskChange:
    """A task that waits now and will look otherwise: before, after, and keys of `ASPECTS`."""

    before: Element
    after: Element
    aspects: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a move would mean for one case."""

    finished: tuple[Element, ...]
    here: tuple[Element, ...]
    refusals: tuple[Remark, ...]
    cautions: tuple[Remark, ...]
    tasks: tuple[TaskChange, ...]

    @property
    def can(self) -> bool:
        """Whether the case can be moved."""
        return not self.refusals


def judge(blob: bytes, compared: Comparison) -> Verdict:
    """What moving a stored case would mean: the check, and the move tried in memory.

    The tried case must wait where it waited; whatever the check has not foreseen is refused here.
    """
    workflow = store.thaw(blob, compared.old)
    verdict = examine(workflow, compared)
    if not verdict.can:
        return verdict
    here = {str(task.id) for task in workflow.ready_manual_tasks()}
    try:
        move(workflow, compared)
        again = store.thaw(store.freeze(workflow), compared.new)
    except WorkflowException as error:
        spec = getattr(error, "task_spec", None)
        return replace(verdict, refusals=(_does_not_fit(getattr(spec, "name", "?")),))
    if {str(task.id) for task in again.ready_manual_tasks()} != here:
        return replace(verdict, refusals=(_does_not_fit("、".join(one.id for one in verdict.here)),))
    return verdict


def _does_not_fit(element: str) -> Remark:
    return Remark(
        "does_not_fit",
        f"「{element}」のところで、いまの進み具合を新しい版に移せません。この手順が終わってから移行してください。",
        f"What was done so far cannot be carried over at “{element}”. Move the case after this step.",
    )


def examine(workflow: CaseWorkflow, compared: Comparison) -> Verdict:
    """What moving this case would mean; nothing is changed."""
    refusals: list[Remark] = []
    cautions: list[Remark] = []
    finished: dict[Element, None] = {}
    here: list[Element] = []
    tasks: list[TaskChange] = []
    for part in parts_of(workflow, compared):
        for task in list(part.workflow.tasks.values()):
            element = _element(compared, task)
            if task.has_state(TaskState.COMPLETED):
                if element is not None and _does_something(task.task_spec):
                    finished[element] = None
                cautions += _of_finished(compared, part, task)
                refusals += _exclusion_lost(compared, part, task)
            elif task.has_state(HERE):
                if element is not None:
                    here.append(element)
                refusals += _cannot_stay(compared, part, task)
                cautions += _keeps_waiting(compared, part, task)
                tasks += _task_change(compared, part, task)
        if part.pair is not None:
            cautions += _passed_by(compared, part)
            refusals += _open_branches(compared, part)
    return Verdict(tuple(finished), tuple(here), _once(refusals), _once(cautions), tuple(tasks))


def _element(compared: Comparison, task: Any) -> Element | None:
    if task.task_spec.bpmn_id is None:
        return None
    return element_of(compared.old, task.workflow.spec.name, task.task_spec)


def _name(compared: Comparison, task: Any) -> Element:
    return element_of(compared.old, task.workflow.spec.name, task.task_spec)


def _aspects_in(part: Part, task: Any) -> tuple[str, ...]:
    return part.pair.changed.get(task.task_spec.name, ()) if part.pair is not None else ()


def _words(aspects: tuple[str, ...]) -> tuple[str, str]:
    return "・".join(ASPECTS[one][0] for one in aspects), ", ".join(ASPECTS[one][1] for one in aspects)


def _of_finished(compared: Comparison, part: Part, task: Any) -> Iterator[Remark]:
    element = _element(compared, task)
    if element is None:
        return
    if part.became(task) is None:
        yield Remark(
            "finished_removed",
            f"終わった手順「{element.ja}」は新しい版にありません。記録(履歴と入力)はそのまま残ります。",
            f"The finished step “{element.en}” is not in the new version. Its record stays.",
        )
        return
    aspects = tuple(one for one in _aspects_in(part, task) if one in {"type", "form", "rules", "decision"})
    if aspects:
        ja, en = _words(aspects)
        yield Remark(
            "finished_changed",
            f"終わった手順「{element.ja}」は新しい版で変わりました({ja})。この案件ではやり直しません。",
            f"The finished step “{element.en}” has changed ({en}). It is not done again in this case.",
        )


def _exclusion_lost(compared: Comparison, part: Part, task: Any) -> Iterator[Remark]:
    """Who did a step is known by its id: under another id, the one who must not do the next could (B4)."""
    element, now = _element(compared, task), part.became(task)
    if element is None or now is None or now.bpmn_id == element.id:
        return
    if any(now.bpmn_id in one.not_by for one in compared.new.user_tasks.values()):
        yield Remark(
            "exclusion_lost",
            f"終わった手順「{element.ja}」の識別子が「{element.id}」から「{now.bpmn_id}」に変わり、"
            "その担当者を後の手順から外せなくなります。識別子を元に戻した版を使ってください。",
            f"The finished step “{element.en}” has another id ({now.bpmn_id}); who did it could no longer "
            "be kept from a later step. Use a version with the old id.",
        )


def _cannot_stay(compared: Comparison, part: Part, task: Any) -> Iterator[Remark]:
    element, now = _name(compared, task), part.became(task)
    aspects = _aspects_in(part, task)
    spec = task.task_spec
    if isinstance(spec, _EndJoin):
        return
    if now is None:
        yield Remark(
            "removed",
            f"いまいる手順「{element.ja}」({element.id})が新しい版にありません。この手順が終わってから移行してください。",
            f"The step “{element.en}” ({element.id}), where the case stands, is not in the new version. "
            "Move it after this step.",
        )
    elif "type" in aspects:
        yield Remark(
            "type",
            f"いまいる手順「{element.ja}」({element.id})の種類が変わりました。この手順が終わってから移行してください。",
            f"The step “{element.en}” ({element.id}), where the case stands, is of another kind now. "
            "Move it after this step.",
        )
    elif isinstance(spec, LoopTask) and "settings" in aspects:
        yield Remark(
            "loop",
            f"繰返し「{element.ja}」の途中で、その条件が変わりました。繰返しが終わってから移行してください。",
            f"The case is inside the repetition “{element.en}”, whose settings have changed. Move it after.",
        )
    elif isinstance(spec, CatchingEvent) and _waits_otherwise(spec, now, aspects):
        yield Remark(
            "event",
            f"待っている出来事「{element.ja}」の種類が変わりました。起きてから移行してください。",
            f"The event “{element.en}” that the case waits for is of another kind now. Move it after.",
        )
    elif task.has_state(TaskState.STARTED) and task.id in _top(task).subprocesses:
        called = getattr(now, "spec", None)
        if not isinstance(called, str) or (spec.spec, called) not in compared.pairs:
            yield Remark(
                "called",
                f"いまいる「{element.ja}」が呼び出す手続が変わりました。終わってから移行してください。",
                f"“{element.en}” calls another process now. Move the case after it.",
            )


def _waits_otherwise(spec: Any, now: Any, aspects: tuple[str, ...]) -> bool:
    if isinstance(spec, EventBasedGateway):
        return bool({"settings", "flow"} & set(aspects))
    return type(spec.event_definition) is not type(now.event_definition)


def _top(task: Any) -> Any:
    return task.workflow.top_workflow


def _keeps_waiting(compared: Comparison, part: Part, task: Any) -> Iterator[Remark]:
    changed = "settings" in _aspects_in(part, task)
    if changed and isinstance(task.task_spec, CatchingEvent) and task.has_state(TaskState.WAITING):
        element = _name(compared, task)
        yield Remark(
            "keeps_waiting",
            f"「{element.ja}」の待ち方が変わりましたが、この案件はすでに決まった時刻・条件で待ち続けます。",
            f"“{element.en}” waits otherwise now; this case keeps the time or condition that was set.",
        )


def _task_change(compared: Comparison, part: Part, task: Any) -> Iterator[TaskChange]:
    now = part.became(task)
    if now is None or part.pair is None or not task.task_spec.manual or not task.has_state(TaskState.READY):
        return
    before = _name(compared, task)
    after = element_of(compared.new, part.pair.new.name, now)
    aspects = _aspects_in(part, task)
    shown = tuple(one for one in aspects if one in {"title", "role", "form", "due", "rules"})
    if shown or before.id != after.id or (before.ja, before.en) != (after.ja, after.en):
        yield TaskChange(before, after, shown)


def _passed_by(compared: Comparison, part: Part) -> Iterator[Remark]:
    """New steps between two that the case has passed: they are told, for this case will not do them."""
    pair = part.pair
    if pair is None:
        return
    added = set(pair.added)
    for task in part.workflow.tasks.values():
        if task.has_state(AHEAD) or task.triggered or part.became(task) is None:
            continue
        before = _passed_before(part, task)
        if before is None:
            continue
        there, now = part.became(before), part.became(task)
        if now in there.outputs:
            continue
        between = _between(there, now, added)
        for spec in between or ():
            element = element_of(compared.new, pair.new.name, spec)
            if spec.bpmn_id is not None and _is_step(spec):
                yield Remark(
                    "passed_by",
                    f"新しい手順「{element.ja}」({element.id})は、この案件がすでに通り過ぎた所にあります。"
                    "この案件では行いません。",
                    f"The new step “{element.en}” ({element.id}) lies where this case has already passed. "
                    "It will not be done.",
                )
        if between is None:
            element = _name(compared, task)
            yield Remark(
                "other_way",
                f"新しい版では「{element.ja}」に別の道から入ります。この案件が通った道は記録に残ります。",
                f"In the new version “{element.en}” is reached another way. The way of this case stays on "
                "record.",
            )


def _does_something(spec: Any) -> bool:
    """Whether an element is a step, for people or of the system, and no gateway or event."""
    return _is_step(spec) and not hasattr(spec, "event_definition")


def _is_step(spec: Any) -> bool:
    """Whether an element does something, other than dividing or joining ways."""
    return not hasattr(spec, "cond_task_specs") and not isinstance(spec, Join)


def _passed_before(part: Part, task: Any) -> Any:
    """The nearest step before a task that the new version has too."""
    before = task.parent
    while before is not None and part.became(before) is None:
        before = before.parent
    return before


def _between(start: Any, end: Any, added: set[str]) -> list[Any] | None:
    """The new elements on any way from one to the other; None where no way leads over new ones only."""
    ahead = _reached(start, added, "outputs")
    behind = {spec.name for spec in _reached(end, added, "inputs")}
    return [spec for spec in ahead if spec.name in behind] or None


def _reached(start: Any, added: set[str], side: str) -> list[Any]:
    """The new elements that are reached from here over new ones only, by `outputs` or `inputs`."""
    found: dict[str, Any] = {}
    wanted = [start]
    while wanted:
        for spec in getattr(wanted.pop(0), side):
            if spec.name in added and spec.name not in found:
                found[spec.name] = spec
                wanted.append(spec)
    return list(found.values())


def _open_branches(compared: Comparison, part: Part) -> Iterator[Remark]:
    """Where a case stands between a split and its join, neither may have more or fewer ways than before."""
    pair = part.pair
    splits = [task for task in part.workflow.tasks.values() if _is_open_split(task)]
    if pair is None or not splits:
        return
    for task in splits:
        if _split_differs(part, task):
            yield _branches_changed(_name(compared, _visible(task)))
    for name, spec in pair.new.task_specs.items():
        if isinstance(spec, Join) and not isinstance(spec, _EndJoin) and _join_differs(part, name, spec):
            yield _branches_changed(element_of(compared.new, pair.new.name, spec))


def _branches_changed(element: Element) -> Remark:
    return Remark(
        "branches",
        f"枝分かれの途中にいて、「{element.ja}」({element.id})の枝が変わりました。枝が合流してから移行してください。",
        f"The case stands between a split and its join, and the ways of “{element.en}” ({element.id}) have "
        "changed. Move it after they have joined.",
    )


def _visible(task: Any) -> Any:
    """The task itself, or the step that an inner split (of events at a step) belongs to."""
    if task.task_spec.bpmn_id is not None:
        return task
    return next((child for child in task.children if child.task_spec.bpmn_id is not None), task)


def _is_open_split(task: Any) -> bool:
    if not task.has_state(TaskState.COMPLETED) or len(task.children) < 2:
        return False
    return sum(any(one.has_state(HERE) for one in child) for child in task.children) > 1 or (
        hasattr(task.task_spec, "event_type") and any(child.has_state(HERE) for child in task.children)
    )


def _split_differs(part: Part, task: Any) -> bool:
    now, pair = part.became(task), part.pair
    if now is None or pair is None:
        return True
    kept = {pair.became[spec.name] for spec in task.task_spec.outputs}
    there = {spec.name for spec in now.outputs}
    if kept == there:
        return False
    if hasattr(task.task_spec, "event_type") or len(task.task_spec.outputs) != len(now.outputs):
        return True
    added = set(pair.added)
    taken = [part.became(child) for child in task.children if not child.has_state(AHEAD)]
    return any(spec is None or (spec not in now.outputs and not _between(now, spec, added)) for spec in taken)


def _join_differs(part: Part, name: str, spec: Any) -> bool:
    pair = part.pair
    if pair is None:
        return True
    old = next((one for one, now in pair.became.items() if now == name), None)
    inputs = {one.name for one in spec.inputs}
    if old is None:
        return len(_entries(spec, set(pair.added))) > 1
    before = pair.old.task_specs[old]
    if {pair.became[one.name] for one in before.inputs} == inputs:
        return False
    if len(before.inputs) != len(spec.inputs):
        return True
    arrived = [
        part.became(task.parent)
        for task in part.workflow.tasks.values()
        if task.task_spec.name == old and not task.has_state(AHEAD)
    ]
    return any(one is None or one.name not in inputs for one in arrived)


def _entries(spec: Any, added: set[str]) -> set[str]:
    """The elements of the old version from which a new one is reached over new ones only."""
    seen, wanted, found = {spec.name}, [spec], set()
    while wanted:
        for one in wanted.pop().inputs:
            if one.name not in added:
                found.add(one.name)
            elif one.name not in seen:
                seen.add(one.name)
                wanted.append(one)
    return found


def _once(remarks: list[Remark]) -> tuple[Remark, ...]:
    return tuple(dict.fromkeys(remarks))
