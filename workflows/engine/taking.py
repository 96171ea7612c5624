"""Taking a task for oneself, giving it back, and handing it to a named colleague (N2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.audit.tags import Tag
from models.case import WorkItem
from services import audit, notices, staffing
from services.context import Context
from services.errors import NotAllowed, NotFound, SomebodyElseWasFaster
from services.notices import About
from services.staffing import Colleague
from workflows.engine.permits import SUPERVISORS, is_in_hand, must_be_allowed, must_be_open


def get_item(ctx: Context, item_id: int, *, lock: bool = False, fresh: bool = False) -> WorkItem:
    """A task of the actor's office, of any state; `fresh` reads it again.

    Raises:
        NotFound: there is none.
    """
    statement = select(WorkItem).where(WorkItem.id == item_id, WorkItem.office_id == ctx.actor.office_id)
    if lock:
        statement = statement.with_for_update()
    if lock or fresh:
        statement = statement.execution_options(populate_existing=True)
    item = ctx.session.scalars(statement).one_or_none()
    if item is None:
        raise NotFound("この仕事は見つかりません。一覧から開き直してください。", "There is no such task.")
    return item


def take(ctx: Context, item_id: int) -> WorkItem:
    """Make a task one's own.

    Raises:
        SomebodyElseWasFaster: somebody else has it.
    """
    item = get_item(ctx, item_id, lock=True)
    must_be_allowed(ctx, item)
    item.assignee_id, item.taken_at = ctx.actor.staff_id, ctx.at
    audit.record(ctx, Tag.TASK_TAKEN, f"task:{item.id}", item.case_id)
    return item


def give_back(ctx: Context, item_id: int) -> WorkItem:
    """Put a task back into the group's queue; one's own, or anybody's for the section chief.

    Raises:
        NotAllowed: the task is somebody else's.
    """
    item = get_item(ctx, item_id, lock=True)
    if not is_in_hand(ctx, item) and not ctx.actor.own_roles & SUPERVISORS:
        raise NotAllowed(
            "この仕事は別の担当者が引き受けています。戻せるのは本人か課長です。",
            "This task is somebody else's. He or the section chief can give it back.",
        )
    item.assignee_id, item.taken_at = None, None
    audit.record(ctx, Tag.TASK_GIVEN_BACK, f"task:{item.id}", item.case_id)
    return item


def delegate(
    ctx: Context, item_id: int, to_id: int, colleagues: Sequence[Colleague] | None = None
) -> WorkItem:
    """Hand a task to a named colleague of the office: what one could do oneself, or anybody's for the chief.

    `colleagues` is the office as it was read already (`services.staffing.of_office`).

    Raises:
        SomebodyElseWasFaster: it is finished, somebody else has it, or he has it already.
        NotAllowed: the actor may not hand it on, or the colleague must not do it; the message says why.
    """
    item = get_item(ctx, item_id, lock=True)
    if colleagues is None:
        colleagues = staffing.of_office(ctx.session, item.office_id, ctx.today)
    to = get_receiver(ctx, item, to_id, colleagues)
    item.assignee_id, item.taken_at = to.user_id, ctx.at
    audit.record(ctx, Tag.TASK_DELEGATED, f"task:{item.id}", item.case_id, {"account": to.user_id})
    told = About(notices.DELEGATED, f"delegated:{item.id}:{ctx.at.isoformat()}", item.case_id, item.id)
    notices.tell(ctx, [to.user_id], told)
    return item


def get_receiver(ctx: Context, item: WorkItem, to_id: int, colleagues: Sequence[Colleague]) -> Colleague:
    """The colleague to whom the actor may hand a task.

    Raises:
        SomebodyElseWasFaster: it is finished, somebody else has it, or he has it already.
        NotAllowed: the actor may not hand it on, or the colleague must not do it; the message says why.
    """
    may_delegate(ctx, item)
    to = staffing.get_able(item, colleagues, to_id)
    if item.assignee_id == to.user_id:
        raise SomebodyElseWasFaster(
            f"この仕事は、すでに{to.name}さんが引き受けています。", f"{to.name} has this task already."
        )
    return to


def may_delegate(ctx: Context, item: WorkItem) -> None:
    """Whoever could do the task now may hand it on; the section chief may hand on any of his office.

    Raises:
        SomebodyElseWasFaster: it is finished, or somebody else has it.
        NotAllowed: it is not the actor's to do.
    """
    if ctx.actor.own_roles & SUPERVISORS:
        must_be_open(item)
    else:
        must_be_allowed(ctx, item)
