"""The last changes of a deed, kept back so that they go to the database with its audit events (N1, Ruling 6).

Who writes last in a deed keeps its changes here instead. The unit of work sends them as the last act, in one
statement with the end of the audit record. Whatever else is asked of the database before that finds
them written: any statement on the connection sends them first, so that nobody reads what is old.
Only PostgreSQL takes several changes in one statement; on other databases nothing is kept back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from models import batch, direct
from models.audit.listener import SESSION
from models.batch import Change, Missed
from models.one_trip import Asking

KEPT = "last_changes"


@dataclass
class Last:
    """Changes that are not sent yet, and what to raise where one of them is missed.

    `comes_first`: other rows of the deed may point to what is added here, and are written after it.
    """

    changes: Sequence[Change]
    refused: Callable[[Missed], Exception]
    ids: list[list[int]] | None = None
    comes_first: bool = False

    def send(
        self, connection: Connection, then: Sequence[Asking] = (), *, ends: bool = False
    ) -> Sequence[Any]:
        """Make the changes, with what goes with them (`batch.write_on`); what that tells.

        Raises:
            Exception: what `refused` makes of a change that was missed. The transaction must be given up.
        """
        try:
            self.ids, told = batch.write_on(connection, self.changes, then, ends=ends)
        except Missed as missed:
            raise self.refused(missed) from missed
        return told


def keep(session: Session, last: Last) -> None:
    """Keep changes until the deed ends or something else is asked; within a savepoint they go at once."""
    connection = direct.connection_of(session)
    settle(session)
    if connection.dialect.name != "postgresql" or session.in_nested_transaction():
        last.send(connection)
    else:
        session.info[KEPT] = last


def take(session: Session) -> Last | None:
    """The changes that are still kept; from now on it is the caller's to send them, or to let them be."""
    kept: Last | None = session.info.pop(KEPT, None)
    return kept


def flush(session: Session) -> None:
    """Let the session write what it keeps itself, after changes that come first."""
    kept: Last | None = session.info.get(KEPT)
    if kept is None or kept.comes_first:
        session.flush()  # its first statement sends them
        return
    take(session)
    session.flush()
    session.info[KEPT] = kept


def withdraw(session: Session, last: Last) -> bool:
    """Keep these changes no more; False where they were sent already, or others are kept."""
    if session.info.get(KEPT) is not last:
        return False
    take(session)
    return True


def settle(session: Session) -> None:
    """Send what is kept, if anything is."""
    kept = take(session)
    if kept is not None:
        kept.send(direct.connection_of(session))


@event.listens_for(Engine, "before_cursor_execute")
def _send_first(connection: Connection, *_statement: Any) -> None:
    of_session: dict[str, Any] | None = connection.info.get(SESSION)
    if of_session is not None and KEPT in of_session:
        of_session.pop(KEPT).send(connection)


@event.listens_for(Session, "before_commit")
def _send_last(session: Session) -> None:
    settle(session)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(KEPT, None)
