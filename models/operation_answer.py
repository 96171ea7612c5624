"""What the operations of a case answered; append-only, so that its course can be played again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class OperationAnswer(Base):
    """One answer, or the code of the business error that was raised instead.

    An answer holds ids and plain values; a message in it may name somebody. It is read with the case and by
    its rules only, and no audit event holds it.
    """

    __tablename__ = "operation_answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    element_id: Mapped[str] = mapped_column(String(60))
    operation: Mapped[str] = mapped_column(String(100))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(String(60), default="")
    __table_args__ = (Index("ix_operation_answer_case", "case_id", "id"),)


def list_answers(session: Session, case_ids: Sequence[int]) -> list[OperationAnswer]:
    """All answers of some cases, oldest first."""
    statement = select(OperationAnswer).where(OperationAnswer.case_id.in_(case_ids))
    return list(session.scalars(statement.order_by(OperationAnswer.id)))
