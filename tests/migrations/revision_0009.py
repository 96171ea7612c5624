"""Sessions and second factors: none before, one of an account after, none after going back."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, inspect, select

AT = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)
TABLES = {
    *("user_session", "second_factor", "enrolment_ticket"),
    *("password_once", "blocked_password", "sign_in_guard"),
}


def load_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
    user = {"first_name": "花子", "last_name": "佐藤", "username": "sato", "email": "sato@example.invalid"}
    schema = MetaData()
    schema.reflect(connection)
    connection.execute(schema.tables["ab_user"].insert(), user | {"id": 1})


def check_after(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    session = {"token_hash": b"h" * 32, "user_id": 1, "stage": "full", "content": {}, "terminal": b"t" * 32}
    times = {"created_at": at, "seen_at": at, "proved_at": at}
    table = schema.tables["user_session"]
    connection.execute(table.insert(), session | times | {"failures": 0, "address": ""})
    assert connection.execute(select(table.c.stage)).scalars().all() == ["full"]


def check_before(connection: Connection) -> None:
    assert not TABLES & set(inspect(connection).get_table_names())
