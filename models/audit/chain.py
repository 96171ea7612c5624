"""The chain: each event's code covers its content, its place, and the code of the event before it (M15, T15).

Who has the key makes of an event's content a token, the HMAC over it. The code is the SHA-256 over the token,
the code before it, and the id: whoever holds the end of the chain can add to it with the token alone, so that
the database closes the chain itself and nobody waits for a deed that still reckons (ADR 0011). Tokens are
never kept; without the key nobody makes the token of a row, nor its code at another place.

Pure: it reads no database and no clock. The content is hashed as it lies in the table: the moment as UTC
text, the detail as the very JSON text that is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

GENESIS = bytes(32)
NONCE = 16
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


def token_of(key: bytes, content: Sequence[Any]) -> bytes:
    """The HMAC of an event's content without its id: what its code is made of, whichever its place."""
    return _digest(key, b"event:" + _encode(content[1:]).encode("utf-8", "surrogatepass"))


def mac_of(key: bytes, previous: bytes, content: Sequence[Any]) -> bytes:
    """The code of an event after the one whose code is `previous`."""
    return _closed(token_of(key, content), previous, content[0])


def mac_of_before(key: bytes, previous: bytes, content: Sequence[Any]) -> bytes:
    """The code as events have it that were recorded before tokens: an HMAC over all of it at once."""
    return _digest(key, previous + _encode(content).encode("utf-8", "surrogatepass"))


def seal_token(key: bytes, nonce: bytes, key_id: str) -> bytes:
    """What the seal of an end is made of; `nonce` is another one for each end."""
    return _digest(key, b"end:" + nonce + key_id.encode())


def seal_of(key: bytes, last_id: int, mac: bytes, key_id: str) -> bytes:
    """The proof that a head was set by somebody with the key: its nonce, and the seal."""
    nonce = new_nonce()
    return nonce + _closed(seal_token(key, nonce, key_id), mac, last_id)


def new_nonce() -> bytes:
    """A nonce for a seal."""
    return os.urandom(NONCE)


def _closed(token: bytes, before: bytes, number: int) -> bytes:
    """What the database reckons in the same way (writer.py)."""
    return hashlib.sha256(token + before + number.to_bytes(8)).digest()


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
    if len(head.seal) == len(GENESIS):  # of before tokens
        told = f"head:{head.last_id}:{head.mac.hex()}:{head.key_id}".encode()
        return hmac.compare_digest(_digest(key, told), head.seal)
    nonce, sealed = head.seal[:NONCE], head.seal[NONCE:]
    return hmac.compare_digest(_closed(seal_token(key, nonce, head.key_id), head.mac, head.last_id), sealed)


def link(
    head: Head, entries: Sequence[Entry], key_id: str, key: bytes
) -> tuple[list[tuple[int, bytes]], Head]:
    """Number the entries after the head and chain them: (id, code) of each, and the head after them."""
    linked: list[tuple[int, bytes]] = []
    row_id, mac = head.last_id, head.mac
    for entry in entries:
        row_id += 1
        mac = mac_of(key, mac, content_of(entry, row_id, key_id))
        linked.append((row_id, mac))
    return linked, Head(row_id, mac, key_id, seal_of(key, row_id, mac, key_id))
