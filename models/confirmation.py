"""The confirmation list (確認リスト): writes of an Individual Number that were held, and blanks (A7, M07).

A row never holds a digit: the number that is held lies in the vault and is named by its reference.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

KINDS = {
    "person_has_another": ("別の番号を登録済み", "Has another number"),
    "held_by_another": ("別の方の番号", "Somebody else's number"),
    "formerly": ("変更前の古い番号", "A number replaced before"),
    "blank": ("番号の記入なし", "No number told"),
    "check_digit": ("検査数字が合わない", "Wrong check digit"),
}
STATES = {
    "open": ("確認待ち", "To be checked", "waiting"),
    "released": ("解除", "Released", "done"),
    "rejected": ("却下", "Rejected", "stopped"),
    "settled": ("解消", "Settled", "done"),  # by itself: the number came, the notification was cancelled
}
SOURCES = {"notification": ("届出", "Notification"), "register": ("住基からの取込み", "Resident register")}
OPEN = "open"


class ConfirmationRow(Base):
    """One held write: of whom, against whom, from which notification, since when, and how it was decided."""

    __tablename__ = "confirmation_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    other_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    number_ref: Mapped[str | None] = mapped_column(String(42))  # `vault:…`: it waits there, provisional
    notification_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"), index=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raised_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    reason: Mapped[str | None] = mapped_column(String(400))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        Index("ix_confirmation_row_state", "state", "office_id", "id"),
        Index(
            "ix_confirmation_row_one_blank",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open' AND number_ref IS NULL"),
            postgresql_where=text("state = 'open' AND number_ref IS NULL"),
        ),
    )


def list_open_of(session: Session, person_ids: Collection[int]) -> list[ConfirmationRow]:
    """What is still to be checked of some persons."""
    if not person_ids:
        return []
    statement = select(ConfirmationRow).where(
        ConfirmationRow.person_id.in_(person_ids), ConfirmationRow.state == OPEN
    )
    return list(session.scalars(statement.order_by(ConfirmationRow.id)))
