"""Who is signed in, and by what he proved it: sessions, second factors, tickets, guards (L1, L2, M17-M24).

The browser holds a random token; the row holds its SHA-256 only: a copy of the database opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ForeignKey,
    Index,
    LargeBinary,
    ScalarSelect,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from models import stand_ins
from models.base import Base, UtcDateTime
from models.crypto import cipher
from models.masters import Posting
from models.notice import Notice
from models.rights import EmergencyRight
from models.staff import User

LIVE = text("ended_at IS NULL")
PENDING, FULL, LOCKED = "pending", "full", "locked"
TOTP, PASSKEY = "totp", "passkey"
TOKEN_BYTES = 32


class UserSession(Base):
    """One sign-in of one person at one terminal; it lives here, not in the browser.

    Stages: pending (the password was right, the second factor is awaited), full, locked (nobody moved for a
    while). `content` is what pages keep between two requests; `proved_at` when both factors were last shown.
    """

    __tablename__ = "user_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    stage: Mapped[str] = mapped_column(String(8))
    content: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_because: Mapped[str | None] = mapped_column(String(20))
    failures: Mapped[int] = mapped_column(default=0)
    terminal: Mapped[bytes] = mapped_column(LargeBinary(32))
    address: Mapped[str] = mapped_column(String(45), default="")
    __table_args__ = (Index("ix_user_session_live", "user_id", sqlite_where=LIVE, postgresql_where=LIVE),)


class SecondFactor(Base):
    """What a person has enrolled beside his password: a one-time code (`totp`) or a passkey (`passkey`)."""

    __tablename__ = "second_factor"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(36))
    last_step: Mapped[int | None]
    credential_id: Mapped[bytes | None] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    enrolled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment_ticket.id"))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class EnrolmentTicket(Base):
    """Leave to enrol, given by somebody who sees the person: a short code, once, for a few minutes.

    Kinds: factor (one more, or the first), recovery (all is lost: password and factors begin anew; it needs a
    second administrator before it opens anything).
    """

    __tablename__ = "enrolment_ticket"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    reason: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)


class PasswordOnce(Base):
    """A password somebody had, as its hash: it is not taken again (M20)."""

    __tablename__ = "password_once"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    password: Mapped[str] = mapped_column(String(256))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class BlockedPassword(Base):
    """A password that everybody tries, from the office's own list: SHA-256 of its plain form (M21)."""

    __tablename__ = "blocked_password"
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class SignInGuard(Base):
    """Failures of one account over all doors; known or not, so that a guess learns nothing (M17, 0-9)."""

    __tablename__ = "sign_in_guard"
    name_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


def new_token() -> str:
    """A random word for the browser's cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(text_: str) -> bytes:
    """What is kept of a token or a code, which are random: its SHA-256."""
    return hashlib.sha256(text_.encode()).digest()


@dataclass(frozen=True)
class Found:
    """A session as a request needs it: whose, where he works, what he took, for whom he stands in.

    `lent` is what `stand_ins.read` reads; `unread` how many notices wait for him.
    """

    row: UserSession
    user: User
    posting: Posting | None
    emergency: EmergencyRight | None
    lent: str | None
    unread: int


def find_session(session: Session, token: str, day: date, at: datetime) -> Found | None:
    """The session of a token with all that says what its person may do on `day`, in one statement."""
    values = {"token": digest(token), "day": day, "at": at}
    found = session.execute(_finding(), values).unique().first()
    return Found(*found) if found is not None else None


@cache
def _finding() -> Any:
    """The statement of `find_session`, which every request asks: built once."""
    day: BindParameter[date] = bindparam("day")
    here = and_(
        Posting.user_id == UserSession.user_id,
        Posting.from_on <= day,
        or_(Posting.until_on.is_(None), Posting.until_on >= day),
    )
    taken = and_(
        EmergencyRight.user_id == UserSession.user_id,
        EmergencyRight.ended_at.is_(None),
        EmergencyRight.until > bindparam("at"),
    )
    return (
        select(UserSession, User, Posting, EmergencyRight, _lent(day), _unread())
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Posting, here)
        .outerjoin(EmergencyRight, taken)
        .where(UserSession.token_hash == bindparam("token"))
        .options(joinedload(User.roles))
        .order_by(Posting.id.desc())
    )


def _lent(day: BindParameter[date]) -> ScalarSelect[str | None]:
    return (
        stand_ins.lent_to(UserSession.user_id, Posting.office_id, day)
        .correlate(UserSession, Posting)
        .scalar_subquery()
    )


def _unread() -> ScalarSelect[int]:
    statement = select(func.count(Notice.id)).where(
        Notice.user_id == UserSession.user_id, Notice.read_at.is_(None)
    )
    return statement.correlate(UserSession).scalar_subquery()


def list_factors(session: Session, user_id: int) -> list[SecondFactor]:
    """The second factors that a person has now, the oldest first."""
    statement = select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.removed_at.is_(None))
    return list(session.scalars(statement.order_by(SecondFactor.id)))


def totp_factor(user_id: int, name: str, secret: str, at: datetime, ticket_id: int | None) -> SecondFactor:
    """A one-time code's secret, sealed for the row that is returned."""
    keys, place = cipher.keys(), str(uuid.uuid4())
    return SecondFactor(
        user_id=user_id,
        kind=TOTP,
        name=name,
        sealed=cipher.seal(keys, secret.encode("ascii"), context=f"second_factor:{place}"),
        key_id=keys.current_id,
        place=place,
        enrolled_at=at,
        ticket_id=ticket_id,
    )


def secret_of(factor: SecondFactor) -> str:
    """The secret of a one-time code.

    Raises:
        ValueError: the factor is no one-time code.
        cryptography.exceptions.InvalidTag: the row was changed by another hand.
    """
    if factor.sealed is None or factor.key_id is None:
        raise ValueError("this factor has no secret")
    context = f"second_factor:{factor.place}"
    return cipher.unseal(cipher.keys(), factor.sealed, key_id=factor.key_id, context=context).decode("ascii")


def count_failure(session: Session, name: str, at: datetime) -> int:
    """Count one failure of an account's name; answers how many there were without a success between."""
    build = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        build(SignInGuard)
        .values(name_hash=cipher.name_index(cipher.keys(), name), failures=1, last_at=at)
        .on_conflict_do_update(
            index_elements=["name_hash"], set_={"failures": SignInGuard.failures + 1, "last_at": at}
        )
        .returning(SignInGuard.failures)
    )
    return int(session.execute(statement).scalar_one())


def find_guard(session: Session, name: str) -> SignInGuard | None:
    """The failures of an account's name; None where there were none."""
    return session.get(SignInGuard, cipher.name_index(cipher.keys(), name), populate_existing=True)
