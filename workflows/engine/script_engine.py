"""SpiffWorkflow's script engine, replaced: expressions are FEEL, services are operations (Ruling 2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from services.context import Context
from services.office_calendar import closed_between
from workflows.engine.dmn.tables import Decision
from workflows.engine.elements.failures import BpmnError
from workflows.engine.evaluations import Evaluated
from workflows.engine.feel.expressions import compile_context, compile_expression
from workflows.engine.operations import CaseData, get_operation
from workflows.engine.plain import plain


class _NoPython:
    """Stands where SpiffWorkflow keeps its Python environment, so that nothing can reach one."""

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Any = None) -> Any:
        del external_context
        return compile_expression(expression, None).evaluate(context)

    def execute(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise RuntimeError("no Python runs from a definition")

    call_service = execute


class FeelScriptEngine(PythonScriptEngine):
    """Evaluates FEEL on the case's data and calls operations in the deed's own transaction."""

    def __init__(self, ctx: Context | None, case_id: int, notification_id: int | None, slug: str) -> None:
        super().__init__(environment=_NoPython())
        self._ctx = ctx
        self._case = (case_id, notification_id, slug)
        self.evaluations: list[Evaluated] = []
        self.answers: list[dict[str, Any]] = []  # what operations answered, on its way into the transaction

    def closed_days(self, first: date, last: date) -> frozenset[date]:
        """The office's own closed days, for expressions that count working days."""
        return closed_between(self._ctx.session, first, last) if self._ctx else frozenset()

    def decide(self, task: Any, decision: Decision) -> Any:
        """The result of a decision on the data of a task; what it read and matched is kept for the case."""
        outcome = decision.evaluate_traced(task.data, clock=self._clock, closed_days=self.closed_days)
        self.evaluations.append(Evaluated(task.task_spec.bpmn_id, decision, outcome))
        return outcome.value

    @property
    def clock(self) -> datetime:
        """The moment of the deed.

        Raises:
            RuntimeError: there is no deed, so that there is no time either.
        """
        if self._ctx is None:
            raise RuntimeError("a timer needs a unit of work")
        return self._ctx.at

    @property
    def _clock(self) -> datetime | None:
        return self._ctx.at if self._ctx else None

    def validate(self, expression: str) -> None:
        compile_expression(expression, None)

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        del external_context
        return compile_expression(expression, None).evaluate(
            task.data, clock=self._clock, closed_days=self.closed_days
        )

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        del external_context
        found = compile_context(script, None)
        entries = found.evaluate(task.data, clock=self._clock, closed_days=self.closed_days)
        task.data.update(plain(entries))
        return True

    def call_service(self, task: Any, **kwargs: Any) -> str:
        if self._ctx is None:
            raise RuntimeError("a service task needs a unit of work")
        case_id, notification_id, slug = self._case
        handler = get_operation(kwargs["operation_name"])
        given = {name: plain(one["value"]) for name, one in kwargs.get("operation_params", {}).items()}
        case = CaseData(case_id, notification_id, slug, task.data, given)
        name = kwargs["operation_name"]
        try:
            told = handler(self._ctx, case)
        except BpmnError as error:
            self._keep(task, name, {}, error.code)
            raise
        self._keep(task, name, told)
        return json.dumps(told)

    def _keep(self, task: Any, name: str, told: Mapping[str, Any], error: str = "") -> None:
        element = task.task_spec.bpmn_id
        self.answers.append({"element_id": element, "operation": name, "answer": dict(told), "error": error})
