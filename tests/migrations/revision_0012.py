"""Requests of rights: none before, one that two persons decide after, none after going back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
TABLES = {"right_request", "role_change", "emergency_right", "right_confirmation"}


def load_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
    schema = MetaData()
    schema.reflect(connection)
    for number, name in enumerate(("kanri", "mori", "sato"), start=1):
        user = {"id": number, "username": name, "first_name": "修", "last_name": "管理"}
        connection.execute(schema.tables["ab_user"].insert(), user | {"email": f"{name}@example.invalid"})


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    table = schema.tables["right_request"]
    asked = {
        "kind": "account",
        "target": "account:3",
        "user_id": 3,
        "reason": "異動",
        "words": "",
        "state": "open",
    }
    asked |= {"before": {"roles": []}, "wanted": {"roles": ["counter"]}, "concerned_number": "3"}
    asked |= {"asked_at": at, "expires_at": at, "asked_by_id": 1, "asked_by_number": "1"}
    connection.execute(table.insert(), asked)
    assert connection.execute(select(table.c.wanted)).scalars().all() == [{"roles": ["counter"]}]
    for number in ("1", "3"):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(table.update().values(state="approved", decided_by_number=number))
    connection.execute(table.update().values(state="approved", decided_by_number="2"))


def check_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
