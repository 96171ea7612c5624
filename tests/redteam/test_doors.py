"""Every route × method × role × junk: nothing breaks, nothing opens without its right (d-18, d-20, T09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from portal.security.roles import ROLES
from services import premium_trial
from tests.redteam.conftest import WHOLE, Target
from tests.redteam.intruder import Intruder
from tests.redteam.ledger import Attack
from tests.redteam.routes import ENDS_THE_VISIT, Route, routes

Staff = Callable[[str], Intruder]
IDS = (
    "0",
    "-1",
    "99999999999999999999",
    "2147483648",
    "１",
    "²",
    "1;drop",
    "1%2e0",
    "%00",
    "..",
    "true",
    "𝟙",
)
VALUES = (
    "' OR 1=1 --",
    "%' AND pg_sleep(9)=0 --",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}#{7*7}",
    "=cmd|' /C calc'!A1",
    "../../../../etc/passwd",
    "長" * 5000,
    "-1",
    "99999999999999999999",
    "0000-00-00",
    "9999-12-31",
    "令和99年13月32日",
    "NaN",
    "1e400",
    "[]",
    "\ud7ff\u202e\ufeff\u0007",
    "",
    "null",
)
NAMES = (
    *(
        "q",
        "page",
        "page_size",
        "after",
        "before",
        "order",
        "box",
        "tab",
        "day",
        "month",
        "procedure",
        "household",
    ),
    *(
        "draft",
        "task",
        "reason",
        "words",
        "verdict",
        "kind",
        "deed",
        "deed_key",
        "paper",
        "name",
        "right",
        "sure",
    ),
    *(
        "version",
        "limit",
        "next",
        "language",
        "outcome",
        "note",
        "slug",
        "state",
        "amount",
        "purpose",
        "person",
    ),
    *(f"{field}-0" for field in premium_trial.FIELDS),
    *("user", "deputy", "on", "from_on", "until_on", "seen", "element", "told", "days", "code", "example"),
    *("operation", "heading", "body", "year", "to", "row", "file"),
    *("part", "figure", "value", "cause", "run", "with", "accepted"),
)
NOT_FUZZED = ENDS_THE_VISIT | {"SignInView.login", "SignInView.second", "static"}


def junk(route: Route, turn: int, *, may: bool) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Addresses and fields for one route: each value at an open door, the next in turn at a closed one.

    The short list tries the next in turn everywhere.
    """
    turns = range(len(VALUES)) if WHOLE and may else (turn,)
    for number in turns:
        value = VALUES[number % len(VALUES)]
        address = route.address(dict.fromkeys(route.blanks, IDS[number % len(IDS)]))
        yield address, {name: [value, value] for name in NAMES}


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_junk_at_every_door(target: Target, staff: Staff, attack: Attack, role: str) -> None:
    one = target.intruder() if role == "nobody" else staff(role)
    token = one.token()
    for turn, route in enumerate(routes()):
        if route.endpoint in NOT_FUZZED:
            continue
        may = route.is_open or role in route.roles
        if not may and not WHOLE:
            continue  # the two tests below knock there
        for address, fields in junk(route, turn, may=may):
            if route.method == "GET":
                query = "&".join(f"{name}={value[0]}" for name, value in fields.items())
                answer = one.get(f"{address}?{quoted(query)}")
            else:
                answer = one.ask("POST", address, {"csrf_token": token, **fields})
            told = (role, route.method, address, answer.status)
            attack.expect(not answer.broke, told)
            attack.expect(may or not answer.opened, (*told, "opened"))
            attack.expect("<script>alert(1)" not in answer.text, (*told, "markup"))
    attack.expect(
        role == "nobody" or one.get("/profile/").opened, "his session ended on the way: nothing was tried"
    )
    assert attack.findings == []


def quoted(query: str) -> str:
    """A query short enough for a line of gunicorn."""
    return quote(query[:700], safe="=&")


def test_every_door_without_a_session(target: Target, attack: Attack) -> None:
    """Who is nobody is led to the door or refused, whatever the thing is called."""
    nobody = target.intruder()
    token = nobody.token()
    place = target.things.own
    for route in (one for one in routes() if not one.is_open):
        address = route.address(place.of("counter", route.endpoint))
        answer = nobody.ask(route.method, address, {"csrf_token": token} if route.method == "POST" else None)
        attack.expect(not answer.opened and not answer.broke, (route.method, address, answer.status))
    assert attack.findings == []


def test_doors_of_other_roles(target: Target, staff: Staff, attack: Attack) -> None:
    """Each role knocks, with real ids and its own token, at every door that its permissions do not open.

    The short list takes every third door, another third for the next role.
    """
    for seat, role in enumerate(ROLES):
        one = staff(role)
        token = one.token()
        closed = [door for door in routes() if not door.is_open and role not in door.roles]
        for route in closed if WHOLE else closed[seat % 3 :: 3]:
            address = route.address(target.things.own.of(role, route.endpoint))
            answer = one.ask(
                route.method, address, {"csrf_token": token, "q": "鶺鴒"} if route.method == "POST" else None
            )
            attack.expect(
                not answer.opened and not answer.broke, (role, route.method, address, answer.status)
            )
            attack.expect("鶺鴒" not in answer.text, (role, address, "tells a name"))
        attack.expect(one.get("/profile/").opened, (role, "his session ended on the way: nothing was tried"))
    assert attack.findings == []
