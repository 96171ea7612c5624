"""`flask backup`: copies in two places, reading them back, the way back, the drill (docs/backup.md).

Exit 0: all is well; 1: something is not, and is named on standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DatabaseError

from models.audit.tags import Tag
from portal import clock
from portal.backup import checking, drill, key_copies, making, manifest, places, restoring
from portal.backup.errors import BackupRefused, CopyDamaged
from portal.security import key_rows
from portal.security import keys as custody
from portal.security.backup_keys import BackupKeys, read_backup_keys
from portal.settings import Settings, UnsafeSetting
from services import audit
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
from_option = click.option("--from", "place", type=FOLDER, help="The place; the first one without it.")
id_argument = click.argument("backup_id", required=False)


@click.group("backup")
def backup_command() -> None:
    """Encrypted copies of database, files and key store."""


@backup_command.command("make")
@with_appcontext
def make_command() -> None:
    """Copy the database and its files to every place, and remove what is past its time."""
    with _told():
        settings, keys = _settings(), _keys()
        places.of(settings)
        custody.load_audit_keys(settings)
        at = clock.now()
        with unit_of_work(SYSTEM, at) as ctx:
            audit.record(ctx, Tag.BACKUP_MADE, detail={"places": len(settings.backup_dirs)})
        made = making.make(settings, keys, at)
        for line in making.lines(made):
            click.echo(line, err=not line.startswith("OK"))
        for place in made.places:
            for gone in places.tidy(place, keys, at, settings.backup_keep_days):
                click.echo(f"{place}: {gone} is past its time and was removed")
        if not made.is_whole:
            sys.exit(1)


@backup_command.command("list")
@with_appcontext
def list_command() -> None:
    """Say which backups there are, where, and of what."""
    with _told():
        keys = _keys()
        for place in places.of(_settings()):
            for backup_id in places.ids(place) if place.is_dir() else []:
                found = manifest.read(place / backup_id, keys)
                rows = sum(found.tables.values())
                click.echo(
                    f"{place / backup_id}: {rows:,} rows, {found.attachments:,} files, {found.revision}"
                )


@backup_command.command("verify")
@id_argument
@from_option
@with_appcontext
def verify_command(backup_id: str | None, place: Path | None) -> None:
    """Read the newest backup back, or the one named, in every place: each byte is opened."""
    keys, problems = _keys(), []
    with _told():
        every = [place] if place else places.of(_settings())
    for one in every:
        problems += _problem(partial(_verify, one, backup_id, keys))
    if _settings().key_store_backup_dirs and _settings().key_store_backup_key_file:
        key_store_keys = _key_store_keys()
        for one in _settings().key_store_backup_dirs:
            problems += _problem(partial(_verify_keys, one, key_store_keys))
    for problem in problems:
        click.echo(f"NG {problem}", err=True)
    if problems:
        sys.exit(1)


@backup_command.command("restore")
@id_argument
@from_option
@click.option("--without-owners", is_flag=True, help="Everything belongs to the role that restores.")
@with_appcontext
def restore_command(backup_id: str | None, place: Path | None, *, without_owners: bool) -> None:
    """Fill the empty database of MIGRATION_URL (or DATABASE_URL), and bring the files back."""
    with _told():
        settings, keys = _settings(), _keys()
        place = place or places.of(settings)[0]
        custody.load_audit_keys(settings)
        found = restoring.restore(
            place,
            backup_id or places.newest(place),
            keys,
            settings.migrations,
            settings.blob_dir,
            owners=not without_owners,
        )
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            audit.record(ctx, Tag.BACKUP_RESTORED, f"backup:{found.id}")
    rows = sum(found.tables.values())
    click.echo(f"OK {found.id}: {rows:,} rows, {found.attachments:,} files, as they were copied")


@backup_command.command("drill")
@click.option("--into", "url", required=True, help="The address of an empty database of a clean server.")
@id_argument
@from_option
@with_appcontext
def drill_command(url: str, backup_id: str | None, place: Path | None) -> None:
    """Bring a backup back beside the portal, and try it: record, numbers, files."""
    began = perf_counter()
    with _told():
        settings, keys = _settings(), _keys()
        place = place or places.of(settings)[0]
        custody.load_keys(settings)
        held = frozenset(reference for reference, _ in key_rows.lines(settings))
        done = drill.drill(place, backup_id or places.newest(place), keys, url, held)
    click.echo(
        f"OK {done.manifest.id}: {len(done.manifest.tables)} tables with their rows, the audit record is "
        f"whole ({done.audit_rows:,} rows), {done.opened:,} numbers and {done.files:,} files open "
        f"({done.ended_meanwhile} numbers have ended since); {perf_counter() - began:.0f} seconds"
    )


@backup_command.command("make-keys")
@with_appcontext
def make_keys_command() -> None:
    """Put a new copy of the key store in the place of the old one, in every place."""
    with _told():
        count, failed = key_copies.make(_settings(), _key_store_keys(), clock.now())
    click.echo(f"{'NG' if failed else 'OK'} {count:,} wrapped keys")
    for place, reason in failed.items():
        click.echo(f"NG {place}: {reason}", err=True)
    if failed:
        sys.exit(1)


@backup_command.command("restore-keys")
@from_option
@with_appcontext
def restore_keys_command(place: Path | None) -> None:
    """Fill the empty key store from its copy, without the keys of numbers that have ended."""
    with _told():
        settings = _settings()
        back, left_out = key_copies.restore(
            settings, place or key_copies.places(settings)[0], _key_store_keys()
        )
    click.echo(f"OK {back:,} wrapped keys came back, {left_out:,} of numbers that have ended did not")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["portal_settings"]
    return settings


def _keys() -> BackupKeys:
    with _told():
        return read_backup_keys(_settings().backup_key_file, "PORTAL_BACKUP_KEY_FILE")


def _key_store_keys() -> BackupKeys:
    with _told():
        return read_backup_keys(_settings().key_store_backup_key_file, "PORTAL_KEY_STORE_BACKUP_KEY_FILE")


def _verify(place: Path, backup_id: str | None, keys: BackupKeys) -> None:
    found = checking.verify(place, backup_id or places.newest(place), keys)
    click.echo(f"OK {place / found.id}: {sum(found.tables.values()):,} rows, {found.attachments:,} files")


def _verify_keys(place: Path, keys: BackupKeys) -> None:
    copy = key_copies.read(place, keys)
    click.echo(f"OK {place / key_copies.NAME}: {len(copy.lines):,} wrapped keys of {copy.made_at}")


def _problem(check: Callable[[], None]) -> list[str]:
    try:
        check()
    except (BackupRefused, CopyDamaged) as error:
        return [str(error)]
    return []


@contextmanager
def _told() -> Iterator[None]:
    """Tell a refusal in its words, without a trace of the program."""
    try:
        yield
    except (BackupRefused, CopyDamaged, UnsafeSetting) as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        raise click.ClickException(f"the database cannot be used: {error.orig}") from error
