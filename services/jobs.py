"""Asking for work after the commit, and what people may do with it: look, cancel, try again (ADR 0007).

A job is a row of the transaction of who asks, known by its key: the second wish of a key is the first one.
What a worker does with it is in `services/job_runs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import job as job_table
from models.audit.tags import Tag
from models.job import CANCELLED, FAILED, RUNNING, WAITING, Job, find_by_key
from services import audit, unit_of_work
from services.context import Context
from services.errors import NotFound, SomebodyElseWasFaster
from services.job_kinds import KINDS, MOST_ATTEMPTS, get_kind

ASKED = "jobs_asked"
_bell: list[Callable[[Sequence[int]], object]] = []


def configure(ring: Callable[[Sequence[int]], object]) -> None:
    """Say how a worker is told of new jobs; `create_app` hands it in. Untold, it finds them by itself."""
    _bell[:] = [ring]


def ask(
    ctx: Context,
    kind: str,
    key: str,
    payload: dict[str, Any],
    *,
    run_at: datetime | None = None,
    priority: int = 0,
    total: int | None = None,
) -> Job:
    """Ask for work after the commit, in the name of the actor; the second wish of a key is the first one."""
    found = find_by_key(ctx.session, key)
    if found is not None:
        return found
    row = Job(
        kind=kind,
        payload=payload,
        idempotency_key=key,
        state=WAITING,
        priority=priority,
        next_at=run_at or ctx.at,
        max_attempts=KINDS[kind].max_attempts if kind in KINDS else MOST_ATTEMPTS,
        total=total,
        office_id=ctx.actor.office_id,
        asked_by_id=ctx.actor.staff_id,
        asked_staff_number=ctx.actor.staff_number,
        asked_roles=sorted(ctx.actor.own_roles),
        asked_at=ctx.at,
    )
    ctx.session.add(row)
    ctx.session.flush()
    if row.next_at <= ctx.at:
        ctx.session.info.setdefault(ASKED, []).append(row.id)
    return row


def errors_of(ctx: Context, keys: Iterable[str]) -> dict[str, str]:
    """Why jobs could not be done yet, by key; those that are done or untried are left out."""
    wanted = list(keys)
    if not wanted:
        return {}
    statement = select(Job.idempotency_key, Job.last_error).where(
        Job.idempotency_key.in_(wanted),
        Job.state.in_((WAITING, RUNNING, FAILED)),
        Job.last_error.is_not(None),
    )
    return {key: error or "" for key, error in ctx.session.execute(statement)}


def take_back(ctx: Context, key: str) -> None:
    """Drop a job that was not begun, or has failed for good, so that its key may be used again.

    Raises:
        SomebodyElseWasFaster: it is being done, or was done meanwhile.
    """
    found = find_by_key(ctx.session, key)
    row = job_table.lock(ctx.session, found.id) if found else None
    if row is None:
        return
    if row.state not in {WAITING, FAILED, CANCELLED} or row.done:
        raise SomebodyElseWasFaster(
            "この処理はすでに始まりました。案件から取り下げてください。",
            "This has begun already. Withdraw the case.",
        )
    ctx.session.delete(row)


def cancel(ctx: Context, job_id: int) -> Job:
    """Cancel a job: at once while it waits, after the step in hand while it runs.

    Raises:
        NotFound: there is no such job.
        SomebodyElseWasFaster: it has ended meanwhile.
    """
    row = _get(ctx, job_id)
    if row.state == WAITING:
        row.state, row.ended_at, row.cancel_asked_at = CANCELLED, ctx.at, ctx.at
    elif row.state == RUNNING:
        row.cancel_asked_at = row.cancel_asked_at or ctx.at
    else:
        raise SomebodyElseWasFaster(
            "この処理はすでに終わっています。中止するものはありません。",
            "This has ended meanwhile. There is nothing to cancel.",
        )
    audit.record(ctx, Tag.JOB_CANCELLED, f"job:{row.id}", detail={"kind": row.kind, "state": row.state})
    return row


def retry(ctx: Context, job_id: int) -> Job:
    """Try a failed or cancelled job again, from where it was kept last.

    Raises:
        NotFound: there is no such job.
        SomebodyElseWasFaster: it neither failed nor was cancelled, or runs again already.
        UnknownKind: this version does not know how to do it.
    """
    row = _get(ctx, job_id)
    if row.state not in {FAILED, CANCELLED}:
        raise SomebodyElseWasFaster(
            "この処理は、失敗も中止もしていません。画面を開き直していまの状態を確かめてください。",
            "This has neither failed nor been cancelled. Open the page again.",
        )
    row.max_attempts = get_kind(row.kind).max_attempts
    row.state, row.attempts, row.next_at = WAITING, 0, ctx.at
    row.ended_at, row.cancel_asked_at = None, None
    audit.record(ctx, Tag.JOB_RETRIED, f"job:{row.id}", detail={"kind": row.kind})
    ctx.session.info.setdefault(ASKED, []).append(row.id)
    return row


def _get(ctx: Context, job_id: int) -> Job:
    row = job_table.lock(ctx.session, job_id)
    if row is None:
        raise NotFound("この処理はありません。一覧から開き直してください。", "There is no such job.")
    return row


def _ring(session: Session) -> None:
    """Tell a worker of what was asked for in the transaction that was just committed."""
    asked: list[int] = session.info.pop(ASKED, [])
    for ring in _bell if asked else ():
        ring(asked)


def _forget(session: Session) -> None:
    session.info.pop(ASKED, None)


unit_of_work.after_commit(_ring)
unit_of_work.after_rollback(_forget)
