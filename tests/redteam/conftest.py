"""The portal that is attacked: gunicorn on PostgreSQL, two offices at work, one person of each role and more.

The database is furnished once and copied for each file. `PORTAL_RED_TEAM=whole` (`make redteam`) tries the
long lists; without it the short ones.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, NullPool, create_engine, select, text
from werkzeug.security import generate_password_hash

from models.sign_in import totp_factor
from models.staff import User
from portal import clock
from portal.app import create_app
from portal.commands import setup
from portal.extensions import db
from portal.settings import Environment, Settings
from services import unit_of_work
from services.context import SYSTEM
from tests.fixtures import cluster
from tests.fixtures.databases import kept_keys, migrated_database
from tests.portal.conftest import (  # noqa: F401 - fixtures that every portal of the tests needs
    PASSWORD,
    SECRET,
    employ,
    employ_everybody,
    one_audit_key,
    one_keyring,
)
from tests.portal.test_killed_workers import gunicorn
from tests.portal.two_offices import TwoOffices, furnish
from tests.redteam.intruder import Intruder
from tests.redteam.ledger import Attack, Ledger

WHOLE = os.environ.get("PORTAL_RED_TEAM") == "whole"
LEDGER = Ledger()
SPARE = {
    "counter": 16,
    "verifier": 2,
    "administrator": 2,
    "certificate_clerk": 1,
}  # people more of the first office
ELSEWHERE = ("counter", "verifier", "certificate_clerk", "section_chief")


@dataclass(frozen=True)
class Furnished:
    """A folder of keys and files, the name of its database, and what is in it."""

    folder: Path
    template: str
    things: TwoOffices


@dataclass
class Target:
    """The running portal, and the way to what it has on record."""

    port: int
    engine: Engine
    things: TwoOffices
    folder: Path
    spare: dict[str, int] = field(default_factory=dict)

    def intruder(self, **more: str) -> Intruder:
        """Somebody at a terminal of his own who is not signed in."""
        return Intruder(self.port, **more)

    def enter(self, name: str, **more: str) -> Intruder:
        """Somebody who has signed in with both factors."""
        one = self.intruder(**more)
        answer = one.show_password(name)
        assert answer.status == 302, (name, answer.status)
        self.forget_codes()
        answer = one.show_code()
        assert answer.status == 302, (name, answer.status)
        return one

    def somebody_new(self, role: str) -> str:
        """The account of a person of the first office whom no other attack has worn out."""
        self.spare[role] = self.spare.get(role, 0) + 1
        return f"spare.{role}.{self.spare[role]}"

    def forget_codes(self) -> None:
        """Let the code of now count as not yet used, as half a minute later."""
        self.change("UPDATE second_factor SET last_step = NULL")

    def change(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def read(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def id_of(self, account: str) -> int:
        (row,) = self.read("SELECT id FROM ab_user WHERE username = :name", name=account)
        return int(str(row[0]))


@pytest.fixture(scope="session")
def furnished(one_keyring: None, one_audit_key: None, tmp_path_factory: pytest.TempPathFactory) -> Furnished:  # noqa: F811
    """Two offices that have worked for a while, and people to attack with."""
    del one_keyring, one_audit_key
    folder = tmp_path_factory.mktemp("furnished")
    with _process_as_it_was():
        url = migrated_database("postgresql", folder)
        app = create_app(Settings(environment=Environment.TEST, data_dir=folder, database_url=url))
        with app.app_context():
            setup.sync_roles()
            employ_everybody()
        things = furnish(app, folder)
        with app.app_context():
            _let_more_people_in()
            db.session.remove()
            template = db.engine.url.database
            db.engine.dispose()
    assert template
    return Furnished(folder, template, things)


@contextmanager
def _process_as_it_was() -> Iterator[None]:
    factory = unit_of_work._factory[:]
    with kept_keys():
        yield
    unit_of_work._factory[:] = factory


def _let_more_people_in() -> None:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        for role, many in SPARE.items():
            for number in range(1, many + 1):
                employ(ctx, f"spare.{role}.{number}", role, f"8{len(role):02}{number}")
        accounts = [f"other.{role}" for role in ELSEWHERE]
        for user in ctx.session.scalars(select(User).where(User.username.in_(accounts))):
            user.password = generate_password_hash(PASSWORD)
            ctx.session.add(totp_factor(user.id, "1", SECRET, ctx.at, None))


@pytest.fixture(scope="module")
def target(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The portal of one file of attacks."""
    folder = tmp_path_factory.mktemp("target")
    shutil.copytree(furnished.folder, folder, dirs_exist_ok=True)
    url = cluster.create(f"redteam_{uuid.uuid4().hex}", furnished.template)
    engine = create_engine(url, poolclass=NullPool)
    with gunicorn(folder, url, "demo") as server:
        yield Target(server.port, engine, furnished.things, folder)


@pytest.fixture(scope="module")
def staff(target: Target) -> Callable[[str], Intruder]:
    """`staff("counter")` has signed in and keeps his cookie for the whole file, or until the lock fell."""
    inside: dict[str, Intruder] = {}

    def come(name: str) -> Intruder:
        if name not in inside or not inside[name].get("/profile/").opened:  # locked after a long attack
            inside[name] = target.enter(name)
        return inside[name]

    return come


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Attack:
    """Counts under the name of the test; the test asserts that nothing was found."""
    name = request.node.originalname.removeprefix("test_").replace("_", " ")
    return Attack(name, LEDGER)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what a process of its own has tried to the one that tells it."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["red_team"] = {"tries": dict(LEDGER.tries), "findings": LEDGER.findings}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what another process has tried."""
    told = getattr(node, "workeroutput", {}).get("red_team", {"tries": {}, "findings": []})
    LEDGER.tries.update(told["tries"])
    LEDGER.findings.extend(told["findings"])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was tried."""
    if LEDGER.tries:
        terminalreporter.section("red team: tries by attack")
        for line in LEDGER.summary():
            terminalreporter.write_line(line)
