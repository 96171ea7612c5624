"""Bytes that lie encrypted outside the web root, by their hash (B6, T23): files first, then the row."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models.crypto import cipher
from models.document import StoredBlob

_root: list[Path] = []


class BlobMissing(LookupError):
    """The file of a stored hash is not where it was put."""


def configure(root: Path) -> None:
    """Say where blobs lie; called once by the portal."""
    _root[:] = [root]


def put(session: Session, plain: bytes, at: datetime) -> str:
    """Encrypt and keep bytes, once for the same content; return their SHA-256 in hex.

    The file is whole on the disk before its row is written: a crash in between leaves a file that nobody
    refers to, never a row without its file.
    """
    digest = hashlib.sha256(plain).hexdigest()
    if session.get(StoredBlob, digest) is not None:
        return digest
    keyring = cipher.keys()
    sealed = cipher.seal(keyring, plain, context=f"blob:{digest}")
    relative = f"{digest[:2]}/{digest}"
    _write(_root[0] / relative, sealed)
    session.add(
        StoredBlob(
            sha256=digest,
            path=relative,
            key_id=keyring.current_id,
            nonce=sealed[: cipher.NONCE_BYTES],
            size=len(plain),
            stored_at=at,
        )
    )
    return digest


def get(session: Session, digest: str) -> bytes:
    """The bytes of a hash, decrypted and checked.

    Raises:
        BlobMissing: nothing of this hash is kept, or its file is gone.
    """
    row = session.get(StoredBlob, digest)
    if row is None:
        raise BlobMissing(digest)
    try:
        sealed = (_root[0] / row.path).read_bytes()
    except FileNotFoundError as error:
        raise BlobMissing(digest) from error
    return cipher.unseal(cipher.keys(), sealed, key_id=row.key_id, context=f"blob:{digest}")


def destroy(session: Session, digest: str) -> bool:
    """Take the bytes of a hash away for good; answers whether their file is gone from its place.

    The file goes first: a crash in between leaves a row without its file, and destroying it again ends it.
    """
    row = session.get(StoredBlob, digest)
    target = _root[0] / (row.path if row is not None else f"{digest[:2]}/{digest}")
    target.unlink(missing_ok=True)
    if row is not None:
        session.delete(row)
    return not target.exists()


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = target.with_suffix(f".{os.getpid()}.part")
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.chmod(0o600)
    passing.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
