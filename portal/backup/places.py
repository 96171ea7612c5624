"""The places of backups: folders on other machines or media, each with everything that is needed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from portal.backup import manifest
from portal.backup.errors import BackupRefused, CopyDamaged, reason_of
from portal.security.backup_keys import DAMAGED, BackupKeys
from portal.settings import Settings

ATTACHMENTS = "attachments"
DATABASE_PART, LIST_PART = "database.sealed", "attachments.sealed"
DRAFT = ".draft"
ALWAYS_KEPT = 3
_ID = re.compile(r"\d{8}T\d{6}Z")


def of(settings: Settings) -> Sequence[Path]:
    """The places of backups.

    Raises:
        BackupRefused: in production there are fewer than two; or copies of the key store lie in one of them.
    """
    places = settings.backup_dirs
    if not places or (settings.production and len(places) < 2):
        raise BackupRefused("PORTAL_BACKUP_DIRS: name two folders on different machines or media")
    for place in places:
        for other in settings.key_store_backup_dirs:
            if place.resolve() in {other.resolve(), *other.resolve().parents}:
                raise BackupRefused(
                    f"PORTAL_KEY_STORE_BACKUP_DIRS: {other} lies in {place}; keep keys and backups apart"
                )
    return places


def ids(place: Path) -> list[str]:
    """The finished backups of a place, the oldest first."""
    return sorted(path.name for path in place.iterdir() if _ID.fullmatch(path.name) and path.is_dir())


def newest(place: Path) -> str:
    """The newest backup of a place.

    Raises:
        BackupRefused: there is none.
    """
    found = ids(place) if place.is_dir() else []
    if not found:
        raise BackupRefused(f"{place}: there is no backup here")
    return found[-1]


def attachment(place: Path, path: str) -> Path:
    """Where the sealed copy of a file lies in a place."""
    return place / ATTACHMENTS / path


def stream_name(backup_id: str, part: str) -> str:
    """The name that binds a sealed part to its backup."""
    return f"{backup_id}/{part}"


def listed(folder: Path, keys: BackupKeys) -> list[str]:
    """The paths of the files that belong to a backup.

    Raises:
        CopyDamaged: the list does not open.
    """
    path = folder / LIST_PART
    try:
        pieces = keys.opened(BytesIO(path.read_bytes()), stream_name(folder.name, LIST_PART))
        return b"".join(pieces).decode().splitlines()
    except (OSError, *DAMAGED) as error:
        raise CopyDamaged(path, reason_of(error)) from error


def tidy(place: Path, keys: BackupKeys, at: datetime, keep_days: int) -> list[str]:
    """Remove backups past their time, unfinished ones, and files that no backup lists any more.

    The newest three stay whatever their age; where a list cannot be read, no file is removed.
    """
    for draft in place.glob(f"*{DRAFT}"):
        shutil.rmtree(draft)
    limit = at - timedelta(days=keep_days)
    gone = [one for one in ids(place)[:-ALWAYS_KEPT] if _at(one) < limit]
    for backup_id in gone:
        shutil.rmtree(place / backup_id)
    if gone:
        _remove_unlisted(place, {path for one in ids(place) for path in listed(place / one, keys)})
    return gone


def _at(backup_id: str) -> datetime:
    return manifest.moment_of(backup_id)


def _remove_unlisted(place: Path, wanted: Iterable[str]) -> None:
    kept = set(wanted)
    for path in (place / ATTACHMENTS).rglob("*"):
        if path.is_file() and path.relative_to(place / ATTACHMENTS).as_posix() not in kept:
            path.unlink()
