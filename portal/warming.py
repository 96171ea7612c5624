"""What a new worker makes ready before its first page, so that nobody waits for it.

Jinja reads and compiles a template when it is first asked for, and the engine a definition: together half a
second of processor time for the page of a case. The pages that people open all day are read before the worker
serves, all others beside its first answers.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from workflows.engine import definitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

TEMPLATES = Path(__file__).resolve().parent / "templates"
EVERYDAY = frozenset(
    {
        "base.html",
        "ui.html",
        "key_help.html",
        "home.html",
        "case",
        "forms",
        "household",
        "inbox",
        "intake",
        "person",
    }
)
log = structlog.get_logger("portal.warming")


def warm_everyday(app: Flask) -> None:
    """Read the pages of the day and the definitions in force.

    Where the database is away the worker begins all the same, and the first case reads its definition; where
    a definition cannot be run, the others are read.
    """
    begun = perf_counter()
    names = [name for name in names_of_templates() if name.split("/")[0] in EVERYDAY]
    compile_templates(app, names)
    try:
        with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
            count, refused = definitions.read_in_force(ctx.session)
    except SQLAlchemyError as error:
        log.warning("definitions not warmed", cause=type(error).__name__)
        return
    if refused:
        log.warning("definitions cannot be run", slugs=refused)
    log.info(
        "pages warmed", templates=len(names), definitions=count, seconds=round(perf_counter() - begun, 2)
    )


def warm_the_rest(app: Flask) -> None:
    """Read all other templates of ours."""
    compile_templates(app, names_of_templates())


def names_of_templates() -> list[str]:
    """All templates of ours, as the loader calls them."""
    return sorted(one.relative_to(TEMPLATES).as_posix() for one in TEMPLATES.rglob("*.html"))


def compile_templates(app: Flask, names: Iterable[str]) -> None:
    """Read templates; those that were read already cost nothing."""
    for name in names:
        app.jinja_env.get_template(name)
