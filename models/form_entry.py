"""What was entered in each task of a case, sent by whom and when; append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class FormEntry(Base):
    """One sending of a form. Individual Numbers stand in it as references of the vault only."""

    __tablename__ = "form_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    form: Mapped[str] = mapped_column(String(100))
    element_id: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(20), default="done")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (Index("ix_form_entry_case", "case_id", "id"),)


def list_entries(session: Session, case_id: int) -> list[FormEntry]:
    """All sendings of a case, oldest first."""
    return list(session.scalars(select(FormEntry).where(FormEntry.case_id == case_id).order_by(FormEntry.id)))


def find_latest(session: Session, case_id: int, element_ids: tuple[str, ...]) -> FormEntry | None:
    """The newest sending of any of these tasks; None where none was sent."""
    statement = select(FormEntry).where(FormEntry.case_id == case_id, FormEntry.element_id.in_(element_ids))
    return session.scalars(statement.order_by(FormEntry.id.desc())).first()
