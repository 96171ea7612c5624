"""`flask workflows`: procedures as files and on record: check, install, list, publish (docs/runbook.md).

`check` needs no database and prints JSON only, a line for each file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from portal import clock
from portal.security.roles import ROLES
from services.context import SYSTEM
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows import definition_files, definition_pages
from workflows.engine import definitions

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


@workflows_command.command("list")
@with_appcontext
def list_command() -> None:
    """Print a line of JSON for each version: slug, version, state, hash, running cases."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
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
    try:
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            definitions.publish_draft(ctx, slug, version)
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    _print({"slug": slug, "version": version, "state": "published"})


def _print(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))
