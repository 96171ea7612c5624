"""The drill: a backup is brought back beside the running portal, and what came back is tried (d-07)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import NullPool, create_engine
from sqlalchemy.orm import Session

from models import blobs, vault_inventory
from models.audit import verify
from portal.backup import restoring
from portal.backup.errors import BackupRefused
from portal.backup.manifest import Manifest
from portal.security.backup_keys import BackupKeys

TRIED = 1_000


@dataclass(frozen=True)
class Drilled:
    """What a drill found."""

    manifest: Manifest
    audit_rows: int
    opened: int
    ended_meanwhile: int
    files: int


def drill(place: Path, backup_id: str, keys: BackupKeys, url: str, held: frozenset[str]) -> Drilled:
    """Restore into an empty database; verify the record, open numbers and files at random.

    `held`: the references whose data key is in the key store now.

    Raises:
        CopyDamaged: the backup is not whole.
        BackupRefused: what came back is not what was copied, or does not open; says what.
    """
    with TemporaryDirectory(prefix="portal-drill-") as folder:
        found = restoring.restore(place, backup_id, keys, url, Path(folder), owners=False)
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
        with engine.connect() as connection:
            verdict = verify.verify(connection)
            if verdict.fault is not None:
                raise BackupRefused(f"audit record, row {verdict.fault.row_id}: {verdict.fault.message}")
            needed = vault_inventory.take(connection).needed
        with Session(engine) as session:
            numbers = _some(sorted(needed))
            opened = _open_numbers(session, numbers, held)
            files = _open_files(session, Path(folder))
    return Drilled(found, verdict.rows, opened, len(numbers) - opened, files)


def _open_numbers(session: Session, numbers: Sequence[str], held: frozenset[str]) -> int:
    """How many open. One that does not must have ended since: then its key was destroyed."""
    opened = vault_inventory.find_opened(session, numbers)
    if wrong := held & (frozenset(numbers) - opened):
        raise BackupRefused(
            f"{len(wrong)} of {len(numbers)} numbers do not open although their data keys are here: "
            "the key-encryption key is another one (PORTAL_MASTER_KEY_FILE), or the key store was changed"
        )
    if numbers and not opened:
        raise BackupRefused(f"none of {len(numbers)} numbers opens: the key store is empty or another one")
    return len(opened)


def _open_files(session: Session, folder: Path) -> int:
    digests = _some(sorted(path.name for path in folder.rglob("*") if path.is_file()))
    blobs.configure(folder)
    for digest in digests:
        blobs.get(session, digest)
    return len(digests)


def _some(of: Sequence[str]) -> Sequence[str]:
    return secrets.SystemRandom().sample(of, min(TRIED, len(of)))
