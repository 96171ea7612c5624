"""Watches every flush: which session changed the record, and whether it said so (Ruling 6)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent

CHANGED, SAID = "audit_changed", "audit_said"
UNWATCHED = frozenset(
    {"rate_counter", "number_series", "draft", "deed", "user_preference", "job", "job_skip"}
)


@event.listens_for(Session, "before_flush")
def _watch(session: Session, _context: Any, _instances: Any) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, AuditEvent):
            session.info[SAID] = True
        elif getattr(row, "__tablename__", None) not in UNWATCHED and (
            row in session.deleted or session.is_modified(row)
        ):
            session.info[CHANGED] = True


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(CHANGED, None)
        session.info.pop(SAID, None)


def has_unrecorded_changes(session: Session) -> bool:
    """Whether this transaction changed watched rows without adding an audit event."""
    return bool(session.info.get(CHANGED)) and not session.info.get(SAID)
