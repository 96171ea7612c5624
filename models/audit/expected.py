"""The end of the chain as a deed read it beside something else: where its events will most likely be added.

A guess only, so that a deed need not ask for the end before it adds to it: the database takes the events only
where the end is the very one that was expected, else the end is asked for and locked. Where deeds meet at the
end all the time nothing is expected for a while, since a guess that fails costs a statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.audit import chain
from models.audit.chain import Head
from models.batch import Change, Tail, write_on
from models.crypto import audit_keys

SEEN = "audit_end_seen"
REST = 20  # deeds of this process that read no end after one that expected in vain
_LOOK = Tail(
    (),
    (
        "(SELECT last_id FROM audit_head WHERE id = 1)",
        "(SELECT mac FROM audit_head WHERE id = 1)",
        "(SELECT key_id FROM audit_head WHERE id = 1)",
        "(SELECT seal FROM audit_head WHERE id = 1)",
    ),
    (),
)
_resting: list[None] = []


def is_wanted() -> bool:
    """Whether a deed that begins should read the end beside its first statement."""
    if not _resting:
        return True
    del _resting[-1:]
    return False


def note(session: Session, row: Sequence[Any]) -> None:
    """Keep the end that the running transaction read: last_id, mac, key_id and seal, or None four times."""
    session.info[SEEN] = row


def write(session: Session, changes: Sequence[Change]) -> list[list[int]]:
    """Make changes as `models.batch.write` does, and read the end with them where it is wanted."""
    connection = session.connection()
    if connection.dialect.name != "postgresql" or not is_wanted():
        return write_on(connection, changes)[0]
    ids, row = write_on(connection, changes, _LOOK)
    note(session, row)
    return ids


def take(session: Session) -> Head | None:
    """The end that is most likely there, set by somebody with our keys; None where it should be asked for."""
    row = session.info.pop(SEEN, None)
    if row is None or row[0] is None:
        return None
    head = Head(row[0], bytes(row[1]), row[2], bytes(row[3]))
    known = audit_keys.keys().chain_keys.get(head.key_id)
    return head if known is not None and chain.is_sealed(known, head) else None


def failed() -> None:
    """Another end was there."""
    rest(REST)


def rest(deeds: int) -> None:
    """Read no end in so many deeds."""
    _resting[:] = [None] * deeds
