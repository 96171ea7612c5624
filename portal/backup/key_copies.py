"""Copies of the key store: one in each place, the newest only; what was destroyed stays destroyed (T16).

They have keys and places of their own. A copy takes the place of the one before it, never stands beside it;
it is refused where the store has lost a key that a number needs. Coming back, keys of numbers that the
database says have ended are left out.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import NullPool, create_engine

from models import vault_inventory
from models.vault_inventory import Inventory
from portal.backup.errors import BackupRefused, CopyDamaged, reason_of
from portal.backup.files import write_whole
from portal.security import key_rows
from portal.security.backup_keys import DAMAGED, BackupKeys
from portal.settings import Settings

NAME = "vault_keys.sealed"


@dataclass(frozen=True)
class KeyCopy:
    """A copy that was read: when it was made, and the lines of its keys."""

    made_at: str
    lines: Sequence[bytes]


def places(settings: Settings) -> Sequence[Path]:
    """The places of copies of the key store.

    Raises:
        BackupRefused: there are fewer than two in production.
    """
    found = settings.key_store_backup_dirs
    if not found or (settings.production and len(found) < 2):
        raise BackupRefused("PORTAL_KEY_STORE_BACKUP_DIRS: name two folders, apart from those of the backups")
    return found


def make(settings: Settings, keys: BackupKeys, at: datetime) -> tuple[int, dict[Path, str]]:
    """Put a new copy in the place of the old one, everywhere; how many keys, and which places failed.

    Raises:
        BackupRefused: the store has lost keys that numbers need, or no place could take the copy.
    """
    needed = inventory(settings.backup_source).needed  # first: a number's key is older than its row
    told = dict(key_rows.lines(settings))
    if lost := needed - told.keys():
        raise BackupRefused(
            f"the key store has lost the keys of {len(lost)} numbers; the copies of before stay. "
            "Find out why, then `flask backup restore-keys` (docs/backup.md)"
        )
    sealed = _sealed(keys, json.dumps({"made_at": at.isoformat(), "keys": len(told)}), told.values())
    failed = {}
    for place in places(settings):
        try:
            write_whole(place / NAME, sealed)
        except OSError as error:
            failed[place] = reason_of(error)
    if len(failed) == len(places(settings)):
        raise BackupRefused(f"no place could take the copy of the key store ({failed})")
    return len(told), failed


def read(place: Path, keys: BackupKeys) -> KeyCopy:
    """The copy in a place, read whole.

    Raises:
        CopyDamaged: it is missing, or does not open.
    """
    path = place / NAME
    try:
        with path.open("rb") as file:
            content = b"".join(keys.opened(file, NAME))
    except (OSError, *DAMAGED) as error:
        raise CopyDamaged(path, reason_of(error)) from error
    head, *lines = content.splitlines()
    told = json.loads(head)
    if told["keys"] != len(lines):
        raise CopyDamaged(path, "it holds another number of keys than it says")
    return KeyCopy(told["made_at"], lines)


def restore(settings: Settings, place: Path, keys: BackupKeys) -> tuple[int, int]:
    """Fill an empty key store: how many keys came back, and how many were left out as ended.

    Raises:
        CopyDamaged: the copy does not open.
        BackupRefused: the key store is not empty.
    """
    copy = read(place, keys)
    if key_rows.count(settings):
        raise BackupRefused("the key store is not empty; a copy comes back into an empty one only")
    ended = inventory(settings.backup_source).ended
    kept = [line for line in copy.lines if key_rows.reference_of(line) not in ended]
    return key_rows.fill(settings, kept), len(copy.lines) - len(kept)


def inventory(url: str) -> Inventory:
    """What the vault of a database needs."""
    with create_engine(url, poolclass=NullPool, hide_parameters=True).connect() as connection:
        return vault_inventory.take(connection)


def _sealed(keys: BackupKeys, head: str, lines: Iterable[bytes]) -> bytes:
    out = io.BytesIO()
    sealing = keys.sealing(out, NAME)
    sealing.write(head.encode() + b"\n")
    for line in lines:
        sealing.write(line)
    sealing.finish()
    return out.getvalue()
