"""The commands that need no settings, no keys and no database, and write nothing: they look, and say.

`flask` loads `wsgi` before it runs a command. For these it is given an application that has nothing but these
commands, so that a definition can be checked and a table tried on any machine, in a read-only folder, and
`doctor` can say what is wrong with settings for which the portal would not start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from flask import Flask

from portal.commands.decisions import decisions_command
from portal.commands.doctor import doctor_command
from portal.commands.premium import premium_command
from portal.commands.slips import slips_command
from portal.commands.workflows import workflows_command

COMMANDS = frozenset(
    {
        ("workflows", "check"),
        ("decisions", "evaluate"),
        ("doctor",),
        ("premium", "explain"),
        ("slips", "render"),
    }
)
_WITH_VALUE = frozenset({"-A", "--app", "-e", "--env-file"})
_FLASK = frozenset({"flask", "__main__.py"})


def command_of(arguments: Sequence[str]) -> tuple[str, ...]:
    """The two words of the command of `flask` that a command line (`sys.argv`) runs; of others none."""
    if not arguments or PurePath(arguments[0]).name not in _FLASK:
        return ()
    left = list(arguments[1:])
    while left and left[0].startswith("-"):
        del left[: 2 if left[0] in _WITH_VALUE else 1]
    return tuple(left[:2])


def asked(arguments: Sequence[str]) -> bool:
    """Whether a command line (`sys.argv`) runs one of these commands of `flask`."""
    asked_for = command_of(arguments)
    return any(asked_for[: len(command)] == command for command in COMMANDS)


def create_app() -> Flask:
    """The application of these commands."""
    app = Flask("portal", static_folder=None, template_folder=None)
    app.cli.add_command(workflows_command)
    app.cli.add_command(decisions_command)
    app.cli.add_command(doctor_command)
    app.cli.add_command(premium_command)
    app.cli.add_command(slips_command)
    return app
