"""What the decision tables of a case read and which of their rules matched; append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class DecisionEvaluation(Base):
    """One run of a business rule task.

    `tables` holds, for each table that was asked on the way, its owner, the inputs as (label, text), the
    numbers of the rules that matched, and the result; texts are FEEL. Inputs may be personal data: they are
    read with the case and by its rules only, and no audit event holds them.
    """

    __tablename__ = "decision_evaluation"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    element_id: Mapped[str] = mapped_column(String(60))
    decision_id: Mapped[str] = mapped_column(String(100))
    decision_name: Mapped[str] = mapped_column(String(200))
    definition_hash: Mapped[str] = mapped_column(String(64))
    tables: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    __table_args__ = (Index("ix_decision_evaluation_case", "case_id", "id"),)


def list_evaluations(session: Session, case_id: int) -> list[DecisionEvaluation]:
    """All of a case, oldest first."""
    statement = select(DecisionEvaluation).where(DecisionEvaluation.case_id == case_id)
    return list(session.scalars(statement.order_by(DecisionEvaluation.id)))
