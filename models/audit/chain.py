"""The chain: each event's HMAC covers its content and the HMAC of the event before it (M15, T15).

Pure: it reads no database and no clock. The content is hashed as it lies in the table: the moment as UTC
text, the detail as the very JSON text that is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

GENESIS = bytes(32)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Content = tuple[Any, ...]  # in the order of CONTENT
CONTENT = (
    "id",
    "at",
    "actor_id",
    "staff_number",
    "office_id",
    "terminal",
    "tag",
    "subject",
    "case_id",
    "purpose",
    "result",
    "detail",
    "key_id",
)


@dataclass(frozen=True)
class Entry:
    """An event that a deed has told and that is not yet part of the chain."""

    at: str  # `moment_text`
    actor_id: int | None
    staff_number: str
    office_id: int | None
    terminal: str
    tag: str
    subject: str
    case_id: int | None
    purpose: str
    result: str
    detail: str  # JSON text


@dataclass(frozen=True)
class Head:
    """Where the chain ends. `seal` proves that whoever moved it had the key."""

    last_id: int
    mac: bytes
    key_id: str
    seal: bytes

    @property
    def is_genesis(self) -> bool:
        """Whether nothing was written yet."""
        return self.last_id == 0


def moment_text(at: datetime) -> str:
    """A moment as it is hashed: UTC, with microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def detail_text(detail: dict[str, Any]) -> str:
    """A detail as it is stored and hashed."""
    return _encode(detail)


def content_of(entry: Entry, row_id: int, key_id: str) -> Content:
    """What of an event is hashed, in the order of CONTENT."""
    return (
        row_id,
        entry.at,
        entry.actor_id,
        entry.staff_number,
        entry.office_id,
        entry.terminal,
        entry.tag,
        entry.subject,
        entry.case_id,
        entry.purpose,
        entry.result,
        entry.detail,
        key_id,
    )


def mac_of(key: bytes, previous: bytes, content: Sequence[Any]) -> bytes:
    """The HMAC of an event after the one whose HMAC is `previous`."""
    return _digest(key, previous + _encode(content).encode("utf-8", "surrogatepass"))


def seal_of(key: bytes, last_id: int, mac: bytes, key_id: str) -> bytes:
    """The proof that a head was set by somebody with the key."""
    return _digest(key, f"head:{last_id}:{mac.hex()}:{key_id}".encode())


def _digest(key: bytes, told: bytes) -> bytes:
    keyed = _keyed(key).copy()
    keyed.update(told)
    return keyed.digest()


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """An HMAC that has read its key: every event begins with it, and reading the key is half of the work."""
    return hmac.new(key, digestmod=_sha256)


def _sha256(told: bytes = b"") -> Any:
    """SHA-256 as Python's own HMAC takes it, whose copies are three times as fast as OpenSSL's."""
    return hashlib.sha256(told)


def is_sealed(key: bytes, head: Head) -> bool:
    """Whether the head was set by somebody with this key."""
    return hmac.compare_digest(seal_of(key, head.last_id, head.mac, head.key_id), head.seal)


def link(
    head: Head, entries: Sequence[Entry], key_id: str, key: bytes
) -> tuple[list[tuple[int, bytes]], Head]:
    """Number the entries after the head and chain them: (id, HMAC) of each, and the head after them."""
    linked: list[tuple[int, bytes]] = []
    row_id, mac = head.last_id, head.mac
    for entry in entries:
        row_id += 1
        mac = mac_of(key, mac, content_of(entry, row_id, key_id))
        linked.append((row_id, mac))
    return linked, Head(row_id, mac, key_id, seal_of(key, row_id, mac, key_id))
