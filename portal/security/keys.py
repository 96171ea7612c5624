"""Custody of the keys: reads the keyring's file and hands it to the models; nobody else sees a key (T16).

The file is JSON: `{"current": "k1", "keys": {"k1": "<hex, 32 bytes>"}, "index": "<hex, 32 bytes>"}`.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from models.crypto import cipher
from models.crypto.keyring import KEY_BYTES, Keyring
from portal.settings import UnsafeSetting, write_once

if TYPE_CHECKING:
    from pathlib import Path

    from portal.settings import Settings


def load_keys(settings: Settings) -> None:
    """Load the keyring into this process; outside production it is made when it is not there.

    Raises:
        UnsafeSetting: the file is missing or is no keyring.
    """
    if not settings.production:
        write_once(settings.master_key_path, new_keyring())
    cipher.load(read_keyring(settings.master_key_path))


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


def new_keyring() -> str:
    """The text of a fresh keyring with one data key."""
    return json.dumps(
        {
            "current": "k1",
            "keys": {"k1": secrets.token_hex(KEY_BYTES)},
            "index": secrets.token_hex(KEY_BYTES),
        }
    )
