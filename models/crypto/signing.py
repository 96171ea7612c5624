"""Signatures of files that leave: Ed25519, with keys for this use alone (M34).

The first secret is HKDF-SHA256 of the keyring's index key; each change of the key adds one to the keyring.
The last one signs, all of them check. A key's id is the first digits of the SHA-256 of its public key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from models.crypto import cipher

USE = b"kokuho portal: manifests of transfers, Ed25519"
SEED_BYTES, ID_LENGTH = 32, 16
PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\s*", re.DOTALL)


def sign(text: bytes) -> bytes:
    """The signature over a text, by the key that signs now."""
    return _secrets()[-1].sign(text)


def current_id() -> str:
    """The id of the key that signs now."""
    return _id_of(_secrets()[-1].public_key())


def public_keys() -> dict[str, bytes]:
    """All public keys as PEM by their ids, the one that signs now last."""
    found = (secret.public_key() for secret in _secrets())
    return {_id_of(key): key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in found}


def read_public(bundle: bytes) -> dict[str, Ed25519PublicKey]:
    """The public keys of a text of one PEM or several, by their ids.

    Raises:
        ValueError: there is none, or one is no Ed25519 key.
    """
    found = {}
    for pem in PEM.findall(bundle):
        match load_pem_public_key(pem):
            case Ed25519PublicKey() as key:
                found[_id_of(key)] = key
            case _:
                raise ValueError("the public key is no Ed25519 key")
    if not found:
        raise ValueError("there is no public key as PEM")
    return found


def is_signed(text: bytes, signature: bytes, key_id: str, keys: Mapping[str, Ed25519PublicKey]) -> bool:
    """Whether a signature was made with the key that it names; with any of them where it names none.

    Raises:
        LookupError: the key that it names is not among them.
    """
    if key_id and key_id not in keys:
        raise LookupError(key_id)
    return any(_fits(key, text, signature) for one, key in keys.items() if not key_id or one == key_id)


def _fits(key: Ed25519PublicKey, text: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _id_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:ID_LENGTH]


def _secrets() -> list[Ed25519PrivateKey]:
    keyring = cipher.keys()
    first = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=USE).derive(keyring.index_key)
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in (first, *keyring.signing_keys)]
