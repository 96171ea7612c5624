"""Assessments (賦課): runs over the city or one household, and of each household every figure (D1, D3, D4).

A run is computed part by part; nothing of it is in force before its state is `FINAL`, which one change of its
row does. Rows of a run are written once and never changed: the assessment in force of a household and year
is that of its latest final run. Amounts are whole yen; figures on the way are cut to the yen here, while the
derivation computes them anew from the persons of the row, to the last part of a yen.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Recorded, UtcDateTime

COMPUTING, READY, APPROVED, FINAL, DISCARDED = "computing", "ready", "approved", "final", "discarded"
STATES = {
    COMPUTING: ("計算中", "Being computed", "draft"),
    READY: ("仮算定", "Trial", "waiting"),
    APPROVED: ("承認済", "Approved", "waiting"),
    FINAL: ("確定", "Final", "done"),
    DISCARDED: ("破棄", "Discarded", "stopped"),
}
CITY, HOUSEHOLD = "city", "household"
INSTALMENTS = 10
PARTS = ("medical", "support", "care", "child")
LEVIES = ("income_levy", "per_capita_levy", "household_levy", "before_cap", "cap", "amount")
PERSON_AMOUNTS = ("salary", "pension", "other_income", "test_addition")
PERSON_MONTHS = ("insured", "care", "exempt", "halved")
# The flags of a person as bits of `flags`, in this order.
PERSON_FLAGS = (
    *("is_earner_anyway", "is_65", "is_declared", "is_unemployed", "counts_for_test", "counts_as_head"),
    *("is_preschool", "is_adult", "is_former_dependant"),
)
UNEMPLOYED, FORMER_DEPENDANT, BIRTH = "unemployed", "former_dependant", "birth"
CIRCUMSTANCES = {
    UNEMPLOYED: ("非自発的失業", "Involuntary unemployment"),
    FORMER_DEPENDANT: ("旧被扶養者", "Former dependant"),
    BIRTH: ("産前産後", "Birth"),
}


class AssessmentRun(Base):
    """One computation: of which year, over whom, as known when, with which figures, decided by whom.

    `decided_on` is the day on which it is decided: instalments due up to it (inclusive) stay as they are.
    `parameters` holds each figure of the law that was read, by name: value, title, certainty. `accepted` are
    the names of the unverified ones that were accepted. `summary` is made once all households are computed.
    """

    __tablename__ = "assessment_run"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    fiscal_year: Mapped[int]
    scope: Mapped[str] = mapped_column(String(10))
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=COMPUTING)
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_on: Mapped[date]
    due_dates: Mapped[list[str]] = mapped_column(JSON)
    late_due_on: Mapped[date]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_run.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    households: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_words: Mapped[str] = mapped_column(String(400), default="")
    accepted: Mapped[list[str]] = mapped_column(JSON, default=list)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    __table_args__ = (
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> begun_by_id", name="another_decides"),
        Index("ix_assessment_run_year", "fiscal_year", "state", "ended_at"),
    )


def _yen() -> Mapped[int]:
    return mapped_column(BigInteger, default=0)


class Assessment(Base):
    """What one household owes for the year by one run, with every figure of the household in whole yen.

    `persons` counts all who count, `insured` those charged, `months` theirs together; `specified` and
    `continuing` are bits of months. `exemption` is what reductions on application (減免) take off the sum of
    the parts. `before_total` and `cause` compare it with what was in
    force when it was computed (`services/assessing/comparing.py`). `instalment_1` … `instalment_10` are the
    regular ones, `late` one more after the last of them, `late_before` what earlier late ones came to,
    `overpaid` what is to be given back: total = regular + late_before + late - overpaid.
    """

    __tablename__ = "assessment"
    run_id: Mapped[int] = mapped_column(ForeignKey("assessment_run.id"), primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), primary_key=True)
    persons: Mapped[int] = mapped_column(SmallInteger)
    insured: Mapped[int] = mapped_column(SmallInteger)
    months: Mapped[int]
    specified: Mapped[int] = mapped_column(SmallInteger)
    continuing: Mapped[int] = mapped_column(SmallInteger)
    leviable_income: Mapped[int] = _yen()
    household_test_income: Mapped[int] = _yen()
    earners: Mapped[int] = mapped_column(SmallInteger)
    heads: Mapped[int] = mapped_column(SmallInteger)
    undeclared: Mapped[int] = mapped_column(SmallInteger)
    limit_seven_tenths: Mapped[int]
    limit_five_tenths: Mapped[int]
    limit_two_tenths: Mapped[int]
    reduction: Mapped[int] = mapped_column(SmallInteger)
    medical_income_levy: Mapped[int] = _yen()
    medical_per_capita_levy: Mapped[int] = _yen()
    medical_household_levy: Mapped[int] = _yen()
    medical_before_cap: Mapped[int] = _yen()
    medical_cap: Mapped[int] = _yen()
    medical_amount: Mapped[int] = _yen()
    support_income_levy: Mapped[int] = _yen()
    support_per_capita_levy: Mapped[int] = _yen()
    support_household_levy: Mapped[int] = _yen()
    support_before_cap: Mapped[int] = _yen()
    support_cap: Mapped[int] = _yen()
    support_amount: Mapped[int] = _yen()
    care_income_levy: Mapped[int] = _yen()
    care_per_capita_levy: Mapped[int] = _yen()
    care_household_levy: Mapped[int] = _yen()
    care_before_cap: Mapped[int] = _yen()
    care_cap: Mapped[int] = _yen()
    care_amount: Mapped[int] = _yen()
    child_income_levy: Mapped[int] = _yen()
    child_per_capita_levy: Mapped[int] = _yen()
    child_household_levy: Mapped[int] = _yen()
    child_before_cap: Mapped[int] = _yen()
    child_cap: Mapped[int] = _yen()
    child_amount: Mapped[int] = _yen()
    exemption: Mapped[int] = mapped_column(default=0, server_default="0")
    total: Mapped[int]
    before_total: Mapped[int]
    cause: Mapped[int] = mapped_column(SmallInteger)
    instalment_1: Mapped[int]
    instalment_2: Mapped[int]
    instalment_3: Mapped[int]
    instalment_4: Mapped[int]
    instalment_5: Mapped[int]
    instalment_6: Mapped[int]
    instalment_7: Mapped[int]
    instalment_8: Mapped[int]
    instalment_9: Mapped[int]
    instalment_10: Mapped[int]
    late_before: Mapped[int]
    late: Mapped[int]
    overpaid: Mapped[int]
    __table_args__ = (
        Index("ix_assessment_household", "household_id", "run_id"),
        Index("ix_assessment_cause", "run_id", "cause", "household_id"),
    )

    @property
    def instalments(self) -> tuple[int, ...]:
        """The regular instalments in their order, whole yen."""
        return tuple(getattr(self, f"instalment_{number}") for number in range(1, INSTALMENTS + 1))


class AssessedPerson(Base):
    """A person as an assessment took him: what the rules read, in the order of the household's persons.

    Months are bits (April is bit 0); `flags` are the bits of `PERSON_FLAGS`. No foreign key to the assessment
    asks for the row of the household once a person, a fifth of what a run costs the server: both are put down
    by one step, and dropped together (`services/assessing/runs.py`).
    """

    __tablename__ = "assessed_person"
    run_id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    salary: Mapped[int] = _yen()
    pension: Mapped[int] = _yen()
    other_income: Mapped[int] = _yen()
    test_addition: Mapped[int] = _yen()
    flags: Mapped[int] = mapped_column(SmallInteger)
    insured: Mapped[int] = mapped_column(SmallInteger)
    care: Mapped[int] = mapped_column(SmallInteger)
    exempt: Mapped[int] = mapped_column(SmallInteger)
    halved: Mapped[int] = mapped_column(SmallInteger)


class PremiumCircumstance(Recorded, Base):
    """Why a person's premium is lower by application (facts 1.7): what, from when, until when (inclusive).

    `unemployed`: from the day after leaving to the end of the next fiscal year. `former_dependant`: from the
    day of joining. `birth`: `from_on` is the day of birth, or the day due; `is_multiple` of several.
    """

    __tablename__ = "premium_circumstance"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    is_multiple: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        Index(
            "ix_premium_circumstance_current",
            "person_id",
            "kind",
            "from_on",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )


def lock_run(session: Session, run_id: int) -> AssessmentRun | None:
    """A run as it is now, held for this transaction; None where there is none."""
    statement = select(AssessmentRun).where(AssessmentRun.id == run_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def find_undiscarded(session: Session, fiscal_year: int) -> AssessmentRun | None:
    """The latest run of a year that was not discarded: it counts, or may come to count."""
    statement = select(AssessmentRun).where(
        AssessmentRun.fiscal_year == fiscal_year, AssessmentRun.state != DISCARDED
    )
    return session.scalars(statement.order_by(AssessmentRun.id.desc()).limit(1)).one_or_none()


def find_in_force(
    session: Session, household_id: int, fiscal_year: int
) -> tuple[AssessmentRun, Assessment] | None:
    """The assessment of a household that is in force for the year, and its run; None where there is none."""
    history = list_final(session, household_id, fiscal_year)
    return history[0] if history else None


def list_final(
    session: Session, household_id: int, fiscal_year: int | None = None
) -> list[tuple[AssessmentRun, Assessment]]:
    """All assessments of a household that are or were in force, the latest first."""
    statement = (
        select(AssessmentRun, Assessment)
        .join(Assessment, Assessment.run_id == AssessmentRun.id)
        .where(Assessment.household_id == household_id, AssessmentRun.state == FINAL)
    )
    if fiscal_year is not None:
        statement = statement.where(AssessmentRun.fiscal_year == fiscal_year)
    order = (AssessmentRun.fiscal_year.desc(), AssessmentRun.ended_at.desc(), AssessmentRun.id.desc())
    return [(run, row) for run, row in session.execute(statement.order_by(*order))]


def list_final_of(
    session: Session, household_ids: Collection[int], fiscal_year: int
) -> dict[int, list[tuple[AssessmentRun, Assessment]]]:
    """All assessments of a year that are or were in force, by household, the earliest first."""
    statement = (
        select(AssessmentRun, Assessment)
        .join(Assessment, Assessment.run_id == AssessmentRun.id)
        .where(
            Assessment.household_id.in_(household_ids),
            AssessmentRun.state == FINAL,
            AssessmentRun.fiscal_year == fiscal_year,
        )
    )
    found: dict[int, list[tuple[AssessmentRun, Assessment]]] = {}
    for run, row in session.execute(statement.order_by(AssessmentRun.ended_at, AssessmentRun.id)):
        found.setdefault(row.household_id, []).append((run, row))
    return found


def list_persons(session: Session, run_id: int, household_id: int) -> list[AssessedPerson]:
    """The persons of an assessment in their order."""
    statement = select(AssessedPerson).where(
        AssessedPerson.run_id == run_id, AssessedPerson.household_id == household_id
    )
    return list(session.scalars(statement.order_by(AssessedPerson.place)))
