"""Numbers of before get a data key each and open as they did; going back, the keyring opens them again."""

from datetime import UTC, datetime

from sqlalchemy import Connection, MetaData, select

from models.crypto import cipher, envelope
from tests.fixtures.databases import load_keys

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DIGITS = {
    "00000000-0000-4000-8000-000000000001": b"000920000010",
    "00000000-0000-4000-8000-000000000002": b"",
}


def load_before(connection: Connection) -> None:
    load_keys()
    keys = cipher.keys()
    at = AT if connection.dialect.name == "postgresql" else AT.replace(tzinfo=None)
    rows = [
        {
            "reference": reference,
            "state": "provisional" if digits else "discarded",
            "sealed": cipher.seal(keys, digits, context=f"individual_number:{reference}") if digits else b"",
            "blind_index": bytes(32),
            "key_id": keys.current_id,
            "created_at": at,
        }
        for reference, digits in DIGITS.items()
    ]
    connection.execute(table(connection).insert(), rows)


def check_after(connection: Connection) -> None:
    for row in rows_of(connection):
        if row.sealed:
            assert row.key_id == envelope.OWN_KEY
            opened = envelope.open_one(row.reference, bytes(row.sealed), table="individual_number")
            assert opened == DIGITS[row.reference]
    assert envelope.counts() == {cipher.keys().current_id: 1}


def check_before(connection: Connection) -> None:
    keys = cipher.keys()
    for row in rows_of(connection):
        if row.sealed:
            own = f"individual_number:{row.reference}"
            assert (
                cipher.unseal(keys, bytes(row.sealed), key_id=row.key_id, context=own)
                == DIGITS[row.reference]
            )
    assert envelope.counts() == {}


def table(connection: Connection):
    schema = MetaData()
    schema.reflect(connection, only=["individual_number"])
    return schema.tables["individual_number"]


def rows_of(connection: Connection):
    return connection.execute(select(table(connection))).all()
