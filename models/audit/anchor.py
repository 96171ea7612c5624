"""Anchors: the end of the chain, signed and written to a second place, so that a cut tail is found (T15).

One JSON line each, added to a file that lies apart from the database and its backups.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from models.audit import writer
from models.audit.chain import Head, moment_text
from models.audit.event import AuditEvent
from models.crypto import audit_keys

LONGEST_LINE = 1000
LATE_AFTER = timedelta(minutes=30)


class AnchorNotValid(ValueError):
    """A line of an anchor file was changed, or was signed with a key that is not here."""


class AnchorDisagrees(RuntimeError):
    """The database does not hold what was anchored last: it was put back, or chained anew."""


class State(StrEnum):
    """What the second place tells of the record."""

    NOTHING = "nothing"  # nothing was recorded yet
    MISSING = "missing"  # there is no anchor
    LATE = "late"  # an event has waited longer than `LATE_AFTER` for its anchor
    DISAGREES = "disagrees"  # the database does not hold what was anchored last
    GOOD = "good"


@dataclass(frozen=True)
class Anchor:
    """Where the chain ended at a moment (UTC text)."""

    at: str
    last_id: int
    mac: bytes
    key_id: str

    def signature(self) -> str:
        """The HMAC over the anchor with its key.

        Raises:
            AuditKeyUnknown: the key is not here.
        """
        told = f"anchor:{self.at}:{self.last_id}:{self.mac.hex()}:{self.key_id}".encode()
        return hmac.digest(audit_keys.chain_key(self.key_id), told, hashlib.sha256).hex()

    def line(self) -> str:
        """The anchor as it is written."""
        return json.dumps(
            {
                "at": self.at,
                "last_id": self.last_id,
                "mac": self.mac.hex(),
                "key_id": self.key_id,
                "signature": self.signature(),
            }
        )


def anchor_of(head: Head, at: datetime) -> Anchor:
    """The anchor of a head, signed with the key that chains now."""
    return Anchor(moment_text(at), head.last_id, head.mac, audit_keys.keys().current_id)


def add(path: Path, anchor: Anchor) -> bool:
    """Write an anchor behind the others and to the disk; False where the last one says the same."""
    last = _last(path)
    if last is not None and (last.last_id, last.mac) == (anchor.last_id, anchor.mac):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(anchor.line() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def read(path: Path) -> Sequence[Anchor]:
    """All anchors of a file, each with a right signature.

    Raises:
        AnchorNotValid: names the line.
    """
    return [_parse(line, number) for number, line in enumerate(path.read_text().splitlines(), start=1)]


def look(connection: Connection, path: Path, now: datetime) -> tuple[State, Anchor | None]:
    """What the last anchor tells of the record, in three statements; and that anchor.

    Raises:
        AnchorNotValid: the last line is no anchor of ours.
        OSError: the second place cannot be read.
    """
    head, last = writer.read_head(connection), _last(path)
    if last is None:
        return (State.NOTHING if head.is_genesis else State.MISSING), None
    if not _holds(connection, head, last):
        return State.DISAGREES, last
    statement = select(AuditEvent.at).where(AuditEvent.id > last.last_id).order_by(AuditEvent.id).limit(1)
    waiting = connection.execute(statement).scalar_one_or_none()
    is_late = waiting is not None and now - waiting > LATE_AFTER
    return (State.LATE if is_late else State.GOOD), last


def _holds(connection: Connection, head: Head, last: Anchor) -> bool:
    kept = connection.execute(
        select(AuditEvent.mac).where(AuditEvent.id == last.last_id)
    ).scalar_one_or_none()
    return head.last_id >= last.last_id and kept is not None and bytes(kept) == last.mac


def _last(path: Path) -> Anchor | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - LONGEST_LINE, 0))
        lines = file.read().decode().splitlines()
    return _parse(lines[-1], -1) if lines else None


def _parse(line: str, number: int) -> Anchor:
    try:
        told = json.loads(line)
        anchor = Anchor(told["at"], told["last_id"], bytes.fromhex(told["mac"]), told["key_id"])
        if hmac.compare_digest(anchor.signature(), told["signature"]):
            return anchor
    except (ValueError, KeyError, TypeError, LookupError) as error:
        raise AnchorNotValid(f"line {number} is no anchor ({type(error).__name__})") from error
    raise AnchorNotValid(f"line {number} was not signed with the audit key")
