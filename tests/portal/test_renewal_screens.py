"""The pages of a renewal: a clerk tries, the chief approves, the clerk issues and prints (C2, C3)."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from portal import clock
from portal.extensions import db
from portal.job_runner import JobRunner
from services.context import SYSTEM
from services.demonstration import masters
from services.unit_of_work import unit_of_work
from tests.factories.registry import register_acquisition
from tests.factories.staff import an_office
from tests.portal.conftest import Visitor

KEY = re.compile(r'name="deed_key" value="([^"]+)"')
TERM = re.compile(r'<option value="([^"]+)"')


@pytest.fixture
def family(app: Flask) -> None:
    """Father, mother and two children, insured since today."""
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            masters.install_masters(ctx)
            office = replace(SYSTEM, office_id=an_office(ctx.session, "10").id, roles=frozenset({"counter"}))
            told = {"event_on": ctx.today.isoformat(), "received_on": ctx.today.isoformat()}
            register_acquisition(replace(ctx, actor=office), delivery="counter", **told)
        db.session.remove()


def work(app: Flask) -> None:
    with app.app_context():
        JobRunner().run_due()
        db.session.remove()


def test_a_renewal_goes_from_its_trial_to_the_control_list(
    app: Flask, family: None, signed_in: Callable[[str], Visitor]
) -> None:
    clerk, chief = signed_in("certificate_clerk"), signed_in("section_chief")
    empty = clerk.get("/certificates/renewals/").text
    assert "一斉更新はまだありません" in empty
    coming = TERM.findall(empty)[0]
    page = clerk.post("/certificates/renewals/", term=coming).location
    assert "調べています" in clerk.get(page).text
    work(app)
    tried = clerk.get(page).text
    assert "3枚" in tried
    assert "1世帯・封書1通" in tried
    assert "交付する" not in tried
    assert "太郎" in clerk.get(f"{page}/rows?outcome=same").text
    assert clerk.post(f"{page}/issue").status_code == 409
    assert "当てはまる人はいません" in clerk.get(f"{page}/rows?outcome=first").text
    assert "承認しました" in follow(chief, chief.post(f"{page}/approve", words="確かめた"))
    assert "交付しています" in follow(clerk, clerk.post(f"{page}/issue"))
    work(app)
    key = KEY.search(clerk.get(page).text)
    assert key
    sent = clerk.post(f"{page}/print", deed_key=key[1])
    assert clerk.post(f"{page}/print", deed_key=key[1]).location == sent.location
    work(app)
    listed = clerk.get(sent.location).text
    assert "確認待ち" in listed
    assert len(set(re.findall(r"\d{4}-\d{7}", listed))) == 3
    assert "印刷を待つ封書はありません" in clerk.post(f"{page}/print", deed_key="another").text
    clerk.speak("en")
    assert "Control list of renewal" in clerk.get(sent.location).text


def test_a_term_that_is_none_is_refused_and_a_trial_can_be_given_up(
    app: Flask, family: None, signed_in: Callable[[str], Visitor]
) -> None:
    clerk = signed_in("certificate_clerk")
    for term in ("2031-01-01", "きのう", ""):
        answer = clerk.post("/certificates/renewals/", term=term)
        assert (answer.status_code, "期間が正しくありません" in answer.text) == (422, True)
    coming = TERM.findall(clerk.get("/certificates/renewals/").text)[0]
    page = clerk.post("/certificates/renewals/", term=coming).location
    again = clerk.post("/certificates/renewals/", term=coming)
    assert (again.status_code, "終わっていません" in again.text) == (422, True)
    assert "破棄しました" in follow(clerk, clerk.post(f"{page}/discard"))
    work(app)
    assert "破棄" in clerk.get(page).text


def follow(person: Visitor, answer) -> str:
    assert answer.status_code == 303
    return person.get(answer.location).text
