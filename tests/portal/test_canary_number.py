"""A canary: a known Individual Number is on no page, in no header, log or file, whoever asks (M06, T10)."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from portal.extensions import db
from portal.security.roles import ROLES
from tests.portal.conftest import Visitor
from tests.portal.no_pages import known, what_is_no_page
from tests.portal.number_case import NUMBER, take_in_a_number
from tests.portal.test_route_matrix import GOLDEN

WIDE = str.maketrans("0123456789", "0123456789")
BETWEEN = r"[\s\u00a0\u3000‐‑‒–—―−ー-]?"  # a space or a stroke between any two digits
SPELT = re.compile(BETWEEN.join(f"[{digit}{digit.translate(WIDE)}]" for digit in NUMBER))
NARROWED = ("", "?q={n}", "?s={n}", "?order={n}", "?tag={n}", "?subject={n}", "?page_size=-1")


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> SimpleNamespace:
    return take_in_a_number(app, tmp_path)


def addresses(app: Flask, case_id: int) -> list[str]:
    """Every address that is opened by GET, for the case and whatever else has its id."""
    blanks = {"slug": "acquisition", "procedure": "acquisition", "reason": "01", "kind": "person"}
    found = []
    for row in GOLDEN.read_text(encoding="utf-8").splitlines():
        endpoint, method, *_ = row.split(" ")
        if method == "GET" and endpoint != "static":
            rule = next(one for one in app.url_map.iter_rules(endpoint) if "GET" in (one.methods or ()))
            values = {name: blanks.get(name, case_id) for name in rule.arguments}
            with app.test_request_context():
                found.append(app.url_for(endpoint, _method="GET", **values))
    return found


def test_the_pattern_finds_every_spelling() -> None:
    wide = NUMBER.translate(WIDE)
    for spelt in (
        NUMBER,
        "0000 0000 0019",
        "0000-0000-0019",
        wide,
        "-".join(wide),
        "0000\u30000000\u30000019",
    ):
        assert SPELT.search(f"x{spelt}y")
    assert not SPELT.search("000000000018")


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_any_role_shows_it(
    app: Flask, signed_in: Callable[[str], Visitor], office: SimpleNamespace, role: str, capsys
) -> None:
    person = signed_in(role)
    leaks, no_pages = [], set()
    for address in addresses(app, office.case):
        answer = person.get(address)
        no_pages.add(what_is_no_page(app, address, answer) if answer.status_code < 400 else None)
        told = answer.get_data(as_text=False).decode("utf-8", "replace") + str(answer.headers)
        if SPELT.search(told) or answer.status_code >= 500:
            leaks.append((address, answer.status_code))
    assert leaks == []
    assert no_pages - {None, *known()} == set(), "an export that nobody reviewed"
    assert not SPELT.search(capsys.readouterr().out), "the log"


@pytest.mark.parametrize("role", ["counter", "auditor"])
def test_no_filter_answers_otherwise_for_a_prefix_of_it(
    signed_in: Callable[[str], Visitor], office: SimpleNamespace, role: str
) -> None:
    """An oracle would tell the digits one by one: right and wrong prefixes must give the same answer."""
    person = signed_in(role)
    del office
    for path in ("/persons/", "/inbox/", "/audit/", "/certificates/", "/print-queue/"):
        for narrowed in NARROWED[1:]:
            right = person.get(path + narrowed.format(n=NUMBER[:11]))
            wrong = person.get(path + narrowed.format(n="00000000005"))
            assert right.status_code == wrong.status_code
            if right.status_code == 200:
                shown = [re.sub(r'(nonce|content|value)="[^"]*"', "", one.text) for one in (right, wrong)]
                assert len(shown[0].split("<tr>")) == len(shown[1].split("<tr>"))


def test_no_file_and_no_backup_holds_it(app: Flask, office: SimpleNamespace, tmp_path: Path) -> None:
    del office
    with app.app_context():
        file = str(db.engine.url.database)
        db.session.remove()
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(tmp_path / "backup")) as copy:
        source.backup(copy)
    held = [
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file() and SPELT.search(path.read_bytes().decode("latin-1"))
    ]
    assert held == []
