"""Data keys whose number never came to be go after a safe age; no registration is harmed (T16)."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from services import key_sweep
from services.batch import regular
from services.context import Context
from services.job_kinds import Work
from services.key_sweep import SAFE_AGE, DatabaseBehindKeys
from tests.factories.audit import told
from tests.fixtures.databases import KEYS, connect
from tests.fixtures.rights import PORTAL, by, granted_database

NUMBER = "000920000010"
MOMENT = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path, keys: object) -> KeyStore:
    del keys
    made = KeyStore(f"sqlite:///{tmp_path / 'vault_keys.sqlite3'}")
    envelope.load(KeyringProvider(lambda: KEYS), made)
    return made


def undone(session: Session, at: datetime) -> None:
    """A number whose deed is undone after its key was kept."""
    with session.begin_nested() as deed:
        vault.put(session, NUMBER, at, None)
        deed.rollback()


def test_orphans_go_when_they_are_old_enough_and_what_has_a_number_stays(
    ctx: Context, store: KeyStore
) -> None:
    old, young = ctx.at - SAFE_AGE - MOMENT, ctx.at - SAFE_AGE + MOMENT
    kept = [vault.put(ctx.session, NUMBER, at, None) for at in (old, young)]
    undone(ctx.session, old)
    undone(ctx.session, young)
    assert store.count() == {"test": 4}
    assert key_sweep.run(ctx) == vault.Swept(None, 2, 1)
    assert store.count() == {"test": 3}, "the young orphan may be a registration under way"
    assert [vault.open_number(ctx.session, one) for one in kept] == [NUMBER, NUMBER]
    assert [one.detail for one in told(ctx.session) if one.tag == "house:kept"] == [{"orphans": 1}]
    assert key_sweep.run(replace(ctx, at=ctx.at + SAFE_AGE)).destroyed == 1
    assert key_sweep.run(replace(ctx, at=ctx.at + SAFE_AGE)).destroyed == 0


def test_a_large_store_is_looked_at_part_by_part(
    ctx: Context, store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sweep, "AT_ONCE", 3)
    old = ctx.at - SAFE_AGE - MOMENT
    for _ in range(4):
        vault.put(ctx.session, NUMBER, old, None)
        undone(ctx.session, old)
    work = Work(job_id=1, payload={}, checkpoint={}, done=0, total=None, attempts=1)
    steps = 0
    while steps < 10:
        steps += 1
        done = regular.sweep_keys(ctx, work)
        if done.finished:
            break
        work = replace(work, checkpoint=done.checkpoint, done=done.done)
    assert (steps, done.done, done.checkpoint["gone"]) == (3, 8, 4)
    assert store.count() == {"test": 4}


def test_a_database_that_is_older_than_the_keys_loses_none(ctx: Context, store: KeyStore) -> None:
    old = ctx.at - SAFE_AGE - MOMENT
    envelope.seal_all([(f"{place:036}", b"1") for place in range(60)], table="elsewhere", at=old)
    with pytest.raises(DatabaseBehindKeys, match="復元の直後") as refused:
        key_sweep.run(ctx)
    assert "60 of 60 data keys" in refused.value.message_en
    assert store.count() == {"test": 60}


def test_a_store_of_before_learns_when_keys_are_made(tmp_path: Path, clock: datetime) -> None:
    file = tmp_path / "of_before.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE data_key (id VARCHAR(36) PRIMARY KEY, kek_id TEXT, wrapped BLOB)")
        connection.execute("INSERT INTO data_key VALUES ('old', 'test', x'00')")
        connection.commit()
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda _: KeyStore(f"sqlite:///{file}"), range(4)))
    store = KeyStore(f"sqlite:///{file}")
    assert store.list_made_before(clock, "", 10) == ["old"]
    assert store.get("old").wrapped == b"\x00"


@pytest.mark.postgresql
def test_registrations_that_run_beside_the_sweep_keep_their_keys(
    backend: str, store: KeyStore, clock: datetime
) -> None:
    """Many people take in numbers, some of them in vain, while the keys are swept again and again."""
    del backend
    engine = connect(by(granted_database(), PORTAL), poolclass=NullPool)
    with Session(engine) as session:
        for _ in range(20):
            vault.put(session, NUMBER, clock - SAFE_AGE - MOMENT, None)
        session.rollback()

    def take_in(place: int) -> str | None:
        with Session(engine) as session:
            reference = vault.put(session, NUMBER, clock, None)
            if place % 3 == 0:
                session.rollback()
                return None
            session.commit()
            return reference

    def sweep(_place: int) -> int:
        with Session(engine) as session:
            return vault.sweep_keys(session, clock - SAFE_AGE, "", 1000).destroyed

    with ThreadPoolExecutor(4) as hands:
        taken, swept = hands.map(take_in, range(45)), hands.map(sweep, range(15))
        references = [one for one in taken if one is not None]
        assert sum(swept) == 20
    with Session(engine) as session:
        assert len(references) == 30
        assert {vault.open_number(session, one) for one in references} == {NUMBER}
    assert store.count() == {"test": 45}
