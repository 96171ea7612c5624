"""Circumstances can be entered after it: one open entry of a kind for a person, approved by another."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "madoguchi", "first_name": "花子", "last_name": "窓口", "email": "m@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "circumstance_entry" not in inspect(connection).get_table_names()
    at = moment(connection)
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)
    person = {"id": 1, "addressee_number": "000000000000001", "created_at": at}
    connection.execute(table(connection, "person").insert(), person)
    household = {"id": 1, "household_number": "0000000001", "created_at": at}
    connection.execute(table(connection, "household").insert(), household)


def check_after(connection: Connection) -> None:
    entries = table(connection, "circumstance_entry")
    told = {
        "household_id": 1,
        "person_id": 1,
        "act": "new",
        "kind": "birth",
        "from_on": date(2026, 11, 1),
        "is_multiple": False,
        "leaving_reason": "",
        "evidence": "母子健康手帳",
        "entered_at": moment(connection),
        "entered_by_id": 1,
        "entered_by_number": "1001",
        "state": "open",
        "words": "",
    }
    connection.execute(entries.insert(), told)
    approved_by_himself = told | {"state": "approved", "decided_by_number": "1001"}
    for wrong in (told, approved_by_himself, told | {"kind": "unemployed", "act": "end"}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(entries.insert(), wrong)
    assert connection.execute(select(entries.c.kind)).scalars().all() == ["birth"]
    connection.execute(entries.delete())


def check_before(connection: Connection) -> None:
    assert "circumstance_entry" not in inspect(connection).get_table_names()
    people = table(connection, "person")
    assert connection.execute(select(people.c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
