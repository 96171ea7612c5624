"""A case played without a database: frozen and thawed on a newly read specification after each step."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from SpiffWorkflow.bpmn.util.event import BpmnEvent

from services.context import SYSTEM, Context
from workflows.engine import store
from workflows.engine.bundle import Bundle
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.elements.events import Message, Signal
from workflows.engine.parser import Specification, build, refuse_faulty
from workflows.engine.script_engine import FeelScriptEngine

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MODES = ("never", "deed", "task")
_fresh = itertools.count()

Operations = dict[str, Callable[[dict[str, Any]], dict[str, Any]]]


class Table(FeelScriptEngine):
    """Operations of a test by name, and the clock of the test."""

    def __init__(self, at: datetime, operations: Operations) -> None:
        super().__init__(Context(session=None, actor=SYSTEM, at=at), 1, None, "drawn")  # type: ignore[arg-type]
        self._operations = operations

    def call_service(self, task: Any, **kwargs: Any) -> str:
        name = kwargs["operation_name"].removeprefix("drawn.")
        return orjson.dumps(self._operations[name](task.data)).decode()


class Play:
    """One case. `trace` has the elements in the order in which they were finished."""

    def __init__(self, bundle: Bundle, mode: str = "deed", operations: Operations | None = None) -> None:
        self.bundle = bundle
        self.mode = mode
        self.at = BEGIN
        self.trace: list[str] = []
        self.thrown: list[tuple[str, str, Any]] = []
        self._operations = operations or {}
        refuse_faulty(bundle)
        specification = self._read()
        self.workflow = CaseWorkflow(specification.process, specification.called)

    def begin(self, **case: Any) -> "Play":
        self._engage()
        self.workflow.task_tree.set_data(case=case, form={}, outcome={})
        return self._run()

    def do(self, element: str, **entry: Any) -> "Play":
        """Finish the oldest ready task of this element, as the runner does."""
        task = self.ready(element)[0]
        task.data["form"] = {**task.data["form"], element: entry}
        task.run()
        self._note(task)
        return self._run()

    def pass_time(self, **length: int) -> "Play":
        self.at += timedelta(**length)
        self._engage()
        self.workflow.refresh_timers()
        return self._run()

    def message(self, name: str, key: str = "", payload: Any = None) -> int:
        return self._send(BpmnEvent(Message(name), payload=payload, correlations={"key": key}))

    def signal(self, name: str, payload: Any = None) -> int:
        return self._send(BpmnEvent(Signal(name), payload=payload))

    def background(self) -> "Play":
        """Let the system do the oldest of its waiting services."""
        self.workflow.doing = self.workflow.background_tasks()[0].id
        return self._run()

    def ready(self, element: str) -> list[Any]:
        return [t for t in self.workflow.ready_manual_tasks() if t.task_spec.bpmn_id == element]

    @property
    def open(self) -> list[str]:
        return [t.task_spec.bpmn_id for t in self.workflow.ready_manual_tasks()]

    @property
    def ended(self) -> bool:
        return self.workflow.is_completed()

    @property
    def data(self) -> dict[str, Any]:
        """What the case knows beside forms: where somebody must act now, or at its end."""
        here = next(iter(self.workflow.ready_manual_tasks()), self.workflow.last_task)
        return {k: v for k, v in here.data.items() if k not in {"case", "form", "outcome"}}

    @property
    def told(self) -> str:
        return " ".join(self.trace)

    def _send(self, event: BpmnEvent) -> int:
        taken = self.workflow.event_manager.catch(event)
        self._run()
        return taken

    def _run(self) -> "Play":
        if self.mode == "task":
            self._again()
            while self._one_task():
                self._again()
        else:
            self.workflow.do_engine_steps(did_complete_task=self._note)
        self.thrown += [
            (event.event_definition.name, event.correlations.get("key", ""), event.payload)
            for event, _task in self.workflow.take_thrown()
        ]
        if self.mode != "never":
            self._again()
        return self

    def _one_task(self) -> bool:
        """Run one task, the deepest first, as a deed would have it among others."""
        before = len(self.trace), self.workflow.is_completed()
        done = []

        def only_one(task: Any) -> None:
            if done:
                raise _Enough
            done.append(task)

        try:
            self.workflow._do_engine_steps(only_one, self._note)
        except _Enough:
            return True
        return (
            bool(done)
            or bool(self.workflow._timers_due())
            or before
            != (
                len(self.trace),
                self.workflow.is_completed(),
            )
        )

    def _note(self, task: Any) -> None:
        if getattr(task.task_spec, "bpmn_id", None) and "[child]" not in task.task_spec.name:
            self.trace.append(task.task_spec.bpmn_id)

    def _again(self) -> None:
        doing, thrown = self.workflow.doing, self.workflow.bpmn_events
        blob = store.freeze(self.workflow)
        self.workflow = store.thaw(blob, self._read())
        assert orjson.loads(store.freeze(self.workflow)) == orjson.loads(blob)
        self.workflow.doing, self.workflow.bpmn_events = doing, thrown
        self._engage()

    def _engage(self) -> None:
        self.workflow.script_engine = Table(self.at, self._operations)

    def _read(self) -> Specification:
        """The definition read anew, as another process would."""
        return build(self.bundle, f"{self.bundle.hash}-{next(_fresh)}")


class _Enough(Exception):
    """One task was run."""
