"""Numbers that the system gives: each once, never again (A4, C2)."""

from __future__ import annotations

from typing import cast

from sqlalchemy import String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class NumberSeries(Base):
    """The next number of a series; the row is locked while a number is taken."""

    __tablename__ = "number_series"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    next_value: Mapped[int]


SERIES = cast("Table", NumberSeries.__table__)


def take(session: Session, name: str, count: int = 1, first: int = 1) -> int:
    """Take `count` consecutive numbers of a series and return the lowest.

    The row stays locked until the transaction ends, so that two workers never get the same number. A
    transaction that fails gives its numbers back unseen: nobody had them.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    begun = insert(SERIES).values(name=name, next_value=first + count)
    taken = begun.on_conflict_do_update(
        index_elements=[SERIES.c.name], set_={"next_value": SERIES.c.next_value + count}
    )
    return int(session.execute(taken.returning(SERIES.c.next_value)).scalar_one()) - count
