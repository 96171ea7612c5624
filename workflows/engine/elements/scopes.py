"""Who catches an event: the case's event manager, which looks at the live tasks instead of keeping a list.

Errors, escalations and cancellations go from the activity that throws them to what stands around it;
SpiffWorkflow hands them to every boundary of the case. Signals go to all, messages to the one that waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine.elements.events import Error, Escalation, Message, Signal
from workflows.engine.elements.failures import StepFailed
from workflows.engine.elements.subprocesses import CaseEventSubprocess, Trigger, triggers


class CaseEvents:
    """Takes the place of SpiffWorkflow's event manager."""

    def __init__(self, workflow: Any) -> None:
        self.workflow = workflow

    @property
    def tasks(self) -> dict[Any, Any]:
        """The tasks that wait for an event, oldest first."""
        return {task.id: task for task in self._waiting()}

    def add_task(self, my_task: Any) -> None:
        """Nothing to keep: who waits is seen in the tasks."""

    def remove_task(self, my_task: Any) -> None:
        """Nothing was kept."""

    def get_waiting_tasks(self) -> list[Any]:
        """What is waited for, as SpiffWorkflow tells it."""
        return [task.task_spec.event_definition.details(task) for task in self._waiting()]

    def throw(self, event: Any, task: Any) -> None:
        """Hand on what a task of this case throws.

        Raises:
            StepFailed: an error or a cancellation that nothing around the task catches.
        """
        definition = event.event_definition
        if isinstance(definition, Signal):
            self.workflow.bpmn_events.append((event, task.id))
            self.catch(event)
        elif isinstance(definition, Message):
            if not self.catch(event):
                self.workflow.bpmn_events.append((event, task.id))
        elif not self._upwards(event, task) and not isinstance(definition, Escalation):
            raise StepFailed(task, "not_caught", str(getattr(definition, "code", None) or "cancel"))

    def fail(self, task: Any, code: str, payload: Any) -> bool:
        """A handler raised an error of the business in `task`; answers whether the diagram catches it."""
        event = _Raised(Error(code, code), payload)
        return self._boundary(task, event) or self._upwards(event, task)

    def catch(self, event: Any, internal: bool = True) -> int:
        """Give a message to the first who waits for it, a signal to all; answers how many took it."""
        del internal
        takers: list[Any] = [task for task in self._waiting() if task.task_spec.catches(task, event)]
        takers += [one for one in self._triggers() if one.catches(event)]
        if isinstance(event.event_definition, Message):
            takers = takers[:1]
        for taker in takers:
            _give(taker, event)
        return len(takers)

    def triggers(self) -> Iterator[Trigger]:
        """The event sub-processes that could start now."""
        return self._triggers()

    def _waiting(self) -> Iterator[Any]:
        for task in self.workflow.in_state(TaskState.WAITING):
            if isinstance(task.task_spec, CatchingEvent):
                yield task

    def _triggers(self) -> Iterator[Trigger]:
        for workflow in [self.workflow, *self.workflow.get_active_subprocesses()]:
            if not workflow.completed:
                yield from triggers(workflow)

    def _upwards(self, event: Any, task: Any) -> bool:
        workflow, inside_event_subprocess = task.workflow, False
        while True:
            if not inside_event_subprocess:
                catching = [one for one in triggers(workflow) if one.catches(event)]
                if catching:
                    _give(_nearest(catching, lambda one: one.definition), event)
                    return True
            if workflow is self.workflow:
                return False
            host = self.workflow.get_task_from_id(workflow.parent_task_id)
            if self._boundary(host, event):
                return True
            inside_event_subprocess = isinstance(host.task_spec, CaseEventSubprocess)
            workflow = host.workflow

    @staticmethod
    def _boundary(host: Any, event: Any) -> bool:
        while host.parent is not None and isinstance(host.parent.task_spec, LoopTask):
            host = host.parent
        split = host.parent
        if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
            return False
        catching = [
            one
            for one in split.children
            if isinstance(one.task_spec, BoundaryEvent) and one.task_spec.catches(one, event)
        ]
        if not catching:
            return False
        _give(_nearest(catching, lambda one: one.task_spec.event_definition), event)
        return True


class _Raised:
    """An error that a handler raised, as an event."""

    def __init__(self, definition: Error, payload: Any) -> None:
        self.event_definition = definition
        self.payload = payload
        self.correlations: dict[str, str] = {}
        self.target = None


def _give(taker: Any, event: Any) -> None:
    if isinstance(taker, Trigger):
        taker.start(event)
        return
    taker.task_spec.catch(taker, event)
    taker.task_spec._update(taker)  # noqa: SLF001 - the engine's own way to make a caught event ready


def _nearest(catching: list[Any], definition: Any) -> Any:
    """The one that names the code, before one that takes any."""
    return next((one for one in catching if getattr(definition(one), "code", None)), catching[0])
