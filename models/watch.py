"""Watchdogs (見張り): their looks, what they found, and those that the office composed (issue 7).

A finding stands once for a watchdog, household and person until its cause is gone (`gone_run_id`). What an
office composed is on duty once another person has put it there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

OPEN, SETTLED, GONE = "open", "settled", "gone"
FINDING_STATES = {
    OPEN: ("未処理", "Open", "waiting"),
    SETTLED: ("処理済", "Settled", "done"),
    GONE: ("解消", "Gone by itself", "stopped"),
}
DRAFT, ON, REFUSED, OFF = "draft", "on", "refused", "off"
RULE_STATES = {
    DRAFT: ("確認待ち", "Waits for a check", "waiting"),
    ON: ("見張り中", "On duty", "done"),
    REFUSED: ("差し戻し", "Refused", "back"),
    OFF: ("停止", "Switched off", "stopped"),
}
_PRESENT = text("gone_run_id IS NULL")


class WatchRule(Base):
    """A watchdog that an administrator composed from the data dictionary.

    `conditions` are all to hold: item of the dictionary, comparison, value. `tried_count` is how many it
    found when it was tried out.
    """

    __tablename__ = "watch_rule"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    article: Mapped[str] = mapped_column(String(100))
    conditions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    tried_count: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    entered_by_number: Mapped[str] = mapped_column(String(32))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        CheckConstraint(
            "decided_by_number IS NULL OR decided_by_number <> entered_by_number", name="two_persons"
        ),
        CheckConstraint("state <> 'on' OR decided_by_number IS NOT NULL", name="on_by_somebody"),
    )

    @property
    def key(self) -> str:
        """The name of the watchdog."""
        return f"own-{self.id}"


class WatchRun(Base):
    """One look of one watchdog over the record: how many it found, how many of them new, how many gone."""

    __tablename__ = "watch_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    watchdog: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    found: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_watch_run_watchdog", "watchdog", "id"),)


class WatchFinding(Base):
    """Somebody of whom a rule may have been forgotten; a task until it is settled or its cause is gone.

    `amount` says how much: whole yen that differ, or months, as the watchdog tells; 0 where it says nothing.
    """

    __tablename__ = "watch_finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    watchdog: Mapped[str] = mapped_column(String(40))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    run_id: Mapped[int] = mapped_column(ForeignKey("watch_run.id"))
    gone_run_id: Mapped[int | None] = mapped_column(ForeignKey("watch_run.id"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        Index(
            "uq_watch_finding_present",
            "watchdog",
            "household_id",
            "person_id",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index("ix_watch_finding_state", "state", "watchdog"),
    )
