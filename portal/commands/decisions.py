"""`flask decisions evaluate`: try a decision file out, without a database (docs/feel.md)."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portal import clock
from workflows import decision_files
from workflows.decision_files import DecisionFailed


@click.group("decisions")
def decisions_command() -> None:
    """Decision tables as files."""


@decisions_command.command("evaluate")
@click.argument("path", metavar="FILE.dmn", type=click.Path(path_type=Path))
@click.option("--decision", metavar="NAME", help="One decision or service, by name or id; else all by name.")
@click.option("--input", "given", metavar="JSON", help="The input, e.g. '{\"Age\": 18}'.")
@click.option(
    "--cases", "cases_path", metavar="FILE.json", type=click.Path(path_type=Path), help="Many inputs at once."
)
def evaluate_command(path: Path, decision: str | None, given: str | None, cases_path: Path | None) -> None:
    """Print the results of a decision file as JSON, and nothing else, on standard output.

    --input and --decision are for one evaluation, --cases for many.

    A fault is told with its place on standard error, with exit code 1. With --cases a list of
    {"decision", "input"} gives a list of results; a case that fails gives {"error": …} in its place.
    """
    if cases_path is not None and (decision or given):
        raise click.UsageError("--cases says decisions and inputs itself")
    try:
        if cases_path is not None:
            click.echo(_cases(path, cases_path))
        else:
            click.echo(_one(path, decision, given))
    except DecisionFailed as failed:
        click.echo(str(failed), err=True)
        sys.exit(1)


def _one(path: Path, decision: str | None, given: str | None) -> str:
    file = decision_files.open_file(path, lenient=False)
    data = decision_files.read_input(given or "{}")
    text, notices = decision_files.evaluate(file, decision, data, clock.now())
    for notice in notices:
        click.echo(notice.message_ja, err=True)
    return text


def _cases(path: Path, cases_path: Path) -> str:
    try:
        text = cases_path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DecisionFailed(f"{cases_path}: ファイルを読めません。") from error
    cases = decision_files.read_cases(text)
    file = decision_files.open_file(path, lenient=True)
    results = decision_files.evaluate_cases(file, cases, clock.now())
    return "[" + ",\n".join(results) + "]"
