"""How a refusal ends a command: its words on standard error, exit 1, and no trace of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DatabaseError

from services.errors import ServiceError
from workflows.engine.parser import DefinitionRefused


@contextmanager
def told_plainly() -> Iterator[None]:
    """Tell a broken rule, a definition that cannot be run, or a database that is not ready in its words.

    Raises:
        click.ClickException: any of these.
    """
    try:
        yield
    except ServiceError as error:
        raise click.ClickException(f"{error.message_ja}\n{error.message_en}") from error
    except DefinitionRefused as error:
        raise click.ClickException(str(error)) from error
    except DatabaseError as error:
        why = str(error.orig).strip().splitlines()
        raise click.ClickException(
            f"データベースを使えません({why[0] if why else type(error).__name__})。"
            "`flask setup` を済ませたか、DATABASE_URL が正しいかを確かめてください。\n"
            "The database cannot be used. Run `flask setup` first, and look at DATABASE_URL."
        ) from error
