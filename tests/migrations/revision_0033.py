"""Accounts stay as they are; pages can say that they are open after it, each person once for a case."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
OFFICE = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": "", "active": True}
USER = {"id": 1, "first_name": "花子", "last_name": "窓口", "username": "u1", "email": "1@example.invalid"}
CASE = {"id": 1, "slug": "small", "definition_hash": "h", "office_id": 1, "state": "open", "version": 1}


def load_before(connection: Connection) -> None:
    assert "open_case" not in inspect(connection).get_table_names()
    connection.execute(table(connection, "office").insert(), OFFICE)
    connection.execute(table(connection, "ab_user").insert(), USER)
    connection.execute(table(connection, "workflow_case").insert(), CASE | {"started_at": moment(connection)})


def check_after(connection: Connection) -> None:
    pages, said = table(connection, "open_case"), {"case_id": 1, "user_id": 1, "at": moment(connection)}
    connection.execute(pages.insert(), said)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(pages.insert(), said)
    connection.execute(pages.delete())


def check_before(connection: Connection) -> None:
    assert "open_case" not in inspect(connection).get_table_names()
    assert connection.execute(select(table(connection, "workflow_case").c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
