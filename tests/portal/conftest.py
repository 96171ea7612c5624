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
from sqlalchemy import select, update

from models.enrolment import Enrolment
from models.masters import Office, Posting
from models.sign_in import SecondFactor, totp_factor
from models.staff import User
from portal import clock
from portal.app import create_app
from portal.commands import setup
from portal.extensions import db
from portal.security import keys
from portal.security.factors import code_at
from portal.security.roles import ROLES
from portal.settings import Environment, Settings, write_once
from services import accounts, unit_of_work
from services.context import SYSTEM, Context
from tests.factories.people import a_household, someone
from tests.fixtures import cluster
from tests.fixtures.databases import AUDIT_KEYS, kept_keys, migrated_database
from tests.portal import route_events

PASSWORD = "九官鳥 correct battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE = re.compile(r'class="mono ticket-code">([0-9A-Z-]+)<')
SHOWN_SECRET = re.compile(r'class="mono secret">([A-Z2-7]+)<')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

OpenPortal = Callable[..., Flask]


def account_of(role: str) -> str:
    """The name of the account of a role's one person; what is no role is a name already."""
    return f"{role}.hanako" if role in ROLES else role


def employ_everybody() -> None:
    """One person of each role, with a second factor."""
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        office = Office(code="10", name="保険年金課")
        ctx.session.add(office)
        ctx.session.flush()
        for number, (slug, role) in enumerate(ROLES.items(), start=1):
            user = accounts.add_account(
                ctx,
                {
                    "username": account_of(slug),
                    "last_name": role.ja,
                    "first_name": "花子",
                    "email": f"{slug}@example.invalid",
                    "password": PASSWORD,
                    "roles": [slug],
                },
            )
            ctx.session.add(totp_factor(user.id, "1", SECRET, ctx.at, None))
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


@pytest.fixture(autouse=True, scope="session")
def one_keyring() -> Iterator[None]:
    """All portals of these tests have the same keys: a database may be copied from one to another."""
    with pytest.MonkeyPatch.context() as patch:
        made = keys.new_keyring()
        patch.setattr(keys, "new_keyring", lambda: made)
        yield


@pytest.fixture
def kept_state() -> Iterator[None]:
    """Keep what `create_app` sets for the whole process as it was."""
    factory = unit_of_work._factory[:]
    with kept_keys():
        yield
    unit_of_work._factory[:] = factory


@pytest.fixture
def watched_portals() -> Iterator[list[Flask]]:
    """Portals whose pages must write the events that they promise."""
    with route_events.watched() as portals:
        yield portals


@pytest.fixture
def open_portal(tmp_path: Path, kept_state: None, watched_portals: list[Flask]) -> Iterator[OpenPortal]:
    """Make portals: `open_portal(url, cookie_secure=True)`; their connections are closed at the end."""
    del kept_state
    made = watched_portals

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
def staffed_database(one_keyring: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with roles and people, made once; copy it."""
    del one_keyring
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
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.get = self.client.get

    def token(self) -> str:
        pages = (self.client.get(path).text for path in ("/login/", "/profile/", "/lock/"))
        found = next((token for page in pages if (token := TOKEN.search(page))), None)
        assert found
        return found[1]

    def post(self, path: str, **fields: object):
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def sign_in(self, name: str, password: str = PASSWORD):
        """Both steps; the answer of the last one that was asked for."""
        answer = self.show_password(name, password)
        return self.show_code(answer.location) if answer.status_code == 302 else answer

    def show_password(self, name: str, password: str = PASSWORD, address: str = "/login/"):
        return self.post(address, username=account_of(name), password=password)

    def show_code(self, address: str = "/login/second"):
        """Show the code of now as if it had not been used before."""
        with self.app.app_context():
            db.session.execute(update(SecondFactor).values(last_step=None))
            db.session.commit()
            db.session.remove()
        return self.post(address, code=code_at(SECRET, clock.now()))

    def speak(self, language: str) -> None:
        self.client.set_cookie("language", language)


def employ(ctx: Context, username: str, role: str, staff_number: str) -> None:
    """One more person of the first office, with a second factor."""
    user = accounts.add_account(
        ctx,
        {
            "username": username,
            "last_name": "同僚",
            "first_name": "太郎",
            "email": f"{username}@example.invalid",
            "password": PASSWORD,
            "roles": [role],
        },
    )
    ctx.session.add(totp_factor(user.id, "1", SECRET, ctx.at, None))
    office = ctx.session.scalars(select(Office.id).order_by(Office.id)).first()
    ctx.session.add(
        Posting(user_id=user.id, staff_number=staff_number, office_id=office, from_on=date(2020, 4, 1))
    )


def id_of(app: Flask, username: str) -> int:
    """The account of a name."""
    with app.app_context():
        found = db.session.scalars(select(User.id).where(User.username == account_of(username))).one()
        db.session.remove()
    return found


def ticket_for(app: Flask, administrator: Visitor, username: str) -> str:
    """The code that an administrator reads to a person, as it stands on his screen."""
    answer = administrator.post(f"/staff/security/{id_of(app, username)}/ticket")
    return CODE.search(answer.text)[1]


def enrol_app(person: Visitor):
    """Enrol an authenticator app with the secret that the page shows."""
    secret = SHOWN_SECRET.search(person.get("/enrol/").text)[1]
    return person.post("/enrol/totp", code=code_at(secret, clock.now()), name="わたしの電話")


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


@pytest.fixture
def home(app: Flask) -> tuple[int, int, int]:
    """The household, the man who heads it, and his wife."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            place = "見本県見本市架空町1丁目1番1号"
            head = someone(ctx, "擬制　主", "ギセイ　アルジ", "1960-01-02", place)
            wife = someone(ctx, "見本　葵", "ミホン　アオイ", "1990-05-06", place, sex="2")
            found = a_household(ctx, head, wife).id
            ctx.session.add(
                Enrolment(
                    period_key="1",
                    person_id=wife,
                    household_id=found,
                    acquired_on=date(2020, 4, 1),
                    acquisition_reason="01",
                    coverage_start_on=date(2020, 4, 1),
                    recorded_at=ctx.at,
                )
            )
        db.session.remove()
    return found, head, wife
