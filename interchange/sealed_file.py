"""A file sealed for a medium: AES-256 in CBC mode, its key drawn from a passphrase by PBKDF2 (M32, L6).

The form is that of OpenSSL, so that whoever receives it needs nothing of ours:
`openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -md sha256 -in FILE -out PLAIN`.
That the file is whole shows in its SHA-256, which stands in the ledger and on its form.
"""

from __future__ import annotations

import os
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

MAGIC = b"Salted__"
SALT, KEY, BLOCK = 8, 32, 16
ITERATIONS = 600_000
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP = 6, 5


class NotSealed(ValueError):
    """The bytes are no sealed file, or the passphrase is another one."""


def new_passphrase() -> str:
    """A passphrase that can be read out: six groups of five signs, 150 bits."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(GROUP)) for _ in range(GROUPS))


def seal(content: bytes, passphrase: str) -> bytes:
    """The file as it goes onto the medium."""
    salt = os.urandom(SALT)
    padder = PKCS7(BLOCK * 8).padder()
    encryptor = _cipher(passphrase, salt).encryptor()
    padded = padder.update(content) + padder.finalize()
    return MAGIC + salt + encryptor.update(padded) + encryptor.finalize()


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The file as it was.

    Raises:
        NotSealed: the bytes are no sealed file, or the passphrase is another one.
    """
    head = len(MAGIC) + SALT
    body = sealed[head:]
    if not sealed.startswith(MAGIC) or not body or len(body) % BLOCK:
        raise NotSealed("no sealed file")
    decryptor = _cipher(passphrase, sealed[len(MAGIC) : head]).decryptor()
    unpadder = PKCS7(BLOCK * 8).unpadder()
    try:
        return unpadder.update(decryptor.update(body) + decryptor.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise NotSealed("another passphrase") from error


def _cipher(passphrase: str, salt: bytes) -> Cipher[modes.CBC]:
    drawn = PBKDF2HMAC(SHA256(), KEY + BLOCK, salt, ITERATIONS).derive(passphrase.encode())
    return Cipher(algorithms.AES(drawn[:KEY]), modes.CBC(drawn[KEY:]))
