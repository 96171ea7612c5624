"""Shares can be entered after it: of 20 or 30 %, one open entry for a person, approved by another."""

from datetime import date

import pytest
from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import IntegrityError

from tests.migrations.rows import fill, table


def load_before(connection: Connection) -> None:
    assert "share_entry" not in inspect(connection).get_table_names()
    names = {"first_name": "花子", "last_name": "窓口", "username": "madoguchi", "email": "m@example.invalid"}
    fill(connection, "ab_user", {"id": 1} | names)
    fill(connection, "person", {"id": 1, "addressee_number": "000000000000001"})


def check_after(connection: Connection) -> None:
    told = {
        "person_id": 1,
        "share": 3,
        "from_on": date(2026, 8, 1),
        "evidence": "所得情報の画面",
        "entered_by_id": 1,
        "entered_by_number": "1001",
        "state": "open",
    }
    fill(connection, "share_entry", told)
    approved_by_himself = told | {"state": "approved", "decided_by_number": "1001"}
    for wrong in (told, approved_by_himself, told | {"state": "refused", "share": 1}):
        with pytest.raises(IntegrityError), connection.begin_nested():
            fill(connection, "share_entry", wrong)
    entries = table(connection, "share_entry")
    assert connection.execute(select(entries.c.share)).scalars().all() == [3]
    connection.execute(entries.delete())


def check_before(connection: Connection) -> None:
    assert "share_entry" not in inspect(connection).get_table_names()
    people = table(connection, "person")
    assert connection.execute(select(people.c.id)).scalars().all() == [1]
