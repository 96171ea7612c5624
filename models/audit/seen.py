"""The end of the audit record as a deed read it beside something else.

Whoever adds to the record looks first whether its end was set by somebody with our keys. A deed that reads
the end beside its first statement need not ask for it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.audit.chain import Head

SEEN = "audit_end_seen"


def note(session: Session, row: Sequence[Any]) -> None:
    """Keep the end that the running transaction read: last_id, mac, key_id and seal, or None four times."""
    session.info[SEEN] = row


def take(session: Session) -> Head | None:
    """The end that was read, unless none was."""
    row = session.info.pop(SEEN, None)
    if row is None or row[0] is None:
        return None
    return Head(row[0], bytes(row[1]), row[2], bytes(row[3]))
