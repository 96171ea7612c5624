"""Asking the network on the page of a person: asked, refused for want of an approval, taken back."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.tags import Tag
from models.masters import Office
from models.staff import User
from portal import clock
from portal.extensions import db
from portal.job_runner import JobRunner
from services import unit_of_work
from services.context import SYSTEM, Actor, Context
from tests.factories.audit import told
from tests.factories.cases import a_case_about
from tests.factories.data_use import approved_question, as_of, publish
from tests.factories.people import someone
from tests.factories.staff import an_office
from tests.portal.conftest import OpenPortal, Visitor, account_of


@pytest.fixture
def person(app: Flask) -> int:
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            place = "見本県見本市架空町1丁目1番1号"
            found = someone(ctx, "照会　太郎", "ショウカイ　タロウ", "1960-01-02", place)
        db.session.remove()
    return found


@pytest.fixture
def case(app: Flask, person: int) -> int:
    """An open case of the office that names the person."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            office_id = ctx.session.scalars(select(Office.id)).one()
            found = a_case_about(ctx, person, office_id).id
        db.session.remove()
    return found


def refusals(app: Flask) -> list[str]:
    with app.app_context():
        found = [one.detail["code"] for one in told(db.session, Tag.REQUEST_REFUSED)]
        db.session.remove()
    return found


def work(app: Flask) -> None:
    with app.app_context():
        JobRunner().run_due()
        db.session.remove()


def test_what_the_gate_refuses_is_said_on_the_page_and_may_be_taken_back(
    app: Flask, person: int, case: int, signed_in
) -> None:
    counter, page = signed_in("counter"), f"/network/person/{person}"
    assert page in counter.get(f"/persons/{person}").text
    assert "照会したことはありません" in counter.get(page).text
    wrong = counter.post(page, purpose="", case=case)
    assert (wrong.status_code, "照会の目的を選んでください" in wrong.text) == (422, True)
    assert counter.post(page, purpose="double", case=case).status_code == 303
    again = counter.post(page, purpose="double", case=case)
    assert (again.status_code, "すでに送付か回答を待っています" in again.text) == (409, True)
    work(app)
    assert "まだ送付されていません: データ利用の承認がありません" in counter.get(page).text
    manager = signed_in("data_protection_manager")
    refused = manager.get("/data-use/").text
    assert "情報提供ネットワークへの照会" in refused
    assert "承認を待って送付" in refused
    assert counter.post("/network/questions/1/withdraw").status_code == 303
    assert counter.post("/network/questions/1/withdraw").status_code == 409
    assert "取下げ" in counter.get(page).text
    assert "承認を待って送付" not in manager.get("/data-use/").text
    counter.speak("en")
    assert "What was asked" in counter.get(page).text
    certificates = signed_in("certificate_clerk")
    assert certificates.get(page).status_code == 200
    assert certificates.post(page, purpose="double").status_code == 403
    assert manager.get(page).status_code == 403


def test_without_an_open_case_that_names_the_person_nothing_is_asked(
    app: Flask, person: int, signed_in
) -> None:
    counter, page = signed_in("counter"), f"/network/person/{person}"
    assert "進行中の届出がありません" in counter.get(page).text
    for more in ({}, {"case": 1}):
        refused = counter.post(page, purpose="double", **more)
        assert (refused.status_code, "進行中の届出のため" in refused.text) == (403, True)
    assert refusals(app) == ["not_allowed", "not_allowed"]
    assert "照会したことはありません" in counter.get(page).text


@pytest.fixture
def approval(app: Flask) -> None:
    """Questions may leave: the section of the address system applied for it, and it was approved."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            publish(ctx)
            section = as_of(ctx, actor(ctx, "receiving_section", an_office(ctx.session, "11").id))
            manager = as_of(ctx, actor(ctx, "data_protection_manager", an_office(ctx.session, "10").id))
            until_on = ctx.today + timedelta(days=100)
            approved_question(section, manager, from_on=ctx.today, until_on=until_on)
        db.session.remove()


def actor(ctx: Context, role: str, office_id: int) -> Actor:
    user = ctx.session.scalars(select(User).where(User.username == account_of(role))).one()
    return Actor(user.id, f"s-{role}", role, office_id, frozenset({role}))


def test_a_question_that_was_sent_is_taken_back_for_a_reason(
    app: Flask, person: int, case: int, approval: None, signed_in
) -> None:
    del approval
    counter, page = signed_in("counter"), f"/network/person/{person}"
    counter.post(page, purpose="loss", case=case)
    work(app)
    shown = counter.get(page).text
    assert "回答待ち" in shown
    assert "取り下げる理由" in shown
    refused = counter.post("/network/questions/1/withdraw")
    assert (refused.status_code, "取り下げる理由を選んでください" in refused.text) == (422, True)
    assert counter.post("/network/questions/1/withdraw", why="no_answer").status_code == 303
    assert "取下げ" in counter.get(page).text
    assert counter.post(page, purpose="loss", case=case).status_code == 303


def test_an_office_without_a_way_says_so_and_asks_nothing(
    person: int, staffed_url: str, open_portal: OpenPortal
) -> None:
    closed = Visitor(open_portal(staffed_url, network_lookup="off"))
    assert closed.sign_in("counter").status_code == 302
    page = f"/network/person/{person}"
    assert "つながっていません" in closed.get(page).text
    assert closed.post(page, purpose="double").status_code == 422
