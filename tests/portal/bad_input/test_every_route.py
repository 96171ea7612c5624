"""What holds for every door of the portal, whoever stands before it: walked from the table of routes."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import MetaData

from portal.extensions import db
from portal.security.roles import ROLES
from tests.portal.bad_input.conftest import Clerk

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "routes.txt"
# The record of who looked, sessions and counts of tries are written by looking: that is what they are for.
WRITTEN_BY_LOOKING = {"audit_event", "audit_head", "user_session", "rate_counter"}
BLANKS = {"slug": "acquisition", "procedure": "acquisition", "reason": "01", "kind": "person", "pk": "1"}
ROLES_TRIED = [*ROLES, ""]
POLICY = ("default-src 'none'", "frame-ancestors", "object-src 'none'", "base-uri 'none'")


def doors(app: Flask, wanted: str, role: str = "") -> Iterator[tuple[str, str]]:
    """The endpoint and an address of each route of a method; of a role's own routes where one is named."""
    for row in GOLDEN.read_text(encoding="utf-8").splitlines():
        endpoint, method, address, _, roles = row.split(" ")
        is_own = not role or role in roles.split(",")
        if method == wanted and endpoint != "static" and is_own:
            rule = next(one for one in app.url_map.iter_rules(endpoint) if one.rule == address)
            with app.test_request_context():
                values = {name: BLANKS.get(name, 1) for name in rule.arguments}
                yield endpoint, app.url_for(endpoint, _method=method, **values)


def before(app: Flask, role: str) -> Clerk:
    """Somebody of a role, or a stranger, before a portal in which a case has begun."""
    counter = Clerk(app)
    assert counter.sign_in("counter").status_code == 302
    counter.begun()
    person = Clerk(app)
    if role:
        assert person.sign_in(role).status_code == 302
    return person


def contents(app: Flask) -> dict[str, str]:
    """A hash of each table, but of those that looking writes."""
    with app.app_context():
        schema = MetaData()
        schema.reflect(db.engine)
        with db.engine.connect() as connection:
            return {
                table.name: hashlib.sha256(
                    repr(sorted(map(repr, connection.execute(table.select()).all()))).encode()
                ).hexdigest()
                for table in schema.sorted_tables
                if table.name not in WRITTEN_BY_LOOKING
            }


@pytest.mark.parametrize("role", ROLES_TRIED)
def test_looking_changes_nothing_and_every_answer_carries_its_headers(app: Flask, role: str) -> None:
    person = before(app, role)
    was, bare, crashed = contents(app), [], []
    for endpoint, path in doors(app, "GET", role):
        answer = person.get(path)
        if answer.status_code >= 500:
            crashed.append((endpoint, answer.status_code))
        bare += [(endpoint, name) for name in wanting(answer)]
    now = contents(app)
    assert crashed == []
    assert bare == []
    assert [name for name in was if was[name] != now[name]] == []


def wanting(answer) -> Iterator[str]:
    """The headers that an answer lacks, and what stands inline in its page."""
    told = answer.headers
    is_pdf = answer.mimetype == "application/pdf"
    policy = told.get("Content-Security-Policy", "")
    if not is_pdf and not all(part in policy for part in POLICY):
        yield "Content-Security-Policy"
    if "unsafe" in policy or "frame-ancestors" not in policy:
        yield "unsafe policy"
    if told.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options"
    if told.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        yield "X-Frame-Options"
    if told.get("Referrer-Policy") != "same-origin":
        yield "Referrer-Policy"
    if told.get("Cache-Control") != "no-store":
        yield "Cache-Control"
    if answer.mimetype == "text/html":
        yield from inline(answer.text, policy)


def inline(page: str, policy: str) -> Iterator[str]:
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for script in re.findall(r"<script[^>]*>", page):
        if nonce is None or f'nonce="{nonce[1]}"' not in script or "src=" not in script:
            yield f"inline {script}"
    if re.search(r"<[^>]+\s(?:style|on[a-z]+)=[\"']", page) or "<style" in page:
        yield "inline style or handler"
    if re.search(r"(?:src|href|action)=\"(?:https?:)?//", page):
        yield "another host"


@pytest.mark.parametrize("role", ["counter", ""])
def test_no_form_is_taken_without_its_token(app: Flask, role: str) -> None:
    person = before(app, role)
    was, taken = contents(app), []
    for endpoint, path in doors(app, "POST"):
        answer = person.client.post(path, data={"csrf_token": "forged"})
        if answer.status_code not in {400, 403, 404, 405}:
            taken.append((endpoint, answer.status_code))
        assert wanting_of(answer) == [], endpoint
    assert taken == []
    assert contents(app) == was


def wanting_of(answer) -> list[str]:
    return list(wanting(answer))


@pytest.mark.parametrize("as_json", [True, False])
def test_no_form_is_taken_in_another_dress(app: Flask, as_json: bool) -> None:
    person = before(app, "counter")
    was, taken = contents(app), []
    for endpoint, path in doors(app, "POST"):
        if as_json:
            answer = person.client.post(path, json={"csrf_token": "", "reason": "x"})
        else:
            answer = person.client.post(path, data="reason=x", content_type="text/plain")
        if answer.status_code not in {400, 403, 404, 405}:
            taken.append((endpoint, answer.status_code))
    assert taken == []
    assert contents(app) == was


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/nowhere", {}, 404),
        ("/login/", {"method": "DELETE"}, 405),
        ("/login/", {"headers": {"Host": "evil.example"}}, 400),
        ("/static/portal.css", {"headers": {"Host": "evil.example"}}, 400),
        ("/static/../app.py", {}, 404),
        ("/static/nowhere.css", {}, 404),
        ("/login/?a=%00", {}, 400),
        ("/login/", {"method": "POST", "data": b"x" * (26 * 1024 * 1024)}, 413),
        ("/login/", {"method": "TRACE"}, 405),
    ],
)
def test_an_error_carries_the_headers_too(app: Flask, path: str, options: dict, status: int) -> None:
    answer = Clerk(app).client.open(path, **options)
    assert answer.status_code == status
    assert wanting_of(answer) == []


def test_nobody_is_led_elsewhere(app: Flask) -> None:
    elsewhere = [
        "//evil.example/",
        "http://evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "/\t/evil.example",
    ]
    for place in elsewhere:
        person = Clerk(app)
        address = person.show_password("counter", address=f"/login/?next={place}").location
        assert address.startswith("/login/second?")
        landed = person.show_code(address).location
        assert landed is not None
        assert not landed.startswith(("//", "/\\", "/\t"))
        assert urlsplit(urljoin("http://localhost/login/", landed)).netloc == "localhost"
