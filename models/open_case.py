"""Which cases somebody has open on his screen now: told by the page, no record of who read what (N2)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

OPEN_FOR = timedelta(seconds=90)  # three times the pause between two words of a page


class OpenCase(Base):
    """A page of a case that said at `at` that it is open; after `OPEN_FOR` without a word it was left."""

    __tablename__ = "open_case"
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
