"""Sessions of people: beginning, locking, unlocking, ending; and the guard of an account (L1, L2, M17-M24).

A session is a row; the browser holds a random token of it. It begins pending with the password, becomes full
with the second factor under a new token, is locked when nobody moved, and ends for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from models import sign_in as rows
from models.audit.tags import Tag
from models.sign_in import FULL, LOCKED, PENDING, UserSession
from models.staff import User
from services import audit
from services.account_names import normal_name

if TYPE_CHECKING:
    from datetime import datetime

    from services.context import Context

PENDING_FOR = timedelta(minutes=5)  # from the password to the second factor
MOST_UNLOCK_FAILURES = 5
FORM_TOKEN = "csrf_token"  # noqa: S105 - the name under which Flask-WTF keeps it
FACTOR = "factor"  # by what the session was opened: a passkey says that this terminal has one
FRESH_FOR = timedelta(minutes=5)  # how long a shown second factor counts as fresh

REPLACED, SIGNED_OUT, IDLE_TOO_LONG, TOO_OLD = "replaced", "signed_out", "idle", "too_old"
FAILED, CHANGED, MOVED, STEPPED_ON = "failed", "changed", "moved", "stepped_on"


@dataclass(frozen=True)
class Terminal:
    """Where somebody sits: the address, and a hash of address and browser to which the session is bound."""

    address: str
    fingerprint: bytes


@dataclass(frozen=True)
class GuardRule:
    """How many failures in a row stop an account, and for how many minutes."""

    failures: int
    minutes: int


def is_stopped(ctx: Context, name: str) -> bool:
    """Whether an account's name is stopped after too many failures, known or not."""
    guard = rows.find_guard(ctx.session, normal_name(name))
    return guard is not None and guard.locked_until is not None and guard.locked_until > ctx.at


def note_failure(ctx: Context, name: str, rule: GuardRule, door: str, user_id: int | None) -> None:
    """Count a failure at any door (password, code, passkey, unlock); the last one stops the account."""
    failures = rows.count_failure(ctx.session, normal_name(name), ctx.at)
    subject = f"account:{user_id}" if user_id is not None else ""
    audit.record(ctx, Tag.LOGIN_REFUSED, subject, detail={"door": door})
    if failures >= rule.failures:
        guard = rows.find_guard(ctx.session, normal_name(name))
        if guard is not None:
            guard.failures, guard.locked_until = 0, ctx.at + timedelta(minutes=rule.minutes)
        audit.record(ctx, Tag.ACCOUNT_STOPPED, subject, detail={"door": door, "minutes": rule.minutes})


def forget_failures(ctx: Context, name: str) -> None:
    """Begin the count anew, after a whole sign-in or by an administrator."""
    guard = rows.find_guard(ctx.session, normal_name(name))
    if guard is not None:
        ctx.session.delete(guard)


def release(ctx: Context, user: User) -> None:
    """Open a stopped account before its time."""
    forget_failures(ctx, user.username)
    audit.record(ctx, Tag.ACCOUNT_RELEASED, f"account:{user.id}")


def begin(ctx: Context, user_id: int, terminal: Terminal) -> str:
    """Begin a session that waits for the second factor; the token for the browser."""
    audit.record(ctx, Tag.LOGIN_HALF, f"account:{user_id}")
    return _new(ctx, user_id, PENDING, terminal)


def enter(ctx: Context, pending: UserSession, factor: str) -> str:
    """Make a pending session full under a new token; every other session of the person ends (M19)."""
    user = ctx.session.get_one(User, pending.user_id)
    replaced = _end(ctx, _live_of(ctx, user.id, but=pending.id), REPLACED)
    _end(ctx, [pending], STEPPED_ON)
    forget_failures(ctx, user.username)
    user.fail_login_count, user.login_count = 0, (user.login_count or 0) + 1
    user.last_login = ctx.at.replace(tzinfo=None)
    token = _new(ctx, user.id, FULL, Terminal(pending.address, pending.terminal))
    audit.record(ctx, Tag.LOGIN_PASSED, f"account:{user.id}", detail={"factor": factor, "replaced": replaced})
    return token


