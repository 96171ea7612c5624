"""What a deed wishes to be done after its commit, once: wished here, done by the portal's worker (Ruling 10).

A wish is a row of the deed's own transaction, known by its key. The worker takes one due row, does it and
marks it done in one transaction of its own: killed in between, nothing is lost and nothing is done twice.
What fails is tried again later and later, and never keeps another row waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.outbox import OutboxMessage
from services import audit
from services.context import Context
from services.errors import SomebodyElseWasFaster

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_ERROR = 500


def wish(ctx: Context, kind: str, key: str, payload: dict[str, Any]) -> OutboxMessage:
    """Ask for something to be done after the commit; the second wish of a key is the first one."""
    found = find(ctx, key)
    if found is not None:
        return found
    row = OutboxMessage(kind=kind, payload=payload, idempotency_key=key, created_at=ctx.at, next_at=ctx.at)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def find(ctx: Context, key: str) -> OutboxMessage | None:
    """The wish of a key; None where nobody had it."""
    return ctx.session.scalars(
        select(OutboxMessage).where(OutboxMessage.idempotency_key == key)
    ).one_or_none()


def errors_of(ctx: Context, keys: Iterable[str]) -> dict[str, str]:
    """Why wishes could not be done yet, by key; those that are done or untried are left out."""
    wanted = list(keys)
    if not wanted:
        return {}
    statement = select(OutboxMessage.idempotency_key, OutboxMessage.last_error).where(
        OutboxMessage.idempotency_key.in_(wanted),
        OutboxMessage.done_at.is_(None),
        OutboxMessage.last_error.is_not(None),
    )
    return {key: error or "" for key, error in ctx.session.execute(statement)}


def claim(ctx: Context, tried: Collection[int] = ()) -> OutboxMessage | None:
    """Take the next due wish for this transaction; None where nothing is due.

    On PostgreSQL rows that another worker holds are passed by. On SQLite the writing transaction is the lock.
    """
    statement = (
        select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.next_at <= ctx.at)
        .where(OutboxMessage.id.not_in(list(tried)))
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return ctx.session.scalars(statement).one_or_none()


def delivered(ctx: Context, row: OutboxMessage) -> None:
    """Say that a wish was done, in the transaction in which it was."""
    row.done_at, row.last_error, row.attempts = ctx.at, None, row.attempts + 1
    audit.record(ctx, Tag.OUTBOX_DELIVERED, f"outbox:{row.id}", detail={"kind": row.kind})


def failed(ctx: Context, message_id: int, error: str) -> None:
    """Say why a wish could not be done and when it is tried again; what was done meanwhile stays done."""
    statement = select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.done_at.is_(None))
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return
    row.attempts, row.last_error = row.attempts + 1, error[:LONGEST_ERROR]
    row.next_at = ctx.at + pause_after(row.attempts)
    audit.record(ctx, Tag.OUTBOX_FAILED, f"outbox:{row.id}", detail={"kind": row.kind})


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: a minute, then twice as long each time, an hour at most."""
    doublings = min(max(attempts - 1, 0), 10)
    pause: timedelta = min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE)
    return pause


def take_back(ctx: Context, key: str) -> None:
    """Drop a wish that was not done yet.

    Raises:
        SomebodyElseWasFaster: it was done meanwhile.
    """
    statement = select(OutboxMessage).where(OutboxMessage.idempotency_key == key)
    row = ctx.session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return
    if row.done_at is not None:
        raise SomebodyElseWasFaster(
            "この処理はすでに始まりました。案件から取り下げてください。",
            "This has begun already. Withdraw the case.",
        )
    ctx.session.delete(row)
