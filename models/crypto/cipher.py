"""Sealing and blind indexes: AES-256-GCM bound to its place, HMAC for equality (security.md T16, T17)."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.crypto.keyring import Keyring

NONCE_BYTES = 12

_loaded: list[Keyring] = []


def load(keyring: Keyring) -> None:
    """Hand the keys to this process; called once, by the portal's door-keeper."""
    _loaded[:] = [keyring]


def keys() -> Keyring:
    """The keys of this process.

    Raises:
        RuntimeError: no keys were loaded; nothing is sealed or opened without them.
    """
    if not _loaded:
        raise RuntimeError("no keyring is loaded: nothing can be sealed or opened")
    return _loaded[0]


def seal(keyring: Keyring, plain: bytes, *, context: str) -> bytes:
    """Encrypt for one place: nonce and ciphertext, bound to `context` (table and row) and the key's id."""
    nonce = os.urandom(NONCE_BYTES)
    key_id = keyring.current_id
    bound = f"{key_id}:{context}".encode()
    return nonce + AESGCM(keyring.data_key(key_id)).encrypt(nonce, plain, bound)


def unseal(keyring: Keyring, sealed: bytes, *, key_id: str, context: str) -> bytes:
    """Decrypt what `seal` made for the same place.

    Raises:
        cryptography.exceptions.InvalidTag: the bytes were changed or moved to another row.
        KeyError: the key of this id is not in the keyring.
    """
    return unseal_body(keyring, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], key_id, context)


def unseal_body(keyring: Keyring, nonce: bytes, body: bytes, key_id: str, context: str) -> bytes:
    """The same where the nonce lies apart, so that millions of bytes need not be copied to be put together.

    Raises:
        as for `unseal`.
    """
    return AESGCM(keyring.data_key(key_id)).decrypt(nonce, body, f"{key_id}:{context}".encode())


def blind_index(keyring: Keyring, digits: str) -> bytes:
    """A keyed hash by which equal numbers are found without opening them."""
    return hmac.new(keyring.index_key, digits.encode("ascii"), hashlib.sha256).digest()


def name_index(keyring: Keyring, name: str) -> bytes:
    """A keyed value by which equal account names are found; what was typed there may be a number (T17)."""
    return hmac.new(keyring.index_key, b"account name:" + name.encode(), hashlib.sha256).digest()
