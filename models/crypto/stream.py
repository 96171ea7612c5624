"""Sealing what does not fit into memory: a stream of pieces, each sealed and bound to its place (T18).

AES-256-GCM over pieces of one size, in the STREAM construction: the nonce is the number of the piece and
whether it is the last, the key is derived for this one stream from a salt and the stream's name. So a piece
that was changed, left out, doubled, exchanged, moved to another stream, or a missing end does not open.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.crypto.keyring import KEY_BYTES

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

MAGIC = b"KPS1"
SALT_BYTES = 32
TAG_BYTES = 16
PIECE_BYTES = 256 * 1024
_COUNTER_BYTES = 11


class StreamDamaged(ValueError):
    """A sealed stream was changed or cut, or belongs elsewhere; says what was seen."""


class StreamKeyUnknown(LookupError):
    """The stream names a key that is not here."""


class StreamWriter:
    """Seals what is written to it; `finish` writes the end, without which the stream does not open."""

    def __init__(self, out: SupportsWrite[bytes], key_id: str, key: bytes, name: str) -> None:
        """Write the head of the stream."""
        told = key_id.encode("ascii")
        self._head = MAGIC + bytes([len(told)]) + told + os.urandom(SALT_BYTES)
        self._cipher = AESGCM(_key_of(key, self._head, name))
        self._out, self._held, self._number = out, bytearray(), 0
        out.write(self._head)

    def write(self, plain: bytes) -> int:
        """Take bytes; whole pieces go out, all but the last one that is known so far."""
        self._held += plain
        while len(self._held) > PIECE_BYTES:
            self._seal(bytes(self._held[:PIECE_BYTES]), last=False)
            del self._held[:PIECE_BYTES]
        return len(plain)

    def finish(self) -> None:
        """Seal the rest as the last piece."""
        self._seal(bytes(self._held), last=True)
        self._held.clear()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head))
        self._number += 1


def read(source: BinaryIO, keys: Mapping[str, bytes], name: str) -> Iterator[bytes]:
    """The plain pieces of a stream of this name, each after it was found right.

    Whoever uses them before the end was reached must be able to take that back.

    Raises:
        StreamDamaged: a piece was changed, moved or is missing, or the stream is another one.
        StreamKeyUnknown: it was sealed with a key that is not among `keys`.
    """
    head, key_id = _read_head(source)
    if key_id not in keys:
        raise StreamKeyUnknown(f"it was sealed with the key {key_id!r}, which is not here")
    cipher = AESGCM(_key_of(keys[key_id], head, name))
    piece, number, following = source.read(PIECE_BYTES + TAG_BYTES), 0, b"-"
    while following:
        following = source.read(PIECE_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except (InvalidTag, ValueError):
            where = (
                "its end is missing or was changed" if not following else f"piece {number + 1} was changed"
            )
            raise StreamDamaged(where) from None
        piece, number = following, number + 1


def _read_head(source: BinaryIO) -> tuple[bytes, str]:
    begin = source.read(len(MAGIC) + 1)
    rest = source.read(begin[-1] + SALT_BYTES) if len(begin) > len(MAGIC) else b""
    if not begin.startswith(MAGIC) or len(rest) != begin[-1] + SALT_BYTES:
        raise StreamDamaged("its head is missing or was changed")
    try:
        return begin + rest, rest[:-SALT_BYTES].decode("ascii")
    except UnicodeDecodeError:
        raise StreamDamaged("its head is missing or was changed") from None


def _key_of(key: bytes, head: bytes, name: str) -> bytes:
    info = b"stream:" + name.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=head, info=info).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])
