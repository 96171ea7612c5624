"""Plans to put a draft in force: that they end with what they were made for, and who has seen how."""

from __future__ import annotations

from models.audit.tags import Tag
from models.definition_plan import CANCELLED, DefinitionPlan, find_planned
from services import audit
from services.context import Context

Words = tuple[str, str]
CHANGED: Words = ("下書きが変わったため、取り消されました。", "Cancelled: the draft was changed.")
DROPPED: Words = ("下書きが破棄されたため、取り消されました。", "Cancelled: the draft was dropped.")
OVERTAKEN: Words = ("予約の日より前に公開されました。", "It was put in force before the day.")


def cancel_of(ctx: Context, draft_id: int, because: Words) -> None:
    """Cancel the plan of a draft, where one stands."""
    plan = find_planned(ctx.session, draft_id)
    if plan is not None:
        end(ctx, plan, CANCELLED, because)


def end(ctx: Context, plan: DefinitionPlan, state: str, told: Words) -> None:
    """Note what came of a plan."""
    plan.state, plan.ended_at = state, ctx.at
    plan.told_ja, plan.told_en = told[0][:400], told[1][:400]
    detail = {"state": state, "plan": plan.id}
    audit.record(ctx, Tag.DEFINITION_PLAN_ENDED, f"definition:{plan.slug}", detail=detail)
    ctx.session.flush()
