"""What is granted stays, and is granted once for a household, year, ground and person."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from tests.migrations.rows import AT, DAY, fill, table


def load_before(connection: Connection) -> None:
    fill(connection, "office", {"id": 1, "code": "01"})
    fill(connection, "household", {"id": 1, "household_number": "0000000001"})
    fill(connection, "person", {"id": 1, "addressee_number": "000000000000001"})
    fill(connection, "assessment_run", {"id": 1, "number": "2026-0001"})
    for one in range(1, 7):
        fill(connection, "notification", {"id": one, "number": f"R8-{one:06}", "office_id": 1})
    connection.execute(table(connection, "premium_exemption").insert(), granted(1))


def check_after(connection: Connection) -> None:
    rows = table(connection, "premium_exemption")
    assert connection.execute(select(rows.c.notification_id, rows.c.amount)).all() == [(1, 100)]
    refuses(connection, granted(2))
    connection.execute(rows.insert(), granted(2) | {"state": "refused", "amount": 0})
    connection.execute(rows.insert(), granted(3) | {"fiscal_year": 2025})
    connection.execute(rows.insert(), granted(4) | {"ground": "job_loss", "person_id": 1})
    refuses(connection, granted(5) | {"ground": "job_loss", "person_id": 1})
    connection.execute(rows.delete().where(rows.c.notification_id > 1))


def check_before(connection: Connection) -> None:
    rows = table(connection, "premium_exemption")
    connection.execute(rows.insert(), granted(6))
    assert connection.execute(select(func.count()).select_from(rows)).scalar() == 2
    connection.execute(rows.delete().where(rows.c.notification_id == 6))


def granted(notification: int) -> dict[str, Any]:
    return {
        "household_id": 1,
        "fiscal_year": 2026,
        "ground": "disaster",
        "event_on": DAY,
        "suggested": 100,
        "amount": 100,
        "before_total": 50_000,
        "run_id": 1,
        "lines": [],
        "parameters": {},
        "notification_id": notification,
        "state": "granted",
        "examined_words": "",
        "decided_at": AT,
        "reason": "",
        "revoked_reason": "",
    }


def refuses(connection: Connection, told: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(table(connection, "premium_exemption").insert(), told)
