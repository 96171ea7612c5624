"""Writing the end of the audit record to the second place (M15, T15), by the worker or by a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from models import direct
from models.audit import anchor, writer
from models.audit.anchor import Anchor, AnchorDisagrees, AnchorNotValid, State
from portal import clock
from portal.extensions import db

if TYPE_CHECKING:
    from pathlib import Path

    from portal.settings import Settings


def write_anchor() -> bool:
    """Add the end of the record, signed, to the file; False where nothing was recorded since the last time.

    Raises:
        AnchorDisagrees: the database does not hold what was anchored last; nothing is added.
        AnchorNotValid: the last line is no anchor of ours; nothing is added.
        OSError: the second place cannot be reached.
    """
    now = clock.now()
    with db.engine.connect() as connection:
        state, last = anchor.look(connection, anchor_path(), now)
        if state is State.DISAGREES and last is not None:
            raise AnchorDisagrees(f"the database does not hold row {last.last_id} as it was anchored")
        head = writer.read_head(connection)
        direct.wait_for_disk(connection)
    return not head.is_genesis and anchor.add(anchor_path(), anchor.anchor_of(head, now))


def look() -> tuple[State, Anchor | None]:
    """What the second place tells of the record; one that cannot be read counts as missing."""
    try:
        with db.engine.connect() as connection:
            return anchor.look(connection, anchor_path(), clock.now())
    except AnchorNotValid:
        return State.DISAGREES, None
    except OSError:
        return State.MISSING, None


def anchor_path() -> Path:
    """The file of the second place."""
    settings: Settings = current_app.extensions["portal_settings"]
    return settings.audit_anchor_path
