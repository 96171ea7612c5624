"""Receipts of trials of the premium: what was told, with which figures of the law, what came out (issue 7).

A row is written once. It names nobody; the counter may tie it to a household, so that its bill is compared.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, UtcDateTime


class PremiumReceipt(Base):
    """One receipt. `total` is whole yen of the fiscal year.

    `sheet` holds the rows as told, `asked` the amounts that were asked about and confirmed. `law` holds every
    figure of the law on the premium at the beginning of the year, by name, with its source: with it the trial
    can be computed again to the same yen. `paper` is what was printed.
    """

    __tablename__ = "premium_receipt"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    fiscal_year: Mapped[int]
    sheet: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    asked: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    law: Mapped[dict[str, Any]] = mapped_column(JSON)
    total: Mapped[int] = mapped_column(BigInteger)
    paper: Mapped[dict[str, Any]] = mapped_column(JSON)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("household.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)


def find_receipt(session: Session, number: str) -> PremiumReceipt | None:
    """The receipt of a number; None where there is none."""
    return session.scalars(select(PremiumReceipt).where(PremiumReceipt.number == number)).one_or_none()


def list_receipts(session: Session, user_id: int, limit: int) -> list[PremiumReceipt]:
    """The newest receipts that somebody made."""
    statement = select(PremiumReceipt).where(PremiumReceipt.made_by_id == user_id)
    return list(session.scalars(statement.order_by(PremiumReceipt.id.desc()).limit(limit)))
