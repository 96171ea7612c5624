"""The monthly review of the audit record: what was found, how it was judged, what follows from it (L5, M16).

No name of a citizen: who was looked at stands here by pseudonym, as in the record itself.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime

OPEN, IN_ORDER, TO_ASK, BREACH = "", "in_order", "to_ask", "breach"
VERDICTS = {
    OPEN: ("未判定", "Not judged"),
    IN_ORDER: ("問題なし", "In order"),
    TO_ASK: ("本人に確認", "To be asked"),
    BREACH: ("不正な閲覧", "Breach"),
}


class AuditReview(Base):
    """One month of the record under review. `seed` draws the same sample again; `settings` were in force."""

    __tablename__ = "audit_review"
    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("workflow_case.id"), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    events: Mapped[int]
    first_id: Mapped[int]
    last_id: Mapped[int]
    seed: Mapped[str] = mapped_column(String(32))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    judge_by: Mapped[date]
    concluded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    concluded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    summary: Mapped[str] = mapped_column(String(1000), default="")


class AuditFinding(Base):
    """What a rule found about one of the staff, or one drawn event (`sample`), and the verdict on it.

    `number` is what the rule counts; `first_event_id` to `last_event_id` hold what it counted.
    """

    __tablename__ = "audit_finding"
    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("audit_review.id"))
    rule: Mapped[str] = mapped_column(String(40))
    staff_number: Mapped[str] = mapped_column(String(32))
    actor_id: Mapped[int | None]
    office_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(60), default="")
    number: Mapped[int]
    days: Mapped[int]
    first_event_id: Mapped[int]
    last_event_id: Mapped[int]
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    verdict: Mapped[str] = mapped_column(String(10), default=OPEN)
    words: Mapped[str] = mapped_column(String(1000), default="")
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        Index("ix_audit_finding_review", "review_id", "rule", "id"),
        CheckConstraint("verdict IN ('', 'in_order', 'to_ask', 'breach')", name="verdict"),
    )


class AuditFollowUp(Base):
    """What is to be done about a finding, by whom, until when; `escalated_at` once it was overdue."""

    __tablename__ = "audit_follow_up"
    id: Mapped[int] = mapped_column(primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("audit_finding.id"), index=True)
    what: Mapped[str] = mapped_column(String(400))
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    due_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    done_words: Mapped[str] = mapped_column(String(1000), default="")
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditMark(Base):
    """What the rules must know of a pseudonym while they run: a case, a protective measure, one's own.

    Filled from the register at the beginning of a run and emptied at its end, so that nobody finds the
    person of a pseudonym by it. `staff_number` says whose own it is.
    """

    __tablename__ = "audit_mark"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # case protected own
    subject: Mapped[str] = mapped_column(String(60))
    staff_number: Mapped[str] = mapped_column(String(32), default="")
    reason: Mapped[str] = mapped_column(String(20), default="")
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (
        Index("ix_audit_mark_subject", "kind", "subject", "staff_number"),
        UniqueConstraint("kind", "subject", "staff_number", "reason", "from_at"),
    )
