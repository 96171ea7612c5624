"""`flask incoming`: taking a file of another section that is too large for the browser (J5)."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from interchange.incoming.sources import sources
from models.incoming import IncomingFile
from portal import clock
from services.context import SYSTEM
from services.errors import RuleBroken
from services.incoming import quarantine, taking
from services.unit_of_work import unit_of_work

MOST_CONTROL = 4_096
ReadablePath = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("incoming")
def incoming_command() -> None:
    """Files that come in from other sections."""


@incoming_command.command("take")
@click.argument("source")
@click.argument("file", metavar="FILE", type=ReadablePath)
@click.option(
    "--control", type=ReadablePath, required=True, help="The sender's file: sequence, rows, sha256."
)
@with_appcontext
def take_command(source: str, file: Path, control: Path) -> None:
    """Take FILE from SOURCE; the worker checks it, and a second person decides on the page データの受取り.

    Exits 1 where nothing was taken, and where the file went to quarantine at once.
    """
    try:
        with file.open("rb") as content, unit_of_work(SYSTEM, clock.now()) as ctx:
            found = taking.get_source(source)
            with control.open("rb") as note:
                told = taking.read_told({}, note.read(MOST_CONTROL))
            taken = taking.take(ctx, found, told, file.name, content)
            faults = quarantine.of_file(ctx, taken)
    except RuleBroken as refused:
        known = ", ".join(sources())
        raise click.ClickException(
            f"{refused.message_ja}\n{refused.message_en} (SOURCE: {known})"
        ) from refused
    _say(taken, faults)


def _say(taken: IncomingFile, faults: list[tuple[str, str]]) -> None:
    place = f"/incoming/{taken.id}"
    if not faults:
        click.echo(f"受け取りました。検査が終わると {place} に結果が出ます。")
        click.echo(f"Taken; the result of the check will be at {place}.")
        return
    for both in faults:
        click.echo("\n".join(both), err=True)
    click.echo(f"隔離しました({place})。何も反映していません。 In quarantine; nothing was applied.", err=True)
    sys.exit(1)
