"""What somebody with every right on the database, but without the audit keys, may do to the record."""

import secrets
from collections.abc import Callable
from random import Random

from sqlalchemy import Connection, text

from models.audit import chain, writer

COPIED = ", ".join(name for name in writer.COLUMNS if name != "id")
STRANGE_KEY = secrets.token_bytes(32)

Attack = Callable[[Connection, Random, int], int]


def take_the_locks_off(connection: Connection) -> None:
    """Remove the triggers, as the owner of the tables can."""
    if connection.dialect.name == "postgresql":
        for table in ("audit_event", "audit_head"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
    for name in names:
        connection.execute(text(f"DROP TRIGGER {name}"))


def edit(connection: Connection, chance: Random, last: int) -> int:
    """Change one column of one row."""
    row = chance.randint(1, last)
    change = chance.choice(
        [
            "staff_number = '99999'",
            "terminal = '10.0.0.9'",
            "result = 'refused'",
            "subject = 'person:0'",
            "actor_id = 99999",
            "case_id = NULL, detail = '{}'",
            "purpose = 'another'",
            "at = '2020-01-01 00:00:00.000000'",
        ]
    )
    connection.execute(text(f"UPDATE audit_event SET {change} WHERE id = :row"), {"row": row})  # noqa: S608 - ours
    return row


def delete(connection: Connection, chance: Random, last: int) -> int:
    """Take one row out of the middle; the next one is the first that does not fit."""
    row = chance.randint(1, last - 1)
    connection.execute(text("DELETE FROM audit_event WHERE id = :row"), {"row": row})
    return row + 1


def insert(connection: Connection, chance: Random, last: int) -> int:
    """Put a row in, and move all later ones up."""
    row = chance.randint(1, last)
    connection.execute(text("UPDATE audit_event SET id = -id - 1 WHERE id >= :row"), {"row": row})
    connection.execute(text("UPDATE audit_event SET id = -id WHERE id < 0"))
    listed = COPIED.replace("staff_number", "'99999'")
    copy = f"INSERT INTO audit_event (id, {COPIED}) SELECT :row, {listed} FROM audit_event WHERE id = :old"  # noqa: S608 - ours
    connection.execute(text(copy), {"row": row, "old": row + 1})
    connection.execute(text("UPDATE audit_head SET last_id = last_id + 1"))
    return row


def swap(connection: Connection, chance: Random, last: int) -> int:
    """Exchange two rows."""
    first, second = sorted(chance.sample(range(1, last + 1), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        connection.execute(text("UPDATE audit_event SET id = :new WHERE id = :old"), {"old": old, "new": new})
    return first


def cut(connection: Connection, chance: Random, last: int) -> int:
    """Cut the tail; where chance says so, set the recorded end back as well."""
    row = chance.randint(1, last - 1)
    connection.execute(text("DELETE FROM audit_event WHERE id > :row"), {"row": row})
    if chance.random() < 0.5:
        return row + 1
    connection.execute(
        text("UPDATE audit_head SET last_id = :row, mac = (SELECT mac FROM audit_event WHERE id = :row)"),
        {"row": row},
    )
    return row


def rebuild(connection: Connection, chance: Random, last: int) -> int:
    """Change a row and chain all after it anew, with a key that is not ours."""
    row = chance.randint(1, last)
    connection.execute(text("UPDATE audit_event SET staff_number = '99999' WHERE id = :row"), {"row": row})
    mac = chain.GENESIS
    key_id = "test"
    for one in range(row, last + 1):
        mac = chain.mac_of(STRANGE_KEY, mac, (one, "anything", key_id))
        connection.execute(
            text("UPDATE audit_event SET mac = :mac WHERE id = :one"), {"mac": mac, "one": one}
        )
    seal = chain.seal_of(STRANGE_KEY, last, mac, key_id)
    connection.execute(text("UPDATE audit_head SET mac = :mac, seal = :seal"), {"mac": mac, "seal": seal})
    return row


ATTACKS: dict[str, Attack] = {
    "edit": edit,
    "delete": delete,
    "insert": insert,
    "swap": swap,
    "cut": cut,
    "rebuild": rebuild,
}
