"""A statement of PostgreSQL that is asked in every deed, past SQLAlchemy's reading of results (N1).

SQLAlchemy describes each result anew, which costs more than the statement (performance.md, section 1). What
is asked here goes to the driver on the same connection, in the same transaction. Whoever listens to
statements (the watch of the audit record, counters) is told as ever; errors come out as SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any] | Mapping[str, Any]


def ask(connection: Connection, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows that a statement answers."""
    cursor = _sent(connection, statement, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def tell(connection: Connection, statement: str, values: Values = ()) -> int:
    """How many rows a statement has changed."""
    return int(_sent(connection, statement, values).rowcount)


def _sent(connection: Connection, statement: str, values: Values) -> Any:
    cursor: Any = connection.connection.cursor()
    _announce(connection.dispatch.before_cursor_execute, connection, cursor, statement, values)
    try:
        cursor.execute(statement, values)
    except psycopg.Error as error:
        raise _ours(connection, cursor, statement, error) from error
    _announce(connection.dispatch.after_cursor_execute, connection, cursor, statement, values)
    return cursor


def _announce(listeners: Any, connection: Connection, cursor: Any, statement: str, values: Values) -> None:
    for listener in listeners:
        listener(connection, cursor, statement, values, None, False)


def _ours(connection: Connection, cursor: Any, statement: str, error: psycopg.Error) -> BaseException:
    """The error as SQLAlchemy raises it; a connection that is lost is not used again."""
    dialect: Any = connection.dialect
    lost = bool(dialect.is_disconnect(error, connection.connection.driver_connection, cursor))
    told = DBAPIError.instance(
        statement,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    if lost:
        connection.invalidate(error)
    return told
