"""`flask setup`, on both databases: from nothing, again, and by several at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import create_engine, func, inspect, select, text

from models import registry
from models.migrations.upgrade import current_revision, head_revision
from portal.commands import setup
from portal.extensions import db
from portal.security.roles import ROLES
from tests.architecture.tree import ROOT
from tests.portal.conftest import OpenPortal


def test_an_empty_database_gets_all_tables_and_roles(empty_url: str, open_portal: OpenPortal) -> None:
    app = open_portal(empty_url)
    with app.app_context():
        with setup.alone():
            setup.upgrade()
            assert setup.sync_roles() == sorted(ROLES)
        assert set(inspect(db.engine).get_table_names()) >= set(registry.metadata.tables)
        with db.engine.connect() as connection:
            assert current_revision(connection) == head_revision()


def test_setting_up_again_changes_nothing(fresh_url: str, open_portal: OpenPortal) -> None:
    app = open_portal(fresh_url)
    result = app.test_cli_runner().invoke(args=["setup"])
    assert result.exit_code == 0, result.output
    again = app.test_cli_runner().invoke(args=["setup"])
    assert again.exit_code == 0
    assert "roles are up to date" in again.output
    assert "definitions are up to date" in again.output


@pytest.mark.postgresql
def test_the_lock_rests_in_no_transaction_which_the_server_would_end(
    fresh_url: str, open_portal: OpenPortal
) -> None:
    app = open_portal(fresh_url)
    resting = (
        select(func.count())
        .select_from(text("pg_stat_activity"))
        .where(
            text("state = 'idle in transaction' AND datname = current_database() AND pid <> pg_backend_pid()")
        )
    )
    with app.app_context(), setup.alone(), db.engine.connect() as connection:
        assert connection.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
        )
        assert connection.scalar(resting) == 0


def test_several_may_set_up_one_empty_database_at_once(empty_url: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "DATABASE_URL": empty_url,
        "PORTAL_DATA_DIR": str(tmp_path),
    }
    crowd = [
        subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "setup"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[0] for process in crowd]
    assert [process.returncode for process in crowd] == [0, 0, 0], said
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Role)) == len(ROLES)
    engine.dispose()
    assert sum("roles changed" in text for text in said) == 1


@pytest.mark.parametrize("table", ["person", "ab_user", "rate_counter"])
def test_starting_the_portal_creates_no_table(empty_url: str, open_portal: OpenPortal, table: str) -> None:
    app = open_portal(empty_url)
    with app.app_context():
        assert not inspect(db.engine).has_table(table)
