"""The matrix of rights: what each role is answered at each door, asked of the portal itself (d-20, M11).

A cell of golden/rights.txt holds three answers: for a thing of the own office, of another office, and of a
case that is closed. `a` allowed; `f` the door is open, but the empty form or the state of the case says no;
`r` refused by right; `n` not found (none is there, or it is not his to see); `.` no such thing is named.
"""

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from portal.extensions import db
from portal.security.roles import ROLES
from tests.portal.conftest import Visitor, id_of
from tests.portal.two_offices import Place, TwoOffices

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "rights.txt"
ANSWERED_BY_WERKZEUG = {"HEAD", "OPTIONS"}
OF_A_CASE = {"case_id", "item_id"}
OF_AN_OFFICE = OF_A_CASE | {
    *("attachment_id", "run_id", "job_id", "certificate_id", "person_id", "household_id")
}
PLAIN = {
    "slug": "acquisition",
    "procedure": "acquisition",
    "reason": "01",
    "kind": "person",
    "name": "counter",
}
SENT = {
    "reason": "確認",
    "words": "確認",
    "verdict": "refuse",
    "q": "鶺鴒",
    "kind": "returned",
    "way": "post",
}
Door = tuple[str, str, str]  # endpoint, method, address


def doors(app: Flask) -> Iterator[tuple[Door, Rule]]:
    """Every route and method, in the order of the table."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
    found = [
        ((rule.endpoint, method, rule.rule), rule)
        for rule in rules
        for method in (rule.methods or set()) - ANSWERED_BY_WERKZEUG
    ]
    yield from sorted(found, key=lambda one: one[0])


def names_office(rule: Rule) -> bool:
    """Whether an address names a thing that belongs to an office."""
    mine = rule.endpoint.split(".")[0] in {"DailyView", "CasePaperView", "PrintQueueView"}
    return bool(rule.arguments & OF_AN_OFFICE) or (mine and "request_id" in rule.arguments)


class Asker:
    """Somebody of a role who knocks at each door; after each knock everything is as it was before."""

    def __init__(self, app: Flask, role: str, things: TwoOffices) -> None:
        """Sign him in with both factors and remember how the database was."""
        self.app, self.role, self.things, self.knocks = app, role, things, 0
        self.person = Visitor(app)
        assert self.person.sign_in(role).status_code == 302
        self.token = self.person.token()
        cookie = self.person.client.get_cookie("session")
        assert cookie
        self.session = cookie.value
        self.colleague = id_of(app, "verifier" if role == "counter" else "counter")
        with app.app_context():
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            self.file = Path(str(db.engine.url.database))
            db.session.remove()
            db.engine.dispose()
        self.kept = self.file.with_suffix(".kept")
        shutil.copyfile(self.file, self.kept)

    def ask_all(self, known: Collection[Door] = ()) -> dict[Door, str]:
        """The answers at every door that is not `known`."""
        return {door: self.cell(door, rule) for door, rule in doors(self.app) if door not in known}

    def cell(self, door: Door, rule: Rule) -> str:
        """What he is answered for the own office, another one, and a closed case."""
        own = self.knock(door, rule, self.things.own)
        if not names_office(rule):
            return f"{own}.."
        closed = self.knock(door, rule, self.things.closed) if rule.arguments & OF_A_CASE else "."
        return own + self.knock(door, rule, self.things.other) + closed

    def knock(self, door: Door, rule: Rule, place: Place) -> str:
        """One answer as a letter."""
        endpoint, method, _ = door
        blanks = PLAIN | {"user_id": self.colleague, "request_id": self.things.request}
        if names_office(rule):
            blanks |= place.of(self.role, endpoint)
        if endpoint.startswith("CasePaperView"):
            blanks["slug"] = "reception_slip"
        with self.app.test_request_context():
            values = {name: blanks.get(name, 1) for name in rule.arguments}
            address = self.app.url_for(endpoint, _method=method, **values)
        if endpoint.split(".")[0].endswith("Api"):
            return self.knock_by_program(address, method)
        sent = None
        if method == "POST":
            self.knocks += 1
            key = f"{self.role}-{self.knocks:020}"  # a page's own key, so that no page is taken for another
            paper = place.papers["printed"]
            sent = {"csrf_token": self.token, "deed_key": key, "paper": paper, **SENT}
        answer = self.person.client.open(address, method=method, data=sent)
        leads = "" if endpoint.startswith(("LockView", "SignInView")) else answer.location or ""
        letter = letter_of(answer.status_code, leads)
        answer.close()
        if letter in "af":
            self.restore()
        return letter

    def knock_by_program(self, address: str, method: str) -> str:
        """One answer of the API, whose refusals by state or form are not pages."""
        self.knocks += 1
        told = {"X-CSRFToken": self.token, "Idempotency-Key": f"{self.role}-{self.knocks:020}"}
        body: dict[str, object] = {}
        if address.endswith("/cases"):
            body = {"procedure": "acquisition", "reason": "01", "entry": {}}
        answer = self.person.client.open(
            address, method=method, headers=told, json=body if method == "POST" else None
        )
        letter = letter_of(answer.status_code, "")
        if letter in "af":
            self.restore()
        return letter

    def restore(self) -> None:
        """Put the database back."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for rest in ("-wal", "-shm"):
            Path(f"{self.file}{rest}").unlink(missing_ok=True)
        shutil.copyfile(self.kept, self.file)
        self.person.client.set_cookie("session", self.session)


def letter_of(status: int, location: str) -> str:
    """An answer as a letter of the table.

    Raises:
        ValueError: the portal broke, or he lost his session.
    """
    if status in {403, 401}:
        return "r"
    if status == 404:
        return "n"
    if status in {400, 409, 422}:
        return "f"
    if status < 400 and not location.startswith(("/login/?", "/lock/?")):
        return "a"
    raise ValueError(f"{status} {location}")


def table(columns: dict[str, dict[Door, str]]) -> list[str]:
    """The columns of the roles side by side, as they stand in the file."""
    first = next(iter(columns.values()))
    width = max(len(" ".join(door)) for door in first)
    head = " ".join(["# endpoint method address".ljust(width), *(role for role in columns)])
    lines = []
    for door in first:
        cells = [columns[role][door].ljust(len(role)) for role in columns]
        lines.append(" ".join([" ".join(door).ljust(width), *cells]).rstrip())
    return [head, *lines]


def read() -> dict[str, dict[Door, str]]:
    """The table of the file, by role."""
    columns: dict[str, dict[Door, str]] = {role: {} for role in ROLES}
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        endpoint, method, address, *cells = line.split()
        for role, cell in zip(ROLES, cells, strict=True):
            columns[role][endpoint, method, address] = cell
    return columns
