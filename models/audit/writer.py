"""Writing the events of a deed at the end of the chain: the last act before the commit.

The head is locked late, so that nothing else of a deed holds it. PostgreSQL closes the chain itself, with the
tokens of the events (chain.py), in one statement that goes with the last changes of the deed and its commit:
the head is held by nobody who still reckons or waits for an answer. Many events at once, and those of SQLite,
where only one transaction writes at a time, are closed here: the head is read, then events and head written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models import direct
from models.audit import chain
from models.audit.chain import Entry, Head
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeyUnknown, AuditKeyWrong
from models.one_trip import Asking


class ChainBroken(RuntimeError):
    """The end of the chain is not there, or another one than was locked: the deed does not happen."""


REFUSALS: tuple[type[Exception], ...] = (ChainBroken, AuditKeyUnknown, AuditKeyWrong)
COLUMNS = (*chain.CONTENT, "mac")
LOCK_NOT_AVAILABLE, DIVISION_BY_ZERO = "55P03", "22012"
MOVED = "the end of the audit record moved while it was locked"
_WRITING = re.compile(r"INSERT INTO audit_event|UPDATE audit_head|FROM audit_head WHERE id = 1 AND")
_OF_THE_RECORD = (None, "audit_event", "audit_head")
FEW = 8  # events of a deed that the database chains itself
AT_ONCE = 1_000  # events of one statement: the protocol takes 65,535 values
_HEAD = "SELECT last_id, mac, key_id, seal FROM audit_head WHERE id = 1"
# Waiting for the end has an end of its own, in this transaction only; a shorter one of the connection stays.
LONGEST_WAIT = "10s"
_PATIENT = f"""set_config('lock_timeout', coalesce(
    nullif(current_setting('lock_timeout'), '0'), '{LONGEST_WAIT}'), true) <> ''"""
# With a commit in the same trip only, which then waits for the disk itself (models/one_trip.py).
_LETS_GO = " AND set_config('synchronous_commit', 'off', true) <> ''"
_LOCKED_HEAD = f"{_HEAD} AND {_PATIENT} FOR UPDATE"
_INSERT_POSTGRESQL = """
    INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag, subject, case_id,
        purpose, result, detail, key_id, mac)
    SELECT e.id, e.at, e.actor_id, e.staff_number, e.office_id, e.terminal, e.tag, e.subject, e.case_id,
        e.purpose, e.result, e.detail, e.key_id, e.mac
    FROM """
_MOVED_POSTGRESQL = """WITH moved AS (
        UPDATE audit_head SET last_id = %s, mac = %s, key_id = %s, seal = %s
        WHERE id = 1 AND last_id = %s{also} RETURNING id
    ) """
_MOVE_POSTGRESQL = _MOVED_POSTGRESQL.format(also="") + _INSERT_POSTGRESQL + "moved, (VALUES "
_MORE_POSTGRESQL = _INSERT_POSTGRESQL + "(VALUES "
_ROW_POSTGRESQL = (
    "(%s::int, %s::timestamptz, %s::int, %s::text, %s::int, %s::text, %s::text, %s::text, %s::int,"
    " %s::text, %s::text, %s::json, %s::text, %s::bytea)"
)
_END_POSTGRESQL = """) AS e(id, at, actor_id, staff_number, office_id, terminal, tag, subject, case_id,
        purpose, result, detail, key_id, mac)
"""
# Where the database chains: the head, then each event by its token, the code before it and its id.
# An end that was put back since the deed saw it is not there.
_HEAD_IN_HAND = """head AS (SELECT last_id AS id, mac FROM audit_head
        WHERE id = 1 AND last_id >= %s::int AND {patient} FOR UPDATE)"""
_LINK = """, {name} AS (SELECT id + 1 AS id, sha256(%s::bytea || mac || int8send((id + 1)::bigint)) AS mac
        FROM {before})"""
_SEAL = """, moved AS (UPDATE audit_head SET last_id = l.id, mac = l.mac, key_id = %s::text,
        seal = %s::bytea || sha256(%s::bytea || l.mac || int8send(l.id::bigint))
        FROM {last} AS l WHERE audit_head.id = 1 RETURNING 1), added AS ("""
_INSERT_LINKED = """INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag,
        subject, case_id, purpose, result, detail, key_id, mac) """
_ROW_LINKED = (
    "SELECT {name}.id, %s::timestamptz, %s::int, %s::text, %s::int, %s::text, %s::text, %s::text, %s::int,"
    " %s::text, %s::text, %s::json, %s::text, {name}.mac FROM moved, {name}"
)
_ALL_ADDED = "SELECT 1 / (count(*) = %s::bigint)::int FROM added"
_INSERT_SQLITE = """INSERT INTO audit_event (id, at, actor_id, staff_number, office_id, terminal, tag,
        subject, case_id, purpose, result, detail, key_id, mac)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MOVE_SQLITE = "UPDATE audit_head SET last_id = ?, mac = ?, key_id = ?, seal = ? WHERE id = 1 AND last_id = ?"


