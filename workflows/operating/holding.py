"""Stopping a case and letting it go on, within the actor's reach (N2); what it means is the engine's."""

from __future__ import annotations

from services.context import Context
from workflows.engine import suspending
from workflows.operating.reach import lock_case


def suspend(ctx: Context, case_id: int, reason: str) -> None:
    """Stop a case: its tasks stay in the boxes but cannot be done, its timers do not wake it.

    Raises:
        NotFound: there is no such case within the actor's reach.
        SomebodyElseWasFaster: it has ended, or is stopped already.
    """
    suspending.suspend(ctx, lock_case(ctx, case_id), reason.strip())


def resume(ctx: Context, case_id: int, reason: str = "") -> None:
    """Let a stopped case go on; a timer that came due meanwhile wakes it now.

    Raises:
        NotFound: there is no such case within the actor's reach.
        SomebodyElseWasFaster: it has ended, or is not stopped.
    """
    suspending.resume(ctx, lock_case(ctx, case_id), reason.strip())
