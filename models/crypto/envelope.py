"""Envelopes: each number has a data key of its own, which a key-encryption key wraps (T16).

Destroying the data key makes the number unreadable everywhere, in older backups too. The key-encryption key
comes from a provider: the keyring's file, or a module that never lets it out (HSM).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.crypto import cipher
from models.crypto.key_store import KeyStore, WrappedKey
from models.crypto.keyring import KEY_BYTES, Keyring
from models.key_refusals import KeysNotOpened

OWN_KEY = "own"  # in place of a key's id: sealed with the data key of the row itself


class KeyProvider(Protocol):
    """Whoever keeps the key-encryption keys."""

    @property
    def current_id(self) -> str:
        """The key that wraps now."""

    def knows(self, kek_id: str) -> bool:
        """Whether it has the key of an id."""

    def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """Wrap with the current key, bound to `context`; the key's id, and the wrapped data key."""

    def unwrap(self, kek_id: str, wrapped: bytes, context: str) -> bytes:
        """Open what the key of an id wrapped for the same context."""


class KeyringProvider:
    """Keys of the keyring's file; read again when a key is met that this process does not know."""

    def __init__(self, read: Callable[[], Keyring]) -> None:
        """Begin with the keys as they are now."""
        self._read = read
        self._keyring = read()

    @property
    def current_id(self) -> str:
        """The key of the file that wraps now."""
        return self._keyring.current_id

    def knows(self, kek_id: str) -> bool:
        """Whether the file has the key of an id; it is read again for a new one."""
        if kek_id not in self._keyring.data_keys:
            self._keyring = self._read()
            cipher.load(self._keyring)
        return kek_id in self._keyring.data_keys

    def wrap(self, data_key: bytes, context: str) -> tuple[str, bytes]:
        """AES-256-GCM with the current key."""
        keyring = self._keyring  # one and the same, also while another thread reads the file again
        return keyring.current_id, cipher.seal(keyring, data_key, context=context)

    def unwrap(self, kek_id: str, wrapped: bytes, context: str) -> bytes:
        """Open with the key of an id.

        Raises:
            KeyError: the file has no such key.
            cryptography.exceptions.InvalidTag: the key is another one, or the bytes were changed or moved.
        """
        if not self.knows(kek_id):
            raise KeyError(kek_id)
        return cipher.unseal(self._keyring, wrapped, key_id=kek_id, context=context)


_loaded: list[tuple[KeyProvider, KeyStore, tuple[KeyProvider, ...]]] = []


def load(provider: KeyProvider, store: KeyStore, *before: KeyProvider) -> None:
    """Hand the provider and the store to this process; called once, by the portal's door-keeper.

    Providers of `before` wrap nothing any more; they open what was not wrapped anew yet.
    """
    _loaded[:] = [(provider, store, before)]


def current_id() -> str:
    """The id of the key-encryption key that wraps now."""
    return _parts()[0].current_id


def knows(kek_id: str) -> bool:
    """Whether a key-encryption key is at hand, so that what it wrapped can be opened."""
    provider, _, before = _parts()
    return any(one.knows(kek_id) for one in (provider, *before))


def _parts() -> tuple[KeyProvider, KeyStore, tuple[KeyProvider, ...]]:
    if not _loaded:
        raise RuntimeError("no keyring is loaded: nothing can be sealed or opened")
    return _loaded[0]


def seal_all(several: Sequence[tuple[str, bytes]], *, table: str, at: datetime) -> list[bytes]:
    """Seal (reference, plain) with a new data key each; the keys are on the disk before it returns."""
    provider, store, _ = _parts()
    keys = {reference: os.urandom(KEY_BYTES) for reference, _ in several}
    wrapped = [
        WrappedKey(reference, *provider.wrap(key, f"data_key:{reference}")) for reference, key in keys.items()
    ]
    store.add(wrapped, at)
    return [_seal(keys[reference], plain, f"{table}:{reference}") for reference, plain in several]


def open_one(reference: str, sealed: bytes, *, table: str) -> bytes:
    """Open what was sealed for this reference.

    Raises:
        DataKeyDestroyed: its key is not there any more.
        KeyError, InvalidTag: the key-encryption key is missing or another one, or the bytes were changed.
        KeyProviderUnavailable: whoever keeps the key-encryption key does not answer.
    """
    key = _unwrapped(_parts()[1].get(reference))
    nonce, body = sealed[: cipher.NONCE_BYTES], sealed[cipher.NONCE_BYTES :]
    return AESGCM(key).decrypt(nonce, body, f"{table}:{reference}".encode())


def list_made_before(moment: datetime, after: str, at_once: int) -> list[str]:
    """References of data keys that were made before a moment, in order, after one of them."""
    return _parts()[1].list_made_before(moment, after, at_once)


def destroy(references: Iterable[str]) -> int:
    """Destroy the data keys of references: what they sealed is unreadable for good."""
    return _parts()[1].destroy(references)


def rewrap() -> int:
    """Wrap every data key with the current key-encryption key, part by part, while others work.

    Each part is one transaction of the store: who is stopped goes on where he was.

    Raises:
        KeysNotOpened: some did not open; all others are done.
    """
    provider, store, _ = _parts()
    done, left, after = 0, Counter[str](), ""
    while old := store.wrapped_otherwise(provider.current_id, after):
        pairs = []
        for one in old:
            try:
                key = _unwrapped(one)
            except (KeyError, InvalidTag):
                left[one.kek_id] += 1
                continue
            pairs.append((one, WrappedKey(one.id, *provider.wrap(key, f"data_key:{one.id}"))))
        store.replace(pairs)
        done, after = done + len(pairs), old[-1].id
    if left:
        raise KeysNotOpened(done, left)
    return done


def counts() -> dict[str, int]:
    """How many data keys each key-encryption key opens."""
    return _parts()[1].count()


def _unwrapped(one: WrappedKey) -> bytes:
    provider, _, before = _parts()
    keeper = next((known for known in (provider, *before) if known.knows(one.kek_id)), provider)
    return keeper.unwrap(one.kek_id, one.wrapped, f"data_key:{one.id}")


def _seal(key: bytes, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(cipher.NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())
