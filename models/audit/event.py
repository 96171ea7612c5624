"""The audit event: who did what to whom, written in the flush of the change (M15, Ruling 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class AuditEvent(Base):
    """One deed; append-only, without names, addresses or numbers in clear."""

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None]
    staff_number: Mapped[str] = mapped_column(String(32))
    office_id: Mapped[int | None]
    tag: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(60), default="")
    case_id: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (Index("ix_audit_event_subject", "subject", "id"),)
