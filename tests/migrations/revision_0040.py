"""Findings of watchdogs stand once for a person; a receipt that was there before leads to no household."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NAMES = {"username": "madoguchi", "first_name": "花子", "last_name": "窓口", "email": "m@example.invalid"}


def load_before(connection: Connection) -> None:
    assert "watch_finding" not in inspect(connection).get_table_names()
    at = moment(connection)
    connection.execute(table(connection, "ab_user").insert(), {"id": 1} | NAMES)
    person = {"id": 1, "addressee_number": "000000000000001", "created_at": at}
    connection.execute(table(connection, "person").insert(), person)
    household = {"id": 1, "household_number": "0000000001", "created_at": at}
    connection.execute(table(connection, "household").insert(), household)
    receipt: dict[str, Any] = {
        "number": "T2026-000001",
        "fiscal_year": 2026,
        "sheet": [],
        "asked": [],
        "law": {},
        "total": 100,
        "paper": {},
        "made_at": at,
        "made_by_id": 1,
    }
    connection.execute(table(connection, "premium_receipt").insert(), receipt)


def check_after(connection: Connection) -> None:
    receipts = table(connection, "premium_receipt")
    assert connection.execute(select(receipts.c.total, receipts.c.household_id)).all() == [(100, None)]
    run = {"id": 1, "watchdog": "over_75", "at": moment(connection), "found": 1, "opened": 1, "gone": 0}
    connection.execute(table(connection, "watch_run").insert(), run)
    findings = table(connection, "watch_finding")
    told = {
        "watchdog": "over_75",
        "household_id": 1,
        "person_id": 1,
        "amount": 0,
        "run_id": 1,
        "state": "open",
        "words": "",
    }
    connection.execute(findings.insert(), told)
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(findings.insert(), told)
    connection.execute(findings.update().values(gone_run_id=1, state="gone"))
    connection.execute(findings.insert(), told)
    connection.execute(findings.delete())


def check_before(connection: Connection) -> None:
    receipts = table(connection, "premium_receipt")
    assert "household_id" not in receipts.c
    assert connection.execute(select(receipts.c.total)).scalars().all() == [100]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