def lock(ctx: Context, row: UserSession, because: str) -> None:
    """Lock a full session; what its pages kept (searches) goes, but the token that all tabs share stays.

    So does by what it was opened.
    """
    if row.stage == FULL and row.ended_at is None:
        row.content = {name: kept for name, kept in row.content.items() if name in {FORM_TOKEN, FACTOR}}
        row.stage, row.locked_at = LOCKED, ctx.at
        audit.record(ctx, Tag.SESSION_LOCKED, f"account:{row.user_id}", detail={"because": because})


def unlock(ctx: Context, row: UserSession, factor: str) -> str:
    """Open a locked session of the same person under a new token."""
    user = ctx.session.get_one(User, row.user_id)
    forget_failures(ctx, user.username)
    _end(ctx, [row], STEPPED_ON)
    token = _new(ctx, row.user_id, FULL, Terminal(row.address, row.terminal), since=row.created_at)
    audit.record(ctx, Tag.SESSION_UNLOCKED, f"account:{row.user_id}", detail={"factor": factor})
    return token


def fail_unlock(ctx: Context, row: UserSession, rule: GuardRule, door: str) -> bool:
    """Count a failed unlock; the fifth ends the session. Whether it is still there."""
    user = ctx.session.get_one(User, row.user_id)
    row.failures += 1
    note_failure(ctx, user.username, rule, door, user.id)
    if row.failures >= MOST_UNLOCK_FAILURES:
        _end(ctx, [row], FAILED)
        audit.record(ctx, Tag.SESSION_ENDED, f"account:{row.user_id}", detail={"because": FAILED})
    return row.ended_at is None


def renew(ctx: Context, user_id: int, terminal: Terminal) -> str:
    """A full session in place of all that ended with the person's own new password."""
    end_all(ctx, user_id)
    return _new(ctx, user_id, FULL, terminal)


def prove_again(ctx: Context, row: UserSession, factor: str) -> None:
    """Note that both factors were shown just now, for a deed that asks for it (N6, ASVS 7.5.3)."""
    row.proved_at = ctx.at
    audit.record(ctx, Tag.LOGIN_PROVED, f"account:{row.user_id}", detail={"factor": factor})


def is_fresh(row: UserSession, at: datetime) -> bool:
    """Whether both factors were shown a short while ago."""
    return row.stage == FULL and at - row.proved_at <= FRESH_FOR


def end(ctx: Context, row: UserSession, because: str) -> None:
    """End a session; it never opens again."""
    if row.ended_at is None:
        _end(ctx, [row], because)
        audit.record(ctx, Tag.SESSION_ENDED, f"account:{row.user_id}", detail={"because": because})


def end_all(ctx: Context, user_id: int, because: str = CHANGED) -> int:
    """End all sessions of a person: password, roles or posting changed. How many there were."""
    count = _end(ctx, _live_of(ctx, user_id), because)
    if count:
        audit.record(ctx, Tag.SESSION_ENDED, f"account:{user_id}", detail={"because": because})
    return count


def live_since(ctx: Context, user_id: int) -> datetime | None:
    """Since when a person is signed in; None where he is not."""
    return max((row.created_at for row in _live_of(ctx, user_id) if row.stage != PENDING), default=None)


def _new(ctx: Context, user_id: int, stage: str, terminal: Terminal, since: datetime | None = None) -> str:
    token = rows.new_token()
    ctx.session.add(
        UserSession(
            token_hash=rows.digest(token),
            user_id=user_id,
            stage=stage,
            content={},
            created_at=since or ctx.at,
            seen_at=ctx.at,
            proved_at=ctx.at,
            terminal=terminal.fingerprint,
            address=terminal.address,
        )
    )
    ctx.session.flush()
    return token


def _live_of(ctx: Context, user_id: int, but: int | None = None) -> list[UserSession]:
    statement = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    return [row for row in ctx.session.scalars(statement) if row.id != but]


def _end(ctx: Context, sessions: Iterable[UserSession], because: str) -> int:
    ids = [row.id for row in sessions]
    ctx.session.execute(
        update(UserSession)
        .where(UserSession.id.in_(ids), UserSession.ended_at.is_(None))
        .values(ended_at=ctx.at, ended_because=because, content={})
    )
    return len(ids)
