"""Watches what a session really writes, and keeps what its deed has told of it (Ruling 6).

Every statement that SQLAlchemy sends is seen, whether the ORM, Core or text made it. What goes past it (COPY,
models/bulk.py) says so itself by `note_change`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from models.audit.chain import Entry
from models.audit.seen import SEEN
from models.direct import HELD

CHANGED, TOLD, MARKS, CONNECTION = "audit_changed", "audit_told", "audit_marks", "audit_connection"
SESSION = "audit_session"
UNWATCHED = frozenset(
    {"rate_counter", "number_series", "draft", "deed", "user_preference", "job", "job_skip", "audit_event"}
    | {"audit_head", "audit_mark", "notice", "open_case"}
)
_WRITES = re.compile(r"\s*(?:WITH|INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE)\b", re.IGNORECASE)
_TABLES = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|(?<!FOR\s)(?<!DO\s)UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY|TRUNCATE(?:\s+TABLE)?)"
    r"\s+(?:ONLY\s+)?\"?(\w+)",
    re.IGNORECASE,
)

# The database says how many rows these have changed.
_COUNTED = re.compile(r"\s*(?:UPDATE|DELETE)\b(?!.*\bRETURNING\b)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=1024)
def tables_written(statement: str) -> frozenset[str]:
    """The watched tables that a statement writes to."""
    if not _WRITES.match(statement):
        return frozenset()
    return frozenset(name.lower() for name in _TABLES.findall(statement)) - UNWATCHED


@event.listens_for(Session, "after_begin")
def _begin(session: Session, _transaction: Any, connection: Connection) -> None:
    connection.info[SESSION] = session.info
    session.info[CONNECTION] = connection.info
    session.info[HELD] = connection


@event.listens_for(Engine, "after_cursor_execute")
def _watch(connection: Connection, cursor: Any, statement: str, *_rest: Any) -> None:
    if tables_written(statement) and not (cursor.rowcount == 0 and _COUNTED.match(statement)):
        told: dict[str, Any] | None = connection.info.get(SESSION)
        if told is not None:
            told[CHANGED] = True


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: Any) -> None:
    if transaction.nested:
        session.info.setdefault(MARKS, {})[transaction] = len(told_by(session))


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, transaction: Any) -> None:
    mark = session.info.get(MARKS, {}).pop(transaction, None)
    if mark is not None:
        del told_by(session)[mark:]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        for name in (CHANGED, TOLD, MARKS, SEEN, HELD):
            session.info.pop(name, None)
        session.info.pop(CONNECTION, {}).pop(SESSION, None)


def note_change(session: Session) -> None:
    """Say that watched rows were changed past SQLAlchemy."""
    session.info[CHANGED] = True


def tell(session: Session, entry: Entry) -> None:
    """Keep an event until the deed ends; a savepoint that is rolled back takes its events with it."""
    told_by(session).append(entry)


def told_by(session: Session) -> list[Entry]:
    """The events that the running transaction has told so far."""
    told: list[Entry] = session.info.setdefault(TOLD, [])
    return told


def has_unrecorded_changes(session: Session) -> bool:
    """Whether this transaction changed watched rows without telling an event."""
    return bool(session.info.get(CHANGED)) and not told_by(session)
