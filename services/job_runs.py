"""What a worker does with jobs: take one, keep a step, end it, give it back, and free those of dead workers.

Each function is part of a transaction of the worker (`portal/job_runner.py`). A step's own work, its
checkpoint and the renewal of the lease are one transaction, so that nothing of it is done twice; whoever lost
his lease meanwhile gets `LeaseLost`, and nothing of his step is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from models import job as job_table
from models.audit.tags import Tag
from models.job import (
    CANCELLED,
    DONE,
    FAILED,
    LONGEST_ERROR,
    LONGEST_MESSAGE,
    RUNNING,
    WAITING,
    Job,
    JobSkip,
)
from models.staff import names_of
from services import audit
from services.context import SYSTEM, Actor, Context
from services.job_kinds import KINDS, Kind, Progress, Work, get_kind

DIED = ("処理の途中で担当のプログラムが止まりました。", "The worker stopped in the middle of it.")
AT_ONCE = 100


class LeaseLost(Exception):
    """Another worker has taken the job over, or nobody may go on with it; nothing of this step is kept."""


@dataclass(frozen=True)
class Claim:
    """A job that this worker holds, by the number of its lease; in whose name it acts."""

    job_id: int
    fence: int
    kind: Kind
    actor: Actor
    work: Work


def due(session: Session, at: datetime, limit: int) -> list[int]:
    """The jobs that may begin, in their order."""
    statement = select(Job.id).where(Job.state == WAITING, Job.next_at <= at, Job.kind.in_(list(KINDS)))
    return list(session.scalars(statement.order_by(Job.priority, Job.next_at, Job.id).limit(limit)))


def claim(
    ctx: Context,
    owner: str,
    job_id: int | None = None,
    *,
    tried: Collection[int] = (),
    without_long: bool = False,
) -> Claim | None:
    """Take a job that is due, or the next one; None where it is not due, is held, or nothing is due.

    A kind that this version does not know is left for one that does. On PostgreSQL rows that another worker
    is taking are passed by; on SQLite the writing transaction is the lock.
    """
    kinds = [name for name, kind in KINDS.items() if not (without_long and kind.long)]
    statement = select(Job).where(Job.state == WAITING, Job.next_at <= ctx.at, Job.kind.in_(kinds))
    if job_id is not None:
        statement = statement.where(Job.id == job_id)
    if tried:
        statement = statement.where(Job.id.not_in(list(tried)))
    row = ctx.session.scalars(
        statement.order_by(Job.priority, Job.next_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    kind = get_kind(row.kind)
    row.state, row.fence, row.attempts = RUNNING, row.fence + 1, row.attempts + 1
    row.lease_owner, row.lease_until = owner, ctx.at + kind.lease
    row.started_at, row.done_before, row.moved_at = ctx.at, row.done, ctx.at
    return Claim(row.id, row.fence, kind, _actor(ctx, row, kind), _work(row))


def keep(ctx: Context, held: Claim, progress: Progress | None) -> tuple[str, Claim]:
    """Keep a step in its own transaction; answers the state of the job now, and the claim for the next step.

    Raises:
        LeaseLost: somebody else holds the job now; the step must not be committed.
    """
    told = progress or Progress(held.work.checkpoint, held.work.done, held.work.total, finished=True)
    values: dict[str, Any] = {
        "checkpoint": dict(told.checkpoint),
        "done": told.done,
        "total": told.total,
        "skipped": Job.skipped + len(told.skipped),
        "attempts": 1,
        "moved_at": ctx.at,
        "lease_until": ctx.at + held.kind.lease,
        "last_error": None,
        "last_error_en": None,
    }
    if told.message_ja:
        values |= {
            "message_ja": told.message_ja[:LONGEST_MESSAGE],
            "message_en": told.message_en[:LONGEST_MESSAGE],
        }
    ctx.session.flush()
    row = ctx.session.execute(
        _held(held).values(values).returning(Job.cancel_asked_at, Job.skipped)
    ).one_or_none()
    if row is None:
        raise LeaseLost
    ctx.session.add_all(
        JobSkip(
            job_id=held.job_id,
            at=ctx.at,
            subject=one.subject,
            reason_ja=one.reason_ja[:LONGEST_MESSAGE],
            reason_en=one.reason_en[:LONGEST_MESSAGE],
        )
        for one in told.skipped
    )
    state = DONE if told.finished else CANCELLED if row.cancel_asked_at is not None else RUNNING
    if state != RUNNING:
        ctx.session.execute(_held(held).values(state=state, ended_at=ctx.at, lease_until=None))
        if state == DONE:
            detail = {"kind": held.kind.name, "done": told.done, "skipped": row.skipped}
            audit.record(replace(ctx, actor=SYSTEM), Tag.JOB_DONE, f"job:{held.job_id}", detail=detail)
    work = replace(held.work, checkpoint=dict(told.checkpoint), done=told.done, total=told.total, attempts=1)
    return state, replace(held, work=work)


def give_back(ctx: Context, held: Claim) -> None:
    """Leave a job to another worker, because this one is told to end; the try does not count."""
    ctx.session.execute(
        _held(held).values(
            state=WAITING,
            next_at=ctx.at,
            lease_owner=None,
            lease_until=None,
            attempts=max(held.work.attempts - 1, 0),
        )
    )


def fail(ctx: Context, held: Claim, error: tuple[str, str], *, quietly: bool = False) -> str:
    """Say why a try failed and when it is tried again, or that it was the last; answers the state now.

    `quietly` leaves out what the kind does when it gives up.

    Raises:
        LeaseLost: somebody else holds the job now; his tries count.
    """
    row = job_table.lock(ctx.session, held.job_id)
    if row is None or row.state != RUNNING or row.fence != held.fence:
        raise LeaseLost
    _fail(ctx, row, error, quietly=quietly)
    return row.state


def reap(ctx: Context) -> int:
    """Free the jobs whose worker did not come back in time: they go on at once; answers how many there were.

    One that has stopped its worker again and again has failed.
    """
    statement = (
        select(Job)
        .where(Job.state == RUNNING, Job.lease_until < ctx.at)
        .order_by(Job.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = list(ctx.session.scalars(statement))
    for row in rows:
        _fail(ctx, row, DIED, at_once=True)
    return len(rows)


def _fail(
    ctx: Context, row: Job, error: tuple[str, str], *, at_once: bool = False, quietly: bool = False
) -> None:
    kind = KINDS.get(row.kind)
    row.last_error, row.last_error_en = (one[:LONGEST_ERROR] for one in error)
    row.lease_owner, row.lease_until, row.moved_at = None, None, ctx.at
    if row.cancel_asked_at is not None:
        row.state, row.ended_at = CANCELLED, ctx.at
    elif row.attempts >= row.max_attempts:
        row.state, row.ended_at = FAILED, ctx.at
        if kind is not None and kind.given_up is not None and not quietly:
            kind.given_up(ctx, row)
    else:
        row.state = WAITING
        row.next_at = (
            ctx.at if at_once or kind is None else ctx.at + kind.pause_after(row.attempts, _own_pause(row))
        )
    detail = {"kind": row.kind, "attempts": row.attempts, "state": row.state}
    audit.record(replace(ctx, actor=SYSTEM), Tag.JOB_FAILED, f"job:{row.id}", detail=detail)
    ctx.session.flush()


def _own_pause(row: Job) -> timedelta | None:
    """What a job says of its first pause (`first_pause`, seconds) instead of its kind."""
    told = row.payload.get("first_pause")
    return timedelta(seconds=told) if isinstance(told, int) else None


def _held(held: Claim) -> Update:
    """Change the job only while this lease is the last one."""
    return (
        update(Job)
        .where(Job.id == held.job_id, Job.fence == held.fence, Job.state == RUNNING)
        .execution_options(synchronize_session=False)
    )


def _actor(ctx: Context, row: Job, kind: Kind) -> Actor:
    """Who asked, as he was on record when he did: his right was proved then; or the system itself."""
    if kind.as_system or row.asked_staff_number == SYSTEM.staff_number:
        return SYSTEM
    staff_id = row.asked_by_id
    return Actor(
        staff_id=staff_id,
        staff_number=row.asked_staff_number,
        name=names_of(ctx.session, [staff_id]).get(staff_id, "") if staff_id is not None else "",
        office_id=row.office_id,
        roles=frozenset(row.asked_roles),
    )


def _work(row: Job) -> Work:
    checkpoint: Mapping[str, Any] = row.checkpoint
    return Work(row.id, row.payload, checkpoint, row.done, row.total, row.attempts)
