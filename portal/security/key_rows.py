"""The rows of the key store as a copy of it holds them: wrapped, as they lie there (T16)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from models.crypto.key_store import AT_ONCE, KeyStore, WrappedKey
from portal import clock
from portal.settings import Settings


def lines(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Every wrapped data key: its reference, and a line that `fill` reads."""
    for key in KeyStore(settings.key_store).read_all():
        told = json.dumps({"id": key.id, "kek_id": key.kek_id, "wrapped": key.wrapped.hex()})
        yield key.id, told.encode() + b"\n"


def reference_of(line: bytes) -> str:
    """The reference of a line."""
    return str(json.loads(line)["id"])


def count(settings: Settings) -> int:
    """How many data keys the store has."""
    return sum(KeyStore(settings.key_store).count().values())


def fill(settings: Settings, told: Iterable[bytes]) -> int:
    """Put the keys of these lines into the store; says how many they were."""
    store, done = KeyStore(settings.key_store), 0
    part: list[WrappedKey] = []
    for line in told:
        content = json.loads(line)
        part.append(WrappedKey(content["id"], content["kek_id"], bytes.fromhex(content["wrapped"])))
        if len(part) == AT_ONCE:
            store.add(part, clock.now())
            done, part = done + len(part), []
    store.add(part, clock.now())
    return done + len(part)
