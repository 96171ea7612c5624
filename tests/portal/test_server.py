"""A worker that has just begun makes its printing ready, and begins all the same where it cannot."""

import threading
from types import SimpleNamespace

import pytest

from portal import clock, server
from printing import press
from services.context import SYSTEM
from services.demonstration import masters
from services.errors import SettingMissing
from services.unit_of_work import unit_of_work


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
