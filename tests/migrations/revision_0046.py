"""Lines that wait stay as they are; the key of their table goes, and comes again with the way back."""

from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

LINES: list[dict[str, Any]] = [
    {"file_id": 1, "line": 2, "v01": "000000000000001", "v02": "2025", "v24": None},
    {"file_id": 1, "line": 3, "v01": "000000000000002", "v02": "2025", "v24": "x"},
]


def load_before(connection: Connection) -> None:
    connection.execute(table(connection).insert(), LINES)


def check_after(connection: Connection) -> None:
    assert inspect(connection).get_pk_constraint("incoming_row")["constrained_columns"] == []
    rows = table(connection)
    assert {one.name for one in rows.indexes} == {"ix_incoming_row_lines"}
    assert waiting(connection) == LINES
    connection.execute(rows.delete().where(rows.c.line == 3))
    connection.execute(rows.insert(), LINES[1])


def check_before(connection: Connection) -> None:
    assert waiting(connection) == LINES
    rows = table(connection)
    assert not rows.indexes
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(rows.insert(), LINES[0])
    connection.execute(rows.delete())


def waiting(connection: Connection) -> list[dict[str, Any]]:
    rows = table(connection)
    listed = [rows.c[name] for name in LINES[0]]
    return [dict(row) for row in connection.execute(select(*listed).order_by(rows.c.line)).mappings()]


def table(connection: Connection) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=["incoming_row"])
    return schema.tables["incoming_row"]
