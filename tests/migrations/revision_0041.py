"""What was assessed before has no reduction on application; who examined one does not decide it."""

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import IntegrityError

from tests.migrations.rows import AT, fill, table

NAMES = {"first_name": "花子", "last_name": "窓口"}
ASSESSED = {"run_id": 1, "household_id": 1, "total": 50_000}


def load_before(connection: Connection) -> None:
    assert "premium_exemption" not in inspect(connection).get_table_names()
    at = moment(connection)
    users = [{"id": one, "username": f"u{one}", "email": f"u{one}@example.invalid"} | NAMES for one in (1, 2)]
    connection.execute(table(connection, "ab_user").insert(), users)
    office = {"id": 1, "code": "01", "name": "本庁"}
    fill(connection, "office", office)
    fill(connection, "household", {"id": 1, "household_number": "0000000001", "created_at": at})
    fill(
        connection,
        "notification",
        {"id": 1, "number": "R8-000001", "received_on": date(2026, 11, 30), "office_id": 1, "created_at": at},
    )
    fill(connection, "assessment_run", {"id": 1, "as_of": at, "begun_at": at, "number": "2026-0001"})
    fill(connection, "assessment", ASSESSED)


def check_after(connection: Connection) -> None:
    kept = table(connection, "assessment")
    assert connection.execute(select(kept.c.total, kept.c.exemption)).all() == [(50_000, 0)]
    rows = table(connection, "premium_exemption")
    told = {
        "household_id": 1,
        "fiscal_year": 2026,
        "ground": "job_loss",
        "event_on": date(2026, 9, 30),
        "suggested": 100,
        "amount": 100,
        "before_total": 50_000,
        "run_id": 1,
        "lines": [],
        "parameters": {},
        "notification_id": 1,
        "state": "granted",
        "examined_by_id": 1,
        "examined_words": "",
        "decided_at": moment(connection),
        "decided_by_id": 1,
        "reason": "",
        "revoked_reason": "",
    }
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(rows.insert(), told)
    connection.execute(rows.insert(), told | {"decided_by_id": 2})
    connection.execute(rows.delete())


def check_before(connection: Connection) -> None:
    kept = table(connection, "assessment")
    assert "exemption" not in kept.c
    assert connection.execute(select(kept.c.total)).scalars().all() == [50_000]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
