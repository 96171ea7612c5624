"""A record that was there before can be reviewed after; going back it stays, whole and closed to changes."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.exc import DBAPIError

AT = datetime(2026, 10, 23, 1, 0, tzinfo=UTC)
EVENT = {
    "id": 1,
    "staff_number": "10001",
    "terminal": "192.0.2.1",
    "tag": "person:read",
    "subject": "person:1",
    "purpose": "",
    "result": "done",
    "detail": {},
    "key_id": "k",
    "mac": b"m",
}


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def tables(connection: Connection) -> MetaData:
    schema = MetaData()
    schema.reflect(connection)
    return schema


def load_before(connection: Connection) -> None:
    events = tables(connection).tables["audit_event"]
    connection.execute(events.insert(), EVENT | {"at": moment(connection)})


def check_after(connection: Connection) -> None:
    known = tables(connection).tables
    review = {"id": 1, "month": date(2026, 10, 1), "made_at": moment(connection), "events": 1}
    review |= {"first_id": 1, "last_id": 1, "seed": "s", "settings": {}, "judge_by": date(2026, 11, 17)}
    connection.execute(known["audit_review"].insert(), review | {"summary": ""})
    assert connection.scalar(select(known["audit_review"].c.month)) == date(2026, 10, 1)
    stands(connection)


def check_before(connection: Connection) -> None:
    assert "audit_review" not in inspect(connection).get_table_names()
    stands(connection)


def stands(connection: Connection) -> None:
    """The event is as it was, and nobody changes it."""
    assert connection.scalar(text("SELECT staff_number FROM audit_event")) == "10001"
    with pytest.raises(DBAPIError, match="only added to"), connection.begin_nested():
        connection.execute(text("DELETE FROM audit_event"))
