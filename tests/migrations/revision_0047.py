"""Persons of an assessment stay; their key to it goes, and comes again with the way back."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 30)
NAME = "fk_assessed_person_assessment"
ROW: dict[str, Any] = {"run_id": 1, "household_id": 1, "place": 0, "person_id": 1, "flags": 3, "salary": 7}


def load_before(connection: Connection) -> None:
    assert NAME in keys(connection)
    fill(connection, "household", {"id": 1, "household_number": "0000000001"})
    fill(connection, "person", {"id": 1, "addressee_number": "000000000000001"})
    fill(connection, "assessment_run", {"id": 1, "number": "2026-0001"})
    fill(connection, "assessment", {"run_id": 1, "household_id": 1})
    fill(connection, "assessed_person", ROW)


def check_after(connection: Connection) -> None:
    assert NAME not in keys(connection)
    assert "fk_assessed_person_person_id_person" in keys(connection)
    assert kept(connection) == [ROW]


def check_before(connection: Connection) -> None:
    assert NAME in keys(connection)
    assert kept(connection) == [ROW]


def keys(connection: Connection) -> set[str | None]:
    return {one["name"] for one in inspect(connection).get_foreign_keys("assessed_person")}


def kept(connection: Connection) -> list[dict[str, Any]]:
    rows = table(connection, "assessed_person")
    return [dict(row) for row in connection.execute(select(*(rows.c[name] for name in ROW))).mappings()]


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
