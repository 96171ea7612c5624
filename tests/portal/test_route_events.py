"""Each route names the event that it writes, or says why there is none (golden/route_events.txt; M15, L5).

That pages really write what they promise is watched in every test of this folder (`open_portal`); that a deed
which changes the record writes something is seen to by the unit of work itself.
"""

import ast

import pytest
from flask import Flask

from models.audit.tags import Tag
from portal.extensions import db
from tests.architecture.tree import modules, tree_of
from tests.portal.conftest import Visitor
from tests.portal.number_case import take_in_a_number
from tests.portal.route_events import promises
from tests.portal.test_canary_number import addresses
from tests.portal.test_route_matrix import rows


def test_every_route_names_its_event_or_says_why_none(app: Flask) -> None:
    routes = [tuple(row.split(" ")[:2]) for row in rows(app)]
    assert sorted(routes) == list(promises())


def test_every_promised_event_is_one_that_is_recorded_somewhere() -> None:
    recorded = {
        Tag[node.attr].value
        for path in modules("services", "workflows", "portal")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Tag"
    }
    assert {one.tag for one in promises().values() if one.tag} - recorded == set()


def test_every_reason_for_no_event_is_said() -> None:
    assert [route for route, one in promises().items() if not one.tag and len(one.why) < 8] == []


@pytest.mark.parametrize("role", ["counter", "section_chief", "certificate_clerk", "auditor"])
def test_every_page_that_a_role_opens_writes_the_event_that_it_promises(
    app: Flask, signed_in, role: str, tmp_path
) -> None:
    """The watch of `open_portal` compares; here each page is opened, for a case with persons."""
    office = take_in_a_number(app, tmp_path)
    person: Visitor = signed_in(role)
    opened = [person.get(address).status_code for address in addresses(app, office.case)]
    assert opened.count(200) > 10
    with app.app_context():
        db.session.remove()
