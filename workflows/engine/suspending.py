"""Stopping a case for a while, and letting it go on: deeds are refused, timers and services wait (N2).

The caller has locked the case and knows that the actor may do it.
"""

from __future__ import annotations

from models.audit.tags import Tag
from models.case import Case
from services import audit
from services.context import Context
from services.errors import SomebodyElseWasFaster
from workflows.engine.running import flush, restored
from workflows.engine.waits import ask_service, hold_timers, release_timers
from workflows.engine.work_queue import journal

OPEN, SUSPENDED = "open", "suspended"


def suspend(ctx: Context, case: Case, reason: str) -> None:
    """Stop an open case; `reason` stands in its journal.

    Raises:
        SomebodyElseWasFaster: it has ended, or is suspended already.
    """
    if case.state != OPEN:
        raise SomebodyElseWasFaster(
            "この案件は、すでに一時停止しているか終わっています。画面を開き直してください。",
            "This case is suspended already or has ended. Open the page again.",
        )
    running = restored(ctx, case)
    case.state = SUSPENDED
    hold_timers(ctx, case.id)
    journal(ctx, running, "suspended", note=reason)
    audit.record(ctx, Tag.CASE_SUSPENDED, f"case:{case.id}", case.id)
    flush(ctx, running)


def resume(ctx: Context, case: Case, reason: str = "") -> None:
    """Let a suspended case go on: timers that came due meanwhile are due now, services are asked for again.

    Raises:
        SomebodyElseWasFaster: it is not suspended.
    """
    if case.state != SUSPENDED:
        raise SomebodyElseWasFaster(
            "この案件は一時停止していません。画面を開き直してください。",
            "This case is not suspended. Open the page again.",
        )
    case.state = OPEN
    running = restored(ctx, case)
    release_timers(ctx, case.id)
    for wait in running.waits.values():
        if wait.kind == "service":
            ask_service(ctx, running, wait, again=f":{case.version}")
    journal(ctx, running, "resumed", note=reason or None)
    audit.record(ctx, Tag.CASE_RESUMED, f"case:{case.id}", case.id)
    flush(ctx, running)
