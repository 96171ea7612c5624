"""Every route × method × role × (own office, other office, closed case) is as reviewed (d-20, M11, M18).

A new route without a row fails. After looking at who may open it: `python -m tests.portal.draw_rights`
(all rows), or `… draw_rights new` (rows of new routes only, quicker).
"""

import html
import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from portal.security.access import lock_of
from portal.security.roles import PERMISSIONS, ROLES
from tests.portal import rights_matrix
from tests.portal.rights_matrix import Asker, doors, names_office
from tests.portal.two_offices import TwoOffices, furnish

ONLY_NEW = "PORTAL_DRAW_NEW_RIGHTS"  # ask at the doors without a row only
DRAW = "PORTAL_DRAW_RIGHTS"  # a folder: write what was answered there, to be reviewed


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_answered_as_the_table_says(app: Flask, tmp_path: Path, role: str) -> None:
    known = rights_matrix.read()[role] if os.environ.get(ONLY_NEW) else {}
    answered = Asker(app, role, furnish(app, tmp_path)).ask_all(known)
    if DRAW in os.environ:
        told = {" ".join(door): cell for door, cell in answered.items()}
        (Path(os.environ[DRAW]) / f"{role}.json").write_text(json.dumps(told), encoding="utf-8")
        return
    assert answered == rights_matrix.read()[role]


def test_every_route_has_a_row(app: Flask) -> None:
    routes = [door for door, _ in doors(app)]
    assert [list(column) for column in rights_matrix.read().values()] == [routes] * len(ROLES)


def test_a_door_is_refused_to_exactly_the_roles_without_its_permission(app: Flask) -> None:
    columns = rights_matrix.read()
    wrong = []
    for door, _ in doors(app):
        slug = lock_of(app.view_functions[door[0]])
        for role, column in columns.items():
            lacks = slug in PERMISSIONS and slug not in ROLES[role].grants
            if lacks and set(column[door]) - {"r", "."}:
                wrong.append((door, role, column[door]))
    assert wrong == []


def test_who_keeps_accounts_meets_no_name_of_a_citizen_on_any_page(
    app: Flask, signed_in, tmp_path: Path
) -> None:
    """A crawl with canaries: along every link, and at every address that can be guessed (T14)."""
    things = furnish(app, tmp_path)
    case = things.own.cases["counter"][0]
    assert CANARIES[0] in signed_in("counter").get(f"/cases/{case}").text, "the crawl would find it"
    person = signed_in("administrator")
    waiting = ["/", *guessed(app, things)]
    seen: set[str] = set()
    leaks = []
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = person.get(address)
        if answer.mimetype == "text/html":
            waiting += [
                link for link in links(answer.text) if shape(link) not in {shape(one) for one in seen}
            ]
        told = answer.get_data().decode("utf-8", "replace")
        leaks += [(address, canary) for canary in CANARIES if canary in told]
    assert leaks == []
    assert len(seen) > 150


def guessed(app: Flask, things: TwoOffices) -> list[str]:
    """Every address that is opened by GET, for the things of both offices."""
    found = []
    for door, rule in doors(app):
        if door[1] == "GET":
            for place in (things.own, things.other, things.closed):
                blanks = rights_matrix.PLAIN | {"user_id": 1} | place.of("administrator", door[0])
                with app.test_request_context():
                    found.append(
                        app.url_for(door[0], **{name: blanks.get(name, 1) for name in rule.arguments})
                    )
    return sorted(set(found))


def links(page: str) -> list[str]:
    """The addresses of this portal that a page leads to."""
    return [html.unescape(one) for one in re.findall(r'href="(/[^"#]*)"', page) if "/static/" not in one]


def shape(address: str) -> str:
    """An address without its numbers and values: pages of one shape are looked at once."""
    parts = urlsplit(address)
    return re.sub(r"\d+", "1", parts.path) + "?" + re.sub(r"=[^&]*", "", parts.query)


def test_nothing_of_another_office_is_opened_but_the_register_of_the_whole_city(app: Flask) -> None:
    """Persons and households belong to the city; administrators and auditors operate every office's cases."""
    opened = {
        (role, door[0])
        for role, column in rights_matrix.read().items()
        for door, rule in doors(app)
        if names_office(rule) and column[door][1] not in {"r", "n"}
    }
    of_one_office = {(role, door) for role, door in opened if door not in ALL_OFFICES}
    assert {role for role, _ in of_one_office} == {"auditor", "administrator"}
    assert {door.split(".")[0] for _, door in of_one_office} <= {"JobView", *OPERATIONS}


OPERATIONS = {"OperationOneCaseView", "OperationRunView"}
CANARIES = ("鶺鴒", "翡翠", "昭和46年3月9日", "S46.3.9", "1971-03-09")
ALL_OFFICES = {
    "PersonView.show",
    "PersonView.same",
    *("ProtectionView.ask", "ProtectionView.mark", "ProtectionView.show"),  # of persons of the register
    "HouseholdView.show",
    "HouseholdPremiumView.show",  # the premium is of a household of the register
    "HouseholdPremiumView.again",
    "ExemptionView.show",
    *("HouseholdPremiumView.letter", "HouseholdPremiumView.notice", "HouseholdPremiumView.slips"),
    *("CircumstanceView.show", "CircumstanceView.enter"),
    *("HouseholdPensionView.show", "HouseholdPensionView.enter"),  # a household of the register pays
    *("HouseholdPensionView.letter", "HouseholdPensionView.notice"),
    *("NetworkView.ask", "NetworkView.show"),  # of a person of the register
    *("ShareView.show", "ShareView.enter"),  # of a person of the register
    "CertificateView.of_household",
    "CertificateView.of_person",
    "CertificateView.show",
    "CertificateView.ask_to_collect",  # a certificate of the register; its letter goes into the print queue
    "CertificateView.take_back",  # what a citizen brings back is taken at every counter
}
