"""Processes, sub-processes and event sub-processes, so that one specification serves many cases.

SpiffWorkflow connects an event sub-process to the start of its specification when it is first triggered,
which every later case on the same specification would see; here a specification never changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask, SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.mixins import (
    CallActivityMixin,
    SubWorkflowTaskMixin,
    TransactionSubprocessMixin,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import EventSubprocess
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine.elements.joins import CaseEndJoin


class CaseStart(BpmnStartTask):
    """The start of a process; it knows the event sub-processes and leaves them alone."""

    def connect_or_add_trigger(self, task_spec: Any, sp_spec: Any) -> None:
        task_spec._inputs.append(self.name)  # noqa: SLF001 - a task needs an input to be run
        task_spec.connect(self._wf_spec.end)
        self.trigger_specs.append(sp_spec.name)


class CaseProcessSpec(BpmnProcessSpec):
    """A process or sub-process. `process_id` is the process of the diagram that it stands in."""

    def __init__(self, process_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.process_id = process_id
        self.task_specs.clear()
        self.start = CaseStart(self, "Start")
        self.end = CaseEndJoin(self, f"{self.name}.EndJoin")
        self.end.connect(SimpleBpmnTask(self, "End"))


class _Called:
    """What waits for a process inside it. One that was interrupted meanwhile stays interrupted."""

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Any) -> None:
        if not my_task.has_state(TaskState.FINISHED_MASK):
            super()._on_subworkflow_completed(subworkflow, my_task)  # type: ignore[misc]


class CaseSubprocess(_Called, SubWorkflowTaskMixin, SpiffBpmnTask):
    """A sub-process."""


class CaseCallActivity(_Called, CallActivityMixin, SpiffBpmnTask):
    """A process called by another."""


class CaseTransaction(_Called, TransactionSubprocessMixin, SpiffBpmnTask):
    """A sub-process that a cancel event can end."""


class CaseEventSubprocess(_Called, EventSubprocess, SpiffBpmnTask):
    """A sub-process that an event starts while the process around it runs."""


class Trigger:
    """An event sub-process that could start now, in one running process."""

    def __init__(self, workflow: Any, spec: Any) -> None:
        self.workflow = workflow
        self.spec = spec
        process = workflow.top_workflow.subprocess_specs[spec.spec]
        (self.start_spec,) = process.bpmn_start_events
        self.definition = self.start_spec.event_definition
        self.id = workflow.task_tree.id
        self.task_spec = self.start_spec
        last = workflow.last_task or workflow.task_tree
        self.data = last.data
        self.internal_data: dict[str, Any] = {}

    def catches(self, event: Any) -> bool:
        """Whether this event starts it."""
        return bool(self.definition.catches(self, event))

    def start(self, event: Any) -> None:
        """Run it with the data of the last step; where it interrupts, whatever else runs there ends."""
        after = self.workflow.last_task or self.workflow.task_tree
        if self.start_spec.interrupting:
            cancel_all(self.workflow)
        child = after._add_child(self.spec, TaskState.FUTURE)  # noqa: SLF001 - as SpiffWorkflow triggers it
        child.triggered = True
        self.spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)  # noqa: SLF001
        self.spec._update(child)  # noqa: SLF001
        called = self.workflow.top_workflow.subprocesses[child.id]
        for task in list(called.tasks.values()):
            if task.task_spec is self.start_spec:
                task.task_spec.catch(task, event)
                task.task_spec._update(task)  # noqa: SLF001


def triggers(workflow: Any) -> Iterator[Trigger]:
    """The event sub-processes of a running process; none once one of them has interrupted it."""
    names = workflow.spec.start.trigger_specs
    if not names:
        return
    found = [Trigger(workflow, workflow.spec.task_specs[name]) for name in names]
    interrupting = {one.spec.name for one in found if one.start_spec.interrupting}
    if not any(task.task_spec.name in interrupting for task in workflow.tasks.values()):
        yield from found


def cancel_activity(task: Any) -> None:
    """End an activity with all that runs inside it, its instances first."""
    if isinstance(task.task_spec, LoopTask):
        for child in task.children:
            if not child.has_state(TaskState.FINISHED_MASK):
                child.cancel()
    task.cancel()


def cancel_all(workflow: Any, but: Any = None) -> None:
    """End what runs in a process, the youngest first, so that nothing is dropped before it has ended."""
    for task in reversed(list(workflow.tasks.values())):
        unfinished = task.has_state(TaskState.NOT_FINISHED_MASK) and task.id in workflow.tasks
        if unfinished and task is not but:
            task.cancel()
