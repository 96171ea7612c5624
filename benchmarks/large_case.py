"""A case of a thousand tasks for people: what completing one more costs in CPU, beside SpiffWorkflow alone.

From the stored bytes to the stored bytes, without the database: read, complete, run on, write.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

from benchmarks.figures import Figure, less_is_better
from tests.factories.processes import many_at_once
from workflows.engine import store
from workflows.engine.case_workflow import CaseWorkflow
from workflows.engine.parser import specify
from workflows.engine.script_engine import FeelScriptEngine

TASKS, ROUNDS = 1_000, 5
ENTRY = {"amount": 12_000}


def figure() -> Figure:
    """The least CPU of five completings, ours and the peer's in turns."""
    ours, theirs = _Ours(), _Raw()
    spent = [(_spent(ours.complete), _spent(theirs.complete)) for _ in range(ROUNDS)]
    return less_is_better(
        "workflow.large_case", min(one for one, _ in spent), "ms CPU", min(one for _, one in spent)
    )


def _spent(deed: Callable[[], None]) -> float:
    began = process_time()
    deed()
    return (process_time() - began) * 1000


class _Ours:
    def __init__(self) -> None:
        self.specification = specify(many_at_once(TASKS))
        workflow = CaseWorkflow(self.specification.process, self.specification.called)
        workflow.script_engine = FeelScriptEngine(None, 1, None, "many")
        _begin(workflow)
        self.blob = store.freeze(workflow)

    def complete(self) -> None:
        workflow = store.thaw(self.blob, self.specification)
        workflow.script_engine = FeelScriptEngine(None, 1, None, "many")
        _finish(workflow, workflow.ready_manual_tasks()[0])
        self.blob = store.freeze(workflow)


class _Raw:
    def __init__(self) -> None:
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        parser = SpiffBpmnParser()
        parser.add_bpmn_xml(etree.fromstring(many_at_once(TASKS).bpmn["many"].encode()))
        workflow = BpmnWorkflow(parser.get_spec("many"), parser.get_subprocess_specs("many"))
        _begin(workflow)
        self.text = self.serializer.serialize_json(workflow)

    def complete(self) -> None:
        workflow = self.serializer.deserialize_json(self.text)
        _finish(workflow, workflow.get_next_task(state=TaskState.READY, manual=True))
        self.text = self.serializer.serialize_json(workflow)


def _begin(workflow: Any) -> None:
    workflow.task_tree.set_data(case={"application_id": 7}, form={}, outcome={})
    workflow.do_engine_steps()


def _finish(workflow: Any, task: Any) -> None:
    task.data["form"] = {**task.data["form"], "each": ENTRY}
    task.run()
    workflow.do_engine_steps()
