"""SpiffWorkflow's task without its log and without a clock.

The original gathers a dictionary for the log at every change of state, whether or not anybody reads it; that
took a third of the time of a step. What a case did stands in its journal. And it keeps the time of the
machine at every change, of which only the order is ever asked (`elements.joins`): here changes are counted.
And its ids are texts as the tables hold them: a UUID reckons its hash anew each time that it is looked for.
"""

from __future__ import annotations

import os
from typing import Any

from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

A_CHANGE = 1e-6  # cases that were stored before hold seconds: the next change comes after all of them


def new_id() -> str:
    """An id for a task that no other has, written as a UUID."""
    drawn = os.urandom(16).hex()
    return f"{drawn[:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}-{drawn[20:]}"


class CaseTask(Task):
    """A task of a case. `last_state_change` says where the change stands among those of its case."""

    _state: int

    @classmethod
    def made(cls, workflow: Any, task_id: str, spec: Any, state: int, changed_at: float) -> CaseTask:
        """A task as it is told, without a family and without data."""
        task = cls.__new__(cls)
        task.id = task_id
        task.workflow, task.task_spec = workflow, spec
        task._state, task._children, task._parent = state, [], None  # noqa: SLF001 - as its constructor does
        task.thread_id = Task.thread_id_pool
        task.last_state_change = changed_at
        task.triggered, task.data, task.internal_data = False, {}, {}
        workflow.tasks[task_id] = task
        return task

    @classmethod
    def root_of(cls, workflow: Any) -> CaseTask:
        """The first task of a workflow that begins, ready, with what is foreseen after it."""
        changed_at = workflow.top_workflow.count_change()
        task = cls.made(workflow, new_id(), workflow.spec.start, TaskState.FUTURE, changed_at)
        workflow.task_tree = task
        task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)  # noqa: SLF001 - as a workflow begins
        task._ready()  # noqa: SLF001 - as above
        return task

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> CaseTask:
        """As the original does it, with a child of this class.

        Raises:
            WorkflowException: this task is only foreseen, and the child is more than that.
        """
        if self._state & TaskState.PREDICTED_MASK and not state & TaskState.PREDICTED_MASK:
            raise WorkflowException("a foreseen task has foreseen children only", task_spec=self.task_spec)
        changed_at = self.workflow.top_workflow.count_change()
        child = self.made(self.workflow, new_id(), task_spec, state, changed_at)
        child.parent, child.thread_id = self, self.thread_id
        self._children.append(child.id)
        if state == TaskState.READY:
            child._ready()  # noqa: SLF001 - as the original does
        return child

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self.last_state_change = self.workflow.top_workflow.count_change()
            self._state = value
