"""Measures and releases: none before, one of a person after, none after going back."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, MetaData, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
TABLES = {"protective_mark", "place_release"}


def load_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
    schema = MetaData()
    schema.reflect(connection, only=["person"])
    row = {"id": 1, "addressee_number": "1" * 15, "created_at": _at(connection)}
    connection.execute(schema.tables["person"].insert(), row)


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection, only=sorted(TABLES))
    mark = schema.tables["protective_mark"]
    told = {"person_id": 1, "kind": "dv", "ground": "申出書", "from_on": date(2026, 11, 30)}
    connection.execute(mark.insert(), told | {"state": "in_force", "set_at": _at(connection)})
    assert connection.execute(select(mark.c.until_on)).scalars().all() == [None]


def check_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())


def _at(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
