"""A notification (届出): append-only actions from which its state is derived, never set (B1, B5)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, UtcDateTime, key_text

WAYS = {"counter": ("窓口", "Counter"), "post": ("郵送", "Post"), "ex_officio": ("職権", "Ex officio")}
ACTIONS = {
    "submitted": ("受付", "Accepted"),
    "identity_confirmed": ("本人確認済", "Identity confirmed"),
    "identity_refused": ("本人確認不可", "Identity refused"),
    "papers_awaited": ("書類待ち", "Papers awaited"),
    "papers_arrived": ("書類受領", "Papers arrived"),
    "verified": ("照合一致", "Verified"),
    "differences_found": ("照合不一致", "Differences found"),
    "sent_back": ("差戻し", "Sent back"),
    "corrected": ("訂正", "Corrected"),
    "registered": ("登録", "Registered"),
    "withdrawn": ("取下げ", "Withdrawn"),
    "refused": ("不受理", "Not accepted"),
    "cancelled": ("取消", "Cancelled"),
    "rewound": ("前の手順へ戻し", "Put back"),
}


class Notification(Base):
    """What somebody notified, received by an office on a day."""

    __tablename__ = "notification"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(key_text(14), unique=True)
    procedure: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(12))
    received_on: Mapped[date] = mapped_column(index=True)
    event_on: Mapped[date | None]
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    cancels_id: Mapped[int | None] = mapped_column(ForeignKey("notification.id"))
    ground: Mapped[str | None] = mapped_column(String(200))  # ex officio: ground of the decision
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    actions: Mapped[list[NotificationAction]] = relationship(order_by="NotificationAction.id")


class NotificationAction(Base):
    """One deed on a notification; append-only."""

    __tablename__ = "notification_action"
    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    note: Mapped[str | None] = mapped_column(String(400))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    __table_args__ = (Index("ix_notification_action_notification", "notification_id", "id"),)


class NotificationPerson(Base):
    """Which registered persons a notification concerns, for the lists of a person and a household."""

    __tablename__ = "notification_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


def state_of(actions: list[NotificationAction]) -> str:
    """The state of a notification, folded from its actions: the last one counts; none means a draft.

    One that operations put back is in the state that it then waits in, which the action holds.
    """
    if not actions:
        return "draft"
    last = actions[-1]
    return str(last.data["state"]) if last.kind == "rewound" else last.kind


def shown_state_of(actions: list[NotificationAction]) -> str:
    """The state as people call it: what was turned down after an examination was taken, and then decided."""
    return str(actions[-1].data.get("shown") or state_of(actions)) if actions else state_of(actions)
