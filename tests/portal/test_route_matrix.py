"""Every route with the permission that opens it and the roles that have it, as reviewed (golden/routes.txt).

A new route without a row there fails: add its row after looking at who may open it. That the portal really
answers so is asked in test_rights_matrix.py.
"""

from collections.abc import Iterator
from pathlib import Path

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
