"""Bytes that lie encrypted outside the web root, by their hash (B6, T23): files first, then the row.

Whoever puts, destroys or sweeps bytes holds their hash until his transaction ends, so that none of them takes
away what another is just putting there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.crypto import cipher, stream
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
    hold(session, [digest])
    if session.get(StoredBlob, digest, populate_existing=True) is not None:
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
    return b"".join(read(session, digest))


def read(session: Session, digest: str) -> Iterator[bytes]:
    """The same, piece by piece; the file is open from now on, whatever becomes of it meanwhile.

    Raises:
        BlobMissing: nothing of this hash is kept, or its file is gone.
    """
    row = session.get(StoredBlob, digest)
    if row is None:
        raise BlobMissing(digest)
    try:
        file = (_root[0] / row.path).open("rb")
    except FileNotFoundError as error:
        raise BlobMissing(digest) from error
    if file.read(cipher.NONCE_BYTES) == row.nonce:
        with file:
            body = file.read()
        return iter([cipher.unseal_body(cipher.keys(), row.nonce, body, row.key_id, f"blob:{digest}")])
    pieces = _pieces(file, row.key_id, stream_name(row.nonce), digest)
    return chain([next(pieces)], pieces)


def stream_name(nonce: bytes) -> str:
    """What binds bytes that were sealed piece by piece to their row."""
    return f"blob:{nonce.hex()}"


def _pieces(file: BinaryIO, key_id: str, name: str, digest: str) -> Iterator[bytes]:
    """The pieces of a stream, the last of them only where all of it was what the hash says.

    Raises:
        StreamDamaged: it was changed or cut, or is another one.
    """
    with file:
        file.seek(0)
        seen, held = hashlib.sha256(), b""
        for piece in stream.read(file, {key_id: cipher.keys().data_key(key_id)}, name):
            seen.update(piece)
            if held:
                yield held
            held = piece
        if seen.hexdigest() != digest:
            raise stream.StreamDamaged("it is not what its hash says")
        yield held


def hold(session: Session, digests: Iterable[str]) -> None:
    """Hold hashes until the transaction ends; SQLite lets one write at a time and needs nothing."""
    if session.get_bind().dialect.name == "postgresql":
        for digest in sorted(digests):
            key = func.hashtextextended(f"blob:{digest}", 0)
            session.execute(select(func.pg_advisory_xact_lock(key)))


def destroy(session: Session, digest: str) -> bool:
    """Take the bytes of a hash away for good; answers whether their file is gone from its place.

    The file goes first: a crash in between leaves a row without its file, and destroying it again ends it.
    """
    hold(session, [digest])
    row = session.get(StoredBlob, digest, populate_existing=True)
    target = _root[0] / (row.path if row is not None else f"{digest[:2]}/{digest}")
    target.unlink(missing_ok=True)
    if row is not None:
        session.delete(row)
    return not target.exists()


def sweep(session: Session, before: datetime) -> int:
    """Take away files that were written before a moment and have no row; answers how many.

    A process that ends between file and commit leaves such a file; `before` is longer ago than any
    transaction can last.
    """
    found = [path for path in _root[0].glob("*/*") if path.stat().st_mtime < before.timestamp()]
    lost = [path for path in found if not _is_known(session, path.name)]
    for path in lost:
        hold(session, [path.name])
        if not _is_known(session, path.name):
            path.unlink(missing_ok=True)
    return len(lost)


def _is_known(session: Session, name: str) -> bool:
    return session.scalar(select(StoredBlob.sha256).where(StoredBlob.sha256 == name)) is not None


def root() -> Path:
    """Where blobs lie."""
    return _root[0]


def move_in(passing: str, digest: str) -> str:
    """Give a file that is whole on the disk the place of its hash; answers it, seen from the root."""
    relative = f"{digest[:2]}/{digest}"
    target = _root[0] / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _put_in_place(Path(passing), target)
    return relative


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = target.with_suffix(f".{os.getpid()}.part")
    with passing.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    passing.chmod(0o600)
    _put_in_place(passing, target)


def _put_in_place(passing: Path, target: Path) -> None:
    """Rename a file and see the new name on the disk."""
    passing.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
