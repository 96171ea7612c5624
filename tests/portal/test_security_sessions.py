"""Sessions live on the server: revocable, bound to the terminal, one a person, with limits (T21)."""

from datetime import timedelta

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from models.audit.event import AuditEvent
from models.sign_in import SecondFactor, UserSession
from portal import clock
from portal.extensions import db
from portal.security.factors import code_at
from services import accounts, unit_of_work
from services.context import SYSTEM
from tests.portal.conftest import PASSWORD, SECRET, Visitor, account_of


def cookie_of(person: Visitor) -> str:
    found = person.client.get_cookie("session")
    assert found
    return found.value


def with_cookie(app: Flask, value: str) -> Visitor:
    copied = Visitor(app)
    copied.client.set_cookie("session", value)
    return copied


def move_sessions(app: Flask, **times: timedelta) -> None:
    """Let sessions be older: `seen_at=…` ago."""
    with app.app_context():
        now = clock.now()
        db.session.execute(
            update(UserSession)
            .where(UserSession.ended_at.is_(None))
            .values({name: now - ago for name, ago in times.items()})
        )
        db.session.commit()


def test_the_cookie_holds_a_token_and_the_database_its_hash_only(app: Flask, signed_in) -> None:
    value = cookie_of(signed_in("counter"))
    assert value.startswith("~")
    with app.app_context():
        rows = db.session.scalars(select(UserSession)).all()
    assert not [row for row in rows if value[1:].encode() in row.token_hash]


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    value = cookie_of(person)
    assert with_cookie(app, value).get("/").status_code == 200
    person.post("/logout/")
    assert with_cookie(app, value).get("/").status_code == 302


def test_a_cookie_that_is_carried_to_another_terminal_opens_nothing(app: Flask, signed_in) -> None:
    value = cookie_of(signed_in("counter"))
    elsewhere = with_cookie(app, value)
    answer = elsewhere.get("/", headers={"User-Agent": "another browser"})
    assert answer.status_code == 302


def test_the_token_changes_at_each_step(app: Flask, visitor: Visitor) -> None:
    visitor.get("/login/")
    before = cookie_of(visitor)
    answer = visitor.show_password("counter")
    half = cookie_of(visitor)
    visitor.show_code(answer.location)
    whole = cookie_of(visitor)
    assert len({before, half, whole}) == 3
    assert with_cookie(app, half).get("/").status_code == 302


def test_a_token_put_there_by_somebody_else_is_never_taken_over(app: Flask) -> None:
    planted = "~" + "A" * 43
    victim = with_cookie(app, planted)
    assert victim.sign_in("counter").status_code == 302
    assert cookie_of(victim) != planted
    assert with_cookie(app, planted).get("/").status_code == 302


def test_a_second_sign_in_ends_the_first_and_says_so(app: Flask) -> None:
    first, second = Visitor(app), Visitor(app)
    first.sign_in("counter")
    second.sign_in("counter")
    assert second.get("/").status_code == 200
    answer = first.get("/", follow_redirects=True)
    assert "別の端末でのサインイン" in answer.text
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.tag == "login:passed")).all()
        assert events[-1].detail["replaced"] == 1


@pytest.mark.parametrize("change", ["password", "roles", "away"])
def test_sessions_die_when_password_roles_or_use_change(app: Flask, signed_in, change: str) -> None:
    person = signed_in("counter")
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == account_of("counter"))).one()
        values = accounts.shown(user)
        if change == "roles":
            values["roles"] = ["verifier"]
        if change == "away":
            values["active"] = False
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            if change == "password":
                from services import passwords

                passwords.take(ctx, ctx.session.get_one(User, user.id), "紫陽花 another battery 7")
            else:
                accounts.change_account(ctx, user.id, values)
        db.session.remove()
    assert person.get("/").status_code == 302


