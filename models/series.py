"""Numbers that the system gives: each once, never again (A4, C2)."""

from __future__ import annotations

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class NumberSeries(Base):
    """The next number of a series; the row is locked while a number is taken."""

    __tablename__ = "number_series"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    next_value: Mapped[int]


def take(session: Session, name: str, count: int = 1, first: int = 1) -> int:
    """Take `count` consecutive numbers of a series and return the lowest.

    The row stays locked until the transaction ends, so that two workers never get the same number. A
    transaction that fails gives its numbers back unseen: nobody had them.
    """
    locked = select(NumberSeries).where(NumberSeries.name == name).with_for_update()
    row = session.scalars(locked).one_or_none()
    if row is None:  # two may begin a series at once: one adds it, the other waits and finds it
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(NumberSeries).values(name=name, next_value=first).on_conflict_do_nothing())
        row = session.scalars(locked).one()
    taken = row.next_value
    row.next_value = taken + count
    session.flush()
    return taken
