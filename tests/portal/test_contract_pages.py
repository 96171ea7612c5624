"""The forms of contracts and media, sent twice, and by those who may not (K2, L6, T11)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.contractor import ContractWorker, WorkerCheck
from models.medium import Medium, MediumUse
from portal import clock
from portal.extensions import db
from portal.views.carrying_out import TWICE
from rules.contracting import CONTRACT_CLAUSES
from rules.eras import format_short
from tests.portal.conftest import Visitor, id_of

FORM = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
KEY = re.compile(r'name="deed_key" value="([^"]+)"')


def key_of(page: str, action: str) -> str:
    """The key of a form of a page."""
    told = next(body for where, body in FORM.findall(page) if where == action)
    found = KEY.search(told)
    assert found, f"the form to {action} can be sent twice"
    return found[1]


def press_twice(person: Visitor, page: str, action: str, **fields: Any) -> None:
    """Send a form of a page twice: it is done once, and both answers lead to the same page."""
    sent = {"deed_key": key_of(person.get(page).text, action), **fields}
    first, second = person.post(action, **sent), person.post(action, **sent)
    assert (first.status_code, second.status_code) == (303, 303), (first.text, second.text)
    assert first.location == second.location
    assert TWICE[0] in person.get(second.location).text


def count(app: Flask, table: type[Any]) -> int:
    with app.app_context():
        found = db.session.scalar(select(func.count()).select_from(table)) or 0
        db.session.remove()
    return found


def term() -> dict[str, str]:
    today = clock.today()
    days = today - timedelta(days=30), today + timedelta(days=100)
    return {"from_on": format_short(days[0]), "until_on": format_short(days[1])}


CONTRACT = {"number": "R8-1", "title": "保守", "firm": "見本株式会社", "band": "under_10", "scope": "保守"}


@pytest.fixture
def clerk(signed_in) -> Visitor:
    """A contract clerk with one contract, all its clauses and one worker, everything pressed twice."""
    person = signed_in("contract_clerk")
    press_twice(person, "/contracts/new", "/contracts/new", **CONTRACT, **term())
    places = dict.fromkeys(CONTRACT_CLAUSES, "第10条")
    press_twice(person, "/contracts/1", "/contracts/1/links/1/clauses", **places)
    day = format_short(clock.today() - timedelta(days=20))
    seen = dict.fromkeys(("evidence_on", "pledged_on", "trained_on"), day)
    worker = {"link": "1", "last_name": "業者", "first_name": "太郎", "employer": "見本(株)"}
    worker |= {"evidence": "insurance", **seen}
    press_twice(person, "/contracts/1", "/contracts/1/workers", **worker | {"employer": "見本株式会社"})
    return person


def test_a_form_of_a_contract_that_is_sent_twice_does_its_deed_once(
    app: Flask, clerk: Visitor, signed_in
) -> None:
    press_twice(clerk, "/contracts/1", "/contracts/1/checks", number="1")
    assert (count(app, ContractWorker), count(app, WorkerCheck)) == (1, 1)
    seen = {"outcome": "differs", "words": "社員証が違う", "what": "照会する"}
    due = format_short(clock.today() + timedelta(days=5))
    press_twice(clerk, "/contracts/1", "/contracts/1/checks/1", **seen, due=due)
    press_twice(clerk, "/contracts/1", "/contracts/1/checks/1", deed="finish", words="確かめた")
    press_twice(clerk, "/contracts/1/workers/1", "/contracts/1/workers/1/account", username="gyosha1")
    chief = signed_in("section_chief")
    decision = "/contracts/1/workers/1/account/decision"
    press_twice(chief, "/contracts/1/workers/1", decision, outcome="grant", reason="")
    assert "gyosha1" in chief.get("/contracts/1/workers/1").text
    press_twice(chief, "/contracts/1", "/contracts/1/links/1/revoke", reason="契約の解除")
    told = {"way": "returned", "on": format_short(clock.today()), "words": "HDD 1台"}
    press_twice(clerk, "/contracts/1", "/contracts/1/links/1/hand-back", **told)
    press_twice(
        clerk, "/contracts/1/workers/1", "/contracts/1/workers/1/leave", on=format_short(clock.today())
    )


def test_a_form_of_a_medium_that_is_sent_twice_does_its_deed_once(
    app: Flask, clerk: Visitor, signed_in
) -> None:
    press_twice(clerk, "/media/", "/media/", number="USB-001", kind="usb", serial="", place="保管庫")
    counter, chief = signed_in("counter"), signed_in("section_chief")
    due = {"due_on": format_short(clock.today() + timedelta(days=1)), "due_time": "17:00"}
    wish = {"what": "一覧", "why": "移送", "from_place": "本庁", "to_place": "開発室", "receiver": "1", **due}
    press_twice(counter, "/media/1", "/media/1/uses", **wish, carrier=str(id_of(app, "counter")))
    press_twice(counter, "/media/1", "/media/1/uses/1/step", step="drop")
    press_twice(counter, "/media/1", "/media/1/uses", **wish, carrier=str(id_of(app, "counter")))
    press_twice(chief, "/media/1", "/media/1/uses/2/decision", words="必要", outcome="approve")
    assert (count(app, Medium), count(app, MediumUse)) == (1, 2)
    assert "見本株式会社 開発室" in chief.get("/media/1").text


@pytest.mark.parametrize("receiver", ["999", "city", "-1", "1 OR 1=1"])
def test_a_recipient_that_is_none_is_never_taken_for_the_city(
    app: Flask, clerk: Visitor, signed_in, receiver: str
) -> None:
    clerk.post("/media/", number="USB-001", kind="usb", serial="", place="保管庫")
    due = {"due_on": format_short(clock.today() + timedelta(days=1)), "due_time": "17:00"}
    wish = {"what": "一覧", "why": "移送", "from_place": "本庁", "to_place": "開発室", **due}
    counter = signed_in("counter")
    carrier = str(id_of(app, "counter"))
    answer = counter.post("/media/1/uses", **wish, receiver=receiver, carrier=carrier)
    assert answer.status_code == 404
    assert count(app, MediumUse) == 0


def test_the_page_says_which_firm_must_be_chosen(clerk: Visitor, app: Flask, signed_in) -> None:
    clerk.post("/media/", number="USB-001", kind="usb", serial="", place="保管庫")
    due = {"due_on": format_short(clock.today() + timedelta(days=1)), "due_time": "17:00"}
    wish = {"what": "一覧", "why": "移送", "from_place": "本庁", "to_place": "見本の開発室", **due}
    counter = signed_in("counter")
    answer = counter.post("/media/1/uses", **wish, receiver="", carrier=str(id_of(app, "counter")))
    assert answer.status_code == 422
    assert "「見本株式会社」は委託先です" in answer.text
    assert 'value="見本の開発室"' in answer.text, "what was typed is still there"
