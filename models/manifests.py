"""Signing what leaves the house, so that recipient and auditor can check it offline (J3, M34)."""

from __future__ import annotations

from models.crypto import signing


def sign(text: bytes) -> bytes:
    """The signature of this installation over a text."""
    return signing.sign(text)


def public_key() -> bytes:
    """The key by which recipients check our signatures, as PEM; it is no secret."""
    return signing.public_key()


def is_signed(text: bytes, signature: bytes, key: bytes | None = None) -> bool:
    """Whether a signature is right; `key` is a public key as PEM, by default our own.

    Raises:
        ValueError: the key is none.
    """
    return signing.is_signed(text, signature, key if key is not None else signing.public_key())
