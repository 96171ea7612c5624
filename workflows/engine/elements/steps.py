"""Events and service tasks as elements of a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    BpmnSpecMixin,
    EndEventMixin,
    EventBasedGatewayMixin,
    IntermediateCatchEventMixin,
    IntermediateThrowEventMixin,
    StartEventMixin,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine.elements.events import Cancel, Terminate
from workflows.engine.elements.subprocesses import cancel_activity, cancel_all
from workflows.engine.elements.timers import CycleTimer, after

RETRIES = 5
RETRY_AFTER = "PT1M"


class CaseStartEvent(StartEventMixin, BpmnSpecMixin):
    """Where a process begins; of an event sub-process: whether it ends what runs around it."""

    interrupting = True

    def catch(self, my_task: Any, event: Any) -> None:
        CatchingEvent.catch(self, my_task, event)


class CaseEndEvent(EndEventMixin, BpmnSpecMixin):
    """Where a branch ends; terminating, the whole process or sub-process does."""

    def _on_complete_hook(self, my_task: Any) -> None:
        BpmnSpecMixin._on_complete_hook(self, my_task)  # noqa: SLF001 - leaves out the engine's own way to end
        workflow = my_task.workflow
        if isinstance(self.event_definition, Terminate | Cancel) and not workflow.completed:
            cancel_all(workflow, my_task)
            workflow._mark_complete(my_task)  # noqa: SLF001 - as SpiffWorkflow terminates


class CaseCatchEvent(IntermediateCatchEventMixin, BpmnSpecMixin):
    """Waits for an event."""


class CaseThrowEvent(IntermediateThrowEventMixin, BpmnSpecMixin):
    """Throws an event."""


class CaseBoundaryEvent(BoundaryEventMixin, BpmnSpecMixin):
    """Caught while an activity runs: ends it at once, or starts a branch beside it as often as it comes."""

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        if self.cancel_activity:
            cancel_activity(self._host(my_task))

    def _run_hook(self, my_task: Any) -> bool:
        kept = self._next_time(my_task)
        done: bool = super()._run_hook(my_task)
        if kept is not None and not self._host(my_task).has_state(TaskState.FINISHED_MASK):
            again = my_task.parent._add_child(self, TaskState.WAITING)  # noqa: SLF001 - another of the same
            again.triggered = True
            again.internal_data.update(kept)
            self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
            self._update(again)
        return done

    def _next_time(self, my_task: Any) -> dict[str, Any] | None:
        definition = self.event_definition
        if self.cancel_activity:
            return None
        if isinstance(definition, CycleTimer):
            return definition.next_time(my_task)
        return {} if getattr(definition, "repeats", False) else None

    def _host(self, my_task: Any) -> Any:
        beside = my_task.parent.children
        return next(task for task in beside if not isinstance(task.task_spec, BoundaryEventMixin))


class CaseEventGateway(EventBasedGatewayMixin, BpmnSpecMixin):
    """Waits for the first of the events behind it and goes on by that one."""

    def _run_hook(self, my_task: Any) -> bool:
        fired = my_task.internal_data["fired"]
        self.event_definition.update_task_data(my_task)
        my_task._sync_children([self.outputs[fired]], TaskState.FUTURE)  # noqa: SLF001 - as the engine does
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)  # noqa: SLF001
        self.event_definition.reset(my_task)
        return True


class ServiceStep(ServiceTask):
    """Calls an operation: in the deed itself, or in the background with retries (`async`)."""

    background = False
    retries = RETRIES
    retry_after = RETRY_AFTER

    def pause(self, attempts: int, at: datetime) -> timedelta:
        """How long to wait after so many failed attempts: `retry_after`, then twice as long each time."""
        first = (after(at, self.retry_after) or at) - at
        doublings = min(max(attempts - 1, 0), 10)
        pause: timedelta = min(first * 2**doublings, timedelta(days=1))
        return pause
