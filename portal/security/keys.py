"""Custody of the keys: reads their files and hands them to the models; nobody else sees a key (T15, T16).

The vault's file is JSON: `{"current": "k1", "keys": {"k1": "<hex, 32 bytes>"}, "index": "<hex, 32 bytes>"}`.
The audit record's file is the same with `pseudonym` in the place of `index`.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from models.crypto import audit_keys, cipher, envelope
from models.crypto.audit_keys import AuditKeys
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from models.crypto.keyring import KEY_BYTES, Keyring
from portal.settings import UnsafeSetting, replace_file, write_once

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from portal.settings import Settings


def load_keys(settings: Settings) -> None:
    """Load the keys into this process; outside production they are made when they are not there.

    Raises:
        UnsafeSetting: a file is missing or holds no keys.
    """
    if not settings.production:
        write_once(settings.master_key_path, new_keyring())
        write_once(settings.audit_key_path, new_audit_keys())
    provider = KeyringProvider(lambda: read_keyring(settings.master_key_path))
    cipher.load(read_keyring(settings.master_key_path))
    envelope.load(provider, KeyStore(settings.key_store))
    load_audit_keys(settings)


def load_audit_keys(settings: Settings) -> None:
    """Load only the keys of the audit record.

    Raises:
        UnsafeSetting: their file is missing or holds no keys.
    """
    audit_keys.load(lambda: read_audit_keys(settings.audit_key_path))


def read_keyring(path: Path) -> Keyring:
    """The keyring of a file."""
    try:
        content = json.loads(path.read_text())
        keys = {key_id: bytes.fromhex(value) for key_id, value in content["keys"].items()}
        return Keyring(
            data_keys=keys, current_id=content["current"], index_key=bytes.fromhex(content["index"])
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsafeSetting(
            [f"PORTAL_MASTER_KEY_FILE: {path} is no keyring ({type(error).__name__})"]
        ) from error


def read_audit_keys(path: Path) -> AuditKeys:
    """The audit keys of a file.

    Raises:
        UnsafeSetting: the file is missing or holds no keys.
    """
    try:
        content = json.loads(path.read_text())
        keys = {key_id: bytes.fromhex(value) for key_id, value in content["keys"].items()}
        return AuditKeys(keys, content["current"], bytes.fromhex(content["pseudonym"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsafeSetting(
            [f"PORTAL_AUDIT_KEY_FILE: {path} holds no audit keys ({type(error).__name__})"]
        ) from error


def new_audit_keys() -> str:
    """The text of fresh audit keys with one key for the chain."""
    return json.dumps(
        {
            "current": "a1",
            "keys": {"a1": secrets.token_hex(KEY_BYTES)},
            "pseudonym": secrets.token_hex(KEY_BYTES),
        }
    )


def add_key(settings: Settings) -> str:
    """Add a new key-encryption key to the keyring's file, make it the current one, and return its id.

    The old keys stay: attachments, and data keys that are not wrapped anew yet, need them.
    """
    path = settings.master_key_path
    read_keyring(path)
    content = json.loads(path.read_text())
    key_id = f"k{1 + max(int(old.lstrip('k') or 0) for old in content['keys'])}"
    content["keys"][key_id] = secrets.token_hex(KEY_BYTES)
    content["current"] = key_id
    replace_file(path, json.dumps(content))
    load_keys(settings)
    return key_id


def rewrap(settings: Settings) -> int:
    """Wrap every data key with the current key-encryption key; says how many it were."""
    load_keys(settings)
    return envelope.rewrap()


def status() -> tuple[str, dict[str, int]]:
    """The id of the current key-encryption key, and how many data keys each one opens."""
    return cipher.keys().current_id, envelope.counts()


def missing(sealed_with: Iterable[str]) -> list[str]:
    """The ids of keys, of these and of those that wrap data keys, that are not in the keyring."""
    return sorted({*sealed_with, *envelope.counts()} - set(cipher.keys().data_keys))


def new_keyring() -> str:
    """The text of a fresh keyring with one data key."""
    return json.dumps(
        {
            "current": "k1",
            "keys": {"k1": secrets.token_hex(KEY_BYTES)},
            "index": secrets.token_hex(KEY_BYTES),
        }
    )