class Sender(Protocol):
    """The last changes of a deed (models/last_changes.py), which can take something with them."""

    def send(
        self, connection: Connection, then: Sequence[Asking] = (), *, ends: bool = False
    ) -> Sequence[Any]:
        """Make the changes, with what goes with them; what that tells."""


def append(
    connection: Connection,
    entries: Sequence[Entry],
    last: Sender | None = None,
    seen: Head | None = None,
    *,
    ends: bool = False,
) -> None:
    """Chain the entries after the head, in their order; before them come the last changes of the deed.

    `seen` is the head as the deed read it before: it was set with our key, or the deed does not happen.
    `ends`: nothing follows but the commit, which goes with the events, so that nobody waits longer for the
    head than need be.

    Raises:
        AuditKeyUnknown: the head was set with a key that is not here.
        AuditKeyWrong: the head was not set with our key of that id, or by nobody who has one.
        ChainBroken: there is no head, or it moved although it was locked.
    """
    if connection.dialect.name != "postgresql":
        if last is not None:
            last.send(connection)
        head = check_head(connection)
        rows, after = _linked(head, entries)
        written = _write_sqlite(connection, rows, head, after)
    elif len(entries) <= FEW:
        before = _checked(read_head(connection) if seen is None else seen)
        written = _chained_by_database(connection, entries, before, last, ends=ends)
    else:
        head = _locked_after(connection, last)
        rows, after = _linked(head, entries)
        written = _write_postgresql(connection, rows, head, after, ends=ends)
    if not written:
        raise ChainBroken(MOVED)


def _locked_after(connection: Connection, last: Sender | None) -> Head:
    """The head, locked in the round trip that makes the last changes."""
    if last is None:
        return check_head(connection, lock=True)
    told = last.send(connection, then=((_LOCKED_HEAD, ()),))
    return _checked(_head_of(told[-1]))


def _linked(head: Head, entries: Sequence[Entry]) -> tuple[list[tuple[Any, ...]], Head]:
    """The rows of the entries after the head, and the head after them."""
    key_id = audit_keys.keys().current_id
    linked, after = chain.link(head, entries, key_id, audit_keys.chain_key(key_id))
    rows = [
        (*chain.content_of(entry, row_id, key_id), mac)
        for entry, (row_id, mac) in zip(entries, linked, strict=True)
    ]
    return rows, after


def _chained_by_database(
    connection: Connection, entries: Sequence[Entry], seen: Head, last: Sender | None, *, ends: bool
) -> bool:
    """Make the last changes and chain the entries behind them, in one round trip."""
    asking = _closing_text(len(entries), ends=ends), [seen.last_id, *_closing_values(entries)]
    try:
        if last is not None:
            last.send(connection, (asking,), ends=ends)
        else:
            direct.ask_all(connection, (asking,), ends=ends)
    except DBAPIError as error:
        return _unless_moved(error)
    return True


def _unless_moved(error: DBAPIError) -> bool:
    """False where the database did not add all events; any other error goes on."""
    if getattr(error.orig, "sqlstate", None) == DIVISION_BY_ZERO and is_of_the_record(error):
        return False
    raise error


@lru_cache(maxsize=2 * FEW)
def _closing_text(count: int, *, ends: bool) -> str:
    """Reads the head, chains so many events behind it and moves it; fails where it did not add them all."""
    names = ["head", *(f"e{number}" for number in range(1, count + 1))]
    links = [_LINK.format(name=name, before=before) for before, name in pairwise(names)]
    rows = " UNION ALL ".join([_ROW_LINKED.format(name=name) for name in names[1:]])
    head = _HEAD_IN_HAND.format(patient=_PATIENT + _LETS_GO if ends else _PATIENT)
    words = ["WITH ", head, *links, _SEAL.format(last=names[-1]), _INSERT_LINKED, rows]
    return direct.numbered("".join([*words, " RETURNING 1) ", _ALL_ADDED]))


