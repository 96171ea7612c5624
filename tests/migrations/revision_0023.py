"""Texts of letters can be kept after it; nothing was there before."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, func, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    person = {
        "id": 1,
        "username": "kanri",
        "first_name": "修",
        "last_name": "管理",
        "email": "k@example.invalid",
    }
    connection.execute(table(connection, "ab_user").insert(), person)


def check_after(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    words = {"slug": "student_proof_request", "author_id": 1, "heading": "お願い", "body": "{氏名}様"}
    texts, drafts = table(connection, "letter_text"), table(connection, "letter_draft")
    version = words | {"version": 1, "published_by_id": 1, "published_at": at, "reason": "改正"}
    connection.execute(texts.insert(), version)
    connection.execute(drafts.insert(), words | {"based_on": 1, "lock_version": 1, "saved_at": at})
    assert connection.scalar(select(func.count()).select_from(texts)) == 1


def check_before(connection: Connection) -> None:
    assert not {"letter_text", "letter_draft"} & set(inspect(connection).get_table_names())


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
