"""`flask demo incoming`: a file of tax incomes that waits to be decided, and one in quarantine.

Both are taken by the demonstration's counter and checked as by the worker.
"""

from __future__ import annotations

import hashlib
import io

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from models.incoming import IncomingFile
from portal import clock
from portal.commands.demo_cases import as_staff
from portal.job_runner import JobRunner
from services.context import SYSTEM
from services.demonstration import incoming_files
from services.incoming import taking
from services.incoming.taking import Told
from services.unit_of_work import unit_of_work


@click.command("incoming")
@click.option("--if-none", is_flag=True, help="Do nothing when files were taken already.")
@with_appcontext
def incoming_command(*, if_none: bool) -> None:
    """Take two files of the tax section: one to be decided, one with faults."""
    with unit_of_work(SYSTEM, clock.now()) as ctx:
        if if_none and ctx.session.scalar(select(func.count()).select_from(IncomingFile)):
            click.echo("files were taken already; none were added")
            return
        contents = incoming_files.changed_incomes(ctx.session), incoming_files.with_faults(ctx.session)
    for sequence, content in enumerate(contents, 1):
        _take(sequence, content)
    click.echo("two files of the tax section: one waits to be decided, one is in quarantine")


def _take(sequence: int, content: bytes) -> None:
    told = Told(sequence, content.count(b"\n") - 1, hashlib.sha256(content).hexdigest())
    name = f"shotoku_{clock.today():%Y%m%d}_{sequence}.csv"
    with as_staff("sato") as ctx:
        source = taking.get_source(incoming_files.SOURCE)
        job = taking.take(ctx, source, told, name, io.BytesIO(content)).job_id
    if job is not None:
        JobRunner().run(job)
