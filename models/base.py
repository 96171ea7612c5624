"""Flask-AppBuilder's declarative base with our naming of constraints, and the append-only record mixin.

Nothing on record is overwritten (A3, B5, ADR 0003): a change closes the row that was believed until now
(`superseded_at`) and adds a new one. Asking with `as_of` gives what was known at a past moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, TypeVar

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Select, String, or_
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

Base = Model
Base.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware and in UTC on every database (SQLite keeps no zone of its own)."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment on record needs its time zone")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key_text(length: int) -> String:
    """Text compared byte by byte on every database, so that a prefix is a range on an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Recorded:
    """What was known, since when, by whom and from which notification; never overwritten (ADR 0003)."""

    @declared_attr
    def recorded_at(cls) -> Mapped[datetime]:
        return mapped_column(UtcDateTime, nullable=False)

    @declared_attr
    def recorded_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("ab_user.id"))

    @declared_attr
    def notification_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("notification.id"), index=True)

    @declared_attr
    def superseded_at(cls) -> Mapped[datetime | None]:
        return mapped_column(UtcDateTime)

    @declared_attr
    def superseded_by_notification_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("notification.id"), index=True)

    def supersede(self, at: datetime, notification_id: int | None) -> None:
        """Close this row: from `at` on it is no longer what the office believes.

        Raises:
            ValueError: the row was closed before; what is past stays as it is.
        """
        if self.superseded_at is not None:
            raise ValueError("this row was superseded before")
        self.superseded_at = at
        self.superseded_by_notification_id = notification_id


S = TypeVar("S", bound=Select[Any])


def known(statement: S, entity: type[Any], as_of: datetime | None = None) -> S:
    """Only the rows of a `Recorded` entity that were believed at `as_of` (now, when None)."""
    if as_of is None:
        return statement.where(entity.superseded_at.is_(None))
    return statement.where(
        entity.recorded_at <= as_of,
        or_(entity.superseded_at.is_(None), entity.superseded_at > as_of),
    )


def in_force(statement: S, entity: type[Any], day: date) -> S:
    """Only the rows whose `from_on` … `until_on` (the last day, inclusive) holds `day`."""
    return statement.where(
        or_(entity.from_on.is_(None), entity.from_on <= day),
        or_(entity.until_on.is_(None), entity.until_on >= day),
    )
