"""Receipts of trials can be kept after it, each under its own number."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "madoguchi", "first_name": "花子", "last_name": "窓口", "email": "m@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "premium_receipt" not in inspect(connection).get_table_names()
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)


def check_after(connection: Connection) -> None:
    receipts = table(connection, "premium_receipt")
    told = {
        "number": "T2026-000001",
        "fiscal_year": 2026,
        "sheet": [{"birth": "1981-05-01"}],
        "asked": [],
        "law": {"national/premium/reduction/base": {"value": 430000}},
        "total": 9_999_999_999,
        "paper": {},
        "made_at": AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None),
        "made_by_id": 1,
    }
    connection.execute(receipts.insert(), told)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(receipts.insert(), told)
    assert connection.execute(select(receipts.c.total)).scalars().all() == [9_999_999_999]
    connection.execute(receipts.delete())


def check_before(connection: Connection) -> None:
    assert "premium_receipt" not in inspect(connection).get_table_names()
    users = table(connection, "ab_user")
    assert connection.execute(select(users.c.username)).scalars().all() == ["madoguchi"]


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
