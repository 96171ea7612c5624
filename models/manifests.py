"""Signing what leaves the house, so that recipient and auditor can check it offline (J3, M34)."""

from __future__ import annotations

from collections.abc import Mapping

from models.crypto import signing


def key_id() -> str:
    """The id of the key that signs now; it belongs into what is signed."""
    return signing.current_id()


def sign(text: bytes) -> bytes:
    """The signature of this installation over a text."""
    return signing.sign(text)


def public_keys() -> Mapping[str, bytes]:
    """The keys by which recipients check our signatures, as PEM by id, the newest last; no secret."""
    return signing.public_keys()


def is_signed(text: bytes, signature: bytes, key_id: str = "", keys: bytes | None = None) -> bool:
    """Whether a signature is right; `keys` are public keys as PEM, by default all of our own.

    Raises:
        ValueError: the keys are none.
        LookupError: the key of this id is not among them.
    """
    held = keys if keys is not None else b"".join(signing.public_keys().values())
    return signing.is_signed(text, signature, key_id, signing.read_public(held))
