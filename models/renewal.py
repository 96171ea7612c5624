"""The yearly renewal of certificates (一斉更新): runs over the city, each person and what he would get (C2).

A run is a trial until another person approved it; only then certificates are issued, household by household.
Rows of a run that was given up go with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

COMPUTING, READY, APPROVED, ISSUING, FINAL, DISCARDED = (
    *("computing", "ready", "approved", "issuing", "final", "discarded"),
)
STATES = {
    COMPUTING: ("計算中", "Being computed", "draft"),
    READY: ("試し", "Trial", "waiting"),
    APPROVED: ("承認済", "Approved", "waiting"),
    ISSUING: ("交付中", "Being issued", "waiting"),
    FINAL: ("交付済", "Issued", "done"),
    DISCARDED: ("破棄", "Discarded", "stopped"),
}
SAME, FIRST, CHANGED, REFUSED = "same", "first", "changed", "refused"
OUTCOMES = {
    SAME: ("同じ種類で更新", "Renewed, same kind"),
    CHANGED: ("種類が変わる", "Another kind than now"),
    FIRST: ("いま証がない", "Holds none now"),
    REFUSED: ("交付できない", "Cannot be issued"),
}


class RenewalRun(Base):
    """One renewal: for the term that begins on `term_on`, as known at `begun_at`, decided by whom.

    `persons`, `households` and `needless` count who was looked at and who holds what he needs; `counts` are
    the sums shown, made once all are computed.
    """

    __tablename__ = "renewal_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    term_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default=COMPUTING)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    persons: Mapped[int] = mapped_column(default=0)
    needless: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_words: Mapped[str] = mapped_column(String(400), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> begun_by_id", name="another_decides"),
        Index("ix_renewal_run_state", "state", "term_on"),
    )


class RenewalRow(Base):
    """One paper that a person would get, or why he gets none (`kind` is empty then).

    `before_kind` is the kind that he holds now, empty without one; `limited_by` says what sets the last day
    (inclusive). `note` says why nothing can be issued, or why nothing was.
    """

    __tablename__ = "renewal_row"
    run_id: Mapped[int] = mapped_column(ForeignKey("renewal_run.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    expires_on: Mapped[date | None]
    limited_by: Mapped[str] = mapped_column(String(40), default="")
    before_kind: Mapped[str] = mapped_column(String(30), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(400), default="")
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"), index=True)
    __table_args__ = (
        Index("ix_renewal_row_household", "run_id", "household_id"),
        Index("ix_renewal_row_outcome", "run_id", "outcome", "person_id"),
    )


def lock_run(session: Session, run_id: int) -> RenewalRun | None:
    """A run as it is now, held for this transaction; None where there is none."""
    statement = select(RenewalRun).where(RenewalRun.id == run_id)
    return session.scalars(
        statement.with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
