"""When somebody is away, and who stands in for him meanwhile (N2).

A deputy may be away himself and have a deputy: `stand_in` holds the chains worked out, one row for each
person whom somebody stands in for, so that whoever opens a page is asked in one look.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

IN_FORCE = text("called_off_at IS NULL")


class Absence(Base):
    """Somebody is away from one day to another, both included; who stands in for him, and who said so."""

    __tablename__ = "absence"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    called_off_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    called_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="days_in_order"),
        CheckConstraint("deputy_id IS NULL OR deputy_id <> user_id", name="another_stands_in"),
        Index(
            "ix_absence_in_force", "office_id", "until_on", sqlite_where=IN_FORCE, postgresql_where=IN_FORCE
        ),
    )


class StandIn(Base):
    """That one person stands in for another from one day to another, directly or through a deputy away."""

    __tablename__ = "stand_in"
    id: Mapped[int] = mapped_column(primary_key=True)
    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    principal_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    __table_args__ = (Index("ix_stand_in_deputy", "deputy_id", "until_on"),)
