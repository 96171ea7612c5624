"""Loops and multi-instance activities: collections are FEEL, results come in the order of the collection.

SpiffWorkflow forgets, in another process than the one that began an activity, to listen to its instances,
lets one instance undo what another changed, and cannot begin a second one where no output is collected.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins import (
    ParallelMultiInstanceTaskMixin,
    SequentialMultiInstanceTaskMixin,
    StandardLoopTaskMixin,
)
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine.elements.failures import StepFailed
from workflows.engine.elements.merging import add_changes
from workflows.engine.plain import plain

MOST_INSTANCES = 1000


class Collection:
    """What an activity is done for: FEEL that gives a list; takes the place of a data reference."""

    def __init__(self, expression: str) -> None:
        self.bpmn_id = self.bpmn_name = expression

    def get(self, my_task: Any) -> list[Any]:
        """The list.

        Raises:
            StepFailed: it is no list, or a very long one.
        """
        found = plain(my_task.workflow.script_engine.evaluate(my_task, self.bpmn_id))
        if not isinstance(found, list):
            raise StepFailed(my_task, "instances_no_list", type(found).__name__)
        if len(found) > MOST_INSTANCES:
            raise StepFailed(my_task, "instances_too_many", str(len(found)))
        return found

    def exists(self, my_task: Any) -> bool:
        """Whether it is a list; raises where it is not."""
        return self.get(my_task) is not None


class Count(Collection):
    """How many times an activity is done: FEEL that gives a number; the items are 0, 1, 2, …"""

    def get(self, my_task: Any) -> list[Any]:
        found = my_task.workflow.script_engine.evaluate(my_task, self.bpmn_id)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise StepFailed(my_task, "instances_no_number", type(found).__name__)
        if found > MOST_INSTANCES:
            raise StepFailed(my_task, "instances_too_many", str(found))
        return list(range(found))


class CaseLoop(StandardLoopTaskMixin, SpiffBpmnTask):
    """Done again while FEEL says true, at most `loopMaximum` times; each turn has the data of the last."""

    def merge_child(self, workflow: Any, child: Any) -> None:
        del workflow
        my_task = child.parent
        my_task.data = deepcopy(child.data)
        my_task.internal_data["merged"].append(str(child.id))
        if self.loop_complete(my_task):
            my_task._set_state(TaskState.READY)  # noqa: SLF001 - as SpiffWorkflow ends a loop
        else:
            self.create_child(my_task)

    def loop_complete(self, my_task: Any) -> bool:
        done = len(my_task.internal_data.get("merged", ()))
        if self.maximum is not None and done >= self.maximum:
            return True
        if self.condition is None:
            return False
        if done >= MOST_INSTANCES:
            raise StepFailed(my_task, "instances_too_many", str(done))
        return my_task.workflow.script_engine.evaluate(my_task, self.condition) is not True


class _Instances:
    """What parallel and sequential instances share: each adds what it changed, or only its output item."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        cardinality, data_input = kwargs.pop("cardinality", None), kwargs.pop("data_input", None)
        collection = Count(cardinality) if cardinality else Collection(data_input.bpmn_id)
        super().__init__(wf_spec, bpmn_id, cardinality=None, data_input=collection, **kwargs)  # type: ignore[call-arg]

    def merge_child(self: Any, workflow: Any, child: Any) -> None:
        del workflow
        my_task = child.parent
        if self.data_output is not None:
            self._collect(my_task, child)
        else:
            data = deepcopy(my_task.data)
            came = {key: value for key, value in child.data.items() if key not in self._own_names()}
            add_changes(data, my_task.parent.data, came)
            my_task.data = data
        my_task.internal_data["merged"].append(str(child.id))
        if self.children_complete(my_task) or self._enough(child):
            self._end(my_task)
        else:
            self._go_on(my_task)

    def init_data_output_with_input_data(self: Any, my_task: Any, input_data: Any) -> None:
        """An output begins empty, whatever stood there before."""
        del input_data
        self.data_output.set(my_task, [])
        my_task.internal_data["collected"] = {}

    def _collect(self: Any, my_task: Any, child: Any) -> None:
        """Put the instance's output item into its place; null where it made none."""
        collected = my_task.internal_data["collected"]
        item = self.output_item.get(child) if self.output_item is not None else None
        collected[str(child.internal_data["key_or_index"])] = deepcopy(item)
        self.data_output.set(my_task, [collected[key] for key in sorted(collected, key=int)])

    def _own_names(self: Any) -> set[str]:
        return {one.bpmn_id for one in (self.input_item, self.output_item) if one is not None}

    def _enough(self: Any, child: Any) -> bool:
        engine = child.workflow.script_engine
        return self.condition is not None and engine.evaluate(child, self.condition) is True

    def _end(self, my_task: Any) -> None:
        my_task._set_state(TaskState.READY)  # noqa: SLF001 - as SpiffWorkflow ends an activity

    def _go_on(self, my_task: Any) -> None:
        raise NotImplementedError


class CaseParallelInstances(_Instances, ParallelMultiInstanceTaskMixin, SpiffBpmnTask):
    """All instances at once."""

    def _end(self, my_task: Any) -> None:
        for child in self._instances(my_task):
            if not child.has_state(TaskState.FINISHED_MASK):
                child.cancel()
        super()._end(my_task)

    def _go_on(self, my_task: Any) -> None:
        """Nothing: the others run already."""


class CaseSequentialInstances(_Instances, SequentialMultiInstanceTaskMixin, SpiffBpmnTask):
    """One instance after another; the collection is that of the beginning."""

    def _go_on(self, my_task: Any) -> None:
        self.add_next_child(my_task)

    def get_next_input_item(self, my_task: Any) -> tuple[Any, Any]:
        """The next place and item; items may be null, so the place says whether there is one."""
        items, remaining = my_task.internal_data["items"], my_task.internal_data["remaining"]
        my_task.internal_data["remaining"] = remaining[1:]
        return remaining[0], items[remaining[0]]

    def init_remaining_items(self, my_task: Any) -> list[int]:
        items = self.data_input.get(my_task)
        my_task.internal_data["items"] = items
        return list(range(len(items)))

    def add_next_child(self, my_task: Any) -> None:
        place, item = self.get_next_input_item(my_task)
        self.create_child(my_task, item, place)
