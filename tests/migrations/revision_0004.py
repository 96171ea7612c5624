"""The messages of the outbox become jobs: what waited waits, what was done stays known by its key."""

from datetime import UTC, datetime

from sqlalchemy import JSON, Column, Connection, MetaData, Table, inspect, select

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BY = {"staff_id": None, "staff_number": "10005", "office_id": None}


def table(connection: Connection, name: str) -> Table:
    return Table(name, MetaData(), Column("payload", JSON), autoload_with=connection)


def load_before(connection: Connection) -> None:
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    message = {
        "kind": "start_case",
        "payload": {"row": 1, "by": BY},
        "created_at": at,
        "attempts": 3,
        "next_at": at,
    }
    connection.execute(
        table(connection, "outbox_message").insert(),
        [
            message | {"idempotency_key": "waits", "done_at": None, "last_error": "rule: いまはできません。"},
            message | {"idempotency_key": "done", "done_at": at, "last_error": None},
        ],
    )


def check_after(connection: Connection) -> None:
    assert "outbox_message" not in inspect(connection).get_table_names()
    job = table(connection, "job")
    rows = {row["idempotency_key"]: row for row in connection.execute(select(job)).mappings()}
    assert {key: row["state"] for key, row in rows.items()} == {"waits": "waiting", "done": "done"}
    assert rows["waits"]["payload"] == {"row": 1}
    assert rows["waits"]["asked_staff_number"] == "10005"
    assert rows["waits"]["last_error"] == "rule: いまはできません。"


def check_before(connection: Connection) -> None:
    assert "job" not in inspect(connection).get_table_names()
    outbox = table(connection, "outbox_message")
    rows = {row["idempotency_key"]: row for row in connection.execute(select(outbox)).mappings()}
    assert rows["waits"]["done_at"] is None
    assert rows["waits"]["payload"] == {"row": 1, "by": BY}
    assert rows["done"]["done_at"] is not None
