"""What people of the office say to one another about a case, beside its course (N2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class CaseComment(Base):
    """A comment on a case; never changed. `mentioned` holds the accounts that it names."""

    __tablename__ = "case_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(String(1000))
    mentioned: Mapped[list[int]] = mapped_column(JSON, default=list)
    __table_args__ = (Index("ix_case_comment_case", "case_id", "id"),)
