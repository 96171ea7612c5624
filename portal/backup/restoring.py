"""The way back: into an empty database, verified before and counted after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, make_url

from portal.backup import checking, places, programs
from portal.backup.errors import BackupRefused, CopyDamaged
from portal.backup.files import write_whole
from portal.backup.manifest import Manifest
from portal.backup.sources import (
    count_tables,
    head_of,
    in_memory,
    keep_as_file,
    put_in_memory,
)
from portal.security.backup_keys import BackupKeys


def restore(
    place: Path, backup_id: str, keys: BackupKeys, url: str, blob_dir: Path, *, owners: bool
) -> Manifest:
    """Fill an empty database and bring the files back; with `owners`, tables get their owners and rights.

    Raises:
        CopyDamaged: the backup is not whole; nothing was changed.
        BackupRefused: the database is not empty or of another kind, or what came back is not what was copied.
    """
    found = checking.verify(place, backup_id, keys)
    backend = make_url(url).get_backend_name()
    if backend != found.backend:
        raise BackupRefused(f"this backup is one of {found.backend}, the database here is one of {backend}")
    _refuse_filled(url)
    pieces = checking.database(place, backup_id, keys)
    if backend == "sqlite":
        _fill_file(url, pieces)
    else:
        _fill_server(url, pieces, owners=owners)
    for path in places.listed(place / backup_id, keys):
        _bring_back(blob_dir / path, b"".join(checking.attachment(place, path, keys)))
    with _opened(url) as connection:
        refuse_unlike(connection, found)
    return found


def refuse_unlike(connection: Connection, found: Manifest) -> None:
    """Compare a database with the manifest it came from: rows of each table, end of the audit record.

    Raises:
        BackupRefused: names the first difference.
    """
    counts = count_tables(connection)
    for name in sorted({*counts, *found.tables}):
        if counts.get(name) != found.tables.get(name):
            was, came = found.tables.get(name), counts.get(name)
            raise BackupRefused(f"table {name}: {came} rows came back, the backup says {was}")
    if head_of(connection) != dict(found.head):
        raise BackupRefused("the audit record that came back ends elsewhere than the backup says")


def _opened(url: str) -> Connection:
    return create_engine(url, poolclass=NullPool, hide_parameters=True).connect()


def _refuse_filled(url: str) -> None:
    file = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and file and not Path(file).exists():
        return
    with _opened(url) as connection:
        filled = sorted(count_tables(connection))
    if filled:
        raise BackupRefused(f"the database is not empty (table {filled[0]}); restore into a new one")


def _fill_file(url: str, pieces: Iterator[bytes]) -> None:
    with in_memory() as memory:
        put_in_memory(memory, b"".join(pieces))
        keep_as_file(memory, Path(str(make_url(url).database)))


def _fill_server(url: str, pieces: Iterator[bytes], *, owners: bool) -> None:
    told = ["--exit-on-error", "--single-transaction"]
    if not owners:
        told += ["--no-owner", "--no-privileges"]
    programs.write_to("pg_restore", *told, url=make_url(url), pieces=pieces)


def _bring_back(target: Path, content: bytes) -> None:
    if target.exists() and target.read_bytes() == content:
        return
    if target.exists():
        raise CopyDamaged(target, "another file of this name is here; restore into an empty folder")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(target, content)
