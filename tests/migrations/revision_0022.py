"""A draft goes on as it is; what was tried with it goes with it, what was waived for it stays."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
NEW = {"operation_answer", "test_waiver", "try_out", "kept_test"}


def load_before(connection: Connection) -> None:
    person = {
        "id": 1,
        "username": "kanri",
        "first_name": "修",
        "last_name": "管理",
        "email": "k@example.invalid",
    }
    connection.execute(table(connection, "ab_user").insert(), person)
    draft = {"id": 1, "slug": "loss", "author_id": 1, "based_on": 2, "content": b"x", "lock_version": 1}
    connection.execute(table(connection, "definition_draft").insert(), draft | {"saved_at": at(connection)})


def check_after(connection: Connection) -> None:
    when = at(connection)
    test = {"id": 1, "slug": "loss", "name": "転出", "version": 1, "script": {}, "path": [], "state": "kept"}
    connection.execute(table(connection, "kept_test").insert(), test | {"kept_at": when, "kept_by_id": 1})
    tried = {"draft_id": 1, "by_id": 1, "script": {}, "draft_count": 1, "saved_at": when}
    connection.execute(table(connection, "try_out").insert(), tried)
    waived = {"test_id": 1, "draft_id": 1, "course": "c", "reason": "改正", "at": when, "by_id": 1}
    connection.execute(table(connection, "test_waiver").insert(), waived)
    connection.execute(table(connection, "definition_draft").delete())
    assert connection.execute(select(table(connection, "try_out"))).all() == []
    left = connection.execute(select(table(connection, "test_waiver").c.draft_id)).scalars().all()
    assert left == [None]


def check_before(connection: Connection) -> None:
    assert not NEW & set(inspect(connection).get_table_names())
    assert "definition_draft" in inspect(connection).get_table_names()


def at(connection: Connection) -> datetime:
    return AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)


def table(connection: Connection, name: str) -> Table:
    schema = MetaData()
    schema.reflect(connection, only=[name])
    return schema.tables[name]
