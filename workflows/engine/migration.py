"""Moving a running case to another version of its definition; `migration_check` says beforehand whether.

A case is never simply loaded under a new version: SpiffWorkflow keeps what it predicted in the tree, and a
new step ahead would be passed by in silence (stack.md 2.5). Here every token stays where it stands, in the
called processes too, and what lies ahead is predicted anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.comparison import Comparison, ProcessPair

HERE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
AHEAD = TaskState.MAYBE | TaskState.LIKELY | TaskState.FUTURE


@dataclass(frozen=True)
class Part:
    """A process of a case (itself or one that it called) and what became of the process."""

    workflow: Any
    pair: ProcessPair | None

    def became(self, task: Any) -> Any:
        """The element of the new version for a task; None where it is gone."""
        return None if self.pair is None else self.pair.new_spec(task.task_spec.name)


def move(workflow: CaseWorkflow, compared: Comparison) -> None:
    """Put a case that `examine` lets pass on the new version; only to be stored, not to be run on at once."""
    parts = list(parts_of(workflow, compared))
    for part in parts:
        _follow_renamed_data(compared, part)
    for part in parts:
        if part.pair is None:
            workflow.subprocesses.pop(part.workflow.parent_task_id, None)
        else:
            _move_part(workflow, part)
    workflow.subprocess_specs = dict(compared.new.called)


def parts_of(workflow: CaseWorkflow, compared: Comparison) -> Iterator[Part]:
    """The case, then what it called; a called process goes where its calling activity now leads."""
    pairs: dict[Any, ProcessPair | None] = {id(workflow): compared.top}
    yield Part(workflow, compared.top)
    for sub in sorted(workflow.subprocesses.values(), key=lambda one: int(one.depth)):
        caller = workflow.get_task_from_id(sub.parent_task_id)
        around = pairs.get(id(caller.workflow)) if caller is not None else None
        now = around.new_spec(caller.task_spec.name) if around is not None else None
        called = getattr(now, "spec", None)
        pair = compared.pairs.get((sub.spec.name, called)) if isinstance(called, str) else None
        pairs[id(sub)] = pair
        yield Part(sub, pair)


def _follow_renamed_data(compared: Comparison, part: Part) -> None:
    """What was entered in a step of another name now is found under both names by what lies ahead."""
    pair = part.pair
    if pair is None:
        return
    for name, now in pair.became.items():
        old = compared.old.user_tasks.get((pair.old.name, name))
        new = compared.new.user_tasks.get((pair.new.name, now)) if now else None
        if old is None or new is None:
            continue
        for key, before, after in (
            ("form", old.writes, new.writes),
            ("outcome", old.element_id, new.element_id),
        ):
            if before != after:
                _copy_entry(part.workflow.top_workflow, key, before, after)


def _copy_entry(workflow: CaseWorkflow, key: str, before: str, after: str) -> None:
    for task in workflow.all_tasks():
        entries = task.data.get(key)
        if task.has_state(HERE) and isinstance(entries, dict) and before in entries:
            task.data[key] = {**entries, after: entries[before]}


def _move_part(top: CaseWorkflow, part: Part) -> None:
    workflow, pair = part.workflow, part.pair
    if pair is None:
        raise ValueError("a process that the new version does not call cannot be moved")
    for task in list(workflow.tasks.values()):
        if task.id not in workflow.tasks or not task.has_state(AHEAD) or task.triggered:
            continue
        if task.parent.has_state(HERE) or part.became(task) is None:
            workflow._remove_task(task.id)  # noqa: SLF001 - what was predicted is predicted anew
    for task in list(workflow.tasks.values()):
        if part.became(task) is None:
            _take_out(top, workflow, task)
    for task in workflow.tasks.values():
        task.task_spec = part.became(task)
    workflow.spec = pair.new
    for task in list(workflow.tasks.values()):
        if task.has_state(HERE):
            task.task_spec._predict(task, mask=AHEAD | HERE)  # noqa: SLF001 - as the engine itself does


def _take_out(top: CaseWorkflow, workflow: Any, task: Any) -> None:
    """Drop a finished step that the new version has not; what came after it hangs on what was before."""
    before = task.parent
    for child in task.children:
        child.parent = before
    at = before._children.index(task.id)  # noqa: SLF001 - mending the tree
    before._children[at : at + 1] = task._children  # noqa: SLF001 - mending the tree
    workflow.tasks.pop(task.id)
    top.subprocesses.pop(task.id, None)
    if workflow.last_task is task:
        workflow.last_task = before
