"""Days and hours of Japan inside statements over the audit record, in the words of the database at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, cast, func, literal_column
from sqlalchemy.orm import Session

# Written into the statement: a value handed over would make two expressions of one in GROUP BY.
ZONE: ColumnElement[str] = literal_column("'Asia/Tokyo'")
SHIFT: ColumnElement[str] = literal_column("'+9 hours'")  # Japan keeps one time all year
DAY_POSTGRESQL: ColumnElement[str] = literal_column("'YYYY-MM-DD'")
DAY_SQLITE: ColumnElement[str] = literal_column("'%Y-%m-%d'")
HOUR_SQLITE: ColumnElement[str] = literal_column("'%H'")


@dataclass(frozen=True)
class Clock:
    """How the database at hand says which day and hour it was in Japan."""

    is_postgresql: bool

    @classmethod
    def of(cls, session: Session) -> Clock:
        """That of a session's database."""
        return cls(session.get_bind().dialect.name == "postgresql")

    def day(self, at: Any) -> ColumnElement[str]:
        """The day, as ISO text."""
        if self.is_postgresql:
            return cast(func.to_char(func.timezone(ZONE, at), DAY_POSTGRESQL), String)
        return func.strftime(DAY_SQLITE, at, SHIFT, type_=String)

    def hour(self, at: Any) -> ColumnElement[int]:
        """The hour, 0 to 23."""
        if self.is_postgresql:
            return cast(func.extract("hour", func.timezone(ZONE, at)), Integer)
        return cast(func.strftime(HOUR_SQLITE, at, SHIFT), Integer)
