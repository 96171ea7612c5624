"""The share of the cost of persons of 70 to 74 (負担割合), entered by one and checked by another (C1, B4).

An entry changes nothing before it is approved; then the record of the person is revised from the day told
(法42条1項3号・4号). An approved entry says since when the share holds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime
from models.circumstance_entry import APPROVED, OPEN

_IS_OPEN = text("state = 'open'")


class ShareEntry(Base):
    """Which share (tenths: 2 or 3) holds for a person from which day on, by which paper."""

    __tablename__ = "share_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    share: Mapped[int] = mapped_column(SmallInteger)
    from_on: Mapped[date]
    evidence: Mapped[str] = mapped_column(String(400))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    entered_by_number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint("share IN (2, 3)", name="two_or_three_tenths"),
        CheckConstraint(
            "state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> entered_by_number",
            name="two_persons",
        ),
        CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name="approved_by_somebody"),
        Index(
            "uq_share_entry_open", "person_id", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
        ),
        Index("ix_share_entry_state", "state", "id"),
    )


def list_of_person(session: Session, person_id: int) -> list[ShareEntry]:
    """All that was ever entered for a person, the newest first."""
    statement = select(ShareEntry).where(ShareEntry.person_id == person_id)
    return list(session.scalars(statement.order_by(ShareEntry.id.desc())))


def list_open(session: Session) -> list[ShareEntry]:
    """What waits for a second person, the oldest first."""
    return list(session.scalars(select(ShareEntry).where(ShareEntry.state == OPEN).order_by(ShareEntry.id)))


def list_approved(
    session: Session, person_ids: Collection[int], as_of: datetime | None = None
) -> dict[int, list[ShareEntry]]:
    """What was put on record of several persons by id, up to a moment, in one statement; the newest first."""
    found: dict[int, list[ShareEntry]] = {one: [] for one in person_ids}
    if not found:
        return found
    statement = select(ShareEntry).where(ShareEntry.person_id.in_(found), ShareEntry.state == APPROVED)
    if as_of is not None:
        statement = statement.where(ShareEntry.decided_at <= as_of)
    for row in session.scalars(statement.order_by(ShareEntry.decided_at.desc(), ShareEntry.id.desc())):
        found[row.person_id].append(row)
    return found


def since_of(approved: Sequence[ShareEntry], share: int | None) -> date | None:
    """Since when a share on record holds, by what was approved (the newest first); None where nobody told.

    Of two entries from the same day the newer one stands; one of another share from later on takes it back.
    """
    standing: dict[date, ShareEntry] = {}
    for one in approved:
        standing.setdefault(one.from_on, one)
    for one in standing.values():
        followed = any(other.share != share and other.from_on > one.from_on for other in standing.values())
        if one.share == share and not followed:
            return one.from_on
    return None


def find_in_force(approved: Sequence[ShareEntry], day: date) -> ShareEntry | None:
    """Which of what was approved (the newest first) holds on a day: that which began last."""
    return max((one for one in approved if one.from_on <= day), key=lambda one: one.from_on, default=None)
