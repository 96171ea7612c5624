"""`flask batch`: work over the whole register that an operator or cron starts."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from portal import clock
from services import ex_officio
from services.context import SYSTEM
from services.errors import ServiceError
from services.unit_of_work import unit_of_work


@click.group("batch")
def batch_command() -> None:
    """Work over the whole register."""


@batch_command.command("lists")
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="YYYY-MM; this month without it.")
@click.option("--kind", type=click.Choice(list(ex_officio.KINDS)), multiple=True, help="All without it.")
@with_appcontext
def lists_command(month: datetime | None, kind: tuple[str, ...]) -> None:
    """Make the monthly ex officio lists; what was decided stays. A list that fails keeps no other waiting."""
    first = (month.date() if month else clock.today()).replace(day=1)
    refused = False
    for name in kind or tuple(ex_officio.KINDS):
        try:
            with unit_of_work(SYSTEM, clock.now()) as ctx:
                made = ex_officio.make_list(ctx, name, first)
            click.echo(f"{name} {first:%Y-%m}: {made.added} new, {made.kept} kept, {made.gone} gone")
        except ServiceError as error:
            refused = True
            click.echo(f"{name} {first:%Y-%m}: {error.message_en}", err=True)
    if refused:
        raise SystemExit(1)
