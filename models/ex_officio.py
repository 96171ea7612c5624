"""Lists of people whom the office treats ex officio (職権), row by row with what was decided (B1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

STATES = {
    "listed": ("未決定", "To be decided", "waiting"),
    "decided": ("決定・開始待ち", "Decided, to begin", "waiting"),
    "opened": ("開始済", "Begun", "done"),
    "excluded": ("対象外", "Left out", "stopped"),
}


class ExOfficioRow(Base):
    """One person on the list of a kind for a month; the list is made again without losing what was decided.

    `due_on` is the day that counts by the rule (None where it cannot be computed); `event_on` the day of
    which the case tells, proposed first, then decided. `month` is the first day of the month.
    """

    __tablename__ = "ex_officio_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    month: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    due_on: Mapped[date | None]
    needs_decision: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(String(400))
    article: Mapped[str] = mapped_column(String(200))
    event_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(2), default="")  # of loss; empty where no case is opened
    state: Mapped[str] = mapped_column(String(10), default="listed")  # listed decided opened excluded
    excluded_because: Mapped[str | None] = mapped_column(String(200))
    ground: Mapped[str | None] = mapped_column(String(200))
    decision_number: Mapped[str | None] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    __table_args__ = (
        UniqueConstraint("kind", "month", "person_id"),
        Index("ix_ex_officio_row_state", "state", "month", "kind"),
    )

    @property
    def key(self) -> str:
        """What makes a wish of this row the same wish (idempotency)."""
        return f"{self.kind}:{self.month:%Y-%m}:{self.person_id}"
