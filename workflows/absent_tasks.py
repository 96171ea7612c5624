"""Handing over all that somebody who is away has in hand: what would come of each task, and what came of it.

Each task is a deed of its own, with its own transaction and audit event; one that is refused holds up no
other (N2). The section chief does it, or whoever stands in for him.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.case import WorkItem
from services import audit, staffing
from services.context import Context
from services.errors import NotAllowed, ServiceError, SomebodyElseWasFaster
from services.staffing import Colleague
from workflows.bulk_tasks import Line
from workflows.engine.permits import SUPERVISORS
from workflows.engine.taking import delegate, get_item, give_back

AT_ONCE = 50


def preview(
    ctx: Context, user_id: int, to_id: int | None, colleagues: Sequence[Colleague]
) -> tuple[list[Line], int]:
    """What would come of each of his first tasks, and how many he has; without `to_id` they go to the queue.

    Raises:
        NotAllowed: the actor is no section chief.
    """
    _must_supervise(ctx)
    rows = ctx.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.assignee_id == user_id,
            WorkItem.state == "open",
            WorkItem.office_id == ctx.actor.office_id,
        )
        .order_by(WorkItem.due_on, WorkItem.id)
    ).all()
    audit.listed(ctx, "tasks:of_a_colleague", len(rows))
    return [_line(item, to_id, colleagues) for item in rows[:AT_ONCE]], len(rows)


def carry_out(
    ctx: Context, user_id: int, item_id: int, to_id: int | None, colleagues: Sequence[Colleague]
) -> None:
    """Hand over one task that he still has.

    Raises:
        ServiceError: it is refused; the reason is its message.
    """
    _must_supervise(ctx)
    item = get_item(ctx, item_id, lock=True)
    if item.state != "open" or item.assignee_id != user_id:
        raise SomebodyElseWasFaster(
            "この仕事は、もうこの人の手元にありません。", "He does not have this task any more."
        )
    if to_id is None:
        give_back(ctx, item_id)
    else:
        delegate(ctx, item_id, to_id, colleagues)


def _must_supervise(ctx: Context) -> None:
    if not ctx.actor.own_roles & SUPERVISORS:
        raise NotAllowed(
            "ほかの人の仕事をまとめて回せるのは、課長だけです。",
            "Only the section chief hands over another's tasks.",
        )


def _line(item: WorkItem, to_id: int | None, colleagues: Sequence[Colleague]) -> Line:
    why = None
    try:
        if to_id is not None:
            staffing.get_able(item, colleagues, to_id)
    except ServiceError as refused:
        why = (refused.message_ja, refused.message_en)
    return Line(
        item_id=item.id,
        case_id=item.case_id,
        name=item.subject_name or item.notification_number,
        procedure=item.procedure,
        title=(item.title_ja, item.title_en),
        due_on=item.due_on,
        why=why,
    )
