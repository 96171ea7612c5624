"""`flask transfers`: check a file that left against its signed manifest, without any connection (J3, M34)."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from interchange.transfers import manifest
from models import manifests
from models.audit.tags import Tag
from portal import clock
from portal.security import keys
from services import audit
from services.context import SYSTEM
from services.unit_of_work import unit_of_work

ReadablePath = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("transfers")
def transfers_command() -> None:
    """Files that left for other sections."""


@transfers_command.command("verify")
@click.argument("document", metavar="MANIFEST", type=ReadablePath)
@click.argument("file", metavar="FILE", type=ReadablePath)
@click.option("--key", type=ReadablePath, help="Public keys as PEM; without them those of this portal.")
def verify_command(document: Path, file: Path, key: Path | None) -> None:
    """Check the signature of MANIFEST and that FILE is the one it names; asks no database.

    Prints what the manifest says. Exits 1 where signature or file is wrong.
    """
    try:
        pem = key.read_bytes() if key is not None else None
        checked = manifest.check(
            document.read_bytes(), file.read_bytes(), partial(manifests.is_signed, keys=pem)
        )
    except manifest.ManifestWrong as wrong:
        click.echo(f"{wrong.ja}\n{wrong.en}", err=True)
        sys.exit(1)
    except ValueError as error:
        raise click.ClickException(f"公開鍵を読めません。\nThe public key cannot be read: {error}") from error
    click.echo("署名とファイルは正しい。 Signature and file are right.")
    click.echo(json.dumps(checked.told, ensure_ascii=False, indent=2))


@transfers_command.command("public-key")
@click.option("--all", "every", is_flag=True, help="The keys of before as well, for old manifests.")
def public_key_command(*, every: bool) -> None:
    """Print the public key by which recipients check manifests; it is no secret."""
    found = list(manifests.public_keys().values())
    for pem in found if every else found[-1:]:
        click.echo(pem.decode("ascii"), nl=False)


@transfers_command.command("new-key")
@with_appcontext
def new_key_command() -> None:
    """Sign manifests with a new key from now on; those of before are checked as before."""
    key_id = keys.add_signing_key(current_app.extensions["portal_settings"])
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        audit.record(ctx, Tag.KEYS_ROTATED, f"key:{key_id}", detail={"kind": "manifests"})
    click.echo(f"{key_id} signs from now on; hand its public key to the recipients, then restart the worker")
