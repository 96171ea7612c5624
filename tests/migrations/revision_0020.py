"""Versions go on as they are; drafts, authors and reasons can be kept after it."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
VERSION = {"id": 1, "slug": "loss", "version": 1, "hash": "h", "content": b"x", "state": "published"}


def load_before(connection: Connection) -> None:
    person = {
        "id": 1,
        "username": "kanri",
        "first_name": "修",
        "last_name": "管理",
        "email": "k@example.invalid",
    }
    connection.execute(table(connection, "ab_user").insert(), person)
    connection.execute(table(connection, "definition").insert(), VERSION)


def check_after(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    versions, drafts = table(connection, "definition"), table(connection, "definition_draft")
    new = VERSION | {"id": 2, "version": 2, "hash": "i", "author_id": 1, "reason": "改正"}
    connection.execute(versions.insert(), new)
    told = select(versions.c.author_id, versions.c.reason).order_by(versions.c.id)
    assert [tuple(one) for one in connection.execute(told)] == [(None, None), (1, "改正")]
    draft = {
        "slug": "loss",
        "author_id": 1,
        "based_on": 2,
        "content": b"x",
        "lock_version": 1,
        "saved_at": at,
    }
    connection.execute(drafts.insert(), draft)


def check_before(connection: Connection) -> None:
    assert "definition_draft" not in inspect(connection).get_table_names()
    names = {column["name"] for column in inspect(connection).get_columns("definition")}
    assert not names & {"author_id", "reason"}


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
