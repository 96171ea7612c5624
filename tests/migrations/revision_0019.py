"""Saved filters: none before, one of a name for each owner after, none again when going back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert "saved_filter" not in inspect(connection).get_table_names()
    known = tables(connection)
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(known.tables["office"].insert(), office | {"active": True})
    for number in (1, 2):
        user = {"id": number, "first_name": "花子", "last_name": "窓口", "username": f"u{number}"}
        connection.execute(known.tables["ab_user"].insert(), user | {"email": f"u{number}@example.invalid"})


def check_after(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    saved = tables(connection).tables["saved_filter"]
    row = {"office_id": 1, "shared_with": "counter", "name": "急ぎ", "box": "group", "saved_at": at}
    row |= {"criteria": {"due": "soon"}}
    connection.execute(saved.insert(), row | {"owner_id": 1})
    connection.execute(saved.insert(), row | {"owner_id": 2})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(saved.insert(), row | {"owner_id": 1})
    assert connection.execute(select(saved.c.criteria)).scalars().all() == [{"due": "soon"}] * 2


def check_before(connection: Connection) -> None:
    assert "saved_filter" not in inspect(connection).get_table_names()


def tables(connection: Connection) -> MetaData:
    schema = MetaData()
    schema.reflect(connection)
    return schema
