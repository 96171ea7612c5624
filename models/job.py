"""Work that is done after the commit of who asked for it: the row is the truth (ADR 0007).

A job is waiting, running, done, failed or cancelled. Who runs it holds a lease that runs out by itself and
a number that grows with each lease (`fence`): whoever lost his lease can write nothing more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STATES = {
    WAITING: ("待機中", "Waiting", "draft"),
    RUNNING: ("実行中", "Running", "waiting"),
    DONE: ("完了", "Done", "done"),
    FAILED: ("失敗", "Failed", "overdue"),
    CANCELLED: ("中止", "Cancelled", "stopped"),
}
LONGEST_ERROR = 500
LONGEST_MESSAGE = 300
_WAITING, _RUNNING = text("state = 'waiting'"), text("state = 'running'")


class Job(Base):
    """One piece of work. `idempotency_key` makes the second wish the first one.

    `priority`: the smaller goes first. `next_at`: not before. `attempts` counts tries since the last step
    that was kept. `done_before` and `started_at`: where and when the present try began, for the estimate.
    """

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids and plain values only
    idempotency_key: Mapped[str] = mapped_column(String(160), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    priority: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int]
    lease_owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fence: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    message_ja: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    message_en: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    last_error: Mapped[str | None] = mapped_column(String(LONGEST_ERROR))
    last_error_en: Mapped[str | None] = mapped_column(String(LONGEST_ERROR))
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    asked_staff_number: Mapped[str] = mapped_column(String(32))
    asked_roles: Mapped[list[str]] = mapped_column(JSON, default=list)  # his right, proved when he asked
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_before: Mapped[int] = mapped_column(default=0)
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index(
            "ix_job_waiting", "priority", "next_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
        Index("ix_job_running", "lease_until", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
        Index("ix_job_asked_by", "asked_by_id", "id"),
        Index("ix_job_state", "state", "id"),
    )


class JobSkip(Base):
    """What a job left out, and why; append-only. `subject` is `kind:id`, never a name."""

    __tablename__ = "job_skip"
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    subject: Mapped[str] = mapped_column(String(60))
    reason_ja: Mapped[str] = mapped_column(String(LONGEST_MESSAGE))
    reason_en: Mapped[str] = mapped_column(String(LONGEST_MESSAGE))


class PeriodicJob(Base):
    """What the calendar remembers of one regular work: up to when it was asked for, and whether it is on."""

    __tablename__ = "periodic_job"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    asked_upto: Mapped[datetime] = mapped_column(UtcDateTime)
    enabled: Mapped[bool] = mapped_column(default=True)
    because: Mapped[str | None] = mapped_column(String(200))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    last_job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))


def find_by_key(session: Session, key: str) -> Job | None:
    """The job of a key; None where nobody asked for it."""
    return session.scalars(select(Job).where(Job.idempotency_key == key)).one_or_none()


def lock(session: Session, job_id: int) -> Job | None:
    """A job as it is now, held for this transaction; None where there is none."""
    statement = select(Job).where(Job.id == job_id)
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
