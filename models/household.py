"""Households, members and heads by date, symbol and number, branch numbers (A2, A4)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, Recorded, UtcDateTime, in_force, key_text, known


class Household(Base):
    """An NHI household (国保世帯). Members, head and numbers are dated rows of their own."""

    __tablename__ = "household"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_number: Mapped[str] = mapped_column(key_text(10), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    cards: Mapped[list[CardNumber]] = relationship(order_by="CardNumber.id")


class HouseholdMember(Recorded, Base):
    """A person in a household from `from_on` to `until_on` (last day, inclusive)."""

    __tablename__ = "household_member"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    relationship_code: Mapped[str] = mapped_column(String(20), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class HouseholdHead(Recorded, Base):
    """The head who owes the premium by date; a head who is not insured himself is held too (擬制世帯主)."""

    __tablename__ = "household_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    nhi_only: Mapped[bool] = mapped_column(default=False)  # 国保上の世帯主の変更
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class CardNumber(Base):
    """Symbol and number (記号番号) of a household by date; given once and never again (A4)."""

    __tablename__ = "card_number"
    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    symbol: Mapped[str] = mapped_column(String(20), default="")
    number: Mapped[str] = mapped_column(key_text(10), unique=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class BranchNumber(Base):
    """The two-digit branch (枝番) of a person within a number; given once and never again (A4)."""

    __tablename__ = "branch_number"
    id: Mapped[int] = mapped_column(primary_key=True)
    card_number_id: Mapped[int] = mapped_column(ForeignKey("card_number.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    branch: Mapped[str] = mapped_column(String(2))
    __table_args__ = (
        UniqueConstraint("card_number_id", "branch"),
        UniqueConstraint("card_number_id", "person_id"),
    )


def get_head(session: Session, household_id: int, day: date) -> HouseholdHead | None:
    """Who heads the household on `day`, as known today; None where nobody does."""
    statement = known(select(HouseholdHead).where(HouseholdHead.household_id == household_id), HouseholdHead)
    return session.scalars(in_force(statement, HouseholdHead, day).order_by(HouseholdHead.id.desc())).first()


def list_members(
    session: Session, household_id: int, day: date | None = None, as_of: datetime | None = None
) -> list[HouseholdMember]:
    """Members of a household on `day` (ever, when None), as known today or at `as_of`."""
    statement = select(HouseholdMember).where(HouseholdMember.household_id == household_id)
    statement = known(statement, HouseholdMember, as_of)
    if day is not None:
        statement = in_force(statement, HouseholdMember, day)
    return list(session.scalars(statement.order_by(HouseholdMember.from_on, HouseholdMember.id)))


def current_card_number(session: Session, household_id: int) -> CardNumber | None:
    """The number under which the household is insured now; None before the first one."""
    statement = (
        select(CardNumber)
        .where(CardNumber.household_id == household_id, CardNumber.until_on.is_(None))
        .order_by(CardNumber.id.desc())
    )
    return session.scalars(statement).first()
