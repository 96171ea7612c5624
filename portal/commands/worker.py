"""`flask worker`: the process beside the web server; started again by the operator's service when it ends."""

from __future__ import annotations

import signal

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.settings import Settings
from portal.worker import Worker


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Deliver the outbox, remind and keep house until told to stop (SIGTERM, Ctrl-C)."""
    settings: Settings = current_app.extensions["portal_settings"]
    worker = Worker(settings.provisional_number_days)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    click.echo("the worker is at work")
    worker.run()
