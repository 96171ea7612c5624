"""Migrations: numbered, in one line, equal to the models, and each tried with data in both directions."""

import importlib
import re
from types import ModuleType

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import NullPool, inspect

from models.migrations.upgrade import HERE, config_for, current_revision, head_revision, upgrade
from models.registry import metadata
from tests.architecture.tree import GENERATED
from tests.fixtures.databases import connect

ONLY_POSTGRESQL = {"ix_search_key_trgm", "ix_address_record_trgm"}  # docs/database.md
NAME = re.compile(r"\d{4}_[a-z0-9]+(_[a-z0-9]+)+\.py")


def revisions() -> list[Script]:
    """All revisions, the first one first."""
    directory = ScriptDirectory(str(HERE))
    return list(reversed(list(directory.walk_revisions())))


REVISIONS = revisions()


def data_of(revision: Script) -> ModuleType:
    """The module that says what data goes in before a revision and what is right after it."""
    return importlib.import_module(f"tests.migrations.revision_{revision.revision}")


def test_each_file_is_numbered_and_named_by_a_deed() -> None:
    names = sorted(path.name for path in GENERATED.glob("*.py"))
    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert [revision.revision for revision in REVISIONS] == [name[:4] for name in names]


def test_there_is_one_head_and_the_file_names_it() -> None:
    assert ScriptDirectory(str(HERE)).get_heads() == [head_revision()]


def test_the_models_are_what_the_migrations_make(database_url: str) -> None:
    with connect(database_url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            found
            for found in compare_metadata(context, metadata)
            if not (found[0] == "remove_index" and found[1].name in ONLY_POSTGRESQL)
        ]
        assert differences == []


def test_up_down_and_up_again(empty_url: str) -> None:
    with connect(empty_url, poolclass=NullPool).begin() as connection:
        upgrade(connection)
        command.downgrade(config_for(connection), "base")
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        upgrade(connection)
        assert current_revision(connection) == head_revision()


@pytest.mark.parametrize("revision", REVISIONS, ids=lambda revision: revision.revision)
def test_data_come_through(empty_url: str, revision: Script) -> None:
    tester = data_of(revision)
    before = revision.down_revision or "base"
    assert isinstance(before, str)
    with connect(empty_url, poolclass=NullPool).begin() as connection:
        if before != "base":
            upgrade(connection, before)
        tester.load_before(connection)
        upgrade(connection, revision.revision)
        tester.check_after(connection)
        command.downgrade(config_for(connection), before)
        tester.check_before(connection)
