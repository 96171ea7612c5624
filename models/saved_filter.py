"""Filters of the inbox that somebody has saved, for himself or for a group of his office (N2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class SavedFilter(Base):
    """A box and what narrows it, under a name. A group is a role of an office; empty: for the owner alone."""

    __tablename__ = "saved_filter"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    shared_with: Mapped[str] = mapped_column(String(30), default="")
    name: Mapped[str] = mapped_column(String(30))
    box: Mapped[str] = mapped_column(String(10))
    criteria: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        Index("ix_saved_filter_group", "office_id", "shared_with"),
    )
