"""Protective measures (支援措置) with their ground, and releases of the places that they hide (H14)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

KINDS = {
    "dv": ("配偶者等からの暴力", "Domestic violence"),
    "stalking": ("ストーカー行為等", "Stalking"),
    "child_abuse": ("児童虐待", "Child abuse"),
    "other": ("その他これらに準ずるもの", "Other of the like"),
}
MARK_STATES = {
    "in_force": ("実施中", "In force", "waiting"),
    "lift_asked": ("解除の決定待ち", "Lifting to be decided", "back"),
    "lifted": ("解除済", "Lifted", "stopped"),
}
PURPOSES = {
    "contact": ("本人への連絡", "To reach the person"),
    "sending": ("書類の送付", "To send papers"),
    "correction": ("登録内容の確認・訂正", "To check or correct the record"),
    "authority": ("法令に基づく照会への回答", "To answer an authority by law"),
}
RELEASE_STATES = {
    "asked": ("決定待ち", "To be decided", "waiting"),
    "granted": ("開示中", "Released", "done"),
    "refused": ("不承認", "Refused", "stopped"),
    "ended": ("終了", "Ended", "stopped"),
}


class ProtectiveMark(Base):
    """A measure for a person: on which ground, from when to when, who set and who lifted it.

    The record of the person says whether one is in force; this row says why.
    """

    __tablename__ = "protective_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    ground: Mapped[str] = mapped_column(String(400))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(12), default="in_force")
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    lift_reason: Mapped[str | None] = mapped_column(String(400))
    lift_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lift_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_reason: Mapped[str | None] = mapped_column(String(400))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class PlaceRelease(Base):
    """One person of the staff may see the places of one protected person, for a purpose, until a moment."""

    __tablename__ = "place_release"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(400))
    minutes: Mapped[int]
    state: Mapped[str] = mapped_column(String(8), default="asked")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    decided_reason: Mapped[str | None] = mapped_column(String(400))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_place_release_reader", "asked_by_id", "person_id", "state"),)

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at a moment."""
        return self.state == "granted" and self.expires_at is not None and at < self.expires_at
