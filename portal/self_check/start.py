"""When the checks are made: settings and application by every process, the rest by those that serve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog

from portal.self_check.findings import Finding, told
from portal.self_check.of_application import of_application
from portal.self_check.of_database import is_away, of_database
from portal.self_check.of_machine import of_binding, of_machine
from portal.settings import UnsafeSetting

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

log = structlog.get_logger("portal.self_check")


def refuse_unsafe_application(app: Flask) -> None:
    """Stop an application that was put together unsafely; nothing is asked outside production.

    Raises:
        UnsafeSetting: every finding is named.
    """
    if _is_production(app):
        _refuse(of_application(app))


def refuse_unsafe_surroundings(app: Flask, addresses: Iterable[object] = ()) -> None:
    """Stop a process that is about to serve where database, machine or address are unsafe.

    A database that is away is no unsafe setting: the portal starts and answers 503 until it is back.

    Raises:
        UnsafeSetting: every finding is named.
    """
    if not _is_production(app):
        return
    settings: Settings = app.extensions["portal_settings"]
    with app.app_context():
        stored = of_database()
    if is_away(stored):
        log.error("database away at the start", told=told(stored))
        stored = []
    _refuse([*stored, *of_machine(settings), of_binding(addresses)])


def _refuse(findings: list[Finding]) -> None:
    problems = told(findings)
    if problems:
        raise UnsafeSetting(problems)


def _is_production(app: Flask) -> bool:
    settings: Settings = app.extensions["portal_settings"]
    return settings.production
