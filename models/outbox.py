"""What must leave the transaction: written with the deed, delivered once by its key (Rulings 3 and 10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

WAITING = text("done_at IS NULL")


class OutboxMessage(Base):
    """One thing to be done after the commit. `idempotency_key` makes the second wish the first one."""

    __tablename__ = "outbox_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index("ix_outbox_message_waiting", "next_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )


class Deed(Base):
    """A form that was sent: the same sending (`key` of the page, by the same user) is done once only."""

    __tablename__ = "deed"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int]
    body_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
