"""Deductions from pensions (特別徴収): what payers told, who is concerned, what is deducted (D1, 法76条の3).

What a payer told and what was decided is never overwritten: a row is closed or followed by the next one. The
latest `PensionDeduction` of a household and year, carried on over the assessments in force after it, says how
the year is collected (`services/pensions/collected.py`). Amounts are whole yen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, SmallInteger, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Recorded, UtcDateTime, known

OPEN, APPROVED, REFUSED, WITHDRAWN = "open", "approved", "refused", "withdrawn"
DECIDING = "deciding"  # a list that was approved, until the work of it is done
STATES = {
    OPEN: ("確認待ち", "Waits for a check", "waiting"),
    DECIDING: ("承認の処理中", "Approved, under way", "waiting"),
    APPROVED: ("承認", "Approved", "done"),
    REFUSED: ("差し戻し", "Refused", "back"),
    WITHDRAWN: ("取下げ", "Taken back", "stopped"),
}
TELL, STOP = "tell", "stop"
ACTS = {TELL: ("年金の通知・支払方法", "What the payer told"), STOP: ("特別徴収の中止", "Stop the deduction")}
BEGIN, PROVISIONAL = "begin", "provisional"
KINDS = {
    BEGIN: ("特別徴収の開始", "Begun"),
    PROVISIONAL: ("仮徴収", "Provisional"),
    STOP: ("特別徴収の中止", "Stopped"),
}
_IS_OPEN = text("state = 'open'")
_IS_CURRENT = text("superseded_at IS NULL")
_TWO_PERSONS = "state = 'withdrawn' OR decided_by_number IS NULL OR decided_by_number <> {by}_by_number"


class PensionFact(Recorded, Base):
    """What is known of a person's pension in a fiscal year: its payer, yen of a year, how he wants to pay.

    `transfer_from` is the day from which he chose account transfer, None while he did not.
    """

    __tablename__ = "pension_fact"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fiscal_year: Mapped[int]
    payer_code: Mapped[str] = mapped_column(String(3))
    pension_code: Mapped[str] = mapped_column(String(4), default="")
    annual: Mapped[int]
    care_premium: Mapped[int]
    is_care_deducted: Mapped[bool]
    transfer_from: Mapped[date | None]
    __table_args__ = (
        Index(
            "uq_pension_fact_current",
            "person_id",
            "fiscal_year",
            unique=True,
            sqlite_where=_IS_CURRENT,
            postgresql_where=_IS_CURRENT,
        ),
    )


class PensionEntry(Base):
    """Entered by one, checked by another: what a payer told (`tell`), or that a deduction ends (`stop`)."""

    __tablename__ = "pension_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fiscal_year: Mapped[int]
    act: Mapped[str] = mapped_column(String(10))
    payer_code: Mapped[str] = mapped_column(String(3), default="")
    pension_code: Mapped[str] = mapped_column(String(4), default="")
    annual: Mapped[int] = mapped_column(default=0)
    care_premium: Mapped[int] = mapped_column(default=0)
    is_care_deducted: Mapped[bool] = mapped_column(default=False)
    transfer_from: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(20), default="")
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
        CheckConstraint(_TWO_PERSONS.format(by="entered"), name="two_persons"),
        CheckConstraint("state <> 'approved' OR decided_by_number IS NOT NULL", name="approved_by_somebody"),
        Index(
            "uq_pension_entry_open",
            "household_id",
            "fiscal_year",
            "act",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_pension_entry_state", "state", "id"),
    )


class PensionList(Base):
    """Who could pay out of his pension from a month (4 or 10) of a year on, made by one, approved by another.

    `decided_on` is the day for which the amounts were worked out: pensions too near to it are not reached.
    """

    __tablename__ = "pension_list"
    id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int]
    month: Mapped[int] = mapped_column(SmallInteger)
    decided_on: Mapped[date]
    households: Mapped[int] = mapped_column(default=0)
    concerned: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    made_by_number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_by_number: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(400), default="")
    __table_args__ = (
        CheckConstraint(_TWO_PERSONS.format(by="made"), name="two_persons"),
        CheckConstraint("month IN (4, 10)", name="begins_in_april_or_october"),
        Index(
            "uq_pension_list_open",
            "fiscal_year",
            "month",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )


class PensionCandidate(Base):
    """A household on a list. `failing` has a bit for each check that does not hold (`CHECKS`); 0: concerned.

    `run_id` is the assessment looked at; `first_yen` the first deduction, `each_yen` the others.
    """

    __tablename__ = "pension_candidate"
    list_id: Mapped[int] = mapped_column(ForeignKey("pension_list.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_run.id"))
    failing: Mapped[int] = mapped_column(SmallInteger)
    premium: Mapped[int]
    annual: Mapped[int]
    care_premium: Mapped[int]
    first_yen: Mapped[int] = mapped_column(default=0)
    each_yen: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_pension_candidate_failing", "list_id", "failing", "household_id"),)


class PensionDeduction(Base):
    """How a year of a household is collected since a decision: begun, provisional, or stopped.

    `deducted` are the six amounts in the order of the fiscal year; `regular`, `late_before`, `late` and
    `overpaid` as in an assessment. `run_id` is the assessment it was worked out from; None before there was
    one (provisional).
    """

    __tablename__ = "pension_deduction"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    fiscal_year: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    payer_code: Mapped[str] = mapped_column(String(3))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_run.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("pension_list.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("pension_entry.id"))
    deducted: Mapped[list[int]] = mapped_column(JSON)
    regular: Mapped[list[int]] = mapped_column(JSON)
    late_before: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    late_due_on: Mapped[date | None]
    overpaid: Mapped[int] = mapped_column(default=0)
    goes_on: Mapped[bool]
    is_settled: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(20), default="")
    decided_on: Mapped[date]
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        CheckConstraint("kind <> 'stop' OR NOT goes_on", name="stopped_does_not_go_on"),
        Index("ix_pension_deduction_year", "fiscal_year", "household_id"),
    )


def list_facts(session: Session, person_ids: Collection[int], fiscal_year: int) -> dict[int, PensionFact]:
    """What is known of the pensions of persons in a year, by person."""
    statement = select(PensionFact).where(
        PensionFact.person_id.in_(person_ids), PensionFact.fiscal_year == fiscal_year
    )
    return {one.person_id: one for one in session.scalars(known(statement, PensionFact))}


def list_decisions(
    session: Session, household_ids: Collection[int], fiscal_year: int
) -> dict[int, list[PensionDeduction]]:
    """What was decided of a year, by household, the earliest first."""
    statement: Any = select(PensionDeduction).where(
        PensionDeduction.fiscal_year == fiscal_year, PensionDeduction.household_id.in_(household_ids)
    )
    found: dict[int, list[PensionDeduction]] = {}
    for one in session.scalars(statement.order_by(PensionDeduction.id)):
        found.setdefault(one.household_id, []).append(one)
    return found


def list_entries(session: Session, household_id: int) -> list[PensionEntry]:
    """All that was entered for a household, the newest first."""
    statement = select(PensionEntry).where(PensionEntry.household_id == household_id)
    return list(session.scalars(statement.order_by(PensionEntry.id.desc())))
