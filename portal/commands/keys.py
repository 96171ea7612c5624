"""`flask keys`: the key-encryption keys of the vault, and changing them while others work."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from models.audit.tags import Tag
from models.key_refusals import KeyProviderUnavailable, KeysNotOpened
from portal import clock
from portal.security import keys
from portal.settings import UnsafeSetting
from services import audit
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.settings import Settings


@click.group("keys")
def keys_command() -> None:
    """The keys of the vault."""


@contextmanager
def _refusals_told() -> Iterator[None]:
    """Say in one line why the keys do not do what was asked; none of the messages holds a key or a number."""
    try:
        yield
    except (KeyProviderUnavailable, KeysNotOpened, UnsafeSetting) as error:
        raise click.ClickException(str(error)) from error


@keys_command.command("list")
@with_appcontext
def list_command() -> None:
    """Say how many numbers' keys each key-encryption key opens; never a key."""
    with _refusals_told():
        current, counts = keys.status()
    for key_id in sorted({current, *counts}):
        click.echo(f"{key_id}{' (current)' if key_id == current else ''}: {counts.get(key_id, 0)}")


@keys_command.command("rotate")
@with_appcontext
def rotate_command() -> None:
    """Make a new key-encryption key and wrap every data key with it; may be run again after a stop."""
    settings: Settings = current_app.extensions["portal_settings"]
    with _refusals_told():
        key_id = keys.add_key(settings)
        click.echo(f"{key_id} is current; {_wrap(settings)} data keys are wrapped with it")


@keys_command.command("rewrap")
@with_appcontext
def rewrap_command() -> None:
    """Wrap what is left with the current key: after a stop, or where another tool made the key."""
    settings: Settings = current_app.extensions["portal_settings"]
    with _refusals_told():
        click.echo(f"{_wrap(settings)} data keys were wrapped anew")


def _wrap(settings: Settings) -> int:
    """Wrap what is left, and record it, also where some keys do not open."""
    try:
        done = keys.rewrap(settings)
    except KeysNotOpened as error:
        _record(error.done, sum(error.left.values()))
        raise
    _record(done, 0)
    return done


def _record(done: int, left: int) -> None:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        detail = {"wrapped": done} | ({"unopened": left} if left else {})
        audit.record(ctx, Tag.KEYS_ROTATED, f"key:{keys.status()[0]}", detail=detail)
