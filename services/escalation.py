"""Due dates of tasks: who has one is told before it, he and the section chief when it has passed (N2).

Called by the calendar each day, a part at a time from the task after the last one: what was missed is made up
for, and nobody is told the same twice. Where somebody is away, whoever stands in for him is told as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.case import WorkItem
from rules.periods import add_working_days
from services import notices, office_calendar, staffing
from services.context import Context
from services.notices import About
from services.staffing import Colleague
from services.statute import law_on

AT_ONCE = 100
DAYS = "municipal/office/task_reminder_days"


@dataclass(frozen=True)
class Part:
    """How many tasks were looked at, and after which one it goes on; None when all were."""

    seen: int
    after: int | None


def run(ctx: Context, after: int = 0) -> Part:
    """Tell of the next tasks whose due day is near or has passed."""
    horizon = _horizon(ctx)
    statement = select(WorkItem).where(
        WorkItem.state == "open",
        WorkItem.due_on.is_not(None),
        WorkItem.due_on <= horizon,
        WorkItem.id > after,
    )
    items = ctx.session.scalars(statement.order_by(WorkItem.id).limit(AT_ONCE)).all()
    offices: dict[int, list[Colleague]] = {}
    for item in items:
        if item.office_id not in offices:
            offices[item.office_id] = staffing.of_office(ctx.session, item.office_id, ctx.today)
        _tell(ctx, item, offices[item.office_id])
    return Part(len(items), items[-1].id if len(items) == AT_ONCE else None)


def _horizon(ctx: Context) -> date:
    """The last due day that is near."""
    closed = office_calendar.closed_days(ctx.session, ctx.today)
    return add_working_days(ctx.today, law_on(ctx.today).integer(DAYS), closed)


def _tell(ctx: Context, item: WorkItem, colleagues: Sequence[Colleague]) -> None:
    late = item.due_on is not None and item.due_on < ctx.today
    kind = notices.OVERDUE if late else notices.DUE
    holders = [one.user_id for one in colleagues if _has_in_hand(one, item)]
    notices.tell(ctx, holders, _about(kind, item))
    if late:
        chiefs = {one.user_id for one in staffing.chiefs(colleagues)} - set(holders)
        notices.tell(ctx, chiefs, _about(notices.ESCALATED, item))


def _has_in_hand(one: Colleague, item: WorkItem) -> bool:
    """Whether the task is his, or of somebody for whom he stands in and he is here to do it."""
    return item.assignee_id == one.user_id or (one.is_here and item.assignee_id in one.principals)


def _about(kind: str, item: WorkItem) -> About:
    return About(kind, f"{kind}:{item.id}:{item.due_on}", item.case_id, item.id)
