"""Cases that are woken by the clock: the poller reads an index, and one case is loaded when it is due.

Each case is woken in a transaction of its own. Woken twice, nothing happens the second time: the tree says
whether a timer is due. What fails is undone, written down as an incident, and looked at again later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.incident import list_open
from models.waiting import Timer
from services import audit, incidents
from services.context import Context
from services.incidents import Failure
from workflows.engine.broken_steps import cause_of, title_of
from workflows.engine.running import CaseSuspended, find_open, run_on, save

AT_ONCE = 100
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)


def due(session: Session, at: datetime, limit: int = AT_ONCE) -> list[int]:
    """The cases with a timer that is due, the longest overdue first; only the index is read.

    On PostgreSQL timers that another worker holds are passed by.
    """
    statement = (
        select(Timer.case_id)
        .where(Timer.wake_at <= at)
        .order_by(Timer.wake_at, Timer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(dict.fromkeys(session.scalars(statement)))


def wake(ctx: Context, case_id: int) -> bool:
    """Let a case go on whose timer is due; answers whether it did.

    A case that is suspended or has ended is passed over. Whatever a step raises undoes it all.
    """
    try:
        running = find_open(ctx, case_id)
    except CaseSuspended:
        return False
    if running is None:
        return False
    overdue = [wait for wait in running.waits.values() if wait.due_at is not None and wait.due_at <= ctx.at]
    if not overdue:
        known = [wait.guid for wait in running.waits.values()]
        ctx.session.execute(
            delete(Timer).where(
                Timer.case_id == case_id, Timer.wake_at <= ctx.at, Timer.task_guid.not_in(known)
            )
        )
        return False
    running.workflow.refresh_timers()
    run_on(ctx, running)
    save(ctx, running)
    for incident in list_open(ctx.session, case_id):
        if incident.kind == "timer" and incident.task_guid in {wait.guid for wait in overdue}:
            incidents.settle(ctx, incident, incidents.RETRIED)
    detail = {"elements": sorted({wait.element[1] for wait in overdue})}
    audit.record(ctx, Tag.CASE_WOKEN, f"case:{case_id}", case_id, detail)
    return True


def failed(ctx: Context, case_id: int, error: BaseException) -> None:
    """Say why a case could not be woken, in a transaction of its own, and when it is tried again."""
    statement = select(Timer).where(Timer.case_id == case_id, Timer.wake_at <= ctx.at)
    locked = statement.order_by(Timer.due_at, Timer.id).with_for_update()
    timers = ctx.session.scalars(locked.execution_options(populate_existing=True)).all()
    if not timers:
        return
    for timer in timers:
        timer.attempts += 1
        timer.wake_at = ctx.at + min(FIRST_PAUSE * 2 ** min(timer.attempts - 1, 10), LONGEST_PAUSE)
    first = timers[0]
    title = title_of(ctx, case_id, ("", first.element_id))
    incidents.note(
        ctx,
        Failure(
            kind="timer",
            code=cause_of(error),
            case_id=case_id,
            element_id=first.element_id,
            title_ja=title[0],
            title_en=title[1],
            task_guid=first.task_guid,
            attempts=first.attempts,
        ),
    )
