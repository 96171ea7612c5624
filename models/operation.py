"""What an operator did to cases: each wish with its items and what really came of each (N1, N2).

A run is one wish over one or many cases. The result of an item is written in the transaction that does it, so
that a count is never more than what was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime

WAITING, DONE, REFUSED = "waiting", "done", "refused"
RESULTS = {
    WAITING: ("未実行", "Not done yet", "waiting"),
    DONE: ("実行済", "Done", "done"),
    REFUSED: ("できません", "Refused", "overdue"),
}
LONGEST_MESSAGE = 500
_WAITING = text("state = 'waiting'")


class OperationRun(Base):
    """One wish of an operator. `kind`: migrate, take_back, retry, skip, suspend, resume or rewind.

    A migration names both versions; taking back names the run that it takes back; rewinding names the task.
    """

    __tablename__ = "operation_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    slug: Mapped[str] = mapped_column(String(40), default="")
    from_hash: Mapped[str] = mapped_column(String(64), default="")
    to_hash: Mapped[str] = mapped_column(String(64), default="")
    takes_back_id: Mapped[int | None] = mapped_column(ForeignKey("operation_run.id"), index=True)
    element_id: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(String(400), default="")
    office_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    job_id: Mapped[int | None]
    __table_args__ = (Index("ix_operation_run_kind", "kind", "id"),)


class OperationResult(Base):
    """One case or incident of a run: waiting, done, or refused with the reason."""

    __tablename__ = "operation_result"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("operation_run.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    code: Mapped[str] = mapped_column(String(60), default="")
    message_ja: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    message_en: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_operation_result_run", "run_id", "id"),
        Index(
            "ix_operation_result_waiting", "run_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
    )


class CaseMigration(Base):
    """A case that was moved to another version: what it was before, so that it can be taken back.

    `items` are its open tasks as lists showed them; `moved_hash` is the hash of the state after the move:
    while the case still has it, it has not gone on. `blob` goes when the case has ended or gone on for good.
    """

    __tablename__ = "case_migration"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("workflow_case.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("operation_run.id"), index=True)
    from_hash: Mapped[str] = mapped_column(String(64))
    to_hash: Mapped[str] = mapped_column(String(64))
    blob: Mapped[bytes | None] = mapped_column(LargeBinary)
    moved_hash: Mapped[str] = mapped_column(String(64))
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


def find_last_migration(session: Session, case_id: int) -> CaseMigration | None:
    """The last move of a case that was not taken back; None where there is none."""
    statement = select(CaseMigration).where(
        CaseMigration.case_id == case_id, CaseMigration.taken_back_at.is_(None)
    )
    return session.scalars(statement.order_by(CaseMigration.id.desc())).first()


def next_waiting(session: Session, run_id: int) -> OperationResult | None:
    """The next item of a run that is to be done, held for this transaction; None where all are."""
    statement = select(OperationResult).where(
        OperationResult.run_id == run_id, OperationResult.state == WAITING
    )
    locked = statement.order_by(OperationResult.id).limit(1).with_for_update(skip_locked=True)
    return session.scalars(locked.execution_options(populate_existing=True)).one_or_none()


def count_results(session: Session, run_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many items of each run are in which state, in one statement."""
    statement = (
        select(OperationResult.run_id, OperationResult.state, func.count())
        .where(OperationResult.run_id.in_(run_ids))
        .group_by(OperationResult.run_id, OperationResult.state)
    )
    found: dict[int, dict[str, int]] = {run_id: {} for run_id in run_ids}
    for run_id, state, number in session.execute(statement):
        found[run_id][state] = number
    return found
