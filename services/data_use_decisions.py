"""How a data-use application is judged: decisions, the approval, its refusal, its revocation (J4, K4, M34).

Nobody decides on an application in which he had a hand, by his account, his staff number, or as a deputy.
Only judgements since the application was last handed in count.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.data_use import (
    APPROVED,
    REFUSED,
    REVOKED,
    SUBMITTED,
    DataUseApplication,
    DataUseApproval,
    DataUseDecision,
    list_decisions,
)
from services import outside_register
from services.context import Context
from services.data_use import CHIEF, MANAGER, end, hold, numbers_of, standing, tell
from services.data_use_content import content_of
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from services.network import questions
from services.two_people import is_one_of, must_not_be_borrowed, reason_of

DECIDERS = {"judge": MANAGER, "consult": MANAGER, "decide": CHIEF}
CARRYING = frozenset({"approve", "agree"})


class ContentChanged(RuleBroken):
    """What was judged is not what stands in the application now."""

    code = "content_changed"


class OwnApplication(NotAllowed):
    """Somebody would decide on an application in which he had a hand himself (K4)."""

    code = "own_application"


def revoke(ctx: Context, application_id: int, reason: str) -> DataUseApproval:
    """Take an approval back at once; the next run is refused.

    Raises:
        NotAllowed: the actor does not decide on applications.
        SomebodyElseWasFaster: no approval stands.
        RuleBroken: no reason is given.
    """
    if not ctx.actor.own_roles & {MANAGER, CHIEF}:
        raise NotAllowed("承認を取り消す権限がありません。", "Your role does not revoke approvals.")
    reason = reason_of(reason)
    application = hold(ctx, application_id)
    ended = standing(ctx, application)
    if not ended:
        raise SomebodyElseWasFaster("取り消す承認がありません。", "No approval stands.")
    for approval in ended:
        end(ctx, approval, REVOKED, reason)
    application.ended_at, application.ended_reason = ctx.at, reason
    application.state = REVOKED
    tell(ctx, Tag.DATA_USE_REVOKED, application)
    return ended[0]


def decide(
    ctx: Context, application_id: int, step: str, verdict: str, *, basis_fits: bool, reason: str
) -> DataUseDecision:
    """Put one judgement on record, with its reasons.

    Raises:
        OwnApplication: the actor had a hand in the application, or decided on it at an earlier step.
        NotAllowed: not his role, or taken in an emergency.
        SomebodyElseWasFaster: the application is not under review any more.
        RuleBroken: no reason; or it is approved although the legal basis does not carry it.
    """
    if DECIDERS[step] not in ctx.actor.roles:
        raise NotAllowed("この申請を判断する権限がありません。", "Your role does not decide on this.")
    must_not_be_borrowed(ctx, DECIDERS[step])
    reason = reason_of(reason)
    application = hold(ctx, application_id)
    if application.state != SUBMITTED:
        raise SomebodyElseWasFaster(
            "この申請は審査中ではありません。取り下げられたか、判断が終わっています。",
            "It is not under review: withdrawn, or decided.",
        )
    bound = content_of(application).hash
    _must_be_nobody_of(ctx, application, judgements(ctx.session, application, bound))
    if verdict == "approve" and not basis_fits:
        raise RuleBroken(
            "法的根拠が合わない申請は承認できません。不承認にするか、申請を直してもらってください。",
            "What the legal basis does not carry cannot be approved.",
        )
    decision = DataUseDecision(
        application_id=application_id,
        step=step,
        verdict=verdict,
        basis_fits=basis_fits,
        reason=reason,
        content_hash=bound,
        names=sorted(ctx.actor.names | numbers_of(ctx, ctx.actor.staff_id)),
        at=ctx.at,
        by_id=ctx.actor.staff_id,
    )
    ctx.session.add(decision)
    tell(ctx, Tag.DATA_USE_DECIDED, application, {"step": step, "verdict": verdict})
    return decision


def grant(ctx: Context, application_id: int, levels: int) -> DataUseApproval:
    """Turn the judgements into an approval, bound to what was judged.

    Raises:
        ContentChanged: what was judged is not what stands there now.
        RuleBroken: fewer people approved than are needed.
    """
    application = hold(ctx, application_id)
    bound = content_of(application).hash
    last = list_decisions(ctx.session, application_id)[-1:]
    if last and last[0].content_hash != bound:
        raise ContentChanged(
            "審査のあとで申請の内容が変わっています。あらためて審査してください。",
            "The application was changed since it was judged.",
        )
    if len(carrying(ctx.session, application, bound)) < levels:
        raise RuleBroken("必要な人数の承認がそろっていません。", "Fewer people approved than are needed.")
    approval = DataUseApproval(
        application_id=application_id,
        number=f"pending-{application_id}",
        content_hash=bound,
        levels=levels,
        from_on=application.from_on,
        until_on=application.until_on,
        granted_at=ctx.at,
    )
    ctx.session.add(approval)
    ctx.session.flush()
    approval.number = f"A{ctx.today:%y}-{approval.id:06}"
    application.state = APPROVED
    outside_register.ask_again(ctx, application, approval)
    questions.ask_again(ctx, application, approval)
    tell(ctx, Tag.DATA_USE_GRANTED, application, {"approval": approval.number, "levels": levels})
    return approval


def turn_down(ctx: Context, application_id: int) -> None:
    """End an application that was refused."""
    application = hold(ctx, application_id)
    application.state, application.ended_at = REFUSED, ctx.at
    tell(ctx, Tag.DATA_USE_TURNED_DOWN, application)


def judgements(session: Session, application: DataUseApplication, bound: str) -> list[DataUseDecision]:
    """What was judged of this content since the application was last handed in.

    An application that is changed, and changed back, has judgements of the same content from before: they
    belong to an approval that has ended.
    """
    since = application.submitted_at
    found = list_decisions(session, application.id)
    return [one for one in found if one.content_hash == bound and since is not None and one.at >= since]


def carrying(session: Session, application: DataUseApplication, bound: str) -> list[DataUseDecision]:
    """The judgements that carry an approval of this content."""
    return [one for one in judgements(session, application, bound) if one.verdict in CARRYING]


def _must_be_nobody_of(
    ctx: Context, application: DataUseApplication, earlier: Collection[DataUseDecision]
) -> None:
    mine = ctx.actor.names | numbers_of(ctx, ctx.actor.staff_id)
    taken = set(application.parties).union(*(one.names for one in earlier))
    ids = [*application.party_ids, application.made_by_id, *(one.by_id for one in earlier)]
    if mine & taken or is_one_of(ctx, ids):
        raise OwnApplication(
            "申請に関わった人や、前の段階で判断した人は決定できません。別の職員が決定してください。",
            "Who had a hand in it, or judged it before, must not decide it.",
        )
