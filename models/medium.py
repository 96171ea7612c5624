"""Electronic media, and each use of one from the request to the wiping (L6, M32, M33)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime
from models.contractor import ChainLink

ASKED, APPROVED, REFUSED, DROPPED = "asked", "approved", "refused", "dropped"
COPIED, HANDED, LENT, BROUGHT, RETURNED, WIPED = "copied", "handed", "lent", "brought", "returned", "wiped"
OUT = (HANDED, LENT, BROUGHT)  # not in its place
OPEN = (ASKED, APPROVED, COPIED, *OUT, RETURNED)
UNFINISHED = text("state IN ('asked', 'approved', 'copied', 'handed', 'lent', 'brought', 'returned')")


class Medium(Base):
    """A registered stick or disc; nothing else may hold a copy."""

    __tablename__ = "medium"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    serial: Mapped[str] = mapped_column(String(60), default="")
    place: Mapped[str] = mapped_column(String(100))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    destroyed_on: Mapped[date | None]
    destroyed_way: Mapped[str] = mapped_column(String(20), default="")
    destroyed_words: Mapped[str] = mapped_column(String(400), default="")
    destroyed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    witnessed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        CheckConstraint("witness_id IS NULL OR witness_id <> destroyed_by_id", name="another_witnesses"),
    )


class MediumUse(Base):
    """One copy of personal data to a medium, from the request to the wiping. A medium has one at a time.

    `link_id`: the firm to which it goes, by its place in the chain of a contract; None within the city.
    """

    __tablename__ = "medium_use"
    id: Mapped[int] = mapped_column(primary_key=True)
    medium_id: Mapped[int] = mapped_column(ForeignKey("medium.id"))
    state: Mapped[str] = mapped_column(String(8))
    what: Mapped[str] = mapped_column(String(400))
    why: Mapped[str] = mapped_column(String(400))
    from_place: Mapped[str] = mapped_column(String(100))
    to_place: Mapped[str] = mapped_column(String(100))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("contractor_link.id"), index=True)
    carrier_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_words: Mapped[str] = mapped_column(String(400), default="")
    copied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    copied_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    file_name: Mapped[str] = mapped_column(String(100), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int | None]
    records: Mapped[int | None]
    handed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    lent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    brought_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    brought_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wiped_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    wiped_words: Mapped[str] = mapped_column(String(400), default="")
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "ix_medium_use_open",
            "medium_id",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index("ix_medium_use_due", "state", "due_at"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> asked_by_id", name="another_decides"),
        CheckConstraint("handed_by_id IS NULL OR handed_by_id <> carrier_id", name="two_lend"),
        CheckConstraint("returned_to_id IS NULL OR returned_to_id <> brought_by_id", name="two_return"),
    )

    medium: Mapped[Medium] = relationship()
    receiver: Mapped[ChainLink | None] = relationship()

    @property
    def destination(self) -> str:
        """Where it goes: the firm, where it is one, and the place."""
        return f"{self.receiver.firm.name} {self.to_place}" if self.receiver else self.to_place
