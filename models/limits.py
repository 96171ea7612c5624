"""Counters of the rate limits, shared by all processes through the database (N6)."""

from __future__ import annotations

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class RateCounter(Base):
    """How often something was done in a window that ends at `expires` (seconds since 1970)."""

    __tablename__ = "rate_counter"
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    hits: Mapped[int]
    expires: Mapped[float] = mapped_column(Float, index=True)
