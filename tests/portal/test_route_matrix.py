"""Every route with the permission that opens it and the roles that have it, as reviewed (golden/routes.txt).

A new route without a row there fails: add its row after looking at who may open it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.security.access import lock_of
from portal.security.roles import ROLES

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "routes.txt"
ANSWERED_BY_WERKZEUG = {"HEAD", "OPTIONS"}


def rows(app: Flask) -> Iterator[str]:
    """`endpoint method address permission roles`, one a method."""
    for rule in app.url_map.iter_rules():
        slug = lock_of(app.view_functions[rule.endpoint]) or "open"
        roles = ",".join(sorted(name for name, role in ROLES.items() if slug in role.grants)) or "-"
        for method in (rule.methods or set()) - ANSWERED_BY_WERKZEUG:
            yield f"{rule.endpoint} {method} {rule.rule} {slug} {roles}"


def test_every_route_stands_in_the_reviewed_table_with_its_permission_and_roles(app: Flask) -> None:
    assert sorted(rows(app)) == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_a_page_that_the_table_does_not_give_it(app: Flask, signed_in, role: str) -> None:
    person = signed_in(role)
    blanks = {"slug": "acquisition", "procedure": "acquisition", "reason": "01", "kind": "person", "pk": "1"}
    opened = []
    for row in GOLDEN.read_text(encoding="utf-8").splitlines():
        endpoint, method, _, slug, roles = row.split(" ")
        if slug == "open" or role in roles.split(","):
            continue
        rule = next(one for one in app.url_map.iter_rules(endpoint) if method in (one.methods or ()))
        values = {name: blanks.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            path = app.url_for(endpoint, _method=method, **values)
        answer = person.get(path) if method == "GET" else person.post(path)
        if answer.status_code != 403:
            opened.append((row, answer.status_code))
    assert opened == []
