"""Writing the end of the audit record to the second place (M15, T15), by the worker or by a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from models.audit import anchor, writer
from portal import clock
from portal.extensions import db

if TYPE_CHECKING:
    from pathlib import Path

    from portal.settings import Settings


def write_anchor() -> bool:
    """Add the end of the record, signed, to the file; False where nothing was recorded since the last time.

    Raises:
        OSError: the second place cannot be reached.
    """
    with db.engine.connect() as connection:
        head = writer.read_head(connection)
    return not head.is_genesis and anchor.add(anchor_path(), anchor.anchor_of(head, clock.now()))


def anchor_path() -> Path:
    """The file of the second place."""
    settings: Settings = current_app.extensions["portal_settings"]
    return settings.audit_anchor_path
