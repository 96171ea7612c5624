"""`flask premium explain`: a household's premium from a file, without a database (docs/premium.md)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import yaml

from rules.premium.refusals import FactsRefused
from services.premium_explained import explain_file


@click.group("premium")
def premium_command() -> None:
    """The premium of a household."""


@premium_command.command("explain")
@click.argument("path", metavar="FILE.yaml", type=click.Path(path_type=Path))
def explain_command(path: Path) -> None:
    """Print the premium of the household in FILE.yaml with its derivation, as JSON.

    What is wrong with the file is told on standard error, each fault with its place, with exit code 1.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        told = explain_file(content).as_data()
    except (OSError, UnicodeDecodeError) as error:
        _stop(f"{path}: ファイルを読めません({error})。")
    except yaml.YAMLError as error:
        _stop(f"{path}: YAMLとして読めません({error})。字下げと引用符を確かめてください。")
    except FactsRefused as refused:
        _stop("\n".join(f"{path}: {error.where}: {error.message('ja')}" for error in refused.errors))
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def _stop(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(1)
