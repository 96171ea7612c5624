"""Persons of an assessment stay; their key to it goes, and comes again with the way back."""

from typing import Any

from sqlalchemy import Connection, inspect, select

from tests.migrations.rows import fill, table

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
