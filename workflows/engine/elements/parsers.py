"""From XML to our elements: SpiffWorkflow's parser with the classes of this package."""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.spiff.parser import event_parsers, task_spec
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser
from SpiffWorkflow.spiff.specs import defaults

from workflows.engine.elements import events, timers
from workflows.engine.elements.instances import CaseLoop, CaseParallelInstances, CaseSequentialInstances
from workflows.engine.elements.joins import (
    CaseExclusiveGateway,
    CaseInclusiveGateway,
    CaseParallelGateway,
)
from workflows.engine.elements.steps import (
    CaseBoundaryEvent,
    CaseCatchEvent,
    CaseEndEvent,
    CaseEventGateway,
    CaseStartEvent,
    CaseThrowEvent,
    ServiceStep,
)
from workflows.engine.elements.subprocesses import (
    CaseCallActivity,
    CaseEventSubprocess,
    CaseProcessSpec,
    CaseSubprocess,
    CaseTransaction,
)
from workflows.engine.supported import BPMN, definitions_of

_REFERENCE = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}


class Repeating:
    """A parser of an activity that may be a loop or have several instances; mix it in first."""

    STANDARD_LOOP_CLASS = CaseLoop
    PARALLEL_MI_CLASS = CaseParallelInstances
    SEQUENTIAL_MI_CLASS = CaseSequentialInstances
    EVENT_SUBPROCESS_CLASS = CaseEventSubprocess

    def _copy_task_attrs(self: Any, original: Any, loop_characteristics: Any) -> None:
        super()._copy_task_attrs(original, loop_characteristics)  # type: ignore[misc]
        original.completed_event.connect(self.task.merge_child)

    @staticmethod
    def parse_incoming_data_references() -> list[Any]:
        """Nothing: data objects and the lines to them are drawn only, every step sees all data."""
        return []

    parse_outgoing_data_references = parse_incoming_data_references

    @staticmethod
    def create_data_spec(item: Any, cls: Any) -> Any:
        """The variable of an item is its name; ids are unique in a file, names need not be."""
        return cls(item.get("name") or item.get("id"), item.get("name"))


class _Event(Repeating, event_parsers.SpiffEventDefinitionParser):
    """An event or a task that sends or receives: which definition it has."""

    def create_task(self) -> Any:
        return self._create_task(self.definition(), **self.more())

    def more(self) -> dict[str, Any]:
        return {}

    def definition(self) -> Any:
        kind = next(iter(definitions_of(self.node)), "")
        if not kind:
            return event_parsers.EventDefinitionParser.get_event_definition(self, [])
        inside = self.node.find(f"{{{BPMN}}}{kind}EventDefinition")
        return self._definition(kind, inside)

    def _definition(self, kind: str, inside: Any) -> Any:
        if kind == "timer":
            return self._timer(inside)
        if kind == "cancel":
            return events.Cancel()
        if kind == "terminate":
            return events.Terminate()
        declared = self._declared(kind, inside.get(_REFERENCE[kind]))
        name = declared.get("name") if declared is not None else self.node.get("name")
        payload, variable = self._carried(kind, inside, declared)
        if kind == "message":
            return events.Message(name, payload, variable, self._properties().get("correlation"))
        if kind == "signal":
            return events.Signal(name, payload, variable)
        coded = events.Error if kind == "error" else events.Escalation
        code = declared.get(f"{kind}Code") if declared is not None else None
        return coded(name, code, payload, variable)

    def _timer(self, inside: Any) -> Any:
        kinds = {
            "timeDate": timers.DateTimer,
            "timeDuration": timers.DurationTimer,
            "timeCycle": timers.CycleTimer,
        }
        for local, kind in kinds.items():
            told = inside.find(f"{{{BPMN}}}{local}")
            if told is not None:
                return kind(self.node.get("id"), timers.as_feel(told.text))
        return self.raise_validation_exception("the timer says neither date, duration nor cycle")

    def _declared(self, kind: str, reference: str | None) -> Any:
        if reference is None:
            return None
        found = self.doc_xpath(f"./bpmn:{kind}[@id='{reference}']")
        if not found:
            self.raise_validation_exception(f"the {kind} {reference!r} is not declared")
        return found[0]

    def _carried(self, kind: str, inside: Any, declared: Any) -> tuple[str | None, str | None]:
        """The FEEL of the payload and the variable; they stand at the event, or at what it refers to."""
        payload, variable = (
            ("messagePayload", "messageVariable")
            if kind == "message"
            else (
                "payloadExpression",
                "variableName",
            )
        )
        told: dict[str, Any] = {}
        for node in (declared, self.node, inside):
            if node is not None:
                told |= self.parse_extensions(node)
        return told.get(payload), told.get(variable)

    def _properties(self) -> dict[str, str]:
        found: dict[str, str] = self.parse_extensions().get("properties", {})
        return found


