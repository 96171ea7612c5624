"""The portal with its procedures and masters, and a counter clerk with a filled-in form in the hand."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from interchange.juki.gateway import COLUMNS
from models.case import Case, CaseEvent, Definition, Draft, WorkItem
from models.crypto import cipher
from models.form_entry import FormEntry
from models.notification import Notification
from models.person import Person
from models.vault_table import IndividualNumber
from portal import clock
from portal.app import create_app
from portal.extensions import db
from portal.settings import Environment, Settings
from rules.eras import format_short
from services import unit_of_work
from services.context import SYSTEM
from services.demonstration import masters
from tests.portal.conftest import Visitor
from workflows import catalog

KEY = re.compile(r'name="deed_key" value="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM = "/notifications/new/acquisition/01"
HALF_DONE = (Case, CaseEvent, WorkItem, FormEntry, Notification, Person, Draft)


@pytest.fixture(scope="session")
def working_database(staffed_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with staff, masters and published procedures, made once; copy it."""
    folder = tmp_path_factory.mktemp("working")
    copy = folder / "working.sqlite3"
    shutil.copyfile(staffed_database, copy)
    factory, keys = unit_of_work._factory[:], cipher._loaded[:]
    app = create_app(
        Settings(environment=Environment.TEST, data_dir=folder, database_url=f"sqlite:///{copy}")
    )
    with app.app_context():
        install(app)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    unit_of_work._factory[:], cipher._loaded[:] = factory, keys
    return copy


def install(app: Flask) -> None:
    """Masters and procedures, as installing brings them."""
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        masters.install_masters(ctx)
        catalog.publish_shipped(ctx)
        assert ctx.session.scalar(select(func.count()).select_from(Definition)) == len(catalog.PROCEDURES)


@pytest.fixture
def staffed_url(working_database: Path, tmp_path: Path) -> str:
    """A database of this test alone, in which people can work; the resident register knows nobody."""
    copy = tmp_path / "working.sqlite3"
    shutil.copyfile(working_database, copy)
    know_nobody(tmp_path)
    return f"sqlite:///{copy}"


def know_nobody(folder: Path) -> None:
    (folder / "juki").mkdir()
    (folder / "juki" / "answers.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")


def filled_in(**changes: Any) -> dict[str, Any]:
    """The notification of somebody who moved in today, as a browser sends it."""
    today = format_short(clock.today())
    entry = {
        "reason": "01",
        "received_on": today,
        "form_date": today,
        "way": "counter",
        "event_on": today,
        "notifier-relation": "self",
        "notifier-name": "試作 太郎",
        "phone": "000-0000-0000",
        "head_kind": "listed",
        "address-postal_code": "000-0001",
        "address-address": "見本県見本市架空町1番",
        "previous_municipality_code": "131016",
        "previous_address-postal_code": "100-0001",
        "previous_address-address": "東京都千代田区千代田1番",
        "moved_within_prefecture": "false",
        "persons-0-name": "試作 太郎",
        "persons-0-kana": "シサク タロウ",
        "persons-0-sex": "1",
        "persons-0-birth_date": "S55.4.2",
        "persons-0-relationship": "head",
        "persons-0-has_my_number_insurance_card": "false",
    }
    return entry | {name.replace("__", "-"): value for name, value in changes.items()}


class Clerk(Visitor):
    """Somebody at the counter who opens a form, types, and sends it."""

    def key(self, path: str = FORM) -> str:
        found = KEY.search(self.get(path).text)
        assert found
        return found[1]

    def take_in(self, entry: Mapping[str, Any] | None = None, key: str = "") -> Any:
        return self.post(FORM, **(entry or filled_in()), deed_key=key or self.key())

    def begun(self) -> str:
        """The address of a case that was just taken in."""
        answer = self.take_in()
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    def task(self, case: str) -> str:
        """The address to which the open task of a case is sent."""
        found = re.search(rf'action="({case}/tasks/\d+)"', self.get(case).text)
        assert found
        return found[1]


@pytest.fixture
def enter(app: Flask) -> Callable[[str, str], Clerk]:
    """`enter("counter", "en")` is the counter clerk before English screens."""

    def come(role: str, language: str = "ja") -> Clerk:
        person = Clerk(app)
        person.speak(language)
        assert person.sign_in(role).status_code == 302
        return person

    return come


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def counter(enter: Callable[[str, str], Clerk], language: str) -> Clerk:
    return enter("counter", language)


@pytest.fixture
def nothing_happened(app: Flask) -> Iterator[None]:
    """At the end no row of a case is there, begun or half done."""
    yield
    with app.app_context():
        told = {one.__name__: db.session.scalar(select(func.count()).select_from(one)) for one in HALF_DONE}
        assert {name: number for name, number in told.items() if number} == {}


def sealed_numbers(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(IndividualNumber)) or 0
