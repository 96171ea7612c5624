"""SpiffWorkflow's workflow class, scanning its tasks flat.

Past a depth of 1,000 the original stalls and says it is complete (stack.md 2.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

NO_DEPTH_LIMIT = 10_000_000


class _Flat:
    """Queries over `self.tasks` instead of walks down the tree."""

    tasks: dict[Any, Any]
    task_tree: Any
    completed: bool

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Iterator[Any]:
        kwargs.setdefault("max_depth", NO_DEPTH_LIMIT)
        iterator: Iterator[Any] = BpmnTaskIterator(first_task or self.task_tree, **kwargs)
        return iterator

    def is_completed(self) -> bool:
        if not self.completed:
            self.completed = not any(
                task.has_state(TaskState.NOT_FINISHED_MASK) for task in self.tasks.values()
            )
        return self.completed

    def update_waiting_tasks(self) -> None:
        for task in [task for task in self.tasks.values() if task.has_state(TaskState.WAITING)]:
            task.task_spec._update(task)  # noqa: SLF001 - the engine's own way to refresh a task

    def ready_tasks(self) -> list[Any]:
        return [task for task in self.tasks.values() if task.has_state(TaskState.READY)]


class CaseSubWorkflow(_Flat, BpmnSubWorkflow):
    """A called process or sub-process of a case."""


class CaseWorkflow(_Flat, BpmnWorkflow):
    """The workflow of a case."""

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

    def ready_manual_tasks(self) -> list[Any]:
        """The tasks that wait for a person now."""
        return [t for t in self.all_tasks() if t.has_state(TaskState.READY) and t.task_spec.manual]

    def _do_engine_steps(
        self,
        will_complete_task: Callable[[Task], None] | None = None,
        did_complete_task: Callable[[Task], None] | None = None,
    ) -> bool:
        active = sorted(self.get_active_subprocesses(), key=lambda sub: sub.depth, reverse=True)
        for subprocess in active:
            while _run_ready(subprocess, will_complete_task, did_complete_task):
                pass
            parent = self.get_task_from_id(subprocess.parent_task_id)
            parent.task_spec._update(parent)  # noqa: SLF001 - lets the calling task notice the end
        count = _run_ready(self, will_complete_task, did_complete_task)
        return count > 0 or len(self.get_active_subprocesses()) > len(active)


def _run_ready(
    workflow: Any,
    before: Callable[[Task], None] | None,
    after: Callable[[Task], None] | None,
) -> int:
    count = 0
    for task in workflow.ready_tasks():
        if task.task_spec.manual or not task.has_state(TaskState.READY):
            continue
        if before is not None:
            before(task)
        task.run()
        count += 1
        if after is not None:
            after(task)
    return count
