"""Verifying the record: reads it once in its order, without the ORM, and names the first row that is wrong.

It needs the database (or a copy of it) and the audit keys, not the portal. Ids may have gaps: the chain is
what shows a missing row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from models.audit import chain, writer
from models.audit.anchor import Anchor
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeyUnknown

AT_ONCE = 5000
_ROWS_POSTGRESQL = """
    SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), actor_id, staff_number, office_id,
        terminal, tag, subject, case_id, purpose, result, CAST(detail AS text), key_id, mac
    FROM audit_event WHERE id > :start ORDER BY id
"""
_ROWS_SQLITE = """
    SELECT id, at, actor_id, staff_number, office_id,
        terminal, tag, subject, case_id, purpose, result, detail, key_id, mac
    FROM audit_event WHERE id > :start ORDER BY id
"""


@dataclass(frozen=True)
class Fault:
    """The first row that is wrong, and what is wrong with it."""

    row_id: int
    kind: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """How many rows were read, where the chain ends, and the first fault; None where the record is whole."""

    rows: int
    last_id: int
    fault: Fault | None


MESSAGES = {
    "row": "its content or its place is not the one that was recorded, or the row before it is missing",
    "key": "it names a key that is not among the audit keys",
    "tail": "it is missing: the record ends before its recorded end",
    "beyond": "it stands behind the recorded end",
    "head": "the recorded end was not set with the audit key",
    "anchor": "the record had another row here when its end was written to the second place",
    "anchor_missing": "it is missing: the end of the record was written to the second place with it",
    "start": "there is no such row to begin behind",
}


def verify(connection: Connection, start: int = 0, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Check the chain from behind row `start` (0: from its beginning) to its end, against the anchors too.

    With `start`, what stands there is believed; an anchor at or before it should vouch for it.
    """
    fixed = {anchor.last_id: anchor.mac for anchor in anchors if anchor.last_id >= start}
    mac, last, count = chain.GENESIS, start, 0
    if start:
        believed = connection.execute(
            text("SELECT mac FROM audit_event WHERE id = :start"), {"start": start}
        ).scalar_one_or_none()
        if believed is None:
            return _verdict(0, start, start, "start")
        mac = bytes(believed)
        if fixed.pop(start, mac) != mac:
            return _verdict(0, start, start, "anchor")
    for row in _rows(connection, start):
        row_id = row[0]
        missing = min((one for one in fixed if one < row_id), default=None)
        try:
            key = audit_keys.chain_key(row[-2])
        except AuditKeyUnknown:
            return _verdict(count, last, row_id, "key")
        if missing is not None:
            return _verdict(count, last, missing, "anchor_missing")
        kept, before = bytes(row[-1]), mac
        mac = chain.mac_of(key, before, row[:-1])
        if mac != kept and chain.mac_of_before(key, before, row[:-1]) != kept:
            return _verdict(count, last, row_id, "row")
        mac = kept
        if fixed.pop(row_id, mac) != mac:
            return _verdict(count, last, row_id, "anchor")
        last, count = row_id, count + 1
    return _at_the_end(connection, mac, last, count, fixed)


def _at_the_end(
    connection: Connection, mac: bytes, last: int, count: int, fixed: dict[int, bytes]
) -> Verdict:
    head = writer.read_head(connection)
    if fixed:
        return _verdict(count, last, min(fixed), "anchor_missing")
    if head.last_id > last:
        return _verdict(count, last, last + 1, "tail")
    if (head.last_id, head.mac) != (last, mac):
        return _verdict(count, last, head.last_id + 1, "beyond")
    if not head.is_genesis:
        try:
            if not chain.is_sealed(audit_keys.chain_key(head.key_id), head):
                return _verdict(count, last, last, "head")
        except AuditKeyUnknown:
            return _verdict(count, last, last, "key")
    return Verdict(count, last, None)


def _rows(connection: Connection, start: int) -> Iterator[Sequence[Any]]:
    statement = text(_ROWS_POSTGRESQL if connection.dialect.name == "postgresql" else _ROWS_SQLITE)
    options = {"stream_results": True, "yield_per": AT_ONCE}
    streamed = connection.execute(statement, {"start": start}, execution_options=options)
    for part in streamed.partitions():
        yield from part


def _verdict(count: int, last: int, row_id: int, kind: str) -> Verdict:
    return Verdict(count, last, Fault(row_id, kind, MESSAGES[kind]))
