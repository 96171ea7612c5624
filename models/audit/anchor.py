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
from datetime import datetime
from pathlib import Path

from models.audit.chain import Head, moment_text
from models.crypto import audit_keys

LONGEST_LINE = 1000


class AnchorNotValid(ValueError):
    """A line of an anchor file was changed, or was signed with a key that is not here."""


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
