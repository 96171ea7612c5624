"""Signatures of files that leave: Ed25519, with a key drawn from the keyring for this use alone (M34).

The secret is HKDF-SHA256 of the keyring's index key, which stays when data keys are changed; so every
signature of an installation is checked with one public key.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from models.crypto import cipher

USE = b"kokuho portal: manifests of transfers, Ed25519"
SEED_BYTES = 32


def sign(text: bytes) -> bytes:
    """The signature over a text."""
    return _private().sign(text)


def public_key() -> bytes:
    """The public key as PEM."""
    return _private().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def is_signed(text: bytes, signature: bytes, key: bytes) -> bool:
    """Whether the signature over a text was made with the secret of this public key.

    Raises:
        ValueError: the key is no Ed25519 key as PEM.
    """
    public = load_pem_public_key(key)
    try:
        match public:
            case Ed25519PublicKey():
                public.verify(signature, text)
            case _:
                raise ValueError("the public key is no Ed25519 key")
    except InvalidSignature:
        return False
    return True


def _private() -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=USE).derive(cipher.keys().index_key)
    return Ed25519PrivateKey.from_private_bytes(seed)
