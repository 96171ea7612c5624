"""A backup that is really restored: readable with the data keys, never without them (T16, T18)."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from tests.fixtures import cluster
from tests.fixtures.databases import KEYS, connect, empty_database
from tests.fixtures.rights import OWNER, PORTAL, by, granted_database

ERASED, REPLACED, KEPT = "000920000010", "000920000029", "000920000037"


@pytest.fixture
def store(tmp_path: Path, keys: object) -> KeyStore:
    """A key store apart from the database, as it is; it is in no backup of the database."""
    del keys
    made = KeyStore(f"sqlite:///{tmp_path / 'vault_keys.sqlite3'}")
    envelope.load(KeyringProvider(lambda: KEYS), made)
    return made


def dumped_and_restored(url: str, folder: Path) -> tuple[str, bytes]:
    """`pg_dump` by the tables' owner, `pg_restore` into a new database; its address, and the dump."""
    del folder
    dump = cluster.run_folder() / "postgresql" / f"{make_url(url).database}.dump"
    host, name = str(dump.parent), str(make_url(url).database)
    cluster.run_as_owner("pg_dump", "-h", host, "-U", OWNER, "-d", name, "-Fc", "-Z0", "-f", str(dump))
    restored = empty_database("postgresql", dump.parent)
    into = str(make_url(restored).database)
    cluster.run_as_owner(
        "pg_restore", "-h", host, "-U", cluster.USER, "-d", into, "--exit-on-error", str(dump)
    )
    return restored, dump.read_bytes()


def copied_by_sqlite(url: str, folder: Path) -> tuple[str, bytes]:
    """SQLite's own backup into a new file."""
    copy = folder / "yesterday.sqlite3"
    file = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return f"sqlite:///{copy}", copy.read_bytes()


WAYS: dict[str, Callable[[str, Path], tuple[str, bytes]]] = {
    "postgresql": dumped_and_restored,
    "sqlite": copied_by_sqlite,
}


@pytest.fixture
def live_url(backend: str, request: pytest.FixtureRequest) -> str:
    """The database of the portal; on PostgreSQL with the three roles."""
    return granted_database() if backend == "postgresql" else request.getfixturevalue("fresh_url")


def test_what_had_its_key_destroyed_opens_in_no_backup_of_before(
    backend: str, live_url: str, tmp_path: Path, store: KeyStore, clock: datetime
) -> None:
    role = (lambda url: by(url, PORTAL)) if backend == "postgresql" else str
    live = connect(role(live_url))
    with Session(live) as session:
        references = [vault.put(session, one, clock, None) for one in (ERASED, REPLACED, KEPT)]
        session.commit()
    backup, content = WAYS[backend](live_url, tmp_path)
    restored = connect(role(backup))
    with Session(restored) as session:
        opened = [vault.open_number(session, one) for one in references]
        assert opened == [ERASED, REPLACED, KEPT], "with its data keys the backup is whole"
    with Session(live) as session:
        vault.discard(session, references[:1], clock)
        vault.supersede(session, references[1:2], clock)
        session.commit()
        assert vault.destroy_keys(session, 10) == 2
        session.commit()
    with Session(restored) as session:
        assert [vault.open_number(session, one) for one in references] == [None, None, KEPT]
        row = vault.find(session, references[0])
        assert row is not None
        assert row.state == "provisional", "the backup knows nothing of what happened since"
    assert store.count() == {"test": 1}
    for number in (ERASED, REPLACED, KEPT):
        assert number.encode() not in content
    for engine in (live, restored):
        engine.dispose()
