"""`flask keys`: the key-encryption keys of the vault, and changing them while others work."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from models.audit.tags import Tag
from portal import clock
from portal.security import keys
from portal.settings import Settings
from services import audit
from services.context import SYSTEM
from services.unit_of_work import unit_of_work


@click.group("keys")
def keys_command() -> None:
    """The keys of the vault."""


@keys_command.command("list")
@with_appcontext
def list_command() -> None:
    """Say how many numbers' keys each key-encryption key opens; never a key."""
    current, counts = keys.status()
    for key_id in sorted({current, *counts}):
        click.echo(f"{key_id}{' (current)' if key_id == current else ''}: {counts.get(key_id, 0)}")


@keys_command.command("rotate")
@with_appcontext
def rotate_command() -> None:
    """Make a new key-encryption key and wrap every data key with it; may be run again after a stop."""
    settings: Settings = current_app.extensions["portal_settings"]
    key_id = keys.add_key(settings)
    done = keys.rewrap(settings)
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        audit.record(ctx, Tag.KEYS_ROTATED, f"key:{key_id}", detail={"keys": done})
    click.echo(f"{key_id} is current; {done} data keys are wrapped with it")


@keys_command.command("rewrap")
@with_appcontext
def rewrap_command() -> None:
    """Wrap what is left with the current key: after a stop, or where another tool made the key."""
    settings: Settings = current_app.extensions["portal_settings"]
    done = keys.rewrap(settings)
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        audit.record(ctx, Tag.KEYS_ROTATED, f"key:{keys.status()[0]}", detail={"keys": done})
    click.echo(f"{done} data keys were wrapped anew")
