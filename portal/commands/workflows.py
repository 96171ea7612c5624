"""`flask workflows`: procedures as files and on record: check, install, list, publish, migrate.

Every answer is lines of JSON on standard output. `check` needs no database (docs/runbook.md).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from models.operation import DONE
from portal import clock
from portal.commands.refusals import told_plainly
from portal.security.roles import ROLES
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from workflows import definition_files, definition_install, definition_pages
from workflows.engine import definitions
from workflows.operating import asked_moves, runs
from workflows.operating.asked_moves import Move

PATHS = click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.group("workflows")
def workflows_command() -> None:
    """The procedures as BPMN, tables and forms (Ruling 1)."""


@workflows_command.command("check")
@PATHS
def check_command(paths: tuple[Path, ...]) -> None:
    """Print a line of JSON for each file; exit 0 only where all can be run. Nothing is written.

    FILE is a .bpmn, .dmn, .schema.json or .ui.json, or a folder of them. Files given together belong
    together; what they name and was not given is looked for in their folder and among the shipped.
    """
    reports = definition_files.check(paths, ROLES)
    for report in reports:
        _print(definition_files.as_json(report))
    sys.exit(0 if all(report.ok for report in reports) else 1)


@workflows_command.command("install")
@PATHS
@click.option("--slug", help="With which process the procedure begins, where several could be.")
@with_appcontext
def install_command(paths: tuple[Path, ...], slug: str | None) -> None:
    """Check files and put them on record: a new procedure in force, a changed one as a draft.

    Prints a line of JSON; where the check finds problems, its lines, and nothing is put on record.
    """
    gathered = definition_files.gather(paths)
    gathered.forms_needed = gathered.roles_needed = True
    reports = definition_files.check_gathered(gathered, ROLES)
    if not all(report.ok for report in reports):
        for report in reports:
            _print(definition_files.as_json(report))
        sys.exit(1)
    with told_plainly(), unit_of_work(SYSTEM, clock.now()) as ctx:
        kept = definition_install.install(ctx, definition_install.parcel(gathered, slug))
    _print(asdict(kept))


@workflows_command.command("list")
@with_appcontext
def list_command() -> None:
    """Print a line of JSON for each version: slug, version, state, hash, running cases."""
    with told_plainly(), unit_of_work(SYSTEM, clock.now()) as ctx:
        for one in definition_pages.list_versions(ctx):
            _print(
                {
                    "slug": one.slug,
                    "version": one.version,
                    "state": one.state,
                    "hash": one.hash,
                    "running": one.running,
                }
            )


@workflows_command.command("publish")
@click.argument("slug")
@click.argument("version", type=int)
@with_appcontext
def publish_command(slug: str, version: int) -> None:
    """Let new cases begin with a draft; running ones stay on their version."""
    with told_plainly(), unit_of_work(SYSTEM, clock.now()) as ctx:
        definitions.publish_draft(ctx, slug, version)
    _print({"slug": slug, "version": version, "state": "published"})


@workflows_command.command("migrate")
@click.argument("slug")
@click.option("--from", "before", type=int, required=True, help="The version that is left.")
@click.option("--to", "after", type=int, required=True, help="The version that is taken.")
@click.option("--case", "case_ids", type=int, multiple=True, help="Only this case; several times for more.")
@click.option("--first", type=click.IntRange(min=1), help="Only so many cases, the oldest first.")
@click.option("--check", "only_check", is_flag=True, help="Say what it would mean; change nothing.")
@click.option("--undo", is_flag=True, help="Put cases back that were moved so and have not gone on since.")
@with_appcontext
def migrate_command(
    slug: str,
    before: int,
    after: int,
    case_ids: tuple[int, ...],
    first: int | None,
    *,
    only_check: bool,
    undo: bool,
) -> None:
    """Move running cases from one version to another, each in a transaction of its own.

    Prints a line of JSON for each case; exit 0 only where every case was (or, with --check, can be) moved.
    """
    if only_check and undo:
        raise click.UsageError("--check and --undo exclude one another")
    move = Move(slug, before, after, case_ids, first)
    with told_plainly():
        done = _checked(move) if only_check else _moved(move, undo=undo)
    sys.exit(0 if done else 1)


def _checked(move: Move) -> bool:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        found = list(asked_moves.check(ctx, move))
    for case_id, verdict in found:
        _print(
            {
                "case": case_id,
                "ok": verdict.can,
                "refusals": [one.en for one in verdict.refusals],
                "cautions": [one.en for one in verdict.cautions],
            }
        )
    return all(verdict.can for _, verdict in found)


def _moved(move: Move, *, undo: bool) -> bool:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        run_id = (asked_moves.ask_back if undo else asked_moves.ask)(ctx, move).id
    every = True
    while (told := _next(run_id)) is not None:
        _print(told)
        every &= bool(told["ok"])
    return every


def _next(run_id: int) -> dict[str, Any] | None:
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        result = runs.do_next(ctx, run_id)
        if result is None:
            return None
        return {
            "case": result.case_id,
            "ok": result.state == DONE,
            "run": run_id,
            "code": result.code,
            "message": result.message_en,
        }


def _print(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))
