"""A run that is killed at each of its writes: the file is whole or absent, and sent once (M34, N1)."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from interchange.transfers import manifest
from models import blobs, manifests, registry
from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.data_use import DataTransfer
from models.document import StoredBlob
from services import transfer_files, transfers, unit_of_work
from services.context import SYSTEM
from tests.factories.data_use import approved, as_of, publish
from tests.factories.jobs import die_at_write, sessions_of
from tests.factories.staff import employ
from tests.fixtures.databases import load_keys

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NOVEMBER = date(2026, 11, 1)
MOST_MOMENTS = 30


@pytest.fixture
def url(fresh_url: str, keys: Keyring, tmp_path: Path, blob_folder: Path) -> Iterator[str]:
    """A city whose citizen section has an approval."""
    del keys, blob_folder
    load_keys(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    assert registry.TABLES
    before = unit_of_work._factory[:]
    factory = sessions_of(fresh_url)
    unit_of_work.configure(factory)
    with factory() as session:
        citizen = employ(session, "receiving_section", office_code="12")
        manager = employ(session, "data_protection_manager")
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        publish(ctx)
        approved(as_of(ctx, citizen), as_of(ctx, manager))
    yield fresh_url
    unit_of_work._factory[:] = before


def send_until_killed(url: str, moment: int) -> int | None:
    """A run in a process of its own that dies before its `moment`-th write; answers its exit code."""

    def life() -> None:
        factory = sessions_of(url)
        unit_of_work.configure(factory)
        die_at_write(factory, moment)
        send()

    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    process.join()
    return process.exitcode


def send() -> None:
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        transfers.send_month(ctx, "citizen", "12", NOVEMBER)


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def must_be_whole_or_absent(url: str, folder: Path) -> int:
    """How many files were sent; each of them stands on the disk, whole, with its event and its manifest."""
    with sessions_of(url)() as session:
        sent = session.scalars(select(DataTransfer)).all()
        tags = session.scalars(select(AuditEvent.tag).where(AuditEvent.tag == Tag.TRANSFER_SENT)).all()
        assert (len(tags), len(session.scalars(select(StoredBlob)).all())) == (len(sent), len(sent))
        for one in sent:
            content = blobs.get(session, one.file_sha256)
            assert manifest.check(one.manifest, content, manifests.is_signed).told["sequence"] == 1
            assert one.file_sha256 in files_of(folder)
        return len(sent)


def test_a_run_killed_at_each_of_its_writes_is_sent_once(url: str, blob_folder: Path) -> None:
    kills = 0
    for moment in range(1, MOST_MOMENTS):
        code = send_until_killed(url, moment)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        assert must_be_whole_or_absent(url, blob_folder) == 0, "nothing left before the commit"
    assert kills >= len(("the file", "its name", "its row", "the transfer", "the event", "the commit"))
    assert must_be_whole_or_absent(url, blob_folder) == 1
    send()
    assert must_be_whole_or_absent(url, blob_folder) == 1


def test_a_run_killed_just_after_its_commit_is_done_and_not_sent_again(url: str, blob_folder: Path) -> None:
    def life() -> None:
        unit_of_work.configure(sessions_of(url))
        unit_of_work.after_commit(lambda _session: os.kill(os.getpid(), signal.SIGKILL))
        send()

    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert must_be_whole_or_absent(url, blob_folder) == 1
    send()
    assert must_be_whole_or_absent(url, blob_folder) == 1


def test_a_sealed_file_that_a_killed_run_left_is_swept_once_no_deed_can_want_it(
    url: str, blob_folder: Path
) -> None:
    moments = iter(range(1, MOST_MOMENTS))
    while not {name for name in files_of(blob_folder) if not name.endswith(".part")}:
        assert send_until_killed(url, next(moments)) == -signal.SIGKILL
    assert must_be_whole_or_absent(url, blob_folder) == 0
    written = AT - timedelta(days=1)
    for path in blob_folder.rglob("*"):
        os.utime(path, (0, written.timestamp()))
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        assert transfer_files.sweep(ctx) == 0, "a deed may still be writing its row"
    with unit_of_work.unit_of_work(SYSTEM, AT + timedelta(days=3)) as ctx:
        assert transfer_files.sweep(ctx) >= 1
    assert files_of(blob_folder) == set()
    send()
    assert must_be_whole_or_absent(url, blob_folder) == 1
