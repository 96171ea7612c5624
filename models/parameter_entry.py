"""Values of the law that the office enters by year: by one person, checked by another (issue 7).

A row is never changed but for its state. What is approved later for the same year closes the one before it
(`superseded_at`), which stays readable (ADR 0003).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
_IS_OPEN = text("state = 'open'")
_IS_IN_FORCE = text("state = 'approved' AND superseded_at IS NULL")


class ParameterEntry(Base):
    """The value of one parameter for one fiscal year, with where it was read, by whom entered and checked.

    `value` is as the person typed it, in plain digits: whole yen, or a rate in per cent ("8.04").
    """

    __tablename__ = "parameter_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    fiscal_year: Mapped[int]
    value: Mapped[str] = mapped_column(String(20))
    source_title: Mapped[str] = mapped_column(String(200))
    source_article: Mapped[str] = mapped_column(String(100))
    source_href: Mapped[str] = mapped_column(String(300))
    certainty: Mapped[str] = mapped_column(String(12))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    entered_by_number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        CheckConstraint(
            "decided_by_number IS NULL OR decided_by_number <> entered_by_number", name="two_persons"
        ),
        CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name="approved_by_somebody"),
        Index(
            "uq_parameter_entry_open",
            "name",
            "fiscal_year",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index(
            "uq_parameter_entry_in_force",
            "name",
            "fiscal_year",
            unique=True,
            sqlite_where=_IS_IN_FORCE,
            postgresql_where=_IS_IN_FORCE,
        ),
    )


def list_in_force(session: Session) -> list[ParameterEntry]:
    """The approved values that nothing later has closed, by year."""
    statement = select(ParameterEntry).where(
        ParameterEntry.state == APPROVED, ParameterEntry.superseded_at.is_(None)
    )
    return list(session.scalars(statement.order_by(ParameterEntry.fiscal_year, ParameterEntry.name)))


def list_open(session: Session) -> list[ParameterEntry]:
    """What waits for a second person, the oldest first."""
    statement = select(ParameterEntry).where(ParameterEntry.state == OPEN)
    return list(session.scalars(statement.order_by(ParameterEntry.id)))


def list_entries(session: Session, name: str) -> list[ParameterEntry]:
    """All that was ever entered for a parameter, the newest first."""
    statement = select(ParameterEntry).where(ParameterEntry.name == name)
    return list(session.scalars(statement.order_by(ParameterEntry.id.desc())))
