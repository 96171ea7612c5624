"""What the business rule tasks of a deed read and matched, on its way into the deed's own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.case import Case
from models.evaluation import DecisionEvaluation
from services.context import Context
from workflows.engine.dmn.tables import Decision, Outcome


@dataclass(frozen=True)
class Evaluated:
    """A business rule task that ran in this deed."""

    element_id: str
    decision: Decision
    outcome: Outcome


def keep(ctx: Context, case: Case, evaluated: Iterable[Evaluated]) -> None:
    """Add the evaluations of a deed to its transaction; all of them go in one statement."""
    ctx.session.add_all(
        DecisionEvaluation(
            case_id=case.id,
            at=ctx.at,
            element_id=one.element_id,
            decision_id=one.decision.id,
            decision_name=one.decision.name,
            definition_hash=case.definition_hash,
            tables=[
                {"owner": told.owner, "inputs": told.inputs, "rules": told.rules, "value": told.value}
                for told in one.outcome.tables
            ],
        )
        for one in evaluated
    )
