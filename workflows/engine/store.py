"""A running case as bytes without its specification, and back (Ruling 3; stack.md 2.3, design B).

The format is our own and names elements by their BPMN ids, so that neither a moved module nor a newer
SpiffWorkflow orphans a running case. A task stores only what it has other than its parent.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

import orjson
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_workflow import CaseSubWorkflow, CaseWorkflow
from workflows.engine.parser import Specification

FORMAT = 1


def freeze(workflow: CaseWorkflow) -> bytes:
    """The state of a case as bytes."""
    state = {
        "format": FORMAT,
        "top": _workflow_out(workflow),
        "called": {
            str(task_id): {**_workflow_out(sub), "spec": sub.spec.name}
            for task_id, sub in workflow.subprocesses.items()
        },
    }
    return orjson.dumps(state)


def thaw(blob: bytes, specification: Specification) -> CaseWorkflow:
    """The case that `freeze` made bytes of, on the specification it began with.

    Raises:
        ValueError: the bytes are of a format that this version does not know.
    """
    state = orjson.loads(blob)
    if state["format"] != FORMAT:
        raise ValueError(f"a case of format {state['format']} cannot be read here")
    workflow = CaseWorkflow(specification.process, specification.called, deserializing=True)
    _workflow_in(workflow, state["top"])
    _called_in(workflow, workflow, state["called"])
    return workflow


def _workflow_out(workflow: Any) -> dict[str, Any]:
    return {
        "tasks": [_task_out(task) for task in workflow.tasks.values()],
        "root": str(workflow.task_tree.id),
        "last": str(workflow.last_task.id) if workflow.last_task is not None else None,
        "data": workflow.data,
        "success": workflow.success,
        "completed": workflow.completed,
        "correlations": workflow.correlations,
    }


def _task_out(task: Any) -> dict[str, Any]:
    parent = task.parent
    inherited = parent.data if parent is not None else {}
    changed = {k: v for k, v in task.data.items() if k not in inherited or inherited[k] != v}
    gone = sorted(k for k in inherited if k not in task.data)
    out: dict[str, Any] = {
        "id": str(task.id),
        "spec": task.task_spec.name,
        "state": task.state,
        "children": [str(child) for child in task._children],  # noqa: SLF001 - ids, without building tasks
        "changed_at": task.last_state_change,
    }
    if parent is not None:
        out["parent"] = str(parent.id)
    if changed:
        out["data"] = changed
    if gone:
        out["gone"] = gone
    if task.triggered:
        out["triggered"] = True
    if task.internal_data:
        out["internal"] = task.internal_data
    return out


def _workflow_in(workflow: Any, state: dict[str, Any]) -> None:
    for row in state["tasks"]:  # a parent stands before its children: tasks are kept in order of birth
        _task_in(workflow, row)
    workflow.task_tree = workflow.tasks[UUID(state["root"])]
    workflow.last_task = workflow.tasks.get(UUID(state["last"])) if state["last"] else None
    workflow.data = state["data"]
    workflow.success = state["success"]
    workflow.completed = state["completed"]
    workflow.correlations = state["correlations"]


def _task_in(workflow: Any, row: dict[str, Any]) -> None:
    spec = workflow.spec.task_specs[row["spec"]]
    task = Task(workflow, spec, state=row["state"], id=UUID(row["id"]))
    task._parent = UUID(row["parent"]) if "parent" in row else None  # noqa: SLF001 - restoring the tree
    task._children = [UUID(child) for child in row["children"]]  # noqa: SLF001 - restoring the tree
    task.last_state_change = row["changed_at"]
    task.triggered = row.get("triggered", False)
    task.internal_data = row.get("internal", {})
    parent = task.parent
    data = dict(parent.data) if parent is not None else {}
    for key in row.get("gone", ()):
        data.pop(key, None)
    data.update(row.get("data", {}))
    unfinished = task.has_state(TaskState.NOT_FINISHED_MASK)
    task.data = deepcopy(data) if unfinished and task.has_state(TaskState.DEFINITE_MASK) else data


def _called_in(top: CaseWorkflow, workflow: Any, states: dict[str, Any]) -> None:
    for task in list(workflow.tasks.values()):
        state = states.get(str(task.id))
        if state is None:
            continue
        spec = top.subprocess_specs[state["spec"]]
        called = CaseSubWorkflow(spec, task.id, top, deserializing=True)
        top.subprocesses[task.id] = called
        _workflow_in(called, state)
        called.completed_event.connect(task.task_spec._on_subworkflow_completed, task)  # noqa: SLF001 - as created
        _called_in(top, called, states)
