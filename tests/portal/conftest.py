"""A portal with one person of each role, on a database of its own; and who walks through it."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.masters import Office, Posting
from portal import clock
from portal.app import create_app
from portal.commands import setup
from portal.extensions import db
from portal.security.roles import ROLES
from portal.settings import Environment, Settings, write_once
from services import accounts, unit_of_work
from services.context import SYSTEM
from tests.fixtures import cluster
from tests.fixtures.databases import AUDIT_KEYS, kept_keys, migrated_database

PASSWORD = "九官鳥 correct battery"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

OpenPortal = Callable[..., Flask]


def employ_everybody() -> None:
    """One person of each role, whose account is called as the role."""
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        office = Office(code="10", name="保険年金課")
        ctx.session.add(office)
        ctx.session.flush()
        for number, (slug, role) in enumerate(ROLES.items(), start=1):
            user = accounts.add_account(
                ctx,
                {
                    "username": slug,
                    "last_name": role.ja,
                    "first_name": "花子",
                    "email": f"{slug}@example.invalid",
                    "password": PASSWORD,
                    "roles": [slug],
                },
            )
            ctx.session.add(
                Posting(
                    user_id=user.id,
                    staff_number=f"1{number:03}",
                    office_id=office.id,
                    from_on=date(2020, 4, 1),
                )
            )


@pytest.fixture(scope="session", autouse=True)
def one_audit_key() -> Iterator[None]:
    """All portals of these tests have the same audit keys, so that a copied database can be added to."""
    path = cluster.run_folder() / "audit_key.json"
    keys = {key_id: key.hex() for key_id, key in AUDIT_KEYS.chain_keys.items()}
    told = {"current": AUDIT_KEYS.current_id, "keys": keys, "pseudonym": AUDIT_KEYS.pseudonym_key.hex()}
    write_once(path, json.dumps(told))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_AUDIT_KEY_FILE", str(path))
        yield


@pytest.fixture
def kept_state() -> Iterator[None]:
    """Keep what `create_app` sets for the whole process as it was."""
    factory = unit_of_work._factory[:]
    with kept_keys():
        yield
    unit_of_work._factory[:] = factory


@pytest.fixture
def open_portal(tmp_path: Path, kept_state: None) -> Iterator[OpenPortal]:
    """Make portals: `open_portal(url, cookie_secure=True)`; their connections are closed at the end."""
    del kept_state
    made: list[Flask] = []

    def build(url: str, **settings: object) -> Flask:
        app = create_app(
            Settings(environment=Environment.TEST, data_dir=tmp_path, database_url=url, **settings)
        )
        made.append(app)
        return app

    yield build
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def staffed_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with roles and people, made once; copy it."""
    folder = tmp_path_factory.mktemp("staffed")
    url = migrated_database("sqlite", folder)
    factory = unit_of_work._factory[:]
    with kept_keys():
        app = create_app(Settings(environment=Environment.TEST, data_dir=folder, database_url=url))
        with app.app_context():
            setup.sync_roles()
            employ_everybody()
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
    unit_of_work._factory[:] = factory
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def staffed_url(staffed_database: Path, tmp_path: Path) -> str:
    """A database with roles and people for this test alone."""
    copy = tmp_path / "staffed.sqlite3"
    shutil.copyfile(staffed_database, copy)
    return f"sqlite:///{copy}"


@pytest.fixture
def app(staffed_url: str, open_portal: OpenPortal) -> Flask:
    return open_portal(staffed_url)


class Visitor:
    """Somebody with a browser: reads pages, sends forms with their token."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.get = self.client.get

    def token(self) -> str:
        found = TOKEN.search(self.client.get("/login/").text) or TOKEN.search(
            self.client.get("/profile/").text
        )
        assert found
        return found[1]

    def post(self, path: str, **fields: object):
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def sign_in(self, name: str, password: str = PASSWORD):
        return self.post("/login/", username=name, password=password)

    def speak(self, language: str) -> None:
        self.client.set_cookie("language", language)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[str], Visitor]:
    """`signed_in("counter")` is the counter clerk before the portal."""

    def enter(role: str) -> Visitor:
        person = Visitor(app)
        assert person.sign_in(role).status_code == 302
        return person

    return enter
