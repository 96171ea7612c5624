"""Forms that were sent: the same sending is done once only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class Deed(Base):
    """A form that was sent: the same sending (`key` of the page, by the same user) is done once only."""

    __tablename__ = "deed"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int]
    body_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
