"""`flask doctor`: every setting that production asks for, with ok, unsafe or missing, and what to do (d-28).

It judges as for production wherever it runs, and needs no setting to be right: what is wrong is its answer.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from portal.self_check.findings import Finding, State, finding
from portal.self_check.of_machine import of_machine
from portal.self_check.of_settings import of_settings
from portal.settings import UnsafeSetting, database_problems, read_settings
from printing.system_check import system_check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.settings import Settings

WIDTH = 24


@click.command("doctor")
def doctor_command() -> None:
    """Name each unsafe or missing setting and say what to do; exit 1 where there is one."""
    wrong = 0
    for one in examine():
        click.echo(line(one))
        wrong += one.state is not State.OK
    click.echo(f"{wrong} to mend" if wrong else "ready for production")
    if wrong:
        sys.exit(1)


def line(one: Finding) -> str:
    """How a finding is told."""
    told = one.rule if one.state is State.OK else one.remedy
    return f"{one.state.value:8} {one.setting:{WIDTH}} {told}"


def examine() -> Iterator[Finding]:
    """All findings, as far as can be looked: what is asked later needs what is asked before."""
    try:
        settings = read_settings()
    except UnsafeSetting as refused:
        yield from _refused(refused, "the value can be read")
        return
    yield finding(
        "PORTAL_ENVIRONMENT",
        "this is production",
        f"is {settings.environment}: nothing unsafe is refused; set it to production",
        holds=settings.production,
    )
    unusable = [told.partition(": ")[2] for told in database_problems(settings)]
    for remedy in unusable:
        yield finding("DATABASE_URL", "the address can be used", remedy, holds=False)
    yield from of_settings(settings)
    yield from of_machine(settings)
    yield from _of_printing()
    if not unusable:
        yield from _of_application(settings)


def _refused(refused: UnsafeSetting, rule: str) -> Iterator[Finding]:
    for problem in refused.problems:
        setting, _, remedy = problem.partition(": ")
        yield finding(setting, rule, remedy, holds=False)


def _of_printing() -> Iterator[Finding]:
    for problem in system_check():
        yield finding(
            problem.code, "printing has what it needs", problem.message_en, holds=False, missing=True
        )


def _of_application(settings: Settings) -> Iterator[Finding]:
    """What can be asked only when the portal was put together; keys that are missing are not made for it."""
    has_secret = settings.secret_key.get_secret_value() or settings.secret_key_path.is_file()
    if not (has_secret and settings.master_key_path.is_file() and settings.audit_key_path.is_file()):
        return
    from portal.app import create_app  # noqa: PLC0415 - it takes the settings that were just looked at
    from portal.self_check.of_application import of_application  # noqa: PLC0415 - as above
    from portal.self_check.of_database import of_database  # noqa: PLC0415 - as above

    try:
        app = create_app(settings)
    except UnsafeSetting as refused:
        yield from _refused(refused, "the portal can be put together")
        return
    with app.app_context():
        yield from of_application(app)
        yield from of_database()
