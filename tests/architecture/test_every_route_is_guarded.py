"""Every door has a lock: a permission on each endpoint, and no answer to strangers (B7; deny by default)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.app import create_app
from portal.extensions import db
from portal.security.access import lock_of
from portal.security.roles import PERMISSIONS
from portal.settings import Environment, Settings

# Sign-in with its second step, enrolment and lock, which ask for the session's own stage; sign-out, the
# switch of the language, the answer for the proxy, the two closed token doors.
OPEN = {
    "SignInView.login",
    "SignInView.second",
    "SignInView.options",
    "SignInView.logout",
    "EnrolmentView.begin",
    "EnrolmentView.show",
    "EnrolmentView.ticket",
    "EnrolmentView.totp",
    "EnrolmentView.options",
    "EnrolmentView.passkey",
    "LockView.show",
    "LockView.unlock",
    "LockView.options",
    "LockView.now",
    "LanguageView.switch",
    "health",
    "ClosedSecurityApi.login",
    "ClosedSecurityApi.refresh",
}
CLOSED_TO_STRANGERS = {302, 303, 400, 401, 403, 404, 405}


@pytest.fixture(scope="module")
def app(sqlite_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("guarded")
    made = create_app(Settings(environment=Environment.TEST, data_dir=folder, database_url=sqlite_url))
    yield made
    with made.app_context():
        db.engine.dispose()


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def filled(rule: Rule) -> str:
    """An address that the rule answers, with a value for each of its blanks."""
    return re.sub(r"<(?:[^:>]+:)?[^>]+>", "1", rule.rule)


def test_every_endpoint_has_a_lock(app: Flask) -> None:
    forgotten = [rule.endpoint for rule in rules(app) if lock_of(app.view_functions[rule.endpoint]) is None]
    assert forgotten == []


def test_only_these_doors_are_open(app: Flask) -> None:
    found = {rule.endpoint for rule in rules(app) if lock_of(app.view_functions[rule.endpoint]) == "open"}
    assert found - OPEN == set()


def test_every_lock_is_a_permission_that_some_role_may_have(app: Flask) -> None:
    locks = {lock_of(app.view_functions[rule.endpoint]) for rule in rules(app)}
    assert locks - set(PERMISSIONS) - {"open"} == set()


def test_a_stranger_gets_no_page(app: Flask) -> None:
    answered = []
    for rule in rules(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in OPEN:
                answer = app.test_client().open(filled(rule), method=method)
                if answer.status_code not in CLOSED_TO_STRANGERS:
                    answered.append((rule.rule, method, answer.status_code))
    assert answered == []


def test_nothing_is_deleted_or_changed_by_following_a_link(app: Flask) -> None:
    deeds = re.compile(r"/(delete|remove|withdraw|cancel|complete|take|give_back|submit)(/|$)")
    assert [
        rule.rule for rule in rules(app) if deeds.search(rule.rule) and "GET" in (rule.methods or set())
    ] == []
