"""Deductions from pensions can be put down after it: one open list of a month, approved by another."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "madoguchi", "first_name": "花子", "last_name": "窓口", "email": "m@example.invalid"}
TABLES = {"pension_fact", "pension_entry", "pension_list", "pension_candidate", "pension_deduction"}


def load_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
    at = moment(connection)
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)
    person = {"id": 1, "addressee_number": "000000000000001", "created_at": at}
    connection.execute(table(connection, "person").insert(), person)
    household = {"id": 1, "household_number": "0000000001", "created_at": at}
    connection.execute(table(connection, "household").insert(), household)


def check_after(connection: Connection) -> None:
    lists, at = table(connection, "pension_list"), moment(connection)
    told = {
        "fiscal_year": 2026,
        "month": 10,
        "decided_on": date(2026, 7, 10),
        "households": 0,
        "concerned": 0,
        "made_at": at,
        "made_by_id": 1,
        "made_by_number": "1001",
        "state": "open",
        "words": "",
    }
    connection.execute(lists.insert(), told)
    himself = told | {"state": "approved", "decided_by_number": "1001"}
    for wrong in (told, himself, told | {"month": 8}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(lists.insert(), wrong)
    decisions = table(connection, "pension_deduction")
    stop = {
        "household_id": 1,
        "person_id": 1,
        "fiscal_year": 2026,
        "kind": "stop",
        "payer_code": "101",
        "deducted": [0] * 6,
        "regular": [],
        "late_before": 0,
        "late": 0,
        "overpaid": 0,
        "goes_on": True,
        "is_settled": True,
        "reason": "transfer",
        "decided_on": date(2026, 11, 30),
        "decided_at": at,
    }
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(decisions.insert(), stop)
    connection.execute(decisions.insert(), stop | {"goes_on": False})
    assert connection.execute(select(decisions.c.deducted)).scalars().all() == [[0] * 6]
    connection.execute(decisions.delete())
    connection.execute(lists.delete())


def check_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
    people = table(connection, "person")
    assert connection.execute(select(people.c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
