"""Putting a task off until a day (N2).

For whoever could do the task himself, or for the section chief. A task that is put off stands in a box of its
own until its day; one that is overdue waits no longer, whatever was said (`services/inbox_filters.py`).
"""

from __future__ import annotations

from datetime import date, timedelta

from models.audit.tags import Tag
from models.case import WorkItem
from rules.periods import add_working_days, next_open_day
from services import audit
from services.context import Context
from services.errors import RuleBroken
from services.office_calendar import closed_between
from workflows.engine.taking import get_item, may_delegate

MOST_DAYS = 90
REACH = timedelta(days=MOST_DAYS * 2)  # holds so many working days, and the closed days after them


class FollowUpRefused(RuleBroken):
    """A task cannot be put off until that day; the message says why."""

    code = "follow_up_refused"


def put_off(ctx: Context, item_id: int, until: date | None) -> WorkItem:
    """Put a task off until a day, or, with None, off no longer.

    Raises:
        NotAllowed, SomebodyElseWasFaster: the actor may not dispose of it, or it is finished.
        FollowUpRefused: the day is past, too far away, or the office is closed on it.
    """
    item = get_item(ctx, item_id, lock=True)
    must_be_put_off(ctx, item, until)
    if until is not None:
        must_be_open_day(ctx, until)
    item.follow_up_on = until
    detail = {"until": until.isoformat() if until else ""}
    audit.record(ctx, Tag.TASK_PUT_OFF, f"task:{item.id}", item.case_id, detail)
    return item


def must_be_put_off(ctx: Context, item: WorkItem, until: date | None) -> None:
    """The actor may put this task off, and it is not overdue.

    Raises:
        NotAllowed, SomebodyElseWasFaster: he may not, or it is finished.
        FollowUpRefused: it is overdue, or stands as it would.
    """
    may_delegate(ctx, item)
    if until is None and item.follow_up_on is None:
        raise FollowUpRefused("後日にはなっていません。", "It is not put off.")
    if until is not None and item.due_on is not None and item.due_on < ctx.today:
        raise FollowUpRefused(
            "期限を過ぎているため、後日にできません。先に処理するか、課長に相談してください。",
            "It is overdue, so it cannot wait. Do it first, or ask the section chief.",
        )


def must_be_open_day(ctx: Context, until: date) -> None:
    """The day is one to come on which the office is open.

    Raises:
        FollowUpRefused: it is not.
    """
    last = ctx.today + timedelta(days=MOST_DAYS)
    if not ctx.today < until <= last:
        raise FollowUpRefused(
            f"後日にする日は、あすから{MOST_DAYS}日後までの日を入力してください(例:R8.12.4)。",
            f"Give a day from tomorrow to {MOST_DAYS} days from now.",
        )
    closed = closed_between(ctx.session, until, until + REACH)
    opens = next_open_day(until, closed)
    if opens != until:
        raise FollowUpRefused(
            f"その日は閉庁日です。次の開庁日は{opens.month}月{opens.day}日です。",
            f"The office is closed on that day; the next open day is {opens.isoformat()}.",
        )


def working_day(ctx: Context, days: int) -> date:
    """The day so many working days from now, by the office's own calendar."""
    return add_working_days(ctx.today, days, closed_between(ctx.session, ctx.today, ctx.today + REACH))
