"""A data key for each number, apart from the database: changed under traffic, destroyed for good (T16)."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from models import vault
from models.crypto import cipher, envelope
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import DataKeyDestroyed, KeyStore
from models.crypto.keyring import Keyring
from models.vault_table import DESTROYED, IndividualNumber
from services import housekeeping
from services.context import Context
from tests.fixtures.databases import KEYS, connect, migrated_database

ONE, OTHER = "000920000010", "000920000029"
NEW = bytes(range(64, 96))
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def store_url(tmp_path: Path, keys: Keyring) -> str:
    """The address of a key store of this test alone, loaded."""
    url = f"sqlite:///{tmp_path / 'vault_keys.sqlite3'}"
    envelope.load(KeyringProvider(lambda: keys), KeyStore(url))
    return url


@pytest.fixture
def file(store_url: str) -> Path:
    return Path(store_url.removeprefix("sqlite:///"))


def opened(session: Session, reference: str) -> str:
    row = row_of(session, reference)
    return envelope.open_one(row.reference, row.sealed, table=vault.TABLE).decode()


def row_of(session: Session, reference: str) -> IndividualNumber:
    wanted = select(IndividualNumber).where(
        IndividualNumber.reference == reference.removeprefix(vault.PREFIX)
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def rotated() -> Keyring:
    return replace(KEYS, data_keys={**KEYS.data_keys, "k2": NEW}, current_id="k2")


def test_the_key_is_kept_before_the_row_is_written(session: Session, clock: datetime, store_url: str) -> None:
    seen: list[dict[str, int]] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT INTO individual_number", "SELECT * FROM vault_add")):
            seen.append(KeyStore(store_url).count())

    event.listen(session.connection().engine, "before_cursor_execute", look)
    vault.put(session, ONE, clock, None)
    event.remove(session.connection().engine, "before_cursor_execute", look)
    assert seen == [{"test": 1}]


def test_neither_keys_nor_numbers_stand_in_the_store_in_clear(
    session: Session, clock: datetime, file: Path
) -> None:
    vault.put(session, ONE, clock, None)
    content = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads the file"
    assert ONE.encode() not in content
    assert KEYS.data_keys["test"] not in content


def test_every_number_has_a_key_of_its_own(session: Session, clock: datetime, store_url: str) -> None:
    references = [vault.put(session, ONE, clock, None) for _ in range(3)]
    store = KeyStore(store_url)
    assert len({store.get(one.removeprefix(vault.PREFIX)).wrapped for one in references}) == 3


def test_a_number_opens_neither_without_its_key_nor_with_another_key_encryption_key(
    session: Session, clock: datetime, store_url: str, tmp_path: Path
) -> None:
    reference = vault.put(session, ONE, clock, None)
    wrong = Keyring({"test": NEW}, "test", KEYS.index_key)
    envelope.load(KeyringProvider(lambda: wrong), KeyStore(store_url))
    with pytest.raises(InvalidTag):
        opened(session, reference)
    gone = Keyring({"k2": NEW}, "k2", KEYS.index_key)
    envelope.load(KeyringProvider(lambda: gone), KeyStore(store_url))
    with pytest.raises(KeyError):
        opened(session, reference)
    envelope.load(KeyringProvider(lambda: KEYS), KeyStore(f"sqlite:///{tmp_path / 'another.sqlite3'}"))
    with pytest.raises(DataKeyDestroyed):
        opened(session, reference)


def test_wrapped_keys_that_were_exchanged_do_not_open(session: Session, clock: datetime, file: Path) -> None:
    first, second = vault.put(session, ONE, clock, None), vault.put(session, OTHER, clock, None)
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT id, wrapped FROM data_key").fetchall()
        for (key_id, _), (_, wrapped) in zip(rows, reversed(rows), strict=True):
            connection.execute("UPDATE data_key SET wrapped = ? WHERE id = ?", (wrapped, key_id))
    connection.close()
    for reference in (first, second):
        with pytest.raises(InvalidTag):
            opened(session, reference)


def test_a_process_that_does_not_know_the_new_key_yet_reads_it(
    session: Session, clock: datetime, store_url: str
) -> None:
    reference = vault.put(session, ONE, clock, None)
    envelope.load(KeyringProvider(rotated), KeyStore(store_url))
    assert envelope.rewrap() == 1
    answers = [KEYS, rotated()]
    envelope.load(KeyringProvider(lambda: answers.pop(0)), KeyStore(store_url))
    assert opened(session, reference) == ONE
    assert answers == []


def test_keys_are_wrapped_anew_while_numbers_come_in_and_are_opened(store_url: str) -> None:
    def work(place: int) -> bool:
        reference, plain = f"number-{place}", f"{place:012}".encode()
        [sealed] = envelope.seal_all([(reference, plain)], table=vault.TABLE, at=AT)
        return envelope.open_one(reference, sealed, table=vault.TABLE) == plain

    first = [(f"before-{place}", b"0") for place in range(200)]
    seals = envelope.seal_all(first, table=vault.TABLE, at=AT)
    envelope.load(KeyringProvider(rotated), KeyStore(store_url))
    with ThreadPoolExecutor(4) as hands:
        answers = hands.map(work, range(60))
        assert envelope.rewrap() == 200
        assert all(answers)
    assert envelope.rewrap() == 0
    assert envelope.counts() == {"k2": 260}
    for (reference, plain), sealed in zip(first, seals, strict=True):
        assert envelope.open_one(reference, sealed, table=vault.TABLE) == plain


def test_a_key_destroyed_while_keys_are_wrapped_anew_stays_destroyed(store_url: str) -> None:
    envelope.seal_all([("one", b"1"), ("other", b"2")], table=vault.TABLE, at=AT)
    store = KeyStore(store_url)
    [one] = [key for key in store.wrapped_otherwise("k2") if key.id == "one"]
    store.destroy(["one"])
    store.replace([(one, replace(one, kek_id="k2"))])
    assert store.count() == {"test": 1}


def test_a_number_out_of_use_loses_its_digits_at_once_and_its_key_when_house_is_kept(
    ctx: Context, store_url: str, session: Session
) -> None:
    kept, dropped, replaced = (vault.put(session, ONE, ctx.at, None) for _ in range(3))
    assert vault.discard(session, [dropped], ctx.at) == 1
    assert vault.supersede(session, [replaced], ctx.at) == 1
    assert KeyStore(store_url).count() == {"test": 3}
    assert housekeeping.run(ctx, 30).keys == 2
    assert housekeeping.run(ctx, 30).keys == 0
    assert KeyStore(store_url).count() == {"test": 1}
    assert opened(session, kept) == ONE
    rows = {name: row_of(session, name) for name in (dropped, replaced)}
    assert {row.sealed for row in rows.values()} == {b""}
    assert {row.key_id for row in rows.values()} == {DESTROYED}
    assert rows[dropped].blind_index == bytes(32), "nobody's number leaves no trace"
    assert rows[replaced].blind_index == row_of(session, kept).blind_index, "a keyed trace stays"


@pytest.fixture
def own_database(tmp_path: Path) -> str:
    return migrated_database("sqlite", tmp_path)


def test_an_older_backup_does_not_open_what_had_its_key_destroyed(
    own_database: str, tmp_path: Path, store_url: str, clock: datetime
) -> None:
    live = connect(own_database)
    with Session(live) as session:
        erased, kept = vault.put(session, ONE, clock, None), vault.put(session, OTHER, clock, None)
        session.commit()
    backup = tmp_path / "yesterday.sqlite3"
    file = own_database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    with Session(live) as session:
        vault.discard(session, [erased], clock)
        session.commit()
        vault.destroy_keys(session, 10)
        session.commit()
    restored = connect(f"sqlite:///{backup}")
    with Session(restored) as session:
        assert row_of(session, erased).sealed, "the backup still holds the sealed digits"
        with pytest.raises(DataKeyDestroyed):
            opened(session, erased)
        assert opened(session, kept) == OTHER
    for engine in (live, restored):
        engine.dispose()
    assert ONE.encode() not in backup.read_bytes()
    assert cipher.blind_index(KEYS, ONE) in backup.read_bytes(), "only its keyed trace is there"
