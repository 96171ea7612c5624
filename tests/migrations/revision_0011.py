"""The vault is reached by functions of its owner; going back, by the table alone. Its rows stay."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, select, text

REFERENCE = "00000000-0000-4000-8000-000000000001"
NAMED = text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'vault\\_%' AND prosecdef")


def load_before(connection: Connection) -> None:
    at = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    row = {
        "reference": REFERENCE,
        "state": "provisional",
        "sealed": b"sealed",
        "blind_index": bytes(32),
        "key_id": "own",
        "created_at": at if connection.dialect.name == "postgresql" else at.replace(tzinfo=None),
    }
    connection.execute(table(connection).insert(), row)


def check_after(connection: Connection) -> None:
    check_rows(connection)
    if connection.dialect.name == "postgresql":
        assert connection.execute(NAMED).scalar_one() == 11
        found = connection.execute(
            text("SELECT reference, state FROM vault_find(ARRAY[:one])"), {"one": REFERENCE}
        )
        assert found.all() == [(REFERENCE, "provisional")]


def check_before(connection: Connection) -> None:
    check_rows(connection)
    if connection.dialect.name == "postgresql":
        assert connection.execute(NAMED).scalar_one() == 0


def check_rows(connection: Connection) -> None:
    numbers = table(connection)
    [row] = connection.execute(select(numbers.c.reference, numbers.c.sealed)).all()
    assert (row.reference, bytes(row.sealed)) == (REFERENCE, b"sealed")


def table(connection: Connection):
    schema = MetaData()
    schema.reflect(connection, only=["individual_number"])
    return schema.tables["individual_number"]
