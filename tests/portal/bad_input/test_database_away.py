"""The database goes away and comes back: 503 with words, nothing half done, the same page goes through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from models.case import Case
from portal.commands import setup
from portal.extensions import db
from tests.fixtures import cluster
from tests.fixtures.databases import migrated_database
from tests.portal.bad_input.conftest import FORM, Clerk, filled_in, install, know_nobody
from tests.portal.conftest import OpenPortal, employ_everybody

Switch = Callable[[bool], None]


@pytest.fixture
def staffed_url(tmp_path: Path) -> str:
    """A PostgreSQL of this test alone, whose people can work."""
    know_nobody(tmp_path)
    return migrated_database("postgresql", tmp_path)


@pytest.fixture
def app(staffed_url: str, open_portal: OpenPortal) -> Flask:
    opened = open_portal(staffed_url)
    with opened.app_context():
        setup.sync_roles()
        employ_everybody()
        db.session.remove()
    install(opened)
    return opened


@pytest.fixture
def let_in(staffed_url: str) -> Iterator[Switch]:
    """`let_in(False)` ends all connections of the database and takes no new one."""
    name = str(make_url(staffed_url).database)

    def switch(allowed: bool) -> None:
        with psycopg.connect(
            host=str(cluster.data().parent), user=cluster.USER, dbname="postgres", autocommit=True
        ) as connection:
            statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
            connection.execute(statement.format(sql.Identifier(name), sql.SQL(str(allowed).lower())))
            if not allowed:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
                )

    yield switch
    switch(True)


def test_a_form_sent_while_the_database_is_away_can_be_sent_again(
    app: Flask, let_in: Switch, enter: Callable[..., Clerk], language: str
) -> None:
    counter = enter("counter", language)
    token, key = counter.token(), counter.key()
    entry = {**filled_in(), "csrf_token": token, "deed_key": key}
    let_in(False)
    for _ in range(2):
        away = counter.client.post(FORM, data=entry)
        assert away.status_code == 503
        assert away.headers["Retry-After"]
        assert ("ただいま利用できません" if language == "ja" else "Not available just now") in away.text
        assert "psycopg" not in away.text
    assert counter.get("/healthz").status_code in {200, 503}
    let_in(True)
    assert count(app) == 0
    assert counter.client.post(FORM, data=entry).status_code == 303
    assert count(app) == 1


def count(app: Flask) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(Case)) or 0
        db.session.remove()
        return found
