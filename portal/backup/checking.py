"""Reading a backup back: every byte is opened, so that it is known to be right before it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from portal.backup import manifest, places
from portal.backup.errors import CopyDamaged, reason_of
from portal.backup.files import hash_of
from portal.backup.manifest import Manifest
from portal.backup.places import DATABASE_PART
from portal.security.backup_keys import DAMAGED, BackupKeys


def verify(place: Path, backup_id: str, keys: BackupKeys) -> Manifest:
    """Read a whole backup of a place, its files too.

    Raises:
        CopyDamaged: names the first file that is missing, was changed or cut.
    """
    folder = place / backup_id
    found = manifest.read(folder, keys)
    if found.id != backup_id:
        raise CopyDamaged(folder / manifest.NAME, f"it belongs to the backup {found.id}")
    for name, part in found.parts.items():
        try:
            is_same = hash_of(folder / name) == (part.sha256, part.size)
        except OSError as error:
            raise CopyDamaged(folder / name, reason_of(error)) from error
        if not is_same:
            raise CopyDamaged(folder / name, "it was changed or cut")
    for _ in database(place, backup_id, keys):
        pass
    listed = places.listed(folder, keys)
    if len(listed) != found.attachments:
        raise CopyDamaged(folder / places.LIST_PART, "it is not the list of the manifest")
    for path in listed:
        for _ in attachment(place, path, keys):
            pass
    return found


def database(place: Path, backup_id: str, keys: BackupKeys) -> Iterator[bytes]:
    """The plain pieces of a database's copy.

    Raises:
        CopyDamaged: it does not open.
    """
    path = place / backup_id / DATABASE_PART
    yield from _opened(path, places.stream_name(backup_id, DATABASE_PART), keys)


def attachment(place: Path, path: str, keys: BackupKeys) -> Iterator[bytes]:
    """The pieces of a file as the portal keeps it, sealed with the portal's own key.

    Raises:
        CopyDamaged: it does not open.
    """
    yield from _opened(places.attachment(place, path), path, keys)


def _opened(path: Path, name: str, keys: BackupKeys) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from keys.opened(file, name)
    except (OSError, *DAMAGED) as error:
        raise CopyDamaged(path, reason_of(error)) from error
