"""The database of Flask-AppBuilder, unbound until `create_app`; how its connections behave."""

from __future__ import annotations

import sqlite3
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.orm import Session

BUSY_SECONDS = 10
TRIES = 20
LONG_REST_SECONDS = 1
RESTING_SINCE = "resting_since"

db = SQLA(session_options={"expire_on_commit": False})
csrf = CSRFProtect()


def engine_options(url: str) -> dict[str, Any]:
    """Options of `create_engine`; errors never carry the values of a statement."""
    options: dict[str, Any] = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return options | {"connect_args": {"timeout": BUSY_SECONDS}}
    return options | {"pool_recycle": 1800, "connect_args": {"connect_timeout": 5}}


def prepare_engine(engine: Engine) -> None:
    """Give SQLite its settings: write-ahead log, foreign keys, patience, transactions that are real.

    A connection to a server that has rested is asked whether it still stands before it is used.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", partial(_ask_whether_alive, engine))
        return
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)


def _note_rest(_connection: Any, record: Any) -> None:
    record.info[RESTING_SINCE] = monotonic()


def _ask_whether_alive(engine: Engine, connection: Any, record: Any, _proxy: object) -> None:
    since = record.info.pop(RESTING_SINCE, None)
    if since is None or monotonic() - since < LONG_REST_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error  # all connections of before are gone; a new one is made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Have the database write ahead.

    Of several who open a new one at the same moment, one changes its mode and the others are refused
    without the patience they have for all else. So they wait until they may write, and try again.
    """
    for left in reversed(range(TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("COMMIT")
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def session_for_a_deed() -> Session:
    """The request's one session, ready to write (Ruling 11).

    SQLite refuses at once to turn a reading transaction into a writing one when somebody wrote
    meanwhile. So the reading one, in which nothing was written, ends here and a writing one waits its turn.
    """
    session: Session = db.session()
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    return session
