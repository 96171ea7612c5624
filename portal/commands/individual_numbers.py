"""`flask numbers`: taking in Individual Numbers that the resident register's section hands over."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from flask.cli import with_appcontext

from interchange.juki.register_file import RegisterFileWrong
from interchange.juki.told_numbers import read
from models.confirmation import KINDS
from portal import clock
from services import number_import
from services.context import SYSTEM
from services.unit_of_work import unit_of_work


@click.group("numbers")
def numbers_command() -> None:
    """Individual Numbers, for the operator."""


@numbers_command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_command(file: Path) -> None:
    """Link the numbers of a CSV file; conflicts are held on the confirmation list. May be run again."""
    try:
        told = read(file.read_bytes())
    except RegisterFileWrong as wrong:
        place = f" (line {wrong.line})" if wrong.line else ""
        raise click.ClickException(f"{file}{place}: {wrong.message_ja}\n{wrong.message_en}") from None
    done: Counter[str] = Counter()
    for begin in range(0, len(told), number_import.AT_ONCE):
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            done += number_import.take_in(ctx, told[begin : begin + number_import.AT_ONCE])
    click.echo(f"紐付け {done['linked']:,} / 登録済み {done['same']:,} / 宛名なし {done['unknown']:,}")
    for kind, (ja, en) in KINDS.items():
        click.echo(f"確認リスト {ja} ({en}): {done[kind]:,}")
