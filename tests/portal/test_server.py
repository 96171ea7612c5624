"""A worker that has just begun makes its printing ready, and begins all the same where it cannot."""

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from portal import clock, server, warming
from printing import press
from services.context import SYSTEM
from services.demonstration import masters
from services.errors import SettingMissing
from services.unit_of_work import unit_of_work
from workflows import catalog
from workflows.engine import definitions
from workflows.engine.parser import DefinitionRefused


@pytest.fixture
def fresh_press(monkeypatch):
    """A press that has printed nothing yet."""
    made = press.Press()
    monkeypatch.setattr(press, "_press", made)
    yield made
    made.close()


def test_a_new_worker_lays_out_the_grounds_of_certificates_beside_its_first_pages(app, fresh_press):
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        masters.install_city(ctx)
    server.post_worker_init(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: app), sockets=[]))
    [thread] = [one for one in threading.enumerate() if one.name == server.THREAD]
    thread.join()
    assert fresh_press.state()["grounds"] == ["eligibility_certificate", "eligibility_notice"]


def test_a_worker_begins_without_the_settings_of_a_city_too(app, fresh_press, monkeypatch):
    def is_missing(*_):
        raise SettingMissing("「市」がありません。", "Missing.")

    monkeypatch.setattr(server.city, "settings_on", is_missing)
    server.warm_printing(app)
    assert fresh_press.state()["grounds"] == []


def test_a_worker_has_read_the_pages_of_the_day_and_the_definitions_before_it_serves(app, monkeypatch):
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        catalog.publish_shipped(ctx)
    monkeypatch.setattr(definitions, "_read", {})
    warming.warm_everyday(app)
    assert {one.slug for one in definitions._read.values()} >= {"acquisition", "loss"}
    monkeypatch.setattr(type(app.jinja_env), "compile", _too_late)
    for name in ("inbox/list.html", "case/show.html", "forms/form.html"):
        app.jinja_env.get_template(name)


def test_a_worker_begins_with_a_procedure_that_cannot_be_run_any_more(app, monkeypatch):
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        catalog.publish_shipped(ctx)
    read = definitions.build

    def refuses(bundle, digest):
        if bundle.slug == "loss":
            raise DefinitionRefused("loss.bpmn: 'Task_x' cannot be run")
        return read(bundle, digest)

    monkeypatch.setattr(definitions, "_read", {})
    monkeypatch.setattr(definitions, "build", refuses)
    warming.warm_everyday(app)
    assert "acquisition" in {one.slug for one in definitions._read.values()}
    assert "loss" not in {one.slug for one in definitions._read.values()}


def _too_late(*_, **__):
    raise AssertionError("a page of the day was compiled while somebody waited for it")


def test_a_worker_begins_while_the_database_is_away(app, monkeypatch):
    def is_away(*_):
        raise OperationalError("SELECT 1", None, ConnectionError())

    monkeypatch.setattr(definitions, "read_in_force", is_away)
    warming.warm_everyday(app)
    assert {"home.html", "case/show.html"} <= set(warming.names_of_templates())
