"""Circumstances that lower a premium, entered by one person and checked by another (D1, B4).

An entry changes nothing before it is approved; then a row of `premium_circumstance` is added, or the one that
it corrects is closed. A row is never changed but for its state.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.assessment import PremiumCircumstance
from models.base import Base, UtcDateTime, known

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
STATES = {
    OPEN: ("確認待ち", "Waits for a check", "waiting"),
    APPROVED: ("承認", "Approved", "done"),
    REFUSED: ("差し戻し", "Refused", "back"),
    WITHDRAWN: ("取下げ", "Taken back", "stopped"),
}
NEW, CORRECT, END, CANCEL = "new", "correct", "end", "cancel"
ACTS = {
    NEW: ("登録", "Entered"),
    CORRECT: ("訂正", "Corrected"),
    END: ("終了", "Ended"),
    CANCEL: ("取消", "Taken off"),
}
_IS_OPEN = text("state = 'open'")


class CircumstanceEntry(Base):
    """What is to stand on record of a person, by which paper; `corrects_id` is the row that it replaces.

    `made_id` is the row that came of it. `leaving_reason` is the code of 離職理由, empty for other kinds.
    """

    __tablename__ = "circumstance_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    act: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    is_multiple: Mapped[bool] = mapped_column(default=False)
    leaving_reason: Mapped[str] = mapped_column(String(2), default="")
    evidence: Mapped[str] = mapped_column(String(400))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("premium_circumstance.id"))
    made_id: Mapped[int | None] = mapped_column(ForeignKey("premium_circumstance.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    entered_by_number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint(
            "state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> entered_by_number",
            name="two_persons",
        ),
        CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name="approved_by_somebody"),
        CheckConstraint("act = 'new' OR corrects_id IS NOT NULL", name="corrects_something"),
        Index(
            "uq_circumstance_entry_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_circumstance_entry_state", "state", "id"),
    )


def list_of_household(session: Session, household_id: int) -> list[CircumstanceEntry]:
    """All that was ever entered for a household, the newest first."""
    statement = select(CircumstanceEntry).where(CircumstanceEntry.household_id == household_id)
    return list(session.scalars(statement.order_by(CircumstanceEntry.id.desc())))


def list_open(session: Session) -> list[CircumstanceEntry]:
    """What waits for a second person, the oldest first."""
    statement = select(CircumstanceEntry).where(CircumstanceEntry.state == OPEN)
    return list(session.scalars(statement.order_by(CircumstanceEntry.id)))


def list_circumstances(session: Session, person_ids: Collection[int]) -> list[PremiumCircumstance]:
    """What stands on record of some persons, by person and day."""
    statement = known(
        select(PremiumCircumstance).where(PremiumCircumstance.person_id.in_(person_ids)), PremiumCircumstance
    )
    order = (PremiumCircumstance.person_id, PremiumCircumstance.from_on, PremiumCircumstance.id)
    return list(session.scalars(statement.order_by(*order)))
