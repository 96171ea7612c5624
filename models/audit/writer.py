"""Writing the events of a deed at the end of the chain: the last act before the commit, in two statements.

The head is locked late, so that nothing else of a deed holds it. On SQLite, where only one transaction writes
at a time, it takes three statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from models.audit import chain
from models.audit.chain import Entry, Head
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeyWrong


class ChainBroken(RuntimeError):
    """The end of the chain is not there, or another one than was locked: the deed does not happen."""


COLUMNS = (*chain.CONTENT, "mac")
_HEAD = "SELECT last_id, mac, key_id, seal FROM audit_head WHERE id = 1"
_WRITE_POSTGRESQL = """WITH moved AS (
        UPDATE audit_head
        SET last_id = %(head_id)s, mac = %(head_mac)s, key_id = %(head_key)s, seal = %(head_seal)s
        WHERE id = 1 AND last_id = %(before)s RETURNING id
    )
    INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag, subject, case_id,
        purpose, result, detail, key_id, mac)
    SELECT e.id, e.at, e.actor_id, e.staff_number, e.office_id, e.terminal, e.tag, e.subject, e.case_id,
        e.purpose, e.result, CAST(e.detail AS json), e.key_id, e.mac
    FROM moved, unnest(
        CAST(%(id)s AS int[]), CAST(%(at)s AS timestamptz[]), CAST(%(actor_id)s AS int[]),
        CAST(%(staff_number)s AS text[]), CAST(%(office_id)s AS int[]), CAST(%(terminal)s AS text[]),
        CAST(%(tag)s AS text[]), CAST(%(subject)s AS text[]), CAST(%(case_id)s AS int[]),
        CAST(%(purpose)s AS text[]), CAST(%(result)s AS text[]), CAST(%(detail)s AS text[]),
        CAST(%(key_id)s AS text[]), CAST(%(mac)s AS bytea[])
    ) AS e(id, at, actor_id, staff_number, office_id, terminal, tag, subject, case_id,
        purpose, result, detail, key_id, mac)
"""
_INSERT_SQLITE = """INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag,
        subject, case_id, purpose, result, detail, key_id, mac)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MOVE_SQLITE = "UPDATE audit_head SET last_id = ?, mac = ?, key_id = ?, seal = ? WHERE id = 1 AND last_id = ?"


def append(connection: Connection, entries: Sequence[Entry]) -> None:
    """Chain the entries after the head, in their order.

    Raises:
        AuditKeyUnknown: the head was set with a key that is not here.
        AuditKeyWrong: the head was not set with our key of that id, or by nobody who has one.
        ChainBroken: there is no head, or it moved although it was locked.
    """
    is_postgresql = connection.dialect.name == "postgresql"
    head = check_head(connection, lock=is_postgresql)
    key_id = audit_keys.keys().current_id
    linked, after = chain.link(head, entries, key_id, audit_keys.chain_key(key_id))
    rows = [
        (*chain.content_of(entry, row_id, key_id), mac)
        for entry, (row_id, mac) in zip(entries, linked, strict=True)
    ]
    write = _write_postgresql if is_postgresql else _write_sqlite
    if not write(connection, rows, head, after):
        raise ChainBroken("the end of the audit record moved while it was locked")


def check_head(connection: Connection, *, lock: bool = False) -> Head:
    """The end of the chain, set by somebody with our keys.

    Raises:
        AuditKeyUnknown, AuditKeyWrong, ChainBroken: as for `append`.
    """
    head = read_head(connection, lock=lock)
    if not head.is_genesis and not chain.is_sealed(audit_keys.chain_key(head.key_id), head):
        raise AuditKeyWrong("the end of the audit record was not set with the key that is loaded")
    return head


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """The end of the chain.

    Raises:
        ChainBroken: there is none.
    """
    row = connection.exec_driver_sql(_HEAD + " FOR UPDATE" if lock else _HEAD).one_or_none()
    if row is None:
        raise ChainBroken("the end of the audit record is not there")
    return Head(row[0], bytes(row[1]), row[2], bytes(row[3]))


def _write_postgresql(connection: Connection, rows: list[tuple[Any, ...]], head: Head, after: Head) -> bool:
    values: dict[str, Any] = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    values["at"] = [f"{moment}+00" for moment in values["at"]]
    values |= {
        "head_id": after.last_id,
        "head_mac": after.mac,
        "head_key": after.key_id,
        "head_seal": after.seal,
        "before": head.last_id,
    }
    return connection.exec_driver_sql(_WRITE_POSTGRESQL, values).rowcount == len(rows)


def _write_sqlite(connection: Connection, rows: list[tuple[Any, ...]], head: Head, after: Head) -> bool:
    connection.exec_driver_sql(_INSERT_SQLITE, rows)
    moved = (after.last_id, after.mac, after.key_id, after.seal, head.last_id)
    return connection.exec_driver_sql(_MOVE_SQLITE, moved).rowcount == 1