def _closing_values(entries: Sequence[Entry]) -> list[Any]:
    key_id, nonce = audit_keys.keys().current_id, chain.new_nonce()
    key = audit_keys.chain_key(key_id)
    contents = [chain.content_of(entry, 0, key_id) for entry in entries]  # ids are the database's to give
    tokens = [chain.token_of(key, content) for content in contents]
    values = [*tokens, key_id, nonce, chain.seal_token(key, nonce, key_id)]
    for content in contents:
        values += _for_driver(content)[1:]
    return [*values, len(entries)]


def check_head(connection: Connection, *, lock: bool = False) -> Head:
    """The end of the chain, set by somebody with our keys.

    Raises:
        AuditKeyUnknown, AuditKeyWrong, ChainBroken: as for `append`.
    """
    return _checked(read_head(connection, lock=lock))


def _checked(head: Head) -> Head:
    if not head.is_genesis and not chain.is_sealed(audit_keys.chain_key(head.key_id), head):
        raise AuditKeyWrong("the end of the audit record was not set with the key that is loaded")
    return head


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """The end of the chain; to lock it, PostgreSQL waits as long as `LONGEST_WAIT`.

    Raises:
        ChainBroken: there is none.
        sqlalchemy.exc.OperationalError: another deed held it too long (`is_busy`).
    """
    statement = _LOCKED_HEAD if lock else _HEAD
    together = connection.dialect.name == "postgresql"
    return _head_of(
        direct.ask(connection, statement) if together else connection.exec_driver_sql(statement).all()
    )


def _head_of(rows: Sequence[Sequence[Any]]) -> Head:
    if not rows:
        raise ChainBroken("the end of the audit record is not there")
    row = rows[0]
    return Head(row[0], bytes(row[1]), row[2], bytes(row[3]))


def is_of_the_record(error: DBAPIError) -> bool:
    """Whether it was the audit record that could not be added to, and no other table that the error names."""
    named = getattr(getattr(error.orig, "diag", None), "table_name", None)
    return bool(_WRITING.search(error.statement or "")) and named in _OF_THE_RECORD


def is_busy(error: DBAPIError) -> bool:
    """Whether the end of the record was held by another deed for too long."""
    return getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE


def _write_postgresql(
    connection: Connection, rows: list[tuple[Any, ...]], head: Head, after: Head, *, ends: bool = False
) -> bool:
    moved = [*_values_of(after), head.last_id]
    if ends and len(rows) <= AT_ONCE:
        return _write_and_commit(connection, rows, moved)
    written = _send(connection, _MOVE_POSTGRESQL, moved, rows[:AT_ONCE])
    for place in range(AT_ONCE, len(rows), AT_ONCE):
        written += _send(connection, _MORE_POSTGRESQL, [], rows[place : place + AT_ONCE])
    return written == len(rows)


def _write_and_commit(connection: Connection, rows: list[tuple[Any, ...]], values: list[Any]) -> bool:
    """Add the rows and commit in one round trip; the database itself refuses where not all were added."""
    for row in rows:
        values += _for_driver(row)
    try:
        direct.ask_all(connection, [(_last_text(len(rows)), [*values, len(rows)])], ends=True)
    except DBAPIError as error:
        return _unless_moved(error)
    return True


def _send(connection: Connection, beginning: str, values: list[Any], rows: list[tuple[Any, ...]]) -> int:
    for row in rows:
        values += _for_driver(row)
    return direct.tell(connection, _text(beginning, len(rows)), values)


def _values_of(head: Head) -> tuple[Any, ...]:
    return head.last_id, head.mac, head.key_id, head.seal


def _for_driver(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return row[0], f"{row[1]}+00", *row[2:]


@lru_cache(maxsize=64)
def _text(beginning: str, rows: int) -> str:
    return direct.numbered(beginning + ", ".join([_ROW_POSTGRESQL] * rows) + _END_POSTGRESQL)


@lru_cache(maxsize=64)
def _last_text(rows: int) -> str:
    """Moves the end and adds the rows behind it; fails where it did not add them all."""
    added = [_INSERT_POSTGRESQL, "moved, (VALUES ", ", ".join([_ROW_POSTGRESQL] * rows), _END_POSTGRESQL]
    parts = [_MOVED_POSTGRESQL.format(also=_LETS_GO), ", added AS (", *added, " RETURNING 1) "]
    return direct.numbered("".join([*parts, _ALL_ADDED]))


def _write_sqlite(connection: Connection, rows: list[tuple[Any, ...]], head: Head, after: Head) -> bool:
    connection.exec_driver_sql(_INSERT_SQLITE, rows)
    moved = (*_values_of(after), head.last_id)
    return connection.exec_driver_sql(_MOVE_SQLITE, moved).rowcount == 1
