"""`flask worker`: the process beside the web server; started again by the operator's service when it ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from flask.globals import app_ctx

from portal import memory
from portal.self_check.start import refuse_unsafe_surroundings
from portal.settings import UnsafeSetting
from portal.worker import Worker

if TYPE_CHECKING:
    from portal.settings import Settings


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Do jobs, wake cases and keep the calendar until told to stop (SIGTERM, Ctrl-C)."""
    settings: Settings = current_app.extensions["portal_settings"]
    try:
        refuse_unsafe_surroundings(app_ctx.app)
    except UnsafeSetting as refused:
        raise click.ClickException(str(refused)) from refused
    worker = Worker(app_ctx.app, current_app.extensions["portal_doorbell"], settings.worker_threads)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    memory.settle()
    click.echo("the worker is at work")
    worker.run()
