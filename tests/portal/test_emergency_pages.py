"""Break-glass on the screen: what it opens and what not, the banners, the end, the review (T14)."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.case import Case
from models.notification import Notification
from models.rights import EmergencyRight
from portal.extensions import db
from tests.portal.conftest import Visitor
from tests.portal.two_offices import furnish

REASON = "照合担当が全員休みで、今日中に証が必要なため"


@pytest.fixture
def case_elsewhere(app: Flask, tmp_path: Path) -> tuple[int, str]:
    """A case of another office: its id and its number."""
    case_id = furnish(app, tmp_path).other.cases["counter"][0]
    with app.app_context():
        case = db.session.get_one(Case, case_id)
        number = db.session.get_one(Notification, case.notification_id).number
        db.session.remove()
    return case_id, number


def test_one_case_of_another_office_is_opened_without_its_numbers_and_closed_again(
    app: Flask, signed_in, case_elsewhere: tuple[int, str]
) -> None:
    case_id, number = case_elsewhere
    person, watcher = signed_in("counter"), signed_in("administrator")
    assert person.get(f"/cases/{case_id}").status_code == 404
    taken = person.post("/emergency/begin", number=number, reason=REASON)
    assert taken.location == f"/cases/{case_id}"
    page = person.get(f"/cases/{case_id}")
    assert page.status_code == 200
    assert "緊急の権限で、ほかの課・窓口の届出1件" in page.text
    assert person.get(f"/cases/{case_id + 1}").status_code == 404
    assert person.get(f"/cases/{case_id}/numbers").status_code == 403
    assert "緊急の権限がいま1件使われています" in watcher.get("/").text
    with app.app_context():
        read = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "case:read")).all()[-1]
        assert read.detail["emergency"] == 1
        db.session.remove()
    assert person.post("/emergency/end").status_code == 303
    assert person.get(f"/cases/{case_id}").status_code == 404


def test_a_role_for_a_while_opens_its_doors_but_shows_no_number(app: Flask, signed_in) -> None:
    person: Visitor = signed_in("certificate_clerk")
    assert person.get("/notifications/new/").status_code == 403
    assert person.post("/emergency/begin", role="counter", reason=REASON).status_code == 303
    assert person.get("/notifications/new/").status_code == 200
    assert person.get("/cases/1/numbers").status_code == 403
    assert "緊急の権限「窓口担当」" in person.get("/").text
    stopper = signed_in("administrator")
    assert stopper.post("/emergency/1/stop").status_code == 303
    assert person.get("/notifications/new/").status_code == 403
    assert "緊急の権限「窓口担当」" not in person.get("/").text


@pytest.mark.parametrize(
    ("own", "taken", "door"),
    [
        ("counter", "verifier", "/premium/pensions/of/entries/1/decide"),
        ("counter", "verifier", "/premium/circumstances/entries/1/decide"),
        ("counter", "verifier", "/shares/entries/1/decide"),
        ("counter", "section_chief", "/parameters/entries/1/decide"),
        ("certificate_clerk", "counter", "/premium/runs/"),
        ("certificate_clerk", "counter", "/premium/runs/1/final"),
        ("counter", "verifier", "/incoming/1"),
        ("counter", "verifier", "/merges/1/decide"),
        ("counter", "verifier", "/protection/persons/1/marks/1/decide"),
    ],
)
def test_a_role_for_a_while_moves_no_money(signed_in, own: str, taken: str, door: str) -> None:
    person: Visitor = signed_in(own)
    assert person.post("/emergency/begin", role=taken, reason=REASON).status_code == 303
    assert person.post(door).status_code == 403


def test_another_one_reviews_it_and_the_holder_finds_no_way_to(app: Flask, signed_in) -> None:
    chief: Visitor = signed_in("section_chief")
    chief.post("/emergency/begin", role="verifier", reason=REASON)
    chief.post("/emergency/end")
    assert "やむを得ない使用" not in chief.get("/emergency/").text
    assert chief.post("/emergency/1/review", verdict="justified", words="自分で").status_code == 403
    auditor: Visitor = signed_in("auditor")
    assert "確認待ち" in auditor.get("/emergency/").text
    auditor.post("/emergency/1/review", verdict="justified", words="勤務表で確認した")
    page = auditor.get("/emergency/").text
    assert "勤務表で確認した" in page
    assert "確認待ち" not in page


def test_what_is_missing_is_said_and_nothing_typed_is_lost(signed_in) -> None:
    person: Visitor = signed_in("counter")
    for sent in ({"reason": REASON}, {"role": "verifier", "number": "R8-1", "reason": REASON}):
        answer = person.post("/emergency/begin", **sent)
        assert answer.status_code == 422
        assert "どちらか一つ" in answer.text
        assert REASON in answer.text
    assert "10文字以上" in person.post("/emergency/begin", role="verifier", reason="急ぎ").text


def test_a_review_that_is_refused_keeps_the_words_that_were_typed(app: Flask, signed_in) -> None:
    chief: Visitor = signed_in("section_chief")
    chief.post("/emergency/begin", role="verifier", reason=REASON)
    auditor: Visitor = signed_in("auditor")
    words = "勤務表を見て確かめた"
    answer = auditor.post("/emergency/1/review", verdict="justified", words=words)
    assert answer.status_code == 422
    assert "まだ終わっていません" in answer.text
    chief.post("/emergency/end")
    answer = auditor.post("/emergency/1/review", verdict="", words=words)
    assert answer.status_code == 422
    assert f'value="{words}"' in answer.text
    assert "判定を選び" in answer.text
    with app.app_context():
        assert db.session.scalars(select(EmergencyRight.reviewed_at)).all() == [None]
        db.session.remove()
