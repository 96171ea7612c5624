"""The one transaction of a deed: the only place that commits or rolls back (Ruling 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import direct, last_changes
from models.audit import seen, writer
from models.audit.listener import has_unrecorded_changes, told_by
from services.context import Actor, Context
from services.errors import AuditMissing

_factory: list[Callable[[], Session]] = []
_after_commit: list[Callable[[Session], None]] = []
_after_rollback: list[Callable[[Session], None]] = []


def configure(session_factory: Callable[[], Session]) -> None:
    """Say where sessions come from; `create_app` hands in Flask-AppBuilder's scoped session."""
    _factory[:] = [session_factory]


def after_commit(told: Callable[[Session], None]) -> None:
    """Call `told` after each commit. It must not fail: what was committed stays so."""
    _after_commit.append(told)


def after_rollback(told: Callable[[Session], None]) -> None:
    """Call `told` after each deed that did not happen."""
    _after_rollback.append(told)


@contextmanager
def unit_of_work(actor: Actor, at: datetime) -> Iterator[Context]:
    """Do one deed whole or not at all.

    What it has told is chained to the audit record as the last act before the commit, so that the end of the
    record, which all deeds share, is locked for that moment only.

    Raises:
        AuditMissing: the record was changed and no audit event says so.
        AuditKeyUnknown, AuditKeyWrong, ChainBroken: the audit record cannot be added to.
    """
    if not _factory:
        raise RuntimeError("services.unit_of_work.configure was not called")
    session = _factory[0]()
    try:
        yield Context(session=session, actor=actor, at=at)
        _write(session)
        session.commit()
    except BaseException:
        last_changes.take(session)
        session.rollback()
        for told in _after_rollback:
            told(session)
        raise
    for told in _after_commit:
        told(session)


def _write(session: Session) -> None:
    """Write what a deed has not written yet: what the session keeps, its last changes, its audit events."""
    last_changes.flush(session)
    last = last_changes.take(session)
    told = told_by(session)
    if last is not None and not told:
        last.send(direct.connection_of(session))
    if has_unrecorded_changes(session):
        raise AuditMissing("a deed changed the record without an audit event")
    if told:
        ends = isinstance(session.get_bind(), Engine) and not session.in_nested_transaction()
        writer.append(direct.connection_of(session), told, last, seen.take(session), ends=ends)
