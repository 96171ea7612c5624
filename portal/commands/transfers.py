"""`flask transfers`: check a file that left against its signed manifest, without any connection (J3, M34)."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import click

from interchange.transfers import manifest
from models import manifests

ReadablePath = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("transfers")
def transfers_command() -> None:
    """Files that left for other sections."""


@transfers_command.command("verify")
@click.argument("document", metavar="MANIFEST", type=ReadablePath)
@click.argument("file", metavar="FILE", type=ReadablePath)
@click.option("--key", type=ReadablePath, help="The public key as PEM; without it the one of this portal.")
def verify_command(document: Path, file: Path, key: Path | None) -> None:
    """Check the signature of MANIFEST and that FILE is the one it names; asks no database.

    Prints what the manifest says. Exits 1 where signature or file is wrong.
    """
    try:
        pem = key.read_bytes() if key is not None else None
        checked = manifest.check(
            document.read_bytes(), file.read_bytes(), partial(manifests.is_signed, key=pem)
        )
    except manifest.ManifestWrong as wrong:
        click.echo(f"{wrong.ja}\n{wrong.en}", err=True)
        sys.exit(1)
    except ValueError as error:
        raise click.ClickException(f"公開鍵を読めません。\nThe public key cannot be read: {error}") from error
    click.echo("署名とファイルは正しい。 Signature and file are right.")
    click.echo(json.dumps(checked.told, ensure_ascii=False, indent=2))


@transfers_command.command("public-key")
def public_key_command() -> None:
    """Print the public key by which recipients check manifests; it is no secret."""
    click.echo(manifests.public_key().decode("ascii"), nl=False)
