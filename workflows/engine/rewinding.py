"""Putting a case back to an earlier step for people: what that would undo, and doing it (N2).

Only a step from which everything that waits now has come can be gone back to. What was entered after it stays
on record; the case forgets it. A service that cannot be undone (it wrote the register) blocks the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_task import new_id
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.comparison import Element, element_of
from workflows.engine.migration import AHEAD, HERE
from workflows.engine.operations import is_irreversible
from workflows.engine.parser import Specification


@dataclass(frozen=True)
class Target:
    """A finished step to which a case can go back.

    `undone` are the step itself and those after it, `blocks` those of them that cannot be undone.
    """

    task_guid: str
    element: Element
    undone: tuple[Element, ...]
    blocks: tuple[Element, ...]


def targets(workflow: CaseWorkflow, specification: Specification) -> list[Target]:
    """The steps to which a case can go back, the latest first."""
    found = [
        _target(specification, task, later)
        for task in workflow.all_tasks()
        if task.has_state(TaskState.COMPLETED) and task.task_spec.manual and not _is_repeated(workflow, task)
        for later in [list(_after(workflow, task))]
        if _holds_all(workflow, later)
    ]
    return sorted(found, key=lambda one: len(one.undone))


def rewind(workflow: CaseWorkflow, task_guid: str) -> None:
    """Put a case back to a step that `targets` offers; what came after it goes.

    Raises:
        StopIteration: it has no such step.
    """
    task = next(one for one in workflow.all_tasks() if str(one.id) == task_guid)
    around = {caller.id for caller in _callers(workflow, task)}
    for one in list(_after(workflow, task)):
        if one.id not in around:
            workflow.subprocesses.pop(one.id, None)
    _renew(task)
    beside = task.parent.children if isinstance(task.parent.task_spec, BoundaryEventSplit) else [task]
    for one in beside:  # the events at the step wait again with it
        one.reset_branch(None)
    _run_again(workflow, task)


def _target(specification: Specification, task: Any, later: list[Any]) -> Target:
    undone: dict[Element, None] = {}
    blocks: dict[Element, None] = {}
    for one in [task, *later]:
        spec = one.task_spec
        if not one.has_state(TaskState.COMPLETED) or spec.bpmn_id is None:
            continue
        operation = getattr(spec, "operation_name", None)
        element = element_of(specification, one.workflow.spec.name, spec)
        if spec.manual or operation is not None:
            undone[element] = None
        if operation is not None and is_irreversible(operation):
            blocks[element] = None
    here = element_of(specification, task.workflow.spec.name, task.task_spec)
    return Target(str(task.id), here, tuple(undone), tuple(blocks))


def _callers(workflow: CaseWorkflow, task: Any) -> Iterator[Any]:
    """The activities that called the process of a task, from the inside out."""
    caller_id = task.workflow.parent_task_id
    while caller_id is not None:
        caller = workflow.get_task_from_id(caller_id)
        yield caller
        caller_id = caller.workflow.parent_task_id


def _after(workflow: CaseWorkflow, task: Any) -> Iterator[Any]:
    """All that came of a task: below it, in what it called, and behind the processes that it stands in."""
    wanted = list(task.children)
    if isinstance(task.parent.task_spec, BoundaryEventSplit):
        wanted += [one for one in task.parent.children if one is not task]
    for caller in _callers(workflow, task):
        yield caller
        wanted += caller.children
    while wanted:
        one = wanted.pop()
        yield one
        wanted += one.children
        called = workflow.subprocesses.get(one.id)
        if called is not None:
            wanted.append(called.task_tree)


def _is_repeated(workflow: CaseWorkflow, task: Any) -> bool:
    """Whether a task, or a process that it stands in, is one of several of a repetition."""
    return task.triggered or any(caller.triggered for caller in _callers(workflow, task))


def _holds_all(workflow: CaseWorkflow, later: list[Any]) -> bool:
    """Whether everything that waits now came of these tasks, so that nothing is left beside them."""
    known = {one.id for one in later}
    return all(
        task.id in known
        for task in workflow.all_tasks()
        if task.has_state(HERE) and not isinstance(task.task_spec, _EndJoin)
    )


def _renew(task: Any) -> None:
    """Give a step that opens again an id of its own: the task of the list that was done stays done."""
    task._drop_children(force=True)  # noqa: SLF001 - as SpiffWorkflow's own reset does
    before, siblings = task.id, task.parent._children  # noqa: SLF001 - mending the tree
    task.id = new_id()
    siblings[siblings.index(before)] = task.id
    task.workflow.tasks[task.id] = task.workflow.tasks.pop(before)


def _run_again(workflow: CaseWorkflow, task: Any) -> None:
    """Let the process of a task run again, and those around it."""
    task.workflow.completed, task.workflow.last_task = False, task.parent
    for caller in _callers(workflow, task):
        caller._drop_children(force=True)  # noqa: SLF001 - as SpiffWorkflow's own reset does
        caller._set_state(TaskState.STARTED)  # noqa: SLF001 - as above
        caller.task_spec._predict(caller, mask=HERE | AHEAD)  # noqa: SLF001 - as above
        caller.workflow.completed, caller.workflow.last_task = False, caller.parent
