"""What a case waits for other than people: rows that are looked up without reading a case (Ruling 3, N1).

They are written with the case by the engine and follow from its state: nobody else adds or removes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime, key_text

WOKEN = text("wake_at IS NOT NULL")


class Timer(Base):
    """When a waiting case must be woken.

    `since` is when the case reached it, `due_at` what the diagram says; `wake_at` is when the poller looks at
    it: later after a failure, and never (None) while the case is suspended.
    """

    __tablename__ = "case_timer"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    task_guid: Mapped[str] = mapped_column(String(36), unique=True)
    element_id: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # None where it began before this was kept
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index("ix_case_timer_wake", "wake_at", "id", "case_id", sqlite_where=WOKEN, postgresql_where=WOKEN),
    )


class Waiting(Base):
    """A case that waits for a message or signal, or for the system to do a service in the background.

    `kind` is message, signal or service; `name` the message, signal or operation; `correlation_key` says
    which message of that name is meant (empty: any).
    """

    __tablename__ = "case_waiting"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    task_guid: Mapped[str] = mapped_column(String(36), unique=True)
    element_id: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(key_text(100))
    correlation_key: Mapped[str] = mapped_column(key_text(200), default="")
    title_ja: Mapped[str] = mapped_column(String(100), default="")
    title_en: Mapped[str] = mapped_column(String(100), default="")
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_case_waiting_for", "kind", "name", "correlation_key"),)


def list_timers(session: Session, case_id: int) -> Sequence[Timer]:
    """The timers of a case, the next one first."""
    return session.scalars(select(Timer).where(Timer.case_id == case_id).order_by(Timer.due_at)).all()


def list_waiting(session: Session, case_id: int) -> Sequence[Waiting]:
    """What a case waits for, the oldest first."""
    return session.scalars(select(Waiting).where(Waiting.case_id == case_id).order_by(Waiting.id)).all()


def list_awaiting(session: Session, kind: str, name: str, key: str = "") -> Sequence[Waiting]:
    """Who waits for a message or signal of this name: those of this key, and those that take any."""
    statement = select(Waiting).where(
        Waiting.kind == kind, Waiting.name == name, Waiting.correlation_key.in_({key, ""})
    )
    return session.scalars(statement.order_by(Waiting.id)).all()
