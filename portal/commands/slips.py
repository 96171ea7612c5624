"""`flask slips render`: payment slips from a file, without a database (docs/payment-slips.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from printing.errors import PrintRefused
from rules.law import DEMO_MUNICIPALITY, ParameterFileWrong, ParameterNotInForce
from services.slip_files import SlipsRefused, render_file


@click.group("slips")
def slips_command() -> None:
    """Payment slips."""


@slips_command.command("render")
@click.argument("source", metavar="FILE.jsonl", type=click.Path(path_type=Path))
@click.argument("target", metavar="OUT.pdf", type=click.Path(path_type=Path))
@click.option("--municipality", default=DEMO_MUNICIPALITY, show_default=True, help="whose form it is")
@click.option("--rest", is_flag=True, help="leave out slips that cannot be printed, and print the others")
@click.option("--preview", is_flag=True, help="with a mark across each sheet")
def render_command(source: Path, target: Path, municipality: str, *, rest: bool, preview: bool) -> None:
    """Print the slips in FILE.jsonl, one JSON object a line, into OUT.pdf.

    The same command goes on with a run that was ended in the middle. Standard output holds JSON: the pages
    and the slips left out. What is wrong is told on standard error, with exit code 1 and no file.
    """
    try:
        result = render_file(source, target, municipality=municipality, the_rest=rest, preview=preview)
    except SlipsRefused as refused:
        _stop(f"{source}:{fault.line}: {fault.where}: {fault.message_ja}" for fault in refused.faults)
    except PrintRefused as refused:
        _stop([f"{source}: {refused.message_ja}"])
    except ParameterNotInForce as missing:
        _stop([f"{source}: {missing.message_ja}"])
    except ParameterFileWrong as wrong:
        _stop([f"{source}: 市の設定を読めません({wrong})。市町村コードを確かめてください。"])
    except OSError as error:
        _stop([f"ファイルを読み書きできません({error})。途中までの印刷は、同じ指示で続きからできます。"])
    told = {"pages": result.pages, "refused": [asdict(one) for one in result.refused]}
    click.echo(json.dumps(told, ensure_ascii=False))
    if result.refused and not rest:
        _stop(f"{source}: {one.place}件目({one.person}さん): {one.message_ja}" for one in result.refused)


def _stop(messages: Iterable[str]) -> None:
    click.echo("\n".join(messages), err=True)
    sys.exit(1)
