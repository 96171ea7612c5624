"""The audit event: who did what to whom, from where, for what, with which result (M15, Ruling 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

NOT_DONE = text("result <> 'done'")


class AuditEvent(Base):
    """One deed; append-only and chained, without names, addresses or numbers in clear.

    Read through this class and written by models/audit/writer.py only; the id is the place in the chain.
    """

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None]
    staff_number: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int | None]
    terminal: Mapped[str] = mapped_column(String(60))
    tag: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(60), default="")
    case_id: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(12))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    key_id: Mapped[str] = mapped_column(String(16))
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    __table_args__ = (
        Index("ix_audit_event_subject", "subject", "id"),
        Index("ix_audit_event_staff", "staff_number", "id"),
        Index("ix_audit_event_terminal", "terminal", "id"),
        Index("ix_audit_event_office", "office_id", "id"),
        Index("ix_audit_event_refused", "result", "id", sqlite_where=NOT_DONE, postgresql_where=NOT_DONE),
    )


class AuditHead(Base):
    """Where the chain ends: one row, locked as the last act of each deed."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str] = mapped_column(String(16))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
