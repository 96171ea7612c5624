"""`flask definitions`: which versions of the procedures there are, and making a draft the one in force."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal import clock
from services.context import SYSTEM
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows import definition_pages
from workflows.engine import definitions


@click.group("definitions")
def definitions_command() -> None:
    """The procedures as BPMN, tables and forms (Ruling 1)."""


@definitions_command.command("list")
@with_appcontext
def list_command() -> None:
    """Print slug, version, state, running cases."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        for one in definition_pages.list_versions(ctx):
            click.echo(f"{one.slug}  {one.version}  {one.state}  {one.running} running")


@definitions_command.command("publish")
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
    click.echo(f"{slug} {version} is published; new cases begin with it")
