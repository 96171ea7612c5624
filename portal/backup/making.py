"""Making a backup: read once, sealed once, written to every place at the same time."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from portal.backup import manifest, places
from portal.backup.errors import BackupRefused, reason_of
from portal.backup.files import AT_ONCE, Spread, sync_folder
from portal.backup.manifest import ID_FORMAT, Manifest, Part
from portal.backup.places import DATABASE_PART, DRAFT, LIST_PART
from portal.backup.sources import Snapshot, snapshot
from portal.security.backup_keys import BackupKeys
from portal.settings import Settings

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


@dataclass
class Made:
    """A backup that was made: where it is, and what went wrong on the way."""

    id: str
    places: list[Path]
    lost: dict[Path, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether it is in every place, with every file."""
        return not self.lost and not self.missing

    def lose(self, path: Path, error: OSError) -> None:
        """Give a place up that could not take a file; the others go on."""
        for place in [one for one in self.places if path.is_relative_to(one)]:
            self.places.remove(place)
            self.lost[place] = reason_of(error)


def make(settings: Settings, keys: BackupKeys, at: datetime) -> Made:
    """Copy the database and the files it refers to, as they are at one moment, to every place.

    Raises:
        BackupRefused: no place could take it, or there is a backup of this second.
    """
    made = Made(at.strftime(ID_FORMAT), list(places.of(settings)))
    for place in list(made.places):
        _prepare(place, made)
    with snapshot(settings.backup_source) as source:
        paths = source.attachments()
        held = [path for path in paths if _copy_attachment(settings.blob_dir / path, path, keys, made)]
        made.missing = sorted(set(paths) - set(held))
        database = _write_part(DATABASE_PART, source.write_to, keys, made)
        listing = "".join(f"{path}\n" for path in held).encode()
        listed = _write_part(LIST_PART, lambda sink: sink.write(listing), keys, made)
        whole = _describe(made.id, source, at, len(held), {DATABASE_PART: database, LIST_PART: listed})
    for place in list(made.places):
        try:
            manifest.write(_draft(place, made.id), whole, keys)
            _draft(place, made.id).rename(place / made.id)
            sync_folder(place)
        except OSError as error:
            made.lose(place, error)
    _refuse_nowhere(made)
    return made


def _prepare(place: Path, made: Made) -> None:
    if (place / made.id).exists():
        raise BackupRefused(f"{place / made.id}: there is a backup of this second already")
    try:
        _draft(place, made.id).mkdir(mode=0o700)
    except OSError as error:
        made.lose(place, error)
    _refuse_nowhere(made)


def _describe(
    backup_id: str, source: Snapshot, at: datetime, attachments: int, parts: dict[str, Part]
) -> Manifest:
    return Manifest(
        id=backup_id,
        made_at=at.isoformat(),
        backend=source.backend,
        revision=source.revision(),
        tables=source.tables(),
        head=source.head(),
        attachments=attachments,
        parts=parts,
    )


def _write_part(
    name: str, write_to: Callable[[SupportsWrite[bytes]], object], keys: BackupKeys, made: Made
) -> Part:
    spread = Spread([_draft(place, made.id) / name for place in made.places], made.lose)
    sealing = keys.sealing(spread, places.stream_name(made.id, name))
    write_to(sealing)
    sealing.finish()
    spread.close()
    return Part(spread.sha256, spread.size)


def _copy_attachment(source: Path, path: str, keys: BackupKeys, made: Made) -> bool:
    """Copy a file, which never changes, to the places without it; False where the portal lost it."""
    targets = [places.attachment(place, path) for place in made.places]
    wanted = [target for target in targets if not target.exists()]
    if not wanted:
        return True
    try:
        file = source.open("rb")
    except FileNotFoundError:
        return False
    with file:
        for target in wanted:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        drafts = {target.with_name(f"{target.name}.{os.getpid()}"): target for target in wanted}
        spread = Spread(list(drafts), made.lose)
        sealing = keys.sealing(spread, path)
        while part := file.read(AT_ONCE):
            sealing.write(part)
        sealing.finish()
        spread.close()
    for draft, target in drafts.items():
        if any(target.is_relative_to(place) for place in made.places):
            draft.replace(target)
            sync_folder(target.parent)
    return True


def _draft(place: Path, backup_id: str) -> Path:
    return place / f"{backup_id}{DRAFT}"


def _refuse_nowhere(made: Made) -> None:
    if not made.places:
        why = "; ".join(f"{place}: {reason}" for place, reason in made.lost.items())
        raise BackupRefused(f"no place could take the backup ({why})")


def lines(made: Made) -> Sequence[str]:
    """What an operator is told of it."""
    told = [f"OK {made.id} in {place}" for place in made.places]
    told += [f"NG {place}: {reason}; the other place has the backup" for place, reason in made.lost.items()]
    if made.missing:
        told.append(f"NG {len(made.missing)} files are missing in the portal itself: {made.missing[0]} …")
    return told
