"""Operations of a data-use application: the judgements, the approval, the refusal."""

from __future__ import annotations

from typing import Any

from services import data_use_decisions
from services.context import Context
from workflows.engine.operations import CaseData, Example, operation

APPROVED = (
    Example("承認", "Approved", {"approved": True}),
    Example("不承認", "Refused", {"approved": False}),
)
GRANTED = (Example("承認した", "The approval is given", {"approval": "A26-000001"}),)
TURNED_DOWN = (Example("不承認を記録した", "The refusal is recorded", {"ended": True}),)


@operation("data_use.judge", examples=APPROVED)
def judge(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put the judgement of the data protection manager on record."""
    return _decide(ctx, case, "judge")


@operation("data_use.consult", examples=APPROVED)
def consult(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put on record what the data protection manager said of a provision."""
    return _decide(ctx, case, "consult")


@operation("data_use.decide", examples=APPROVED)
def decide(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put the decision of the section chief on record."""
    return _decide(ctx, case, "decide")


@operation("data_use.grant", irreversible=True, examples=GRANTED)
def grant(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Give the approval, bound to what was judged."""
    levels = int(case.data["review_way"]["levels"])
    return {"approval": data_use_decisions.grant(ctx, case.data["case"]["application"], levels).number}


@operation("data_use.turn_down", irreversible=True, examples=TURNED_DOWN)
def turn_down(ctx: Context, case: CaseData) -> dict[str, Any]:
    """End the application without an approval."""
    data_use_decisions.turn_down(ctx, case.data["case"]["application"])
    return {"ended": True}


def _decide(ctx: Context, case: CaseData, step: str) -> dict[str, Any]:
    entry = case.form(step)
    decision = data_use_decisions.decide(
        ctx,
        case.data["case"]["application"],
        step,
        entry["verdict"],
        basis_fits=bool(entry.get("basis_fits")),
        reason=entry["grounds"],
    )
    return {"approved": decision.verdict in {"approve", "agree"}}
