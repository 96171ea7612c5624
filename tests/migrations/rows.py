"""Rows for the tests of revisions: what is told, and nothing where the table asks for more."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 30)


def fill(connection: Connection, name: str, told: dict[str, Any]) -> None:
    """Put a row down; whatever else must be told is empty or nothing."""
    rows = table(connection, name)
    empty = {
        one.name: blank(one.type.python_type)
        for one in rows.columns
        if not one.nullable and one.name not in told and one.server_default is None
    }
    connection.execute(rows.insert(), empty | told)


def blank(kind: type) -> Any:
    if kind in {date, datetime}:
        return DAY if kind is date else AT
    return {} if kind is object else kind()


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name], resolve_fks=False)
    return schema.tables[name]
