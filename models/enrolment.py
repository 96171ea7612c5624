"""Eligibility periods (資格): from when to when a person is insured here, and why (A3; facts.md 4.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Recorded, known


class Enrolment(Recorded, Base):
    """One eligibility period as it was known; rows of one period share `period_key`.

    `acquired_on` is the first day insured; `lost_on` is the first day not insured any more (資格喪失年月日).
    `coverage_start_on` and `coverage_end_on` bound it to this municipality (適用開始日・適用終了日).
    A cancelled period (取消) stays as a row with `cancelled`.
    """

    __tablename__ = "enrolment"
    id: Mapped[int] = mapped_column(primary_key=True)
    period_key: Mapped[str] = mapped_column(String(36), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    acquired_on: Mapped[date]
    acquisition_reason: Mapped[str] = mapped_column(String(2))
    acquisition_notified_on: Mapped[date | None]
    coverage_start_on: Mapped[date]
    lost_on: Mapped[date | None]
    loss_reason: Mapped[str | None] = mapped_column(String(2))
    loss_notified_on: Mapped[date | None]
    coverage_end_on: Mapped[date | None]
    ex_officio: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False)
    residence_exception: Mapped[str | None] = mapped_column(String(10))  # student facility
    __table_args__ = (
        Index(
            "ix_enrolment_current_period",
            "period_key",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    def covers(self, day: date) -> bool:
        """Whether the person is insured here on `day` by this period."""
        ended = self.lost_on or self.coverage_end_on
        return not self.cancelled and self.acquired_on <= day and (ended is None or day < ended)


def list_periods(session: Session, person_id: int, as_of: datetime | None = None) -> list[Enrolment]:
    """All periods of a person as known today or at `as_of`, oldest first; cancelled ones included."""
    statement = known(select(Enrolment).where(Enrolment.person_id == person_id), Enrolment, as_of)
    return list(session.scalars(statement.order_by(Enrolment.acquired_on, Enrolment.id)))


def list_periods_of(session: Session, person_ids: Collection[int]) -> list[Enrolment]:
    """All periods of several persons as known today, in one statement; cancelled ones included."""
    statement = known(select(Enrolment).where(Enrolment.person_id.in_(person_ids)), Enrolment)
    return list(session.scalars(statement.order_by(Enrolment.acquired_on, Enrolment.id)))


def list_household_periods(session: Session, household_id: int, day: date) -> list[Enrolment]:
    """The periods of a household's insured persons that hold `day`, as known today."""
    statement = known(select(Enrolment).where(Enrolment.household_id == household_id), Enrolment)
    statement = statement.where(
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= day,
        or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > day),
    )
    return list(session.scalars(statement.order_by(Enrolment.person_id)))


def find_open_period(session: Session, person_id: int) -> Enrolment | None:
    """The period of a person that has no end yet; None where he is not insured here."""
    statement = known(select(Enrolment).where(Enrolment.person_id == person_id), Enrolment)
    statement = statement.where(Enrolment.lost_on.is_(None), Enrolment.cancelled.is_(False))
    return session.scalars(statement.order_by(Enrolment.id.desc())).first()
