"""Custody of the keys: reads their files and hands them to the models; nobody else sees a key (T15, T16).

The vault's file is JSON: `{"current": "k1", "keys": {"k1": "<hex, 32 bytes>"}, "index": "<hex, 32 bytes>"}`;
`"signing": ["<hex, 32 bytes>"]` is added when the key that signs manifests is changed.
The audit record's file is the same with `pseudonym` in the place of `index`.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from models import manifests
from models.crypto import audit_keys, cipher, envelope
from models.crypto.audit_keys import AuditKeys
from models.crypto.envelope import KeyringProvider
from models.crypto.key_store import KeyStore
from models.crypto.keyring import KEY_BYTES, Keyring
from models.key_refusals import KeyProviderUnavailable
from portal.settings import KeyKeeper, UnsafeSetting, replace_file, write_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from models.crypto.hsm import HsmProvider
    from portal.settings import Settings


def load_keys(settings: Settings) -> None:
    """Load the keys into this process; outside production they are made when they are not there.

    Raises:
        UnsafeSetting: a file is missing or holds no keys.
    """
    if not settings.production:
        write_once(settings.master_key_path, new_keyring())
        write_once(settings.audit_key_path, new_audit_keys())
    cipher.load(read_keyring(settings.master_key_path))
    file = KeyringProvider(lambda: read_keyring(settings.master_key_path))
    if settings.key_provider is KeyKeeper.PKCS11:
        envelope.load(module(settings), KeyStore(settings.key_store), file)
    else:
        envelope.load(file, KeyStore(settings.key_store), *module_of_before(settings))
    load_audit_keys(settings)


def load_audit_keys(settings: Settings) -> None:
    """Load only the keys of the audit record.

    Raises:
        UnsafeSetting: their file is missing or holds no keys.
    """
    audit_keys.load(lambda: read_audit_keys(settings.audit_key_path))


def module(settings: Settings) -> HsmProvider:
    """The hardware module of the settings, signed in to.

    Raises:
        UnsafeSetting: the module, its token or the PIN is not right; names the setting.
    """
    from models.crypto import hsm  # noqa: PLC0415 - only where a module keeps the keys

    path, pin_file = settings.hsm_module, settings.hsm_pin_file
    if path is None or pin_file is None:
        raise UnsafeSetting(["PORTAL_HSM_MODULE, PORTAL_HSM_PIN_FILE: both are needed"])
    token = hsm.Token(
        str(path), settings.hsm_token, lambda: pin_file.read_text().strip(), settings.hsm_key_prefix
    )
    try:
        return hsm.HsmProvider(token)
    except (KeyProviderUnavailable, OSError) as error:
        raise UnsafeSetting([str(error)]) from error


def module_of_before(settings: Settings) -> list[HsmProvider]:
    """The module that kept the keys before the file did, where it is still named."""
    return [module(settings)] if settings.hsm_module is not None else []


def read_keyring(path: Path) -> Keyring:
    """The keyring of a file."""
    try:
        content = json.loads(path.read_text())
        keys = {key_id: bytes.fromhex(value) for key_id, value in content["keys"].items()}
        return Keyring(
            data_keys=keys,
            current_id=content["current"],
            index_key=bytes.fromhex(content["index"]),
            signing_keys=tuple(bytes.fromhex(value) for value in content.get("signing", ())),
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
    """Add a new key-encryption key to the module or the keyring's file, let it wrap, and return its id.

    The old keys stay: data keys that are not wrapped anew yet need them; attachments need those of the file.
    """
    if settings.key_provider is KeyKeeper.PKCS11:
        key_id = module(settings).add_key()
    else:
        key_id = _add_to_file(settings.master_key_path)
    load_keys(settings)
    return key_id


def add_signing_key(settings: Settings) -> str:
    """Add a new key that signs manifests to the keyring's file, return its id; the old ones still check."""
    with _file_to_change(settings.master_key_path) as content:
        content.setdefault("signing", []).append(secrets.token_hex(KEY_BYTES))
    load_keys(settings)
    return manifests.key_id()


def _add_to_file(path: Path) -> str:
    with _file_to_change(path) as content:
        key_id = f"k{1 + max(int(old.lstrip('k') or 0) for old in content['keys'])}"
        content["keys"][key_id] = secrets.token_hex(KEY_BYTES)
        content["current"] = key_id
    return key_id


@contextmanager
def _file_to_change(path: Path) -> Iterator[dict[str, Any]]:
    """The content of the keyring's file, written back whole at the end."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two who rotate at once, neither loses the other's key
        read_keyring(path)
        content = json.loads(path.read_text())
        yield content
        replace_file(path, json.dumps(content))


def rewrap(settings: Settings) -> int:
    """Wrap every data key with the current key-encryption key; says how many it were."""
    load_keys(settings)
    return envelope.rewrap()


def status() -> tuple[str, dict[str, int]]:
    """The id of the current key-encryption key, and how many data keys each one opens."""
    return envelope.current_id(), envelope.counts()


def missing(sealed_with: Iterable[str]) -> list[str]:
    """The ids of keys, of these and of those that wrap data keys, that are not in the keyring."""
    unknown = set(sealed_with) - set(cipher.keys().data_keys)
    return sorted(unknown | {kek_id for kek_id in envelope.counts() if not envelope.knows(kek_id)})


def new_keyring() -> str:
    """The text of a fresh keyring with one data key."""
    return json.dumps(
        {
            "current": "k1",
            "keys": {"k1": secrets.token_hex(KEY_BYTES)},
            "index": secrets.token_hex(KEY_BYTES),
        }
    )
