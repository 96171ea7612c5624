"""A draft put in force on a day that the second person set: once, checked again, told to both when it fails.

The calendar asks every night for what is due up to that day, so that a night without a worker is made up for.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.definition_plan import CANCELLED, DONE, FAILED, PLANNED, DefinitionPlan, find_planned
from models.staff import User, find_posting
from services import audit, two_people
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken, ServiceError, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from workflows.studio import plans, publishing

KIND = "studio.publish_planned"
FARTHEST = timedelta(days=730)
PUBLISHER = "administrator"
BY_HAND: plans.Words = ("予約した人が取り消しました。", "Cancelled by hand.")


def plan(
    ctx: Context, draft_id: int, seen: int, comes_on: date, reason: str, roles: Collection[str]
) -> DefinitionPlan:
    """Set the day on which somebody else's draft comes in force; what publishing asks is asked now too.

    Raises:
        NotAllowed: the actor is its author.
        SomebodyElseWasFaster: the draft is no longer as the page showed it, or has a plan already.
        RuleBroken: no day to come, or what `publishing.publish` refuses.
    """
    if not ctx.today < comes_on <= ctx.today + FARTHEST:
        raise RuleBroken(
            "公開日は明日から2年先までの日を入力してください。今日公開するときは「公開する」を押してください。",
            "Choose a day from tomorrow to two years from now. To put it in force today, do so at once.",
        )
    row = publishing.must_be_fit(ctx, draft_id, seen, reason, roles).row
    if find_planned(ctx.session, draft_id) is not None:
        raise SomebodyElseWasFaster(
            "この下書きには公開の予約がすでにあります。取り消してから予約し直してください。",
            "This draft has a plan already. Cancel it first.",
        )
    made = DefinitionPlan(
        draft_id=draft_id,
        slug=row.slug,
        draft_count=row.lock_version,
        comes_on=comes_on,
        reason=two_people.reason_of(reason),
        author_id=row.author_id,
        planned_by_id=ctx.actor.staff_id,
        planned_staff_number=ctx.actor.staff_number,
        planned_at=ctx.at,
        state=PLANNED,
    )
    ctx.session.add(made)
    ctx.session.flush()
    detail = {"day": comes_on.isoformat(), "plan": made.id}
    audit.record(ctx, Tag.DEFINITION_PLANNED, f"definition:{row.slug}", detail=detail)
    return made


def cancel(ctx: Context, plan_id: int) -> DefinitionPlan:
    """Take a plan back by hand.

    Raises:
        NotFound: there is none that still stands.
        NotAllowed: the actor neither wrote the draft nor planned it.
    """
    found = _standing(ctx, plan_id)
    if not may_cancel(ctx, found):
        raise NotAllowed(
            "公開の予約を取り消せるのは、下書きの作成者と予約した人だけです。どちらかに連絡してください。",
            "Only the author of the draft and who planned it may cancel the plan. Tell one of them.",
        )
    plans.end(ctx, found, CANCELLED, BY_HAND)
    return found


def may_cancel(ctx: Context, plan: DefinitionPlan) -> bool:
    """Whether the actor wrote the draft or planned it."""
    return ctx.actor.staff_id in {plan.author_id, plan.planned_by_id}


def confirm_seen(ctx: Context, plan_id: int) -> None:
    """Note that author or planner has seen that a plan failed.

    Raises:
        NotFound: there is no such plan of the actor.
    """
    found = ctx.session.get(DefinitionPlan, plan_id)
    if found is None or ctx.actor.staff_id not in {found.author_id, found.planned_by_id}:
        raise _no_such_plan()
    if found.author_id == ctx.actor.staff_id:
        found.author_saw_at = ctx.at
    if found.planned_by_id == ctx.actor.staff_id:
        found.planner_saw_at = ctx.at
    detail = {"state": "seen", "plan": plan_id}
    audit.record(ctx, Tag.DEFINITION_PLAN_ENDED, f"definition:{found.slug}", detail=detail)


def unseen(session: Session, staff_id: int | None) -> list[DefinitionPlan]:
    """The plans that failed and that one has not confirmed to have seen."""
    statement = select(DefinitionPlan).where(*_unseen_by(staff_id))
    return list(session.scalars(statement.order_by(DefinitionPlan.id)))


def count_unseen(staff_id: int | None) -> ScalarSelect[int]:
    """How many these are, for a statement that counts other things too."""
    return select(func.count(DefinitionPlan.id)).where(*_unseen_by(staff_id)).scalar_subquery()


def _unseen_by(staff_id: int | None) -> tuple[ColumnElement[bool], ...]:
    mine = or_(
        (DefinitionPlan.author_id == staff_id) & DefinitionPlan.author_saw_at.is_(None),
        (DefinitionPlan.planned_by_id == staff_id) & DefinitionPlan.planner_saw_at.is_(None),
    )
    return DefinitionPlan.state == FAILED, mine


def of_draft(session: Session, draft_id: int) -> DefinitionPlan | None:
    """The newest plan of a draft that was not cancelled by hand; None where there is none."""
    statement = select(DefinitionPlan).where(DefinitionPlan.draft_id == draft_id)
    return session.scalars(statement.order_by(DefinitionPlan.id.desc())).first()


def step(ctx: Context, work: Work, roles: Collection[str]) -> Progress:
    """Put the next draft in force whose day has come; a refusal undoes that one alone and is told."""
    statement = (
        select(DefinitionPlan)
        .where(DefinitionPlan.state == PLANNED, DefinitionPlan.comes_on <= ctx.today)
        .order_by(DefinitionPlan.comes_on, DefinitionPlan.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    due = ctx.session.scalars(statement).one_or_none()
    if due is None:
        return Progress(work.checkpoint, work.done, work.total, finished=True)
    _carry_out(ctx, due, roles)
    return Progress({"plan": due.id}, work.done + 1, work.total)


def _carry_out(ctx: Context, due: DefinitionPlan, roles: Collection[str]) -> None:
    told: tuple[str, str] | None = None
    draft_id = due.draft_id or 0
    try:
        with ctx.session.begin_nested():
            actor = _planner(ctx, due)
            due.state = DONE  # so that publishing does not take it for overtaken
            ctx.session.flush()
            version = publishing.publish(
                replace(ctx, actor=actor), draft_id, due.draft_count, due.reason, roles
            )
            due.version = version.version
    except ServiceError as refused:
        told = (refused.message_ja, refused.message_en)
    if told is None:
        words = (f"第{due.version}版として公開しました。", f"It is in force as version {due.version}.")
        plans.end(ctx, due, DONE, words)
    else:
        plans.end(ctx, due, FAILED, told)


def _planner(ctx: Context, due: DefinitionPlan) -> Actor:
    """Who set the day, with the rights that he has now.

    Raises:
        NotAllowed: he may not put procedures in force any more.
    """
    user = ctx.session.get_one(User, due.planned_by_id)
    posting = find_posting(ctx.session, user.id, ctx.today)
    held = frozenset(role.name for role in user.roles)
    if not user.is_active or posting is None or PUBLISHER not in held:
        raise NotAllowed(
            "予約した人に、公開の権限がなくなっています。別の管理者が公開してください。",
            "Who set the day may not put procedures in force any more. Another administrator does it.",
        )
    name = f"{user.last_name} {user.first_name}"
    return Actor(user.id, posting.staff_number, name, posting.office_id, held)


def _standing(ctx: Context, plan_id: int) -> DefinitionPlan:
    statement = select(DefinitionPlan).where(DefinitionPlan.id == plan_id, DefinitionPlan.state == PLANNED)
    found = ctx.session.scalars(statement.with_for_update()).one_or_none()
    if found is None:
        raise _no_such_plan()
    return found


def _no_such_plan() -> NotFound:
    return NotFound(
        "この予約はもうありません。下書きの画面で確かめてください。", "This plan does not stand any more."
    )
