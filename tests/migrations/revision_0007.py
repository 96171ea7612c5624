"""The audit events of before are chained in their order, with pseudonyms, and cannot be changed any more."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, inspect, select, text
from sqlalchemy.exc import DBAPIError

from models.audit.pseudonym import pseudonym_of
from models.audit.verify import verify
from models.crypto import audit_keys
from tests.fixtures.databases import AUDIT_KEYS

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TOLD = {
    1: ("login:passed", "account:1", {}),
    2: ("login:refused", "", {}),
    4: ("person:read", "person:12", {"of": "資格", "tab": None}),
    5: ("person:read", "person:12", {"as_of": True}),
}


def load_before(connection: Connection) -> None:
    audit_keys.load(lambda: AUDIT_KEYS)
    schema = MetaData()
    schema.reflect(connection, only=["audit_event"])
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    connection.execute(
        schema.tables["audit_event"].insert(),
        [
            {"id": one, "at": at, "staff_number": "1", "tag": tag, "subject": subject, "detail": detail}
            for one, (tag, subject, detail) in TOLD.items()
        ],
    )


def check_after(connection: Connection) -> None:
    verdict = verify(connection)
    assert (verdict.fault, verdict.rows, verdict.last_id) == (None, 4, 5)
    rows = connection.execute(text("SELECT id, subject, result FROM audit_event ORDER BY id")).all()
    assert [row.result for row in rows] == ["done", "refused", "done", "done"]
    assert rows[2].subject == rows[3].subject == pseudonym_of("person:12") != "person:12"
    with pytest.raises(DBAPIError, match="only added to"), connection.begin_nested():
        connection.execute(text("UPDATE audit_event SET staff_number = '2' WHERE id = 4"))


def check_before(connection: Connection) -> None:
    assert not inspect(connection).has_table("audit_head")
    schema = MetaData()
    schema.reflect(connection, only=["audit_event"])
    table = schema.tables["audit_event"]
    rows = connection.execute(select(table).order_by(table.c.id)).all()
    details = [row.detail if isinstance(row.detail, dict) else json.loads(row.detail) for row in rows]
    assert [(row.id, row.tag) for row in rows] == [(one, told[0]) for one, told in TOLD.items()]
    assert details == [told[2] for told in TOLD.values()]