class _StartParser(_Event):
    def create_task(self) -> Any:
        task = super().create_task()
        task.interrupting = self.node.get("isInterrupting", "true") != "false"
        self.spec.start.connect(task)
        return task


class _EndParser(_Event):
    def create_task(self) -> Any:
        task = super().create_task()
        task.connect(self.spec.end)
        return task


class _BoundaryParser(_Event):
    def more(self) -> dict[str, Any]:
        return {"cancel_activity": self.node.get("cancelActivity", "true") != "false"}


class _MessageTaskParser(_Event):
    """A task that sends or receives: its message stands at the task itself."""

    def definition(self) -> Any:
        return self._definition("message", self.node)


class _EventGatewayParser(EventBasedGatewayParser):
    def create_task(self) -> Any:
        return self._create_task(events.FirstOf())


class _Step(Repeating, task_spec.SpiffTaskParser):
    pass


class _UserStep(Repeating, task_spec.UserTaskParser):
    pass


class _Script(Repeating, task_spec.ScriptTaskParser):
    pass


class _Call(Repeating, task_spec.CallActivityParser):
    pass


class _Subprocess(Repeating, task_spec.SubWorkflowParser):
    def create_task(self) -> Any:
        if self.node.get("triggeredByEvent") == "true":
            self.spec_class = CaseEventSubprocess
        return super().create_task()


class _Service(Repeating, task_spec.ServiceTaskParser):
    def create_task(self) -> Any:
        task = super().create_task()
        told = self.parse_extensions().get("properties", {})
        task.background = told.get("async") == "true"
        task.retries = int(told.get("retries", ServiceStep.retries))
        task.retry_after = told.get("retry_after", ServiceStep.retry_after)
        return task


class CaseProcessParser(SpiffProcessParser):
    """Makes processes whose specification never changes."""

    def create_spec(self) -> CaseProcessSpec:
        plain = super().create_spec()
        around = [self.node, *self.node.iterancestors()]
        process = next(one.get("id") for one in around if etree.QName(one).localname == "process")
        return CaseProcessSpec(process, name=plain.name, description=plain.description, filename=plain.file)


ELEMENT_PARSERS = {
    **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
    full_tag("userTask"): (_UserStep, defaults.UserTask),
    full_tag("manualTask"): (_Step, defaults.ManualTask),
    full_tag("scriptTask"): (_Script, defaults.ScriptTask),
    full_tag("serviceTask"): (_Service, ServiceStep),
    full_tag("sendTask"): (_MessageTaskParser, defaults.SendTask),
    full_tag("receiveTask"): (_MessageTaskParser, defaults.ReceiveTask),
    full_tag("subProcess"): (_Subprocess, CaseSubprocess),
    full_tag("transaction"): (_Subprocess, CaseTransaction),
    full_tag("callActivity"): (_Call, CaseCallActivity),
    full_tag("exclusiveGateway"): (ConditionalGatewayParser, CaseExclusiveGateway),
    full_tag("parallelGateway"): (GatewayParser, CaseParallelGateway),
    full_tag("inclusiveGateway"): (ConditionalGatewayParser, CaseInclusiveGateway),
    full_tag("eventBasedGateway"): (_EventGatewayParser, CaseEventGateway),
    full_tag("startEvent"): (_StartParser, CaseStartEvent),
    full_tag("endEvent"): (_EndParser, CaseEndEvent),
    full_tag("intermediateCatchEvent"): (_Event, CaseCatchEvent),
    full_tag("intermediateThrowEvent"): (_Event, CaseThrowEvent),
    full_tag("boundaryEvent"): (_BoundaryParser, CaseBoundaryEvent),
}
