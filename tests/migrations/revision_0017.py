"""Merges of persons: none before, one of two records after, none of a record with itself."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, MetaData, inspect, select
from sqlalchemy.exc import IntegrityError

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert "person_merge" not in inspect(connection).get_table_names()
    schema = MetaData()
    schema.reflect(connection, only=["person"])
    for number in (1, 2):
        row = {"id": number, "addressee_number": f"{number:015}", "created_at": _at(connection)}
        connection.execute(schema.tables["person"].insert(), row)


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection, only=["person_merge"])
    merge = schema.tables["person_merge"]
    row = {"kept_id": 1, "state": "proposed", "reason": "同じ方", "asked_at": _at(connection)}
    row |= {"moved": {}, "copied": {}, "numbers": []}
    connection.execute(merge.insert(), row | {"gone_id": 2})
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(merge.insert(), row | {"gone_id": 1})
    assert connection.execute(select(merge.c.gone_id)).scalars().all() == [2]


def check_before(connection: Connection) -> None:
    assert "person_merge" not in inspect(connection).get_table_names()


def _at(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
