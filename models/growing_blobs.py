"""Bytes too many for memory: sealed piece by piece as they come, kept under their hash at the end (T18, T23).

They lie beside the other blobs (models/blobs.py) and are read, destroyed and swept with them. What is not
kept leaves no file; what a killed process leaves is swept.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from models import blobs
from models.crypto import cipher
from models.crypto.stream import StreamWriter
from models.document import StoredBlob

GROWING = "growing"


class Growing:
    """Bytes on their way to the disk: `write` them, then `keep` them once."""

    def __init__(self, file: BinaryIO) -> None:
        """Seal into a file; its nonce binds it to the row that it will get."""
        keyring = cipher.keys()
        self._file, self._key_id, self._nonce = file, keyring.current_id, os.urandom(cipher.NONCE_BYTES)
        key = keyring.data_key(self._key_id)
        self._sealed = StreamWriter(file, self._key_id, key, blobs.stream_name(self._nonce))
        self._hash, self.size, self.is_finished = hashlib.sha256(), 0, False

    def write(self, plain: bytes) -> int:
        """Take bytes: hashed and sealed on the way."""
        self._hash.update(plain)
        self.size += len(plain)
        return self._sealed.write(plain)

    def finish(self) -> str:
        """Write the end and see it on the disk; answers the SHA-256 of all that was written, in hex."""
        if not self.is_finished:
            self._sealed.finish()
            self._file.flush()
            os.fsync(self._file.fileno())
            self.is_finished = True
        return self._hash.hexdigest()

    def keep(self, session: Session, at: datetime) -> str:
        """Keep the bytes under their hash, once for the same content; the file is whole before its row."""
        digest = self.finish()
        blobs.hold(session, [digest])
        if session.get(StoredBlob, digest, populate_existing=True) is None:
            relative = blobs.move_in(self._file.name, digest)
            row = StoredBlob(
                sha256=digest,
                path=relative,
                key_id=self._key_id,
                nonce=self._nonce,
                size=self.size,
                stored_at=at,
            )
            session.add(row)
        return digest


@contextmanager
def growing() -> Iterator[Growing]:
    """Bytes that come one after the other; their file goes where they were not kept."""
    passing = blobs.root() / GROWING / f"{uuid.uuid4().hex}.part"
    passing.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with passing.open("xb") as file:
            passing.chmod(0o600)
            yield Growing(file)
    finally:
        passing.unlink(missing_ok=True)
