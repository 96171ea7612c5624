"""Factors are enrolled with an administrator's code; whoever lost all begins anew by two (L1, T14)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.audit.event import AuditEvent
from models.sign_in import EnrolmentTicket, SecondFactor
from portal import clock
from portal.extensions import db
from portal.security.roles import ROLES
from services import unit_of_work
from services.context import SYSTEM
from tests.portal.conftest import (
    CODE,
    PASSWORD,
    Visitor,
    employ,
    enrol_app,
    id_of,
    ticket_for,
)

NEW = "紫陽花 another battery 7"


@pytest.fixture
def second_administrator(app: Flask) -> Visitor:
    """Another administrator, signed in."""
    with app.app_context():
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            employ(ctx, "second.keeper", "administrator", "9001")
        db.session.remove()
    person = Visitor(app)
    assert person.sign_in("second.keeper").status_code == 302
    return person


def tags(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)))


def test_one_more_factor_is_enrolled_with_a_code_and_opens_the_door(app: Flask, signed_in) -> None:
    code = ticket_for(app, signed_in("administrator"), "counter")
    person = signed_in("counter")
    assert person.post("/enrol/ticket", code=code.lower()).status_code == 303
    answer = enrol_app(person)
    assert (answer.status_code, answer.location) == (303, "/profile/")
    assert "わたしの電話" in person.get("/profile/").text
    assert "factor:enrolled" in tags(app)


def test_without_a_code_nothing_is_enrolled(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    assert person.post("/enrol/ticket", code="ABCDEFGHJK").status_code == 422
    assert person.post("/enrol/totp", code="123456").location == "/enrol/"
    assert person.post("/enrol/passkey/options").status_code == 401
    with app.app_context():
        assert len(db.session.scalars(select(SecondFactor)).all()) == len(ROLES)  # as everybody was employed


def test_a_code_is_good_once_for_its_person_and_for_half_an_hour(app: Flask, signed_in) -> None:
    keeper = signed_in("administrator")
    code = ticket_for(app, keeper, "counter")
    stranger = signed_in("verifier")
    assert stranger.post("/enrol/ticket", code=code).status_code == 422
    person = signed_in("counter")
    person.post("/enrol/ticket", code=code)
    enrol_app(person)
    assert person.post("/enrol/ticket", code=code).status_code == 422
    late = ticket_for(app, keeper, "counter")
    with app.app_context():
        db.session.execute(update(EnrolmentTicket).values(expires_at=clock.now() - timedelta(seconds=1)))
        db.session.commit()
    assert person.post("/enrol/ticket", code=late).status_code == 422


def test_five_wrong_codes_close_the_ticket(app: Flask, signed_in) -> None:
    code = ticket_for(app, signed_in("administrator"), "counter")
    person = signed_in("counter")
    for _ in range(5):
        person.post("/enrol/ticket", code="ABCDEFGHJK")
    assert person.post("/enrol/ticket", code=code).status_code == 422


def test_nobody_gives_himself_a_code(app: Flask, signed_in) -> None:
    keeper = signed_in("administrator")
    own = id_of(app, "administrator")
    assert keeper.post(f"/staff/security/{own}/ticket").status_code == 403
    assert keeper.post(f"/staff/security/{own}/recovery", reason="lost").status_code == 403


def test_only_an_administrator_gives_codes(app: Flask, signed_in) -> None:
    for role in ("counter", "section_chief", "auditor", "verifier"):
        answer = signed_in(role).post(f"/staff/security/{id_of(app, 'counter')}/ticket")
        assert answer.status_code == 403, role


def test_who_lost_everything_begins_anew_by_two_administrators(
    app: Flask, signed_in, second_administrator: Visitor
) -> None:
    first, person = signed_in("administrator"), signed_in("counter")
    account = f"/staff/security/{id_of(app, 'counter')}"
    assert first.post(f"{account}/recovery", reason="").status_code == 422
    assert first.post(f"{account}/recovery", reason="端末を紛失").status_code == 303
    assert first.post(f"{account}/recovery/approve").status_code == 403
    answer = second_administrator.post(f"{account}/recovery/approve")
    code = CODE.search(answer.text)[1]
    assert person.get("/").status_code == 302
    assert Visitor(app).show_password("counter").status_code == 401
    anew = Visitor(app)
    begun = anew.post("/enrol/begin", username="counter.hanako", code=code, new=NEW, again=NEW)
    assert begun.status_code == 303
    assert enrol_app(anew).status_code == 303
    assert anew.get("/").status_code == 200
    with app.app_context():
        left = db.session.scalars(
            select(SecondFactor.name).where(
                SecondFactor.user_id == id_of(app, "counter"), SecondFactor.removed_at.is_(None)
            )
        ).all()
    assert left == ["わたしの電話"]
    assert [tag for tag in tags(app) if tag.startswith("recovery")] == [
        "recovery:asked",
        "recovery:approved",
    ]


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("short", "12文字以上"),
        ("aaaaaaaaaaaaaaaa", "推測されやすい"),
        ("kokuho2026dayo!", "よく使われる言葉"),
        ("1234sunshine1234", "よく使われる言葉"),
        ("dragondragon", "よく使われる言葉"),
        (PASSWORD, "前に使った"),
    ],
)
def test_a_password_that_everybody_tries_is_refused_in_words(signed_in, new: str, words: str) -> None:
    answer = signed_in("counter").post("/profile/", now=PASSWORD, new=new)
    assert answer.status_code == 422
    assert words in answer.text
    assert new not in answer.text


def test_the_last_factor_stays(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    with app.app_context():
        own = db.session.scalars(
            select(SecondFactor.id).where(SecondFactor.user_id == id_of(app, "counter"))
        ).one()
        other = db.session.scalars(
            select(SecondFactor.id).where(SecondFactor.user_id == id_of(app, "verifier"))
        ).one()
    assert person.post(f"/profile/factors/{own}/remove").status_code == 422
    assert person.post(f"/profile/factors/{other}/remove").status_code == 404
