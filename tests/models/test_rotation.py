"""Changing the key-encryption key while numbers come in and are shown; stopped; with a wrong key (T16)."""

import logging
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import NullPool
from sqlalchemy.orm import Session

from models import vault
from models.crypto import envelope
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from models.crypto.keyring import Keyring
from models.key_refusals import KeysNotOpened
from tests.architecture.tree import ROOT
from tests.fixtures import cluster
from tests.fixtures.databases import KEYS, connect
from tests.fixtures.rights import PORTAL, by, granted_database

NUMBERS = tuple(f"0009200{place:05}" for place in range(40))
NEW = replace(KEYS, data_keys={**KEYS.data_keys, "k2": bytes(range(64, 96))}, current_id="k2")
NEWER = replace(NEW, data_keys={**NEW.data_keys, "k3": bytes(range(96, 128))}, current_id="k3")


@pytest.fixture
def store(keys: object) -> KeyStore:
    """A key store in a database of its own on the server, as several machines share it."""
    del keys
    cluster.start()
    made = KeyStore(cluster.create(f"keys_{os.urandom(8).hex()}"))
    envelope.load(KeyringProvider(lambda: KEYS), made)
    return made


@pytest.mark.postgresql
def test_numbers_come_in_and_are_opened_while_keys_are_wrapped_anew_twice(
    backend: str, store: KeyStore, clock: datetime
) -> None:
    del backend
    engine = connect(by(granted_database(), PORTAL), poolclass=NullPool)
    current, over = [KEYS], Event()
    envelope.load(KeyringProvider(lambda: current[0]), store)
    with Session(engine) as session:
        before = {vault.put(session, one, clock, None): one for one in NUMBERS}
        session.commit()

    def work(place: int) -> int:
        """Take one number in, look at it and at one of before, until the rotation is over; how many tries."""
        tries = 0
        while not (over.is_set() and tries):
            tries += 1
            with Session(engine) as session:
                reference = vault.put(session, NUMBERS[place], clock, None)
                session.commit()
                assert vault.open_number(session, reference) == NUMBERS[place]
                old = list(before)[(place + tries) % len(before)]
                assert vault.open_number(session, old) == before[old]
        return tries

    with ThreadPoolExecutor(3) as hands:
        working = [hands.submit(work, place) for place in range(3)]
        try:
            for keyring in (NEW, NEWER):
                current[0] = keyring
                other = KeyringProvider(lambda: current[0])  # the command is another process
                envelope.load(other, store)
                envelope.rewrap()
        finally:
            over.set()
        assert all(one.result() for one in working)
    envelope.rewrap()
    assert set(store.count()) == {"k3"}
    with Session(engine) as session:
        assert {one: vault.open_number(session, one) for one in before} == before


KILLED = """
import os, signal
from models.crypto import envelope, key_store
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from tests.models.test_rotation import NEW

key_store.AT_ONCE = 5
plain, count = KeyStore.replace, [0]

def replaced(store, pairs):
    def cut():
        for place, pair in enumerate(pairs):
            if count[0] == 2 and place == 3:
                os.kill(os.getpid(), signal.SIGKILL)
            yield pair
    plain(store, cut())
    count[0] += 1

KeyStore.replace = replaced
envelope.load(KeyringProvider(lambda: NEW), KeyStore({url!r}))
envelope.rewrap()
"""


def test_a_rotation_that_was_killed_in_the_middle_goes_on_where_it_was(
    tmp_path: Path, keys: object, clock: datetime
) -> None:
    del keys
    url = f"sqlite:///{tmp_path / 'keys.sqlite3'}"
    store = KeyStore(url)
    envelope.load(KeyringProvider(lambda: KEYS), store)
    told = [(f"number-{place:02}", f"{place:012}".encode()) for place in range(23)]
    seals = envelope.seal_all(told, table=vault.TABLE, at=clock)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(url=url)], cwd=ROOT, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert store.count() == {"k2": 10, "test": 13}, "two parts were done, the third not at all"
    envelope.load(KeyringProvider(lambda: NEW), store)
    assert [
        envelope.open_one(reference, sealed, table=vault.TABLE)
        for (reference, _), sealed in zip(told, seals, strict=True)
    ] == [plain for _, plain in told]
    assert envelope.rewrap() == 13
    assert store.count() == {"k2": 23}


@pytest.mark.parametrize(
    "wrong",
    [
        Keyring({"k2": NEW.data_keys["k2"]}, "k2", KEYS.index_key),
        Keyring({"k2": NEW.data_keys["k2"], "test": bytes(32)}, "k2", KEYS.index_key),
    ],
    ids=["missing", "another of its name"],
)
def test_a_key_that_is_missing_or_wrong_is_named_and_stops_nothing_else(
    tmp_path: Path, keys: object, clock: datetime, wrong: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    del keys
    caplog.set_level(logging.DEBUG)
    store = KeyStore(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    envelope.load(KeyringProvider(lambda: KEYS), store)
    envelope.seal_all([("lost", b"000920000010")], table=vault.TABLE, at=clock)
    both = replace(NEW, current_id="k2")
    envelope.load(KeyringProvider(lambda: both), store)
    envelope.seal_all([("kept", b"000920000029")], table=vault.TABLE, at=clock)
    third = replace(wrong, data_keys={**wrong.data_keys, "k3": bytes(range(32))}, current_id="k3")
    envelope.load(KeyringProvider(lambda: third), store)
    with pytest.raises(KeysNotOpened, match=r"1 data keys were wrapped anew; .*test: 1") as refused:
        envelope.rewrap()
    assert store.count() == {"k3": 1, "test": 1}
    said = caplog.text + str(refused.value) + repr(refused.value)
    assert "000920000010" not in said
    assert all(key.hex() not in said for key in (*KEYS.data_keys.values(), KEYS.index_key))
    envelope.load(
        KeyringProvider(lambda: replace(third, data_keys={**third.data_keys, **KEYS.data_keys})), store
    )
    assert envelope.rewrap() == 1, "with the right key back, what was left is done"
