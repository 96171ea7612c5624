"""What an event of a diagram says: messages, signals, errors, escalations, and the first of several.

SpiffWorkflow's own definitions hand an error to every boundary of the case and keep objects that cannot be
stored; these go through `scopes.CaseEvents` and keep plain values with their task.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.util.event import BpmnEvent

from workflows.engine.elements.failures import StepFailed
from workflows.engine.elements.timers import Timer
from workflows.engine.plain import plain

LONGEST_KEY = 200


class _Carrying(EventDefinition):
    """An event with something that it brings: FEEL where it is thrown, a variable where it is caught."""

    repeats = True

    def __init__(self, name: str, payload: str | None = None, variable: str | None = None) -> None:
        super().__init__(name)
        self.payload = payload
        self.variable = variable

    def catch(self, my_task: Any, event: Any = None) -> None:
        my_task.internal_data["event_fired"] = True
        my_task.internal_data["payload"] = event.payload

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task.internal_data.get("event_fired", False))

    def update_task_data(self, my_task: Any) -> None:
        if self.variable and "payload" in my_task.internal_data:
            my_task.data[self.variable] = my_task.internal_data["payload"]

    def reset(self, my_task: Any) -> None:
        for name in ("event_fired", "payload", "key"):
            my_task.internal_data.pop(name, None)

    def throw(self, my_task: Any) -> None:
        told = None
        if self.payload:
            told = plain(my_task.workflow.script_engine.evaluate(my_task, self.payload))
        my_task.workflow.top_workflow.event_manager.throw(self.event(my_task, told), my_task)

    def event(self, my_task: Any, payload: Any) -> Any:
        del my_task
        return BpmnEvent(self, payload=payload)


class Message(_Carrying):
    """For one who waits for this name and key; a catch event without a key takes any."""

    def __init__(
        self,
        name: str,
        payload: str | None = None,
        variable: str | None = None,
        correlation: str | None = None,
    ) -> None:
        super().__init__(name, payload, variable)
        self.correlation = correlation

    def key(self, my_task: Any) -> str:
        """The correlation key; reckoned once where a case waits, and kept."""
        told = my_task.internal_data.get("key")
        if told is None:
            told = self._reckon(my_task)
            my_task.internal_data["key"] = told
        return str(told)

    def update_task(self, my_task: Any) -> None:
        self.key(my_task)

    def catches(self, my_task: Any, event: Any) -> bool:
        thrown = event.event_definition
        if not isinstance(thrown, Message) or thrown.name != self.name:
            return False
        return self.key(my_task) in {"", event.correlations.get("key", "")}

    def event(self, my_task: Any, payload: Any) -> Any:
        return BpmnEvent(self, payload=payload, correlations={"key": self._reckon(my_task)})

    def _reckon(self, my_task: Any) -> str:
        if not self.correlation:
            return ""
        value = my_task.workflow.script_engine.evaluate(my_task, self.correlation)
        if value is None or isinstance(value, bool | list | dict) or not 0 < len(str(value)) <= LONGEST_KEY:
            raise StepFailed(my_task, "correlation_key", type(value).__name__)
        return str(value)


class Signal(_Carrying):
    """For everybody who waits for this name, in this case and in others."""

    def catches(self, my_task: Any, event: Any) -> bool:
        del my_task
        thrown = event.event_definition
        return isinstance(thrown, Signal) and thrown.name == self.name


class _Coded(_Carrying):
    """Known by a code; a catch event without one takes any of its kind."""

    def __init__(
        self, name: str, code: str | None, payload: str | None = None, variable: str | None = None
    ) -> None:
        super().__init__(name, payload, variable)
        self.code = code

    def catches(self, my_task: Any, event: Any) -> bool:
        del my_task
        thrown = event.event_definition
        return type(thrown) is type(self) and self.code in {None, thrown.code}


class Error(_Coded):
    """Goes to the nearest activity around that catches it, and ends that; uncaught it is a failure."""

    repeats = False


class Escalation(_Coded):
    """Goes to the nearest activity around that catches it; caught by nobody it is nothing."""


class Cancel(CancelEventDefinition):
    """Ends a transaction."""

    repeats = False

    def throw(self, my_task: Any, **_kwargs: Any) -> None:
        my_task.workflow.top_workflow.event_manager.throw(BpmnEvent(self), my_task)


class Terminate(TerminateEventDefinition):
    """Ends the process or sub-process it stands in; the end event itself does it."""

    def throw(self, my_task: Any) -> None:
        """Nothing: nobody catches it."""


class Slot:
    """One of the events that a gateway waits for, with a place of its own among what the task keeps."""

    def __init__(self, task: Any, index: int) -> None:
        self.id = task.id
        self.task_spec = task.task_spec
        self.workflow = task.workflow
        self.data = task.data
        self.internal_data: dict[str, Any] = task.internal_data.setdefault(f"event_{index}", {})


class FirstOf(EventDefinition):
    """What an event-based gateway waits for: the first of its events decides, the others are forgotten."""

    repeats = False

    def __init__(self) -> None:
        super().__init__()
        self.event_definitions: list[Any] = []

    def slots(self, my_task: Any) -> list[tuple[Any, Slot]]:
        """Each event with its place in the task."""
        return [(one, Slot(my_task, index)) for index, one in enumerate(self.event_definitions)]

    def has_fired(self, my_task: Any) -> bool:
        if "fired" not in my_task.internal_data:
            due = [
                (one.due_at(slot), index)
                for index, (one, slot) in enumerate(self.slots(my_task))
                if isinstance(one, Timer) and one.has_fired(slot)
            ]
            if due:
                my_task.internal_data["fired"] = min(due)[1]
        return "fired" in my_task.internal_data

    def catches(self, my_task: Any, event: Any) -> bool:
        return any(one.catches(slot, event) for one, slot in self._caught(my_task))

    def catch(self, my_task: Any, event: Any = None) -> None:
        for index, (one, slot) in enumerate(self.slots(my_task)):
            if not isinstance(one, Timer) and one.catches(slot, event):
                one.catch(slot, event)
                my_task.internal_data["fired"] = index
                return

    def update_task(self, my_task: Any) -> None:
        for one, slot in self._caught(my_task):
            one.update_task(slot)

    def update_task_data(self, my_task: Any) -> None:
        one, slot = self.slots(my_task)[my_task.internal_data["fired"]]
        one.update_task_data(slot)

    def reset(self, my_task: Any) -> None:
        for index in range(len(self.event_definitions)):
            my_task.internal_data.pop(f"event_{index}", None)

    def _caught(self, my_task: Any) -> list[tuple[Any, Slot]]:
        return [(one, slot) for one, slot in self.slots(my_task) if not isinstance(one, Timer)]
