"""A running case as bytes without its specification, and back (Ruling 3; stack.md 2.3, design B).

The format is our own and names elements by their BPMN ids, so that neither a moved module nor a newer
SpiffWorkflow orphans a running case. A task is a short list: id, element, state, place of its parent, its
last change (counted among all changes of the case, from the first), and what else it has. It stores only the
data that it has other than its parent, inside the entries of forms as well, so that each entry is in it once.
"""

from __future__ import annotations

from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_task import A_CHANGE, CaseTask
from workflows.engine.case_workflow import CaseSubWorkflow, CaseWorkflow
from workflows.engine.parser import Specification
from workflows.engine.plain import same
from workflows.engine.script_engine import FeelScriptEngine

FORMAT = 2
NO_PARENT = -1
NOTHING = object()
CHANGES = 1 / A_CHANGE
RUNNABLE = TaskState.NOT_FINISHED_MASK & TaskState.DEFINITE_MASK
_nobody = FeelScriptEngine(None, 0, None, "")  # stands in a thawed case until a deed takes it in hand


def freeze(workflow: CaseWorkflow) -> bytes:
    """The state of a case as bytes."""
    state = {"format": FORMAT, "doers": workflow.doers, "top": _workflow_out(workflow)}
    if workflow.subprocesses:
        state["called"] = {
            _hex(task_id): _workflow_out(sub) | {"spec": sub.spec.name}
            for task_id, sub in workflow.subprocesses.items()
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
    workflow = CaseWorkflow(
        specification.process, specification.called, script_engine=_nobody, deserializing=True
    )
    workflow.doers = state["doers"]
    _workflow_in(workflow, state["top"])
    if "called" in state:
        _called_in(workflow, workflow, state["called"])
    workflow.changes = max(task.last_state_change for task in workflow.all_tasks())
    return workflow


def _workflow_out(workflow: Any) -> dict[str, Any]:
    tasks = list(workflow.tasks.values())
    places = {task.id: place for place, task in enumerate(tasks)}
    born: list[list[str]] = [[] for _ in tasks]
    since = min((task.last_state_change for task in tasks), default=0.0)
    rows = [_task_out(task, workflow.tasks, places, born, since) for task in tasks]
    for task, row, children in zip(tasks, rows, born, strict=True):
        if task._children != children:  # noqa: SLF001 - ids, without building tasks
            _more(row)["children"] = [places[child] for child in task._children]  # noqa: SLF001 - as above
    last = workflow.last_task
    out: dict[str, Any] = {"tasks": rows, "since": since, "root": places[workflow.task_tree.id]}
    if last is not None and last.id in places:
        out["last"] = places[last.id]
    for name, usual in (("data", {}), ("success", True), ("completed", False), ("correlations", {})):
        if getattr(workflow, name) != usual:
            out[name] = getattr(workflow, name)
    return out


def _task_out(
    task: Any, tasks: dict[str, Any], places: dict[str, int], born: list[list[str]], since: float
) -> list[Any]:
    """The row of a task; the ids of the children of each parent are gathered in `born`, in order of birth."""
    parent = tasks.get(task._parent)  # noqa: SLF001 - the id, without asking twice
    place = NO_PARENT
    if parent is not None:
        place = places[parent.id]
        born[place].append(task.id)
    changed_at = round((task.last_state_change - since) * CHANGES)
    row = [_hex(task.id), task.task_spec.name, task._state, place, changed_at]  # noqa: SLF001 - as stored
    more = _difference(task.data, parent.data if parent is not None else {})
    if task.triggered:
        more["triggered"] = True
    if task.internal_data:
        more["internal"] = task.internal_data
    if more:
        row.append(more)
    return row


def _hex(task_id: str) -> str:
    return task_id.replace("-", "")


def _id(kept: str) -> str:
    return f"{kept[:8]}-{kept[8:12]}-{kept[12:16]}-{kept[16:20]}-{kept[20:]}"


def _more(row: list[Any]) -> dict[str, Any]:
    if len(row) == 5:
        row.append({})
    more: dict[str, Any] = row[5]
    return more


def _difference(own: dict[str, Any], inherited: dict[str, Any]) -> dict[str, Any]:
    """What a task has other than its parent: values, what changed inside of a value, and what is gone."""
    if own is inherited:
        return {}
    out: dict[str, Any] = {}
    for name, value in own.items():
        before = inherited.get(name, NOTHING)
        if value is before or same(value, before):
            continue
        if isinstance(value, dict) and isinstance(before, dict):
            inside = {key: one for key, one in value.items() if not same(one, before.get(key, NOTHING))}
            lost = sorted(key for key in before if key not in value)
            out.setdefault("inside", {})[name] = [inside, lost] if lost else [inside]
        else:
            out.setdefault("data", {})[name] = value
    gone = sorted(name for name in inherited if name not in own)
    if gone:
        out["gone"] = gone
    return out


def _workflow_in(workflow: Any, state: dict[str, Any]) -> None:
    specs, since = workflow.spec.task_specs, state["since"]
    tasks: list[Any] = []
    for row in state["tasks"]:  # a parent stands before its children: tasks are kept in order of birth
        tasks.append(_task_in(workflow, specs, tasks, row, since))
    for task, row in zip(tasks, state["tasks"], strict=True):
        if len(row) > 5 and "children" in row[5]:
            task._children = [tasks[place].id for place in row[5]["children"]]  # noqa: SLF001 - restoring the tree
    workflow.task_tree = tasks[state["root"]]
    workflow.last_task = tasks[state["last"]] if "last" in state else None
    workflow.data = state.get("data", {})
    workflow.success = state.get("success", True)
    workflow.completed = state.get("completed", False)
    workflow.correlations = state.get("correlations", {})


def _task_in(workflow: Any, specs: dict[str, Any], tasks: list[Any], row: list[Any], since: float) -> Any:
    name, element, state, place, changed_at, *rest = row
    more = rest[0] if rest else {}
    task = CaseTask.made(workflow, _id(name), specs[element], state, since + changed_at * A_CHANGE)
    task.triggered, task.internal_data = more.get("triggered", False), more.get("internal", {})
    inherited: dict[str, Any] = {}
    if place != NO_PARENT:
        parent = tasks[place]
        task._parent = parent.id  # noqa: SLF001 - restoring the tree
        parent._children.append(task.id)  # noqa: SLF001 - restoring the tree
        inherited = parent.data
    data = _together(inherited, more)
    task.data = copied(data) if state & RUNNABLE else data
    return task


def _together(inherited: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    data = dict(inherited)
    for name in more.get("gone", ()):
        del data[name]
    for name, (inside, *lost) in more.get("inside", {}).items():
        data[name] = data[name] | inside
        for key in lost[0] if lost else ():
            del data[name][key]
    data.update(more.get("data", {}))
    return data


def copied(value: Any) -> Any:
    """A copy of plain data that shares nothing with it."""
    if isinstance(value, dict):
        return {name: copied(one) if isinstance(one, dict | list) else one for name, one in value.items()}
    if isinstance(value, list):
        return [copied(one) if isinstance(one, dict | list) else one for one in value]
    return value


def _called_in(top: CaseWorkflow, workflow: Any, states: dict[str, Any]) -> None:
    for task in list(workflow.tasks.values()):
        state = states.get(_hex(task.id))
        if state is None:
            continue
        spec = top.subprocess_specs[state["spec"]]
        called = CaseSubWorkflow(spec, task.id, top, deserializing=True)
        top.subprocesses[task.id] = called
        _workflow_in(called, state)
        called.completed_event.connect(task.task_spec._on_subworkflow_completed, task)  # noqa: SLF001 - as created
        _called_in(top, called, states)
