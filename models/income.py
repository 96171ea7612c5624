"""Incomes of a person in a year as the tax section told them (所得情報; J5, D1; record-items D 116–145).

Whole yen. A year of income (所得年) is a calendar year; the premium of the fiscal year Y reads that of Y - 1.
A later file closes the row and adds a new one (ADR 0003). Losses of a kind are negative amounts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, select, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Recorded, known

DECLARED, UNDECLARED, SIMPLE_REPORT = "1", "2", "3"
DECLARATION_KINDS = {
    DECLARED: ("申告", "Declared"),
    UNDECLARED: ("未申告", "Not declared"),
    SIMPLE_REPORT: ("簡易申告", "Simple income report"),
}
RESIDENT_TAX_KINDS = {
    "1": ("課税", "Taxed"),
    "2": ("均等割のみ課税", "Per-capita part only"),
    "3": ("非課税", "Not taxed"),
}
AMOUNTS = (
    "salary_gross",
    "salary_income",
    "pension_gross",
    "pension_income",
    "business_income",
    "farm_income",
    "real_estate_income",
    "capital_income",
    "other_income",
    "separate_transfer_income",
    "separate_transfer_after",
    "separate_stock_income",
    "forest_income",
    "loss_carried_forward",
    "family_worker_deduction",
    "family_worker_salary",
    "total_income",
    "taxable_income",
)


class Income(Recorded, Base):
    """What a person earned in a calendar year, by kind, in whole yen.

    `separate_transfer_income` is before the special deduction on land, `separate_transfer_after` after it.
    `family_worker_deduction` is what the owner deducts (専従者控除), `family_worker_salary` what the family
    worker is paid. `total_income` is 総所得金額等 as the tax section told it, None where it did not.
    """

    __tablename__ = "income"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    income_year: Mapped[int]
    taxed_municipality_code: Mapped[str] = mapped_column(String(6), default="")
    declaration_kind: Mapped[str] = mapped_column(String(1))
    resident_tax_kind: Mapped[str] = mapped_column(String(1), default="")
    salary_gross: Mapped[int] = mapped_column(BigInteger, default=0)
    salary_income: Mapped[int] = mapped_column(BigInteger, default=0)
    pension_gross: Mapped[int] = mapped_column(BigInteger, default=0)
    pension_income: Mapped[int] = mapped_column(BigInteger, default=0)
    business_income: Mapped[int] = mapped_column(BigInteger, default=0)
    farm_income: Mapped[int] = mapped_column(BigInteger, default=0)
    real_estate_income: Mapped[int] = mapped_column(BigInteger, default=0)
    capital_income: Mapped[int] = mapped_column(BigInteger, default=0)
    other_income: Mapped[int] = mapped_column(BigInteger, default=0)
    separate_transfer_income: Mapped[int] = mapped_column(BigInteger, default=0)
    separate_transfer_after: Mapped[int] = mapped_column(BigInteger, default=0)
    separate_stock_income: Mapped[int] = mapped_column(BigInteger, default=0)
    forest_income: Mapped[int] = mapped_column(BigInteger, default=0)
    loss_carried_forward: Mapped[int] = mapped_column(BigInteger, default=0)
    family_worker_deduction: Mapped[int] = mapped_column(BigInteger, default=0)
    family_worker_salary: Mapped[int] = mapped_column(BigInteger, default=0)
    total_income: Mapped[int | None] = mapped_column(BigInteger)
    taxable_income: Mapped[int | None] = mapped_column(BigInteger)
    source_file_id: Mapped[int | None] = mapped_column(ForeignKey("incoming_file.id"))
    source_line: Mapped[int | None]
    __table_args__ = (
        Index(
            "ix_income_current",
            "income_year",
            "person_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_income_person_year", "person_id", "income_year"),
    )

    @hybrid_property
    def besides(self) -> int:
        """Incomes besides salary and pension, after losses carried forward; may be below zero.

        The `other_income` of `rules.premium.households.PersonFacts` (施行令29条の7).
        """
        return (
            self.business_income
            + self.farm_income
            + self.real_estate_income
            + self.capital_income
            + self.other_income
            + self.separate_transfer_after
            + self.separate_stock_income
            + self.forest_income
            - self.loss_carried_forward
        )

    @hybrid_property
    def test_addition(self) -> int:
        """What the test of the reduction puts back: 専従者控除, the special deduction on land (facts 1.4)."""
        return self.family_worker_deduction + self.separate_transfer_income - self.separate_transfer_after


def find_income(
    session: Session, person_id: int, income_year: int, as_of: datetime | None = None
) -> Income | None:
    """The incomes of a person in a year as known today or at `as_of`; None where nothing was told."""
    statement = select(Income).where(Income.person_id == person_id, Income.income_year == income_year)
    return session.scalars(known(statement, Income, as_of)).one_or_none()


def list_incomes(session: Session, person_ids: Iterable[int], income_year: int) -> dict[int, Income]:
    """Today's incomes of several persons in a year by person, in one statement."""
    statement = select(Income).where(
        Income.person_id.in_(list(person_ids)), Income.income_year == income_year
    )
    return {row.person_id: row for row in session.scalars(known(statement, Income))}
