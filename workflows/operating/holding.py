"""Stopping a case and letting it go on: nobody and nothing completes a step of it meanwhile (N2)."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm.exc import StaleDataError

from models.audit.tags import Tag
from models.case import Case, CaseEvent
from models.waiting import Timer
from services import audit
from services.context import Context
from services.errors import SomebodyElseWasFaster
from workflows.engine.running import FASTER
from workflows.operating.reach import lock_case

OPEN, SUSPENDED = "open", "suspended"


def suspend(ctx: Context, case_id: int, reason: str) -> None:
    """Stop a case: its tasks stay in the boxes but cannot be done, its timers do not wake it.

    Raises:
        NotFound: there is no such case within the actor's reach.
        SomebodyElseWasFaster: it has ended, or is stopped already.
    """
    case = lock_case(ctx, case_id)
    if case.state == SUSPENDED:
        raise SomebodyElseWasFaster("この案件はすでに一時停止中です。", "The case is suspended already.")
    case.state = SUSPENDED
    ctx.session.execute(update(Timer).where(Timer.case_id == case_id).values(wake_at=None))
    _note(ctx, case, "suspended", Tag.CASE_SUSPENDED, reason)


def resume(ctx: Context, case_id: int, reason: str = "") -> None:
    """Let a stopped case go on; a timer that came due meanwhile wakes it now.

    Raises:
        NotFound: there is no such case within the actor's reach.
        SomebodyElseWasFaster: it has ended, or is not stopped.
    """
    case = lock_case(ctx, case_id)
    if case.state != SUSPENDED:
        raise SomebodyElseWasFaster("この案件は一時停止していません。", "The case is not suspended.")
    case.state = OPEN
    ctx.session.execute(update(Timer).where(Timer.case_id == case_id).values(wake_at=Timer.due_at))
    _note(ctx, case, "resumed", Tag.CASE_RESUMED, reason)


def _note(ctx: Context, case: Case, kind: str, tag: Tag, reason: str) -> None:
    ctx.session.add(
        CaseEvent(
            case_id=case.id,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            staff_number=ctx.actor.staff_number,
            kind=kind,
            note=reason.strip() or None,
        )
    )
    audit.record(ctx, tag, f"case:{case.id}", case.id)
    try:
        ctx.session.flush()
    except StaleDataError as error:
        raise SomebodyElseWasFaster(*FASTER) from error
