"""Renewals of certificates can be kept after it; nobody approves his own."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "shoukoufu", "first_name": "花子", "last_name": "交付", "email": "k@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "renewal_run" not in inspect(connection).get_table_names()
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)


def check_after(connection: Connection) -> None:
    offices, runs = table(connection, "office"), table(connection, "renewal_run")
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    office = {column.name: _some(column) for column in offices.columns if not column.nullable}
    connection.execute(offices.insert(), office)
    told = {
        "number": "K2027-001",
        "term_on": date(2027, 8, 1),
        "state": "ready",
        "office_id": office["id"],
        "persons": 4,
        "needless": 1,
        "counts": {"papers": 3},
        "begun_at": at,
        "begun_by_id": 1,
        "decided_words": "",
    }
    connection.execute(runs.insert(), told)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(runs.update().values(decided_by_id=1))
    assert connection.execute(select(runs.c.counts)).scalars().all() == [{"papers": 3}]
    connection.execute(runs.delete())
    connection.execute(offices.delete())


def check_before(connection: Connection) -> None:
    assert "renewal_run" not in inspect(connection).get_table_names()
    users = table(connection, "ab_user")
    assert connection.execute(select(users.c.username)).scalars().all() == ["shoukoufu"]


def _some(column):
    kind = column.type.python_type
    return {int: 1, str: "1", bool: True, date: date(2008, 4, 1)}[kind]


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
