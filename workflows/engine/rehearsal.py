"""A case played in memory: the clock is told, services answer as they are told, nothing outside is touched.

It has no row, no session and no actor. What a diagram throws goes nowhere; an operation is never called: the
step waits until somebody says what it would have answered. So a draft is tried out, a kept test is run, and
finished cases are played again.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from SpiffWorkflow.bpmn.util.event import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.elements.events import Message, Signal
from workflows.engine.elements.failures import BpmnError, StepFailed
from workflows.engine.feel.scope import ClosedDays
from workflows.engine.parser import Specification, UserTask
from workflows.engine.running import kind_of_step
from workflows.engine.script_engine import FeelScriptEngine
from workflows.engine.task_forms import INTAKE
from workflows.engine.waits import Wait, waits_of
from workflows.engine.work_queue import due_at, process_of

DONE = "done"
MOST_ROUNDS = 1_000
FACTS_OF_ENTRY = ("reason", "kind", "way", "received_on")


class NotWaiting(Exception):
    """What a step needs is not there: the task is not open, nothing waits for that answer or event."""


@dataclass(frozen=True)
class Passed:
    """A step that was made. `kind`: an outcome of a task, service, timer, message, signal, or empty."""

    kind: str
    process: str
    element: str
    at: datetime


@dataclass(frozen=True)
class Open:
    """A task that waits for somebody: what the definition says of it, since when, until when it is due."""

    task: Any
    wanted: UserTask
    due_on: date | None

    @property
    def data(self) -> Mapping[str, Any]:
        """The data of the case where the task stands."""
        data: Mapping[str, Any] = self.task.data
        return data


@dataclass(frozen=True)
class Asked:
    """A service that waits for the answer that stands in for its operation."""

    process: str
    element: str
    operation: str


@dataclass(frozen=True)
class _Error:
    """An error of the business that an operation raises instead of answering."""

    code: str


class _StandIns(FeelScriptEngine):
    """FEEL by the clock of the rehearsal, and answers in place of operations."""

    def __init__(self, at: datetime, closed_days: ClosedDays, slug: str) -> None:
        super().__init__(None, 0, None, slug)
        self.at = at
        self.stand_ins: dict[str, deque[Any]] = {}
        self._closed_between = closed_days

    def closed_days(self, first: date, last: date) -> frozenset[date]:
        return self._closed_between(first, last)

    @property
    def clock(self) -> datetime:
        return self.at

    @property
    def _clock(self) -> datetime:
        return self.at

    def call_service(self, task: Any, **kwargs: Any) -> str:
        del kwargs
        told = self.stand_ins[task.task_spec.bpmn_id].popleft()
        if isinstance(told, _Error):
            raise BpmnError(told.code)
        return json.dumps(told)


class _Played(CaseWorkflow):
    """A workflow whose services wait until they are told what to answer."""

    def is_held(self, task: Any) -> bool:
        spec = task.task_spec
        return hasattr(spec, "operation_name") and not self.script_engine.stand_ins.get(spec.bpmn_id)


class Rehearsal:
    """A case of a definition from its beginning, at a moment that is told."""

    def __init__(
        self, specification: Specification, at: datetime, facts: Mapping[str, Any], closed_days: ClosedDays
    ) -> None:
        """Begin it with facts, and run it on until it waits.

        Raises:
            StepFailed: a step cannot be done.
        """
        self.specification = specification
        self.path: list[Passed] = []
        self._engine = _StandIns(at, closed_days, specification.slug)
        self._closed_days = closed_days
        self._workflow = _Played(specification.process, specification.called)
        self._workflow.script_engine = self._engine
        case = {"procedure": specification.slug, "slug": specification.slug, **facts}
        self._workflow.task_tree.set_data(case=case, form={}, outcome={})
        self._run_on()

    @property
    def at(self) -> datetime:
        """The moment now."""
        return self._engine.at

    @property
    def has_ended(self) -> bool:
        return bool(self._workflow.is_completed())

    @property
    def data(self) -> Mapping[str, Any]:
        """The data so far, as the step made last has them."""
        task = self._workflow.last_task or self._workflow.task_tree
        ready = self._workflow.ready_manual_tasks()
        data: Mapping[str, Any] = (ready[-1] if ready else task).data
        return data

    def open_tasks(self) -> list[Open]:
        """The tasks that wait for people."""
        found = []
        for task in self._workflow.ready_manual_tasks():
            wanted = self.specification.user_tasks[process_of(task), task.task_spec.bpmn_id]
            found.append(Open(task, wanted, due_at(wanted, task.data, self.at, self._closed_days)))
        return found

    def ready_elements(self) -> list[str]:
        """The elements of the tasks that wait for people, without more."""
        return [task.task_spec.bpmn_id for task in self._workflow.ready_manual_tasks()]

    def asked_services(self) -> list[Asked]:
        """The services that wait for an answer."""
        held = [task for task in self._workflow.all_tasks() if _waits_for_answer(task)]
        return [
            Asked(process_of(task), task.task_spec.bpmn_id, task.task_spec.operation_name) for task in held
        ]

    def waits(self) -> list[Wait]:
        """The timers, messages and signals that it waits for, the earliest timer first."""
        found = [one for one in waits_of(self._workflow).values() if one.kind != "service"]
        return sorted(found, key=lambda one: (one.due_at is None, one.due_at or self.at))

    def next_due(self) -> datetime | None:
        """When the next timer is due."""
        return next((one.due_at for one in self.waits() if one.due_at is not None), None)

    def thrown(self) -> list[str]:
        """The names of what the case has thrown for others since it was asked last; it goes nowhere."""
        return [str(event.event_definition.name) for event, _ in self._workflow.take_thrown()]

    def complete(
        self, element: str, entry: Mapping[str, Any], outcome: str = DONE, note: str | None = None
    ) -> None:
        """End a task that waits for somebody, and run on.

        Raises:
            NotWaiting: no such task is open.
            StepFailed: a step after it cannot be done.
        """
        ready = self._workflow.ready_manual_tasks()
        task = next((one for one in ready if one.task_spec.bpmn_id == element), None)
        if task is None:
            raise NotWaiting(element)
        wanted = self.specification.user_tasks[process_of(task), element]
        if outcome == DONE:
            if wanted.writes == INTAKE:
                told = {name: entry[name] for name in FACTS_OF_ENTRY if name in entry}
                task.data["case"] = {**task.data["case"], **_reason_of(told)}
            task.data["form"] = {**task.data["form"], wanted.writes: dict(entry)}
        task.data["outcome"] = {**task.data["outcome"], element: {"kind": outcome, "note": note}}
        self.path.append(
            Passed("completed" if outcome == DONE else outcome, wanted.process, element, self.at)
        )
        task.run()
        self._run_on()

    def answer(self, element: str, told: Mapping[str, Any]) -> None:
        """Say what the operation of a service answers, and run on.

        Raises:
            NotWaiting: no such service waits.
            StepFailed: a step after it cannot be done.
        """
        self._tell(element, dict(told))

    def raise_error(self, element: str, code: str) -> None:
        """Say that the operation of a service raises an error of the business.

        Raises:
            NotWaiting, StepFailed: as `answer`; or nothing around the step catches the error.
        """
        self._tell(element, _Error(code))

    def pass_time(self, until: datetime) -> None:
        """Let time pass: each timer that comes due meanwhile goes at its own moment, in their order.

        Raises:
            StepFailed: a step after it cannot be done, or a timer comes again and again without end.
        """
        rounds = 0
        while (due := self.next_due()) is not None and due <= until:
            self._engine.at = max(due, self.at)
            self._workflow.refresh_timers()
            self._run_on()
            rounds += 1
            if rounds > MOST_ROUNDS:
                raise StepFailed(self._workflow.task_tree, "too_many_rounds", str(MOST_ROUNDS))
        self._engine.at = max(until, self.at)

    def catch(self, element: str, payload: Any = None) -> None:
        """Let the message or signal come that an element waits for.

        Raises:
            NotWaiting: it waits for none.
            StepFailed: a step after it cannot be done.
        """
        wait = next((one for one in self.waits() if one.element[1] == element and one.due_at is None), None)
        if wait is None:
            raise NotWaiting(element)
        definition = Signal(wait.name) if wait.kind == "signal" else Message(wait.name)
        event = BpmnEvent(definition, payload=payload, correlations={"key": wait.key})
        self._workflow.event_manager.catch(event)
        self._run_on()

    def _tell(self, element: str, told: Any) -> None:
        if all(one.element != element for one in self.asked_services()):
            raise NotWaiting(element)
        self._engine.stand_ins.setdefault(element, deque()).append(told)
        self._run_on()

    def _run_on(self) -> None:
        self._workflow.do_engine_steps(did_complete_task=self._note)

    def _note(self, task: Any) -> None:
        spec = task.task_spec
        if spec.bpmn_id is not None:
            self.path.append(Passed(kind_of_step(spec), process_of(task), spec.bpmn_id, self._engine.at))


def _reason_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an entry; what a change calls its kind is the reason of its case."""
    reason = told.get("reason") or told.get("kind")
    facts = {name: value for name, value in told.items() if name != "kind"}
    return facts if reason is None else {**facts, "reason": reason}


def _waits_for_answer(task: Any) -> bool:
    return hasattr(task.task_spec, "operation_name") and bool(task.has_state(TaskState.READY))
