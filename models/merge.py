"""Two records of one person made one (名寄せ・統合), and what that moved, so that it can be undone (H16)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

STATES = {
    "proposed": ("決定待ち", "To be decided", "waiting"),
    "done": ("統合済", "Merged", "done"),
    "refused": ("不承認", "Refused", "stopped"),
    "undo_asked": ("取消の決定待ち", "Undoing to be decided", "back"),
    "undone": ("統合を取消", "Undone", "stopped"),
}


class PersonMerge(Base):
    """A proposal to make `gone` part of `kept`, its decision, and its undoing.

    `moved` holds the ids that were moved from one to the other, by `table.column`; `copied` the pairs of
    rows (closed, new), by table; `numbers` the references of the vault. None of them holds a fact.
    """

    __tablename__ = "person_merge"
    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    reason: Mapped[str] = mapped_column(String(400))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_reason: Mapped[str | None] = mapped_column(String(400))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    undo_reason: Mapped[str | None] = mapped_column(String(400))
    undo_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    undo_decided_reason: Mapped[str | None] = mapped_column(String(400))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    copied: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    numbers: Mapped[list[str]] = mapped_column(JSON, default=list)
    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two_persons"),
        Index("ix_person_merge_state", "state", "office_id"),
    )
