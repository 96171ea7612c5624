"""A statement of PostgreSQL that is asked in every deed, past SQLAlchemy's reading of results (N1).

SQLAlchemy describes each result anew, which costs more than the statement (performance.md, section 1). What
is asked here goes to the driver on the same connection, in the same transaction, by one cursor that stays
with the connection. Whoever listens to statements (the watch of the audit record, counters)
is told as ever; errors come out as SQLAlchemy's. Places for values are PostgreSQL's own: `$1`, `$2`, …, so
that the driver need not read the statement.
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

Values = Sequence[Any]
Asked = Select[Any] | CompoundSelect[Any]
CURSOR = "direct_cursor"
PLACE = "%s"
_dialect: Any = dialect
_NUMBERED = _dialect(paramstyle="numeric_dollar")


def look(connection: Connection, statement: Asked, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that was built once and is asked often, on every database."""
    if connection.dialect.name != "postgresql":
        return [tuple(row) for row in connection.execute(statement, values)]
    text, names = _compiled(statement)
    return ask(connection, text, [values.get(name, usual) for name, usual in names])


def ask(connection: Connection, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """The rows that a statement answers."""
    cursor = _sent(connection, statement, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def tell(connection: Connection, statement: str, values: Values = ()) -> int:
    """How many rows a statement has changed."""
    return int(_sent(connection, statement, values).rowcount)


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


def _sent(connection: Connection, statement: str, values: Values) -> Any:
    cursor = _cursor(connection)
    listening = connection.dispatch
    _announce(listening.before_cursor_execute, connection, cursor, statement, values)
    try:
        cursor.execute(statement, values, binary=True)
    except psycopg.Error as error:
        raise _ours(connection, cursor, statement, error) from error
    _announce(listening.after_cursor_execute, connection, cursor, statement, values)
    return cursor


def _cursor(connection: Connection) -> Any:
    """The cursor that stays with a connection of the driver as long as it lives."""
    kept = connection.info
    cursor = kept.get(CURSOR)
    if cursor is None:
        driver: Any = connection.connection.driver_connection
        cursor = kept[CURSOR] = psycopg.RawCursor(driver)
    return cursor


def _announce(listeners: Any, connection: Connection, cursor: Any, statement: str, values: Values) -> None:
    for listener in listeners:
        listener(connection, cursor, statement, values, None, False)


def _ours(connection: Connection, cursor: Any, statement: str, error: psycopg.Error) -> BaseException:
    """The error as SQLAlchemy raises it; a connection that is lost is not used again."""
    of_engine: Any = connection.dialect
    lost = bool(of_engine.is_disconnect(error, connection.connection.driver_connection, cursor))
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
