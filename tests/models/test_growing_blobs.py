"""Bytes that never are whole in memory lie sealed as others do, are bound to their row, or leave nothing."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from models import blobs
from models.crypto.keyring import Keyring
from models.crypto.stream import PIECE_BYTES, StreamDamaged
from models.document import StoredBlob
from models.growing_blobs import growing

PLAIN = "資格取得届".encode() * (PIECE_BYTES // 5)  # three pieces


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Path]:
    before = blobs._root[:]
    blobs.configure(tmp_path / "blobs")
    yield tmp_path / "blobs"
    blobs._root[:] = before


def files(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def grown(session: Session, clock: datetime, plain: bytes = PLAIN) -> str:
    with growing() as file:
        for begin in range(0, len(plain), 1000):
            file.write(plain[begin : begin + 1000])
        return file.keep(session, clock)


def test_what_came_piece_by_piece_is_read_piece_by_piece(
    session: Session, clock: datetime, store: Path
) -> None:
    digest = grown(session, clock)
    assert digest == hashlib.sha256(PLAIN).hexdigest()
    pieces = list(blobs.read(session, digest))
    assert (len(pieces), b"".join(pieces) == PLAIN) == (3, True)
    assert blobs.get(session, digest) == PLAIN
    (file,) = files(store)
    assert file.name == digest
    assert "資格".encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_is_bytes_as_well(session: Session, clock: datetime) -> None:
    assert blobs.get(session, grown(session, clock, b"")) == b""


def test_what_is_not_kept_leaves_no_file(store: Path, keys: Keyring) -> None:
    del keys
    with growing() as file:
        file.write(PLAIN)
        file.finish()
        assert len(files(store)) == 1
    assert files(store) == []


def test_the_same_bytes_are_kept_once_however_they_came(
    session: Session, clock: datetime, store: Path
) -> None:
    assert blobs.put(session, PLAIN, clock) == grown(session, clock) == grown(session, clock)
    assert len(files(store)) == 1
    assert b"".join(blobs.read(session, grown(session, clock))) == PLAIN
    assert blobs.destroy(session, grown(session, clock))
    assert files(store) == []


@pytest.mark.parametrize(
    "damage", [lambda held: held[:-1], lambda held: held[:-1] + b"?", lambda held: held[:99]]
)
def test_a_file_that_was_changed_or_cut_does_not_open(
    session: Session, clock: datetime, store: Path, damage
) -> None:
    digest = grown(session, clock)
    (file,) = files(store)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(StreamDamaged):
        blobs.get(session, digest)


def test_a_file_in_the_place_of_another_does_not_open(session: Session, clock: datetime, store: Path) -> None:
    one, other, sealed = (
        grown(session, clock),
        grown(session, clock, b"other"),
        blobs.put(session, b"x", clock),
    )
    places = {file.name: file for file in files(store)}
    held = places[other].read_bytes()
    for place, refusal in ((one, StreamDamaged), (sealed, StreamDamaged)):
        places[place].write_bytes(held)
        with pytest.raises(refusal):
            blobs.get(session, place)
    row = session.get_one(StoredBlob, one)
    row.nonce = session.get_one(StoredBlob, other).nonce
    with pytest.raises((StreamDamaged, InvalidTag)):  # row and file exchanged: not what the hash says
        blobs.get(session, one)


def test_a_reader_goes_on_after_the_file_was_destroyed(session: Session, clock: datetime) -> None:
    digest = grown(session, clock)
    pieces = blobs.read(session, digest)
    blobs.destroy(session, digest)
    assert b"".join(pieces) == PLAIN