def test_ones_own_new_password_keeps_this_terminal_and_ends_the_old_cookie(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    before = cookie_of(person)
    answer = person.post("/profile/", now=PASSWORD, new="紫陽花 another battery 7")
    assert answer.status_code == 303
    assert cookie_of(person) != before
    assert person.get("/").status_code == 200
    assert with_cookie(app, before).get("/").status_code == 302


def test_nobody_moves_for_a_while_and_the_session_is_locked(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    move_sessions(app, seen_at=timedelta(minutes=11))
    for path in ("/", "/profile/", "/inbox/"):
        answer = person.get(path)
        assert (answer.status_code, answer.location) == (303, f"/lock/?next={path}"), path
    part = person.get("/inbox/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (423, "/lock/")
    assert person.post("/profile/", now="x", new="y").status_code == 423
    page = person.get("/lock/")
    assert page.status_code == 200
    assert "ロックされています" in page.text


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    move_sessions(app, seen_at=timedelta(minutes=5))
    with app.app_context():
        before = db.session.scalars(select(UserSession.seen_at)).all()
    asset = person.get("/static/portal.css")
    asset.close()
    with app.app_context():
        assert db.session.scalars(select(UserSession.seen_at)).all() == before
    person.get("/")
    with app.app_context():
        assert db.session.scalars(select(UserSession.seen_at)).all() != before


def test_unlocking_needs_password_and_a_new_code_and_gives_a_new_token(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    before = cookie_of(person)
    person.post("/lock/now", because="left", next="/profile/")
    assert person.get("/").status_code == 303
    token = person.token()
    for password, code in ((PASSWORD, "000000"), ("wrong", "now"), (PASSWORD, "used")):
        if code == "used":
            shown = code_at(SECRET, clock.now())  # this half minute's code has opened the session already
        else:
            shown = code_at(SECRET, clock.now()) if code == "now" else code
        answer = person.client.post("/lock/", data={"csrf_token": token, "password": password, "code": shown})
        assert answer.status_code == 401
    with app.app_context():
        db.session.execute(update(SecondFactor).values(last_step=None))
        db.session.commit()
    answer = person.client.post(
        "/lock/?next=/profile/",
        data={"csrf_token": token, "password": PASSWORD, "code": code_at(SECRET, clock.now())},
    )
    assert (answer.status_code, answer.location) == (302, "/profile/")
    assert cookie_of(person) != before
    assert person.get("/profile/").status_code == 200
    assert with_cookie(app, before).get("/").status_code == 302


def test_a_terminal_with_a_passkey_is_not_unlocked_by_a_code(app: Flask, signed_in) -> None:
    """L2: the code is for terminals that have no passkey."""
    person = signed_in("counter")
    with app.app_context():
        row = db.session.scalars(select(UserSession).where(UserSession.stage == "full")).one()
        row.content = row.content | {"factor": "passkey"}
        key = {"kind": "passkey", "name": "端末", "place": "", "sign_count": 0, "enrolled_at": clock.now()}
        db.session.add(SecondFactor(user_id=row.user_id, credential_id=b"c", public_key=b"k", **key))
        db.session.commit()
    person.post("/lock/now")
    assert 'name="code"' not in person.get("/lock/").text
    with app.app_context():
        db.session.execute(update(SecondFactor).values(last_step=None))
        db.session.commit()
    answer = person.post("/lock/", password=PASSWORD, code=code_at(SECRET, clock.now()))
    assert answer.status_code == 401
    assert person.get("/").status_code == 303


def test_the_next_session_remembers_by_what_it_was_opened(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    person.post("/lock/now")
    with app.app_context():
        row = db.session.scalars(select(UserSession).where(UserSession.stage == "locked")).one()
        assert row.content["factor"] == "totp"


def test_five_failures_at_the_lock_end_the_session(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    person.post("/lock/now")
    token = person.token()
    statuses = [
        person.client.post("/lock/", data={"csrf_token": token, "password": "wrong", "code": "000000"})
        for _ in range(5)
    ]
    assert [answer.status_code for answer in statuses] == [401] * 4 + [302]
    assert statuses[-1].location == "/login/"
    assert person.get("/").status_code == 302
    assert person.get("/lock/").location == "/"


def test_somebody_else_signs_in_at_the_locked_terminal_and_sees_nothing_of_before(
    app: Flask, signed_in
) -> None:
    person = signed_in("counter")
    person.post("/lock/now", next="/cases/1")
    person.post("/logout/")
    answer = person.sign_in("verifier")
    assert answer.location == "/"
    assert "verifier" in person.get("/profile/").text
    with app.app_context():
        ended = db.session.scalars(select(UserSession.ended_because).order_by(UserSession.id)).all()
    assert "signed_out" in ended


def test_a_day_is_the_longest_that_a_session_lasts(app: Flask, signed_in) -> None:
    person = signed_in("counter")
    move_sessions(app, created_at=timedelta(hours=13))
    answer = person.get("/", follow_redirects=True)
    assert "時間がたったため" in answer.text


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1"]
)
def test_the_lock_leads_back_to_ourselves_only(app: Flask, signed_in, next_: str) -> None:
    person = signed_in("counter")
    answer = person.post("/lock/now", next=next_)
    assert answer.location == "/lock/?next=/"
