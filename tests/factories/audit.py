"""What a deed has told so far, read back from the table."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import listener, writer
from models.audit.event import AuditEvent


def told(session: Session, *tags: str) -> Sequence[AuditEvent]:
    """Chain what is told and not written yet, and return all events (of these tags) in their order."""
    session.flush()
    pending = listener.told_by(session)
    if pending:
        writer.append(session.connection(), pending)
        pending.clear()
    statement = select(AuditEvent).order_by(AuditEvent.id)
    return session.scalars(statement.where(AuditEvent.tag.in_(tags)) if tags else statement).all()
