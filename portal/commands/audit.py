"""`flask audit`: verifying the audit record, and writing its end to the second place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from models.audit import anchor, verify
from models.audit.anchor import Anchor, AnchorDisagrees, AnchorNotValid, State
from portal import clock
from portal.extensions import db
from portal.security.anchoring import anchor_path, write_anchor

BROKEN, NOT_READ = 1, 2


@click.group("audit")
def audit_command() -> None:
    """The audit record."""


@audit_command.command("verify")
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help="Begin behind this row.")
@click.option(
    "--anchor",
    "anchor_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of the second place; the one of the settings without it.",
)
@with_appcontext
def verify_command(start: int, anchor_file: Path | None) -> None:
    """Read the whole record.

    Exit 0: it is whole; 1: the first bad row is named; 2: it could not be verified.
    """
    try:
        anchors = _anchors(anchor_file or anchor_path())
    except (OSError, AnchorNotValid) as error:
        click.echo(f"NG the anchors cannot be used: {error}", err=True)
        sys.exit(NOT_READ)
    with _readable(), db.engine.connect() as connection:
        verdict = verify.verify(connection, start, anchors)
    if verdict.fault is not None:
        row_id, message = verdict.fault.row_id, verdict.fault.message
        click.echo(f"NG row {row_id}: {message} ({verdict.rows} rows before it are right)", err=True)
        sys.exit(BROKEN)
    click.echo(f"OK {verdict.rows} rows, the last one is {verdict.last_id}, {len(anchors)} anchors")
    _tell_of_the_second_place(anchor_file or anchor_path())


@audit_command.command("anchor")
@with_appcontext
def anchor_command() -> None:
    """Write the end of the record to the second place."""
    try:
        with _readable():
            written = write_anchor()
    except (OSError, AnchorDisagrees, AnchorNotValid) as error:
        click.echo(f"NG {error}", err=True)
        sys.exit(BROKEN)
    click.echo(f"written to {anchor_path()}" if written else "nothing was recorded since the last one")


@contextmanager
def _readable() -> Iterator[None]:
    """End with what to do where the database does not answer, or is not the portal's."""
    try:
        yield
    except DBAPIError as error:
        cause = str(error.orig).strip().splitlines()[0]
        click.echo(
            f"NG the record cannot be read ({cause}). Does DATABASE_URL name the portal's database, "
            "and was `flask --app wsgi setup` run on it?",
            err=True,
        )
        sys.exit(NOT_READ)


def _tell_of_the_second_place(path: Path) -> None:
    """A missing or an old second place vouches for little: it is said, the record is whole all the same."""
    with db.engine.connect() as connection:
        state, last = anchor.look(connection, path, clock.now())
    if state is State.MISSING:
        click.echo(f"WARNING there is no anchor in {path}: nothing shows whether the end was cut", err=True)
    elif state is State.LATE and last is not None:
        click.echo(f"WARNING the last anchor is of {last.at} UTC, row {last.last_id}: it is late", err=True)


def _anchors(path: Path) -> list[Anchor]:
    return list(anchor.read(path)) if path.exists() else []
