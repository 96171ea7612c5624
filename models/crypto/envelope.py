"""Envelopes: each number has a data key of its own, which a key-encryption key wraps (T16).

Destroying the data key makes the number unreadable everywhere, in older backups too. The key-encryption key
comes from a provider: the keyring's file, or a module that never lets it out (HSM).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.crypto import cipher
from models.crypto.key_store import KeyStore, WrappedKey
from models.crypto.keyring import KEY_BYTES, Keyring

OWN_KEY = "own"  # in place of a key's id: sealed with the data key of the row itself


class KeyProvider(Protocol):
    """Whoever keeps the key-encryption keys."""

    @property
    def current_id(self) -> str:
        """The key that wraps now."""

    def wrap(self, data_key: bytes, context: str) -> bytes:
        """Wrap with the current key, bound to `context`."""

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

    def wrap(self, data_key: bytes, context: str) -> bytes:
        """AES-256-GCM with the current key."""
        return cipher.seal(self._keyring, data_key, context=context)

    def unwrap(self, kek_id: str, wrapped: bytes, context: str) -> bytes:
        """Open with the key of an id.

        Raises:
            KeyError: the file has no such key.
            cryptography.exceptions.InvalidTag: the key is another one, or the bytes were changed or moved.
        """
        if kek_id not in self._keyring.data_keys:
            self._keyring = self._read()
            cipher.load(self._keyring)
        return cipher.unseal(self._keyring, wrapped, key_id=kek_id, context=context)


_loaded: list[tuple[KeyProvider, KeyStore]] = []


def load(provider: KeyProvider, store: KeyStore) -> None:
    """Hand the provider and the store to this process; called once, by the portal's door-keeper."""
    _loaded[:] = [(provider, store)]


def _parts() -> tuple[KeyProvider, KeyStore]:
    if not _loaded:
        raise RuntimeError("no keyring is loaded: nothing can be sealed or opened")
    return _loaded[0]


def seal_all(several: Sequence[tuple[str, bytes]], *, table: str) -> list[bytes]:
    """Seal (reference, plain) with a new data key each; the keys are on the disk before it returns."""
    provider, store = _parts()
    keys = {reference: os.urandom(KEY_BYTES) for reference, _ in several}
    store.add(
        [
            WrappedKey(reference, provider.current_id, provider.wrap(key, f"data_key:{reference}"))
            for reference, key in keys.items()
        ]
    )
    return [_seal(keys[reference], plain, f"{table}:{reference}") for reference, plain in several]


def open_one(reference: str, sealed: bytes, *, table: str) -> bytes:
    """Open what was sealed for this reference.

    Raises:
        DataKeyDestroyed: its key is not there any more.
        KeyError, InvalidTag: the key-encryption key is missing or another one, or the bytes were changed.
    """
    provider, store = _parts()
    found = store.get(reference)
    key = provider.unwrap(found.kek_id, found.wrapped, f"data_key:{reference}")
    nonce, body = sealed[: cipher.NONCE_BYTES], sealed[cipher.NONCE_BYTES :]
    return AESGCM(key).decrypt(nonce, body, f"{table}:{reference}".encode())


def destroy(references: Iterable[str]) -> int:
    """Destroy the data keys of references: what they sealed is unreadable for good."""
    return _parts()[1].destroy(references)


def rewrap() -> int:
    """Wrap every data key with the current key-encryption key, part by part, while others work."""
    provider, store = _parts()
    done = 0
    while old := store.wrapped_otherwise(provider.current_id):
        store.replace((one, _wrapped_anew(provider, one)) for one in old)
        done += len(old)
    return done


def counts() -> dict[str, int]:
    """How many data keys each key-encryption key opens."""
    return _parts()[1].count()


def _wrapped_anew(provider: KeyProvider, one: WrappedKey) -> WrappedKey:
    context = f"data_key:{one.id}"
    key = provider.unwrap(one.kek_id, one.wrapped, context)
    return WrappedKey(one.id, provider.current_id, provider.wrap(key, context))


def _seal(key: bytes, plain: bytes, context: str) -> bytes:
    nonce = os.urandom(cipher.NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())
