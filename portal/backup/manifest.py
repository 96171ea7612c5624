"""The manifest: what a backup holds, signed. It is written last, so a backup without one is unfinished."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from portal.backup.errors import CopyDamaged
from portal.backup.files import write_whole
from portal.security.backup_keys import BackupKeys

NAME = "manifest.json"
ID_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Part:
    """A sealed file: its SHA-256 as it lies there, and its size."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. It has no names, numbers or contents of rows."""

    id: str
    made_at: str
    backend: str
    revision: str
    tables: Mapping[str, int]
    head: Mapping[str, str | int]
    attachments: int
    parts: Mapping[str, Part] = field(default_factory=dict)


def moment_of(backup_id: str) -> datetime:
    """When a backup was made, by its id."""
    return datetime.strptime(backup_id, ID_FORMAT).replace(tzinfo=UTC)


def write(folder: Path, manifest: Manifest, keys: BackupKeys) -> None:
    """Write the signed manifest of a backup, whole or not at all."""
    told = asdict(manifest)
    signed = {"manifest": told, "signature": keys.sign(_text(told))}
    write_whole(folder / NAME, json.dumps(signed, indent=1).encode())


def read(folder: Path, keys: BackupKeys) -> Manifest:
    """The manifest of a backup.

    Raises:
        CopyDamaged: it is missing, or nobody with the keys signed it.
    """
    path = folder / NAME
    try:
        content = json.loads(path.read_bytes())
        told = dict(content["manifest"])
        if not keys.is_signed(_text(told), content["signature"]):
            raise CopyDamaged(path, "it was changed, or signed with a key that is not here")
        told["parts"] = {name: Part(**part) for name, part in told["parts"].items()}
        return Manifest(**told)
    except FileNotFoundError as error:
        raise CopyDamaged(path, "it is missing: the backup was not finished") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CopyDamaged(path, "it was changed and cannot be read") from error


def _text(told: object) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
