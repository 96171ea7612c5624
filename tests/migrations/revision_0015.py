"""A timer that waits goes on waiting; one that begins after it says since when."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, MetaData, Table, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
OFFICE = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": "", "active": True}


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection)
    return schema.tables[name]


def timer(connection: Connection, guid: str, **more: Any) -> dict[str, Any]:
    due = moment(connection) + timedelta(days=14)
    row = {
        "case_id": 1,
        "task_guid": guid,
        "element_id": "pause",
        "due_at": due,
        "wake_at": due,
        "attempts": 0,
    }
    return row | more


def load_before(connection: Connection) -> None:
    connection.execute(table(connection, "office").insert(), OFFICE)
    case = {"id": 1, "slug": "small", "definition_hash": "h", "office_id": 1, "state": "open", "version": 1}
    connection.execute(table(connection, "workflow_case").insert(), case | {"started_at": moment(connection)})
    connection.execute(table(connection, "case_timer").insert(), timer(connection, "g1"))


def check_after(connection: Connection) -> None:
    timers = table(connection, "case_timer")
    connection.execute(timers.insert(), timer(connection, "g2", since=moment(connection)))
    assert connection.execute(select(timers.c.since).order_by(timers.c.id)).scalars().all() == [
        None,
        moment(connection),
    ]


def check_before(connection: Connection) -> None:
    timers = table(connection, "case_timer")
    assert "since" not in timers.c
    assert connection.execute(select(timers.c.task_guid).order_by(timers.c.id)).scalars().all() == [
        "g1",
        "g2",
    ]
