"""Values of a year can be entered after it: one that waits and one in force, never by one person alone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "kanri", "first_name": "修", "last_name": "管理", "email": "kanri@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "parameter_entry" not in inspect(connection).get_table_names()
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)


def check_after(connection: Connection) -> None:
    entries = table(connection, "parameter_entry")
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    told = {
        "name": "municipal/premium/medical/income_rate",
        "fiscal_year": 2026,
        "value": "8.04",
        "source_title": "条例",
        "source_article": "第12条",
        "source_href": "",
        "certainty": "verified",
        "entered_at": at,
        "entered_by_id": 1,
        "entered_by_number": "1001",
        "state": "open",
        "words": "",
    }
    connection.execute(entries.insert(), told)
    approved = told | {"state": "approved", "decided_by_number": "1002"}
    connection.execute(entries.insert(), approved)
    alone = told | {"fiscal_year": 2027, "state": "approved"}
    for wrong in (told, approved, alone, alone | {"decided_by_number": "1001"}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(entries.insert(), wrong)
    connection.execute(entries.update().values(superseded_at=at, state="approved", decided_by_number="1002"))
    connection.execute(entries.insert(), approved)
    connection.execute(entries.delete())


def check_before(connection: Connection) -> None:
    assert "parameter_entry" not in inspect(connection).get_table_names()
    users = table(connection, "ab_user")
    assert connection.execute(select(users.c.username)).scalars().all() == ["kanri"]


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
