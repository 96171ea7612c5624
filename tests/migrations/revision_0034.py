"""The register stays as it is; after it a run holds one row of a household, and another decides it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Integer, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"assessment", "assessed_person", "assessment_run", "premium_circumstance"}


def load_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    home = {"id": 1, "household_number": "0000000001", "created_at": moment(connection)}
    connection.execute(table(connection, "household").insert(), home)
    user = {
        "id": 1,
        "first_name": "花子",
        "last_name": "窓口",
        "username": "u1",
        "email": "1@example.invalid",
    }
    connection.execute(table(connection, "ab_user").insert(), user)


def check_after(connection: Connection) -> None:
    runs, rows = table(connection, "assessment_run"), table(connection, "assessment")
    run = {"id": 1, "number": "2026-0001", "fiscal_year": 2026, "scope": "city", "state": "ready"}
    run |= {"as_of": moment(connection), "begun_at": moment(connection), "begun_by_id": 1, "households": 1}
    run |= {"decided_on": date(2026, 6, 10), "late_due_on": date(2026, 7, 31), "decided_words": ""}
    run |= {"due_dates": [], "parameters": {}, "summary": {}, "accepted": []}
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(runs.insert(), run | {"decided_by_id": 1})
    connection.execute(runs.insert(), run)
    row = {column.name: 0 for column in rows.c if isinstance(column.type, Integer)}
    connection.execute(rows.insert(), row | {"run_id": 1, "household_id": 1, "total": 123_400})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(rows.insert(), row | {"run_id": 1, "household_id": 1})
    assert connection.execute(select(rows.c.total)).scalars().all() == [123_400]
    connection.execute(rows.delete())
    connection.execute(runs.delete())


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    assert connection.execute(select(table(connection, "household").c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
