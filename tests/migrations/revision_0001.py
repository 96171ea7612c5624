"""The tables of the main way: nothing before, a person in a household after, nothing after going back."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, MetaData, inspect, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    tables = schema.tables
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    connection.execute(tables["person"].insert(), {"id": 1, "addressee_number": "1", "created_at": at})
    connection.execute(tables["household"].insert(), {"id": 1, "household_number": "1", "created_at": at})
    member = {"household_id": 1, "person_id": 1, "relationship_code": "", "from_on": date(2026, 11, 1)}
    connection.execute(tables["household_member"].insert(), member | {"recorded_at": at})
    assert connection.execute(select(tables["household_member"].c.person_id)).scalars().all() == [1]


def check_before(connection: Connection) -> None:
    assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
