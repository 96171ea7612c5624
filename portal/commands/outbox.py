"""`flask outbox`: one pass of the worker by hand, and what waits."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from models.outbox import OutboxMessage
from portal import clock, worker
from services.context import SYSTEM
from services.unit_of_work import unit_of_work


@click.group("outbox")
def outbox_command() -> None:
    """What deeds have asked for after their commit."""


@outbox_command.command("deliver")
@with_appcontext
def deliver_command() -> None:
    """Do once what is due, and say how much."""
    done = worker.deliver()
    click.echo(f"delivered {done.done}, failed {done.failed}")


@outbox_command.command("list")
@with_appcontext
def list_command() -> None:
    """Print what waits, the oldest first: id, kind, tries, next try, last error."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        statement = select(OutboxMessage).where(OutboxMessage.done_at.is_(None)).order_by(OutboxMessage.id)
        for row in ctx.session.scalars(statement):
            next_at = row.next_at.isoformat(timespec="seconds")
            click.echo(f"{row.id}  {row.kind}  {row.attempts}  {next_at}  {row.last_error or ''}".rstrip())
