"""SpiffWorkflow's workflow class, scanning its tasks flat.

Past a depth of 1,000 the original stalls and says it is complete (stack.md 2.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_task import A_CHANGE, CaseTask
from workflows.engine.elements.events import FirstOf
from workflows.engine.elements.failures import BpmnError, StepFailed
from workflows.engine.elements.scopes import CaseEvents
from workflows.engine.elements.subprocesses import cancel_all
from workflows.engine.elements.timers import Timer

NO_DEPTH_LIMIT = 10_000_000
MOST_STEPS = 20_000


class _Flat:
    """Queries over `self.tasks` instead of walks down the tree."""

    tasks: dict[Any, Any]
    task_tree: Any
    completed: bool
    success: bool

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Iterator[Any]:
        kwargs.setdefault("max_depth", NO_DEPTH_LIMIT)
        iterator: Iterator[Any] = BpmnTaskIterator(first_task or self.task_tree, **kwargs)
        return iterator

    def is_completed(self) -> bool:
        if not self.completed:
            self.completed = not _in_state(self.tasks, TaskState.NOT_FINISHED_MASK)
        return self.completed

    def update_waiting_tasks(self) -> None:
        for task in _in_state(self.tasks, TaskState.WAITING):
            if task.has_state(TaskState.WAITING):
                task.task_spec._update(task)  # noqa: SLF001 - the engine's own way to refresh a task

    def ready_tasks(self) -> list[Any]:
        return _in_state(self.tasks, TaskState.READY)

    def collect_log_extras(self, dct: Any = None) -> dict[str, Any]:
        """Nothing: nobody reads that log, and the original names all tasks of the case in it."""
        return dct or {}

    def cancel(self, success: bool = False) -> list[Any]:
        """End it with all that runs inside."""
        self.success, self.completed = success, True
        cancel_all(self)
        return []


class CaseSubWorkflow(_Flat, BpmnSubWorkflow):
    """A called process or sub-process of a case."""

    def __init__(
        self, spec: Any, parent_task_id: Any, top_workflow: CaseWorkflow, *, deserializing: bool = False
    ) -> None:
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)
        if not deserializing:
            CaseTask.root_of(self)


class CaseWorkflow(_Flat, BpmnWorkflow):
    """The workflow of a case. `doing` is the one background service that this deed may do."""

    def __init__(
        self,
        spec: Any,
        subprocess_specs: Any = None,
        script_engine: Any = None,
        *,
        deserializing: bool = False,
    ) -> None:
        super().__init__(spec, subprocess_specs, script_engine, deserializing=True)
        self.event_manager = CaseEvents(self)
        self.doing: Any = None
        self.at_work: Any = None  # the task that is being run
        self.changes = 0.0  # of the states of all its tasks so far, a millionth each
        if not deserializing:
            CaseTask.root_of(self)

    @cached_property
    def doers(self) -> dict[str, list[str]]:
        """Who has done which task of the case, by element (work_queue.note_doer)."""
        return {}

    def count_change(self) -> float:
        """Where the change of a task that happens now stands among all of the case."""
        self.changes += A_CHANGE
        return self.changes

    def create_subprocess(self, my_task: Any, spec_name: str) -> CaseSubWorkflow:
        subprocess = CaseSubWorkflow(
            self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self
        )
        self.subprocesses[my_task.id] = subprocess
        return subprocess

    def all_tasks(self) -> Iterator[Any]:
        """The tasks of the case and of everything it called."""
        yield from list(self.tasks.values())
        for subprocess in list(self.subprocesses.values()):
            yield from list(subprocess.tasks.values())

    def in_state(self, states: int) -> list[Any]:
        """Those of all its tasks that are in one of these states."""
        found = _in_state(self.tasks, states)
        for subprocess in self.subprocesses.values():
            found += _in_state(subprocess.tasks, states)
        return found

    def ready_manual_tasks(self) -> list[Any]:
        """The tasks that wait for a person now."""
        return [task for task in self.in_state(TaskState.READY) if task.task_spec.manual]

    def background_tasks(self) -> list[Any]:
        """The service tasks that wait for the system to do them in the background."""
        return [task for task in self.in_state(TaskState.READY) if is_background(task)]

    def take_thrown(self) -> list[tuple[Any, Any]]:
        """What this case has thrown for others since it was asked last: (event, id of the task)."""
        thrown: list[tuple[Any, Any]] = list(self.bpmn_events)
        self.bpmn_events.clear()
        return thrown

    def do_engine_steps(
        self,
        will_complete_task: Callable[[Task], None] | None = None,
        did_complete_task: Callable[[Task], None] | None = None,
    ) -> None:
        """Run on until people, time or others must act.

        Raises:
            StepFailed: a step cannot be done, or the case goes round without end.
        """
        steps = 0
        while count := self._do_engine_steps(will_complete_task, did_complete_task) or self._timers_due():
            steps += count
            if steps > MOST_STEPS:
                raise StepFailed(self.last_task or self.task_tree, "too_many_steps", str(steps))

    def refresh_timers(self) -> None:
        """Let the timers that are due by the clock of this deed go on."""
        self._timers_due()

    def _timers_due(self) -> int:
        """How many timers came due just now."""
        due = 0
        for task in list(self.event_manager.tasks.values()):
            definition = task.task_spec.event_definition
            if isinstance(definition, Timer | FirstOf) and task.has_state(TaskState.WAITING):
                task.task_spec._update(task)  # noqa: SLF001 - the engine's own way to refresh a task
                due += task.has_state(TaskState.READY)
        return due

    def _do_engine_steps(
        self,
        will_complete_task: Callable[[Task], None] | None = None,
        did_complete_task: Callable[[Task], None] | None = None,
    ) -> int:
        active = sorted(self.get_active_subprocesses(), key=lambda sub: sub.depth, reverse=True)
        count = 0
        for subprocess in active:
            while ran := self._run_ready(subprocess, will_complete_task, did_complete_task):
                count += ran
            parent = self.get_task_from_id(subprocess.parent_task_id)
            parent.task_spec._update(parent)  # noqa: SLF001 - lets the calling task notice the end
        count += self._run_ready(self, will_complete_task, did_complete_task)
        return count + max(0, len(self.get_active_subprocesses()) - len(active))

    def _run_ready(
        self,
        workflow: Any,
        before: Callable[[Task], None] | None,
        after: Callable[[Task], None] | None,
    ) -> int:
        count = 0
        for task in workflow.ready_tasks():
            if task.task_spec.manual or not task.has_state(TaskState.READY):
                continue
            if self.is_held(task):
                continue
            if before is not None:
                before(task)
            self._run(task)
            count += 1
            if after is not None and task.has_state(TaskState.COMPLETED):
                after(task)
        return count

    def is_held(self, task: Any) -> bool:
        """Whether a ready task of the system waits for another deed."""
        return is_background(task) and task.id != self.doing

    def _run(self, task: Any) -> None:
        self.at_work = task
        try:
            task.run()
        except BpmnError as error:
            if not self.event_manager.fail(task, error.code, error.payload):
                raise
            task._drop_children()  # noqa: SLF001 - what would have followed will not come


def _in_state(tasks: dict[Any, Any], states: int) -> list[Any]:
    """Those of some tasks that are in one of these states; every deed looks a dozen times through all."""
    return [task for task in tasks.values() if task._state & states]  # noqa: SLF001 - without a call for each


def is_background(task: Any) -> bool:
    """Whether a task is a service that is done in the background."""
    return bool(getattr(task.task_spec, "background", False))
