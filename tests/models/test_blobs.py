"""Scans and printed files lie encrypted by their hash, whole or not at all (B6, T23)."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import blobs
from models.document import StoredBlob

PLAIN = "資格取得届".encode() * 100


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Iterator[Path]:
    before = blobs._root[:]
    blobs.configure(tmp_path / "blobs")
    yield tmp_path / "blobs"
    blobs._root[:] = before


def test_what_was_put_is_got_back(session: Session, clock: datetime) -> None:
    assert blobs.get(session, blobs.put(session, PLAIN, clock)) == PLAIN


def test_the_file_on_disk_is_not_the_content(session: Session, clock: datetime, store: Path) -> None:
    blobs.put(session, PLAIN, clock)
    (file,) = [path for path in store.rglob("*") if path.is_file()]
    assert "資格".encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_content_is_kept_once(session: Session, clock: datetime) -> None:
    assert blobs.put(session, PLAIN, clock) == blobs.put(session, PLAIN, clock)
    assert session.scalar(select(func.count()).select_from(StoredBlob)) == 1


def test_a_changed_file_does_not_open(session: Session, clock: datetime, store: Path) -> None:
    digest = blobs.put(session, PLAIN, clock)
    (file,) = [path for path in store.rglob("*") if path.is_file()]
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(InvalidTag):
        blobs.get(session, digest)


def test_a_lost_file_is_told_as_lost(session: Session, clock: datetime, store: Path) -> None:
    digest = blobs.put(session, PLAIN, clock)
    (file,) = [path for path in store.rglob("*") if path.is_file()]
    file.unlink()
    with pytest.raises(blobs.BlobMissing):
        blobs.get(session, digest)


def test_a_file_without_a_row_is_swept_once_it_is_old(session: Session, clock: datetime, store: Path) -> None:
    kept = blobs.put(session, PLAIN, clock)
    lost, fresh, torn = (store / "ab" / name for name in ("ab" * 32, "cd" * 32, "ab.123.part"))
    lost.parent.mkdir(exist_ok=True)
    for path in (lost, fresh, torn):
        path.write_bytes(b"x")
    for path in (lost, torn, store / kept[:2] / kept):
        os.utime(path, (0, (clock - timedelta(days=4)).timestamp()))
    os.utime(fresh, (0, clock.timestamp()))
    assert blobs.sweep(session, clock - timedelta(days=3)) == 2
    assert [path.exists() for path in (lost, torn, fresh)] == [False, False, True]
    assert blobs.get(session, kept) == PLAIN
