"""Statements of PostgreSQL that are asked in every deed, past SQLAlchemy's reading of results (N1).

SQLAlchemy describes each result anew, which costs more than the statement (performance.md, section 1). What
is asked here goes by the driver's own connection (models/one_trip.py), in the same transaction; several
statements, and the beginning of a transaction, go in one round trip. Whoever listens to statements (the watch
of the audit record, counters) is told as ever; errors come out as SQLAlchemy's. Places for values are
PostgreSQL's own: `$1`, `$2`, …, so that nobody need read the statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from sqlalchemy import CompoundSelect, Connection, Select
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.one_trip import NOT_KNOWN, Answer, Asking, Trip, Values

Asked = Select[Any] | CompoundSelect[Any]
TRIP, HELD = "one_trip", "connection_in_hand"
PLACE = "%s"
_dialect: Any = dialect
_NUMBERED = _dialect(paramstyle="numeric_dollar")


def connection_of(session: Session) -> Connection:
    """The connection of the running transaction, without asking the session anew each time.

    Within a savepoint the session is asked: it begins one with whoever asks first. And where a flush has
    failed: nothing goes on in a transaction that the session has given up.

    Raises:
        sqlalchemy.exc.PendingRollbackError: the transaction was given up and is not ended yet.
    """
    held: Connection | None = session.info.get(HELD)
    if held is None or session.in_nested_transaction() or not session.is_active:
        return session.connection()
    return held


def look(connection: Connection, statement: Asked, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that was built once and is asked often, on every database."""
    if connection.dialect.name != "postgresql":
        return [tuple(row) for row in connection.execute(statement, values)]
    text, names = _compiled(statement)
    return ask(connection, text, [values.get(name, usual) for name, usual in names])


def ask(connection: Connection, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows that a statement answers."""
    return ask_all(connection, [(statement, values)])[0].rows


def tell(connection: Connection, statement: str, values: Values = ()) -> int:
    """How many rows a statement has changed."""
    return ask_all(connection, [(statement, values)])[0].rowcount


def ask_all(connection: Connection, asked: Sequence[Asking], *, ends: bool = False) -> list[Answer]:
    """What each of some statements answers, all sent in one round trip; one that fails is the last.

    `ends`: the transaction is committed with them, where none has failed.

    Raises:
        sqlalchemy.exc.DBAPIError: one has failed, or the commit; nothing of the transaction is kept.
    """
    listening, nothing = connection.dispatch, Answer([], NOT_KNOWN)
    for listener in listening.before_cursor_execute:
        for statement, values in asked:
            listener(connection, nothing, statement, values, None, False)
    try:
        answers = _trip(connection).send(asked, ends=ends)
    except psycopg.Error as error:
        raise _ours(connection, asked[0][0], error) from error
    for (statement, _), answer in zip(asked, answers, strict=False):
        if answer.error is not None:
            raise _ours(connection, statement, answer.error) from answer.error
    for listener in listening.after_cursor_execute:
        for (statement, values), answer in zip(asked, answers, strict=False):
            listener(connection, answer, statement, values, None, False)
    if answers[len(asked) :]:
        raise _ours(connection, "COMMIT", answers[-1].error or psycopg.OperationalError())
    return answers


def wait_for_disk(connection: Connection) -> None:
    """End a transaction that only read, when all that it has seen is on the disk.

    For who writes down elsewhere what he saw: PostgreSQL shows a deed for a moment before it is there.
    """
    if connection.dialect.name == "postgresql":
        ask_all(connection, [("SELECT 1", ())], ends=True)


def numbered(statement: str) -> str:
    """The statement with `$1`, `$2`, … in place of each `%s`."""
    first, *rest = statement.split(PLACE)
    number = count(1)
    return first + "".join(f"${next(number)}{one}" for one in rest)


@lru_cache(maxsize=1024)
def _compiled(statement: Asked) -> tuple[str, list[tuple[str, Any]]]:
    """A statement in PostgreSQL's words, and its values in their order: name, and what it is unless told."""
    compiled = statement.compile(dialect=_NUMBERED)
    return str(compiled), [(name, compiled.params[name]) for name in compiled.positiontup or ()]


def _trip(connection: Connection) -> Trip:
    """The way to the server that stays with a connection of the driver as long as it lives."""
    kept = connection.info
    trip: Trip | None = kept.get(TRIP)
    if trip is None:
        trip = kept[TRIP] = Trip(connection.connection.driver_connection)
    return trip


def _ours(connection: Connection, statement: str, error: psycopg.Error) -> BaseException:
    """The error as SQLAlchemy raises it; a connection that is lost is not used again."""
    of_engine: Any = connection.dialect
    lost = bool(of_engine.is_disconnect(error, connection.connection.driver_connection, None))
    told = DBAPIError.instance(
        statement,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=of_engine,
    )
    if lost:
        connection.invalidate(error)
    return told
