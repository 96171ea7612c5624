"""One Individual Number, in one's own open case, for a purpose of the law, after it is recorded (M06)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.staff import User
from portal.extensions import db
from services import number_showing, sign_in
from services.number_showing import Refusal
from tests.portal.conftest import Visitor, account_of
from tests.portal.number_case import NUMBER, SPACED, take_in_a_number
from tests.portal.test_attack_cases import somebody, uow
from workflows.engine import runner


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> SimpleNamespace:
    return take_in_a_number(app, tmp_path)


def tries(app: Flask) -> list[AuditEvent]:
    with app.app_context():
        told = select(AuditEvent).where(AuditEvent.tag == "number:shown").order_by(AuditEvent.id)
        return list(db.session.scalars(told))


def ask(person: Visitor, office: SimpleNamespace, **more: object):
    return person.post(office.path, **{"place": 1, "purpose": "eligibility"} | more)


def test_the_number_is_shown_to_whoever_took_the_case_in(app, signed_in, office) -> None:
    counter = signed_in("counter")
    listed = counter.get(office.path)
    assert SPACED not in listed.text
    assert "番号の記入・登録なし" in listed.text
    assert "9条1項 別表44の項" in listed.text
    assert "条文未確認" in listed.text
    answer = ask(counter, office)
    assert answer.status_code == 200
    assert SPACED in answer.text
    assert 'content="30;' in answer.text
    assert answer.text.count("1001 窓口担当 花子") >= 20, "the watermark says who looks, and when"
    assert answer.headers["Cache-Control"] == "no-store"
    [told] = tries(app)
    assert (told.result, told.purpose, told.case_id) == ("done", "eligibility", office.case)
    assert told.subject.startswith("vault:")
    assert NUMBER not in str(told.detail) + told.subject


@pytest.mark.parametrize(
    ("more", "status", "why"),
    [
        ({"purpose": "curiosity"}, 422, Refusal.PURPOSE),
        ({"purpose": ""}, 422, Refusal.PURPOSE),
        ({"place": 2}, 422, Refusal.NONE),
    ],
)
def test_a_try_that_is_refused_is_on_record_and_shows_nothing(
    app, signed_in, office, more, status, why
) -> None:
    answer = ask(signed_in("counter"), office, **more)
    assert answer.status_code == status
    assert SPACED not in answer.text
    assert [(told.result, told.detail["why"]) for told in tries(app)] == [("refused", why.value)]


def test_a_factor_that_is_not_fresh_leads_to_the_proof_and_shows_nothing(
    app, signed_in, office, monkeypatch
) -> None:
    counter = signed_in("counter")
    monkeypatch.setattr(sign_in, "FRESH_FOR", timedelta(seconds=-1))
    led = counter.get(office.path)
    assert (led.status_code, "/prove" in led.location) == (303, True)
    answer = ask(counter, office)
    assert answer.status_code == 422
    assert SPACED not in answer.text
    assert "本人をもう一度確認する" in answer.text
    assert [told.detail["why"] for told in tries(app)] == [Refusal.FACTOR.value]


def test_nobody_of_another_role_gets_there(signed_in, office) -> None:
    for role in ("verifier", "certificate_clerk", "section_chief", "auditor", "administrator"):
        person = signed_in(role)
        assert person.get(office.path).status_code == 403
        assert ask(person, office).status_code == 403


def test_a_colleague_who_has_nothing_of_the_case_in_hand_is_refused(app, signed_in, office) -> None:
    with app.app_context():
        other = db.session.scalars(select(User).where(User.username == account_of("auditor"))).one()
        with uow(somebody("counter")) as ctx:
            colleague = replace(ctx, actor=replace(ctx.actor, staff_id=other.id))
            shown = number_showing.show(colleague, office.case, 1, "eligibility", is_fresh=True)
        assert (shown.refusal, shown.digits) == (Refusal.NOT_OWN, None)


def test_who_has_yet_to_compare_sees_no_number_even_with_the_right(app, office) -> None:
    with app.app_context():
        with uow(somebody("verifier")) as ctx:
            shown = number_showing.show(ctx, office.case, 1, "identity", is_fresh=True)
        assert shown.refusal is Refusal.BLIND


def test_a_case_that_has_ended_shows_nothing(app, signed_in, office) -> None:
    with app.app_context():
        with uow(somebody("counter")) as ctx:
            runner.withdraw(ctx, office.case, "取り下げます")
        db.session.remove()
    counter = signed_in("counter")
    assert "手続は終わっている" in counter.get(office.path).text
    assert ask(counter, office).status_code == 403


def test_the_case_of_another_office_is_not_there(signed_in, office) -> None:
    counter = signed_in("counter")
    assert counter.get("/cases/999/numbers").status_code == 404
    assert ask(counter, SimpleNamespace(path="/cases/999/numbers")).status_code == 404
    assert ask(counter, office, place=9).status_code == 404


def test_the_number_does_not_leave_when_its_event_cannot_be_written(
    app: Flask, signed_in: Callable[[str], Visitor], office: SimpleNamespace
) -> None:
    counter = signed_in("counter")
    with app.app_context(), db.engine.begin() as connection:
        full = "CREATE TRIGGER full BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        connection.exec_driver_sql(full)
    answer = ask(counter, office)
    assert answer.status_code == 500
    assert SPACED not in answer.text
