"""Cases go on as they are; comments on them can be kept after it, nothing of it before."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


def load_before(connection: Connection) -> None:
    assert "case_comment" not in inspect(connection).get_table_names()
    office = {"id": 1, "code": "01", "name": "課", "name_en": "", "telephone": "", "address": ""}
    connection.execute(table(connection, "office").insert(), office | {"active": True})
    user = {"id": 1, "first_name": "花子", "last_name": "窓口", "username": "u", "email": "u@example.invalid"}
    connection.execute(table(connection, "ab_user").insert(), user)
    definition = {"id": 1, "slug": "loss", "version": 1, "hash": "h", "content": b"x", "state": "published"}
    connection.execute(table(connection, "definition").insert(), definition)
    case = {"id": 1, "slug": "loss", "definition_hash": "h", "office_id": 1, "state": "open", "version": 1}
    connection.execute(table(connection, "workflow_case").insert(), case | {"started_at": moment(connection)})


def check_after(connection: Connection) -> None:
    comments = table(connection, "case_comment")
    row = {"case_id": 1, "by_id": 1, "at": moment(connection), "words": "確認しました", "mentioned": [1]}
    connection.execute(comments.insert(), row)
    assert connection.execute(select(comments.c.words)).scalars().all() == ["確認しました"]


def check_before(connection: Connection) -> None:
    assert "case_comment" not in inspect(connection).get_table_names()
    assert connection.execute(select(table(connection, "workflow_case").c.id)).scalars().all() == [1]


def moment(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
