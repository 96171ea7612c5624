"""What somebody is told: named in a comment, handed a task, overdue work, work that nobody can do (N2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

UNREAD = text("read_at IS NULL")


class Notice(Base):
    """One thing told to one person. `key` says what it is about: nobody is told the same twice.

    Kinds: delegated, deputy, due, overdue, escalated, nobody, mentioned, medium, hand_back, approval,
    answer, publication, letter_draft. No personal data stands here: the case, the task and who caused it
    are named by id; `number` is how many it is about, or the medium, contract, data-use application, person
    or draft that it is about.
    """

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(80))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    work_item_id: Mapped[int | None] = mapped_column(ForeignKey("work_item.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    number: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notice_unread", "user_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
    )
