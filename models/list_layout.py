"""Which columns somebody wants in a list, and in which order (N2)."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ListLayout(Base):
    """The columns of one list for one person; without a row he gets those that it begins with."""

    __tablename__ = "list_layout"
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(20), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
