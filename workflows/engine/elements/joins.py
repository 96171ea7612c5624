"""Where branches come together: parallel and inclusive gateways, and the end of a process.

SpiffWorkflow walks the tree recursively, which ends at a depth of 1,000, and asks one path only whether an
inclusive gateway must wait. Here tasks are scanned flat, and the rule of the standard (BPMN 2.0, 13.4.3) is
asked of the diagram. What branches changed comes together by `merging`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins import (
    BpmnSpecMixin,
    ExclusiveGatewayMixin,
    InclusiveGatewayMixin,
    ParallelGatewayMixin,
)
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.util.task import TaskState

from workflows.engine.elements.failures import StepFailed
from workflows.engine.elements.merging import merged

ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class _Condition(Operator):
    """A condition holds where FEEL says true; null and everything else is no."""

    def _matches(self, task: Any) -> bool:
        return task.workflow.script_engine.evaluate(task, self.args[0]) is True


class _Choosing:
    """A gateway with conditions on its ways."""

    def connect_outgoing_if(self, condition: str | None, taskspec: Any) -> None:
        if condition is None:
            self.connect(taskspec)  # type: ignore[attr-defined]
        else:
            self.connect_if(_Condition(condition), taskspec)  # type: ignore[attr-defined]


class _Joining:
    """Waits until it may go on; then it has the data of all branches that have arrived in this round."""

    inputs: list[Any]

    def _update_hook(self, my_task: Any) -> bool:
        arrived = self._arrived(my_task)
        may_go_on = self._may_go_on(my_task, arrived)
        for task in arrived:
            if task is not my_task and task.has_state(TaskState.WAITING):
                task.cancel()
        if may_go_on:
            last = sorted(arrived, key=lambda task: (task is my_task, task.parent.last_state_change))
            my_task.data = merged(task.parent for task in last)
        else:
            my_task._set_state(TaskState.WAITING)  # noqa: SLF001 - as every join of the engine waits
        return may_go_on

    def _run_hook(self, my_task: Any) -> bool:
        del my_task
        return True

    def _may_go_on(self, my_task: Any, arrived: list[Any]) -> bool:
        raise NotImplementedError

    def _arrived(self, my_task: Any) -> list[Any]:
        """The tasks of this gateway that a branch has reached since it last went on, `my_task` among them."""
        before = self._round(my_task)
        return [
            task
            for task in my_task.workflow.tasks.values()
            if task is my_task
            or (
                task.task_spec is self
                and task.has_state(TaskState.WAITING | TaskState.CANCELLED)
                and task.parent.has_state(TaskState.COMPLETED)
                and self._round(task) is before
            )
        ]

    def _round(self, task: Any) -> Any:
        """The last time this gateway went on before a task; None where it did not."""
        above = task.parent
        while above is not None and above.task_spec is not self:
            above = above.parent
        return above


class CaseParallelGateway(_Joining, ParallelGatewayMixin, BpmnSpecMixin):
    """Goes on when a branch has come by each way; one that leads here only from here is not waited for."""

    def _may_go_on(self, my_task: Any, arrived: list[Any]) -> bool:
        came_by = {task.parent.task_spec.name for task in arrived}
        origin = self._wf_spec.start if self._round(my_task) is None else self
        wanted = {spec.name for spec in self.inputs} & reachable(origin, self)
        return wanted <= came_by


class CaseInclusiveGateway(_Choosing, _Joining, InclusiveGatewayMixin, BpmnSpecMixin):
    """Goes on when nothing that still runs could come by a way by which nothing has come."""

    def _may_go_on(self, my_task: Any, arrived: list[Any]) -> bool:
        came_by = {task.parent.task_spec.name for task in arrived}
        empty = {spec.name for spec in self.inputs} - came_by
        if not empty:
            return True
        below = {task.id for task in arrived}
        for task in my_task.workflow.tasks.values():
            if task.id not in below and self._counts(task):
                ways = reachable(task.task_spec, self)
                if ways & empty and not ways & came_by:
                    return False
        return True

    def _counts(self, task: Any) -> bool:
        if task.task_spec is self or isinstance(task.task_spec, BoundaryEvent):
            return False
        about_to_be = task.has_state(TaskState.FUTURE) and task.parent.has_state(TaskState.COMPLETED)
        return bool(task.has_state(ACTIVE) or about_to_be)

    def _run_hook(self, my_task: Any) -> bool:
        matches, defaults = self._get_matching_outputs(my_task)
        chosen = matches or defaults
        if not chosen:
            raise StepFailed(my_task, "no_way_out")
        _go(my_task, chosen)
        return True


class CaseExclusiveGateway(_Choosing, ExclusiveGatewayMixin, BpmnSpecMixin):
    """Takes the first way whose condition holds, else the default."""

    def _run_hook(self, my_task: Any) -> bool:
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):  # noqa: SLF001 - the engine's operator
                chosen = name
                break
        else:
            chosen = self.default_task_spec
        if chosen is None:
            raise StepFailed(my_task, "no_way_out")
        _go(my_task, [self._wf_spec.task_specs[chosen]])
        return True


class CaseEndJoin(_Joining, _EndJoin):
    """The end of a process: reached when nothing in it runs any more."""

    def _may_go_on(self, my_task: Any, arrived: list[Any]) -> bool:
        del arrived
        ending = {self.name, *self._outputs}
        return not any(
            task.has_state(TaskState.NOT_FINISHED_MASK) and task.task_spec.name not in ending
            for task in my_task.workflow.tasks.values()
        )


def reachable(origin: Any, without: Any) -> set[str]:
    """The names of elements that can be reached from one (itself too) without passing `without`.

    From an activity its boundary events can be reached.
    """
    specs = origin._wf_spec.task_specs  # noqa: SLF001 - the engine keeps the diagram there
    found: set[str] = set()
    ahead = list(origin._outputs) if origin is without else [origin.name]  # noqa: SLF001
    while ahead:
        name = ahead.pop()
        if name in found or name == without.name:
            continue
        found.add(name)
        ahead += [*specs[name]._outputs, *_boundaries(specs, specs[name])]  # noqa: SLF001
    return found


def _boundaries(specs: Any, spec: Any) -> Iterable[str]:
    for name in spec._inputs:  # noqa: SLF001
        if isinstance(specs.get(name), BoundaryEventSplit):
            yield from specs[name]._outputs  # noqa: SLF001


def _go(my_task: Any, chosen: list[Any]) -> None:
    my_task._sync_children(chosen, TaskState.FUTURE)  # noqa: SLF001 - as SpiffWorkflow's gateways do
    for child in my_task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)  # noqa: SLF001
