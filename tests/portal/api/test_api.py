"""The REST API: one way in, the same deeds and rights as the screens, refusals in words (N8)."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from interchange.juki.gateway import COLUMNS
from models.case import Case
from models.form_entry import FormEntry
from portal import clock
from portal.api.document import document
from portal.extensions import db
from portal.security.access import lock_of
from services.context import SYSTEM
from services.demonstration import masters
from tests.factories.cases import IDENTITY, seen_on_paper
from tests.factories.registry import a_person, an_acquisition
from tests.portal.conftest import Visitor
from tests.portal.test_attack_cases import uow
from workflows import catalog

NUMBER = "000000000019"
PLACE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> None:
    answers = tmp_path / "juki" / "answers.csv"
    answers.parent.mkdir()
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    with app.app_context():
        with uow(SYSTEM) as ctx:
            masters.install_masters(ctx)
            catalog.publish_shipped(ctx)
        db.session.remove()


class Program:
    """A program in the browser of somebody who is signed in."""

    def __init__(self, person: Visitor) -> None:
        self.client = person.client
        self.token = self.get("/session").json["csrf_token"]

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", **more)

    def post(
        self, path: str, body: object = None, key: str | None = None, **headers: str | None
    ) -> TestResponse:
        told = {"X-CSRFToken": self.token, "Idempotency-Key": key, **headers}
        return self.client.post(
            f"/api/v1{path}",
            data=None if body is None else json.dumps(body, ensure_ascii=False),
            content_type="application/json",
            headers={name: value for name, value in told.items() if value is not None},
        )

    def start(self, entry: dict[str, Any], key: str = "key-of-start") -> TestResponse:
        body = {"procedure": "acquisition", "reason": entry["reason"], "entry": entry}
        return self.post("/cases", body, key)


@pytest.fixture
def program(office: None, signed_in: Callable[[str], Visitor]) -> Callable[[str], Program]:
    del office
    return lambda role: Program(signed_in(role))


def fits(answer: TestResponse, schema: str) -> None:
    """An answer is as the description says."""
    root = {"$ref": f"#/components/schemas/{schema}", "components": document()["components"]}
    assert list(Draft202012Validator(root).iter_errors(answer.json)) == []


def refused(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), answer.text
    fits(answer, "Problem")
    told: dict[str, Any] = answer.json
    assert (told["status"], told["code"]) == (status, code)
    return told


def test_a_case_is_started_and_brought_to_the_registry_by_two_people(program) -> None:
    counter, verifier = program("counter"), program("verifier")
    form = counter.get("/procedures/acquisition/01/form")
    fits(form, "IntakeForm")
    assert form.json["fixed"] == {"reason": "01"}
    entry = an_acquisition([a_person(individual_number=NUMBER)])
    begun = counter.start(entry)
    fits(begun, "Case")
    assert (begun.status_code, begun.headers["Location"]) == (201, f"/api/v1/cases/{begun.json['id']}")
    (identity,) = begun.json["tasks"]
    assert identity["element"] == "confirm_identity"
    opened = counter.get(f"/tasks/{identity['id']}")
    fits(opened, "TaskWithForm")
    assert "properties" in opened.json["form"]["schema"]
    checked = counter.post(f"/tasks/{identity['id']}/complete", {"entry": IDENTITY}, "key-of-identity")
    fits(checked, "Case")
    (verify,) = checked.json["tasks"]
    taken = verifier.post(f"/tasks/{verify['id']}/take")
    fits(taken, "Task")
    assert (taken.json["is_mine"], taken.json["reason"]) == (True, None)
    (mine,) = verifier.get("/tasks").json["tasks"]
    assert mine["id"] == verify["id"]
    values = verifier.get(f"/tasks/{verify['id']}").json["form"]["values"]
    assert values == {"persons": [{}], "procedure": "acquisition"}, "the entry is not shown"
    done = verifier.post(f"/tasks/{verify['id']}/complete", {"entry": seen_on_paper(entry)}, "key-of-paper")
    assert (done.status_code, done.json["state"], done.json["tasks"]) == (200, "registered", [])
    assert NUMBER not in begun.text + opened.text + checked.text + taken.text + done.text


def test_the_same_key_does_a_deed_once_and_other_content_is_refused(app: Flask, program) -> None:
    counter = program("counter")
    entry = an_acquisition()
    first, again = counter.start(entry), counter.start(entry)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    refused(counter.start({**entry, "phone": "000-0000-0001"}), 409, "conflict")
    item = first.json["tasks"][0]["id"]
    deeds = [counter.post(f"/tasks/{item}/complete", {"entry": IDENTITY}, "one-deed") for _ in range(2)]
    assert deeds[0].json == deeds[1].json
    with app.app_context():
        assert db.session.scalar(select(func.count(Case.id))) == 1
        assert db.session.scalar(select(func.count(FormEntry.id))) == 2


def test_a_deed_without_a_key_is_refused(program) -> None:
    counter = program("counter")
    for key in (None, "short", "with a space", "x" * 65, "鍵" * 8):
        told = counter.post(
            "/cases",
            {"procedure": "acquisition", "reason": "01", "entry": {}},
            key.encode().decode("latin-1") if key else None,
        )
        assert "Idempotency-Key" in refused(told, 400, "not_understood")["detail"]


def test_a_wrong_entry_is_told_field_by_field_and_nothing_begins(app: Flask, program) -> None:
    counter = program("counter")
    wrong = an_acquisition([a_person(birth_date="明日", individual_number="123")], phone=["x"], hidden=1)
    told = refused(counter.start(wrong), 422, "form_refused")
    paths = {one["path"] for one in told["errors"]}
    assert {"persons.0.birth_date", "persons.0.individual_number", "phone", ""} <= paths
    assert "明日" not in json.dumps(told, ensure_ascii=False)
    with app.app_context():
        assert db.session.scalar(select(func.count(Case.id))) == 0


def test_what_the_registry_does_not_take_is_told_too(program) -> None:
    counter = program("counter")
    told = refused(counter.start(an_acquisition(event_on="2026-11-29", reason="02")), 422, "form_refused")
    assert told["errors"]
    refused(
        counter.post("/cases", {"procedure": "none", "reason": "01", "entry": {}}, "key-of-none"),
        404,
        "not_found",
    )


OTHER_WAYS = (
    {"Authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"},
    {"Authorization": "Basic Y291bnRlci5oYW5ha286cGFzc3dvcmQ="},
    {"Authorization": "ApiKey sst_123"},
    {"X-API-Key": "sst_123"},
)


def test_no_token_key_or_password_opens_the_api_with_or_without_a_session(app: Flask, program) -> None:
    counter = program("counter")
    for header in OTHER_WAYS:
        stranger = app.test_client().get("/api/v1/tasks", headers=header)
        assert refused(stranger, 401, "not_signed_in")["detail"]
        refused(counter.get("/tasks", headers=header), 401, "not_signed_in")
        refused(counter.post("/tasks/1/take", None, None, **header), 401, "not_signed_in")


def test_the_token_doors_of_flask_appbuilder_stay_closed(app: Flask) -> None:
    stranger = app.test_client()
    body = {"username": "counter.hanako", "password": "x", "provider": "db"}
    for door in ("/api/v1/security/login", "/api/v1/security/refresh"):
        assert stranger.post(door, json=body).status_code in {400, 403}


def test_a_stranger_and_who_showed_a_password_only_get_nothing(app: Flask) -> None:
    stranger = app.test_client()
    answer = stranger.get("/api/v1/session")
    refused(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"]
    half = Visitor(app)
    assert half.show_password("counter").status_code == 302
    refused(half.client.get("/api/v1/session"), 401, "not_signed_in")


def test_writing_needs_the_token_of_the_session(program) -> None:
    counter, verifier = program("counter"), program("verifier")
    for token in (None, "x", verifier.token):
        told = counter.post("/tasks/1/take", None, None, **{"X-CSRFToken": token})
        assert "CSRF" in refused(told, 400, "http_400")["detail"]


def test_a_locked_screen_locks_the_api(program, signed_in) -> None:
    del program
    person = signed_in("counter")
    own = Program(person)
    person.post("/lock/now")
    refused(own.get("/tasks"), 423, "locked")
    refused(own.post("/tasks/1/take"), 423, "locked")


NO_REQUESTS = (
    ("application/x-www-form-urlencoded", "procedure=acquisition"),
    ("text/plain", "{}"),
    ("application/json", ""),
    ("application/json", "["),
    ("application/json", "[]"),
    ("application/json", '"x"'),
    ("application/json", "[" * 100_000),
    ("application/json", '{"a":' * 50_000),
    ("application/json", '{"entry": {"a": NaN}}'),
    ("application/json", '{"entry": {"a": 1e400}}'),
    ("application/json", '{"entry": {"a": ' + "9" * 5000 + "}}"),
    ("application/json", '{"entry": {"a": 9999999999999999999}}'),
    ("application/json", '{"entry": {"a": "\\u0000"}}'),
    ("application/json", '{"entry": {"a": "\\ud800"}}'),
    ("application/json", '{"entry": {}, "entry": {}}'),
    ("application/json", '{"entry": ' + '{"a":' * 20 + "1" + "}" * 20 + "}"),
    ("application/json", '{"entry": []}'),
    ("application/json", '{"entry": {}, "more": 1}'),
    ("application/json", b'{"entry": {"a": "\xff"}}'),
)


def test_what_is_no_request_of_ours_is_refused_in_words(program) -> None:
    counter = program("counter")
    for kind, body in NO_REQUESTS:
        answer = counter.client.post(
            "/api/v1/tasks/1/complete",
            data=body,
            content_type=kind,
            headers={"X-CSRFToken": counter.token, "Idempotency-Key": "key-of-nothing"},
        )
        refused(answer, 400, "not_understood")


def test_too_much_too_often_and_too_far_are_told_as_problems(
    staffed_url: str, open_portal: Callable[..., Flask]
) -> None:
    person = Visitor(open_portal(staffed_url, api_limit="3 per minute"))
    person.sign_in("counter")
    own = Program(person)
    large = own.post("/tasks/1/complete", {"note": "x" * 1024 * 1024}, "key-of-much")
    refused(large, 413, "http_413")
    refused(own.get("/nothing"), 404, "http_404")
    refused(own.post("/tasks"), 405, "http_405")
    refused(own.get("/tasks?box=theirs"), 400, "not_understood")
    refused(own.get("/tasks?text=見本"), 400, "not_understood")
    assert own.get("/tasks?box=group").status_code == 200
    often = own.get("/tasks")
    refused(often, 429, "http_429")
    assert 0 < int(often.headers["Retry-After"]) <= 60


def test_problems_speak_english_by_the_switch(program, signed_in) -> None:
    del program
    person = signed_in("counter")
    person.speak("en")
    told = refused(Program(person).get("/tasks/999"), 404, "not_found")
    assert told["detail"].startswith("There is no such task.")


def test_the_description_tells_every_route_with_its_permission_and_no_other(app: Flask) -> None:
    described = {
        (one["operationId"], method.upper(), path, one["x-permission"])
        for path, methods in document()["paths"].items()
        for method, one in methods.items()
    }
    served = {
        (
            rule.endpoint,
            method,
            PLACE.sub(r"{\1}", rule.rule.removeprefix("/api/v1")),
            lock_of(app.view_functions[rule.endpoint]),
        )
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("ClosedSecurityApi")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served


def test_the_description_is_whole_and_for_those_with_the_right(program) -> None:
    answer = program("administrator").get("/openapi.json")
    assert answer.json["components"]["securitySchemes"]["session"]["name"] == "session"
    for reference in re.findall(r'"#/([^"]+)"', answer.text):
        place = answer.json
        for step in reference.split("/"):
            place = place[step]
    for schema in answer.json["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    refused(program("counter").get("/openapi.json"), 403, "http_403")


def test_there_is_no_page_of_swaggers(signed_in) -> None:
    assert signed_in("administrator").get("/swagger/v1").status_code == 404


def test_reading_by_a_program_is_no_sign_of_life(app: Flask, program, monkeypatch) -> None:
    counter = program("counter")
    began = clock.now()
    for minutes in (4, 8):
        monkeypatch.setattr(clock, "now", lambda later=began + timedelta(minutes=minutes): later)
        assert counter.get("/tasks").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=11))
    refused(counter.get("/tasks"), 423, "locked")
