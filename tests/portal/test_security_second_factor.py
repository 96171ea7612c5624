"""No session before both factors, whichever door; a code is good once; failures stop the account (M17)."""

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.audit.event import AuditEvent
from models.sign_in import SecondFactor, SignInGuard, UserSession
from portal import clock
from portal.extensions import db
from portal.security.factors import STEP_SECONDS, code_at, step_of
from tests.portal.conftest import PASSWORD, SECRET, OpenPortal, Visitor

AT = clock.now().replace(second=10, microsecond=0)


def tags(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent.tag).order_by(AuditEvent.id)))


def test_the_password_alone_opens_nothing(app: Flask, visitor: Visitor) -> None:
    answer = visitor.show_password("counter")
    assert answer.location == "/login/second"
    for path in ("/", "/profile/", "/staff/list/", "/cases/1", "/lock/"):
        assert visitor.get(path).status_code in {302, 303}, path
    assert "login:passed" not in tags(app)


def test_the_second_step_is_closed_without_the_first(visitor: Visitor) -> None:
    assert visitor.get("/login/second").location == "/login/"
    assert visitor.post("/login/second", code=code_at(SECRET, clock.now())).location == "/login/"
    assert visitor.post("/login/second/options").status_code == 401


@pytest.mark.parametrize("code", ["000000", "", "12345", "1234567", "abcdef", "１２３４５６"])
def test_a_wrong_code_opens_nothing(visitor: Visitor, code: str) -> None:
    visitor.show_password("counter")
    answer = visitor.post("/login/second", code=code)
    assert answer.status_code == 401
    assert "確認できませんでした" in answer.text
    assert visitor.get("/").status_code == 302


def test_a_code_is_good_once(app: Flask) -> None:
    one, other = Visitor(app), Visitor(app)
    one.show_password("counter")
    code = code_at(SECRET, clock.now())
    assert one.post("/login/second", code=code).status_code == 302
    other.show_password("counter")
    assert other.post("/login/second", code=code).status_code == 401


def test_a_step_that_is_older_than_the_last_one_is_not_taken(app: Flask, visitor: Visitor) -> None:
    visitor.show_password("counter")
    now = clock.now()
    with app.app_context():
        step = int(now.timestamp()) // STEP_SECONDS + 1
        db.session.execute(update(SecondFactor).values(last_step=step))
        db.session.commit()
    assert visitor.post("/login/second", code=code_at(SECRET, now)).status_code == 401


@pytest.mark.parametrize(("late", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_half_a_minute(late: int, taken: bool) -> None:
    code = code_at(SECRET, AT + timedelta(seconds=late * STEP_SECONDS))
    assert (step_of(SECRET, code, AT) is not None) is taken


def test_ten_failures_over_all_doors_stop_the_account_and_time_releases_it(
    staffed_url: str, open_portal: OpenPortal
) -> None:
    app = open_portal(staffed_url, login_limit="1000 per minute", account_failures=10)
    visitor = Visitor(app)
    for _ in range(6):
        visitor.sign_in("counter", "wrong password")
    visitor.show_password("counter")
    for _ in range(4):
        assert visitor.post("/login/second", code="000000").status_code == 401
    stopped = Visitor(app).show_password("counter")
    assert stopped.status_code == 429
    assert "一時的に止まって" in stopped.text
    assert "account:stopped" in tags(app)
    with app.app_context():
        db.session.execute(update(SignInGuard).values(locked_until=clock.now()))
        db.session.commit()
    assert Visitor(app).sign_in("counter").status_code == 302


def test_an_unknown_name_is_stopped_just_the_same(staffed_url: str, open_portal: OpenPortal) -> None:
    app = open_portal(staffed_url, login_limit="1000 per minute", account_failures=3)
    visitor = Visitor(app)
    told = [visitor.sign_in("nobody.here", "wrong").status_code for _ in range(4)]
    assert told == [401, 401, 401, 429]


def test_a_number_typed_as_a_name_is_not_found_by_trying_all_numbers(
    staffed_url: str, open_portal: OpenPortal
) -> None:
    app = open_portal(staffed_url)
    Visitor(app).sign_in("123456789018", "wrong")
    with app.app_context():
        kept = db.session.scalars(select(SignInGuard.name_hash)).all()
    assert len(kept) == 1
    assert hashlib.sha256(b"123456789018").digest() not in kept


def test_the_password_step_is_forgotten_after_five_minutes(app: Flask, visitor: Visitor) -> None:
    visitor.show_password("counter")
    with app.app_context():
        long_ago = clock.now() - timedelta(minutes=6)
        db.session.execute(update(UserSession).values(created_at=long_ago))
        db.session.commit()
    assert visitor.show_code().location == "/login/"


def test_no_secret_stands_on_a_page_or_in_the_record(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("administrator")
    pages = [visitor.get(path).text for path in ("/profile/", "/staff/list/", "/staff/show/1", "/enrol/")]
    assert not [page for page in pages if SECRET in page or PASSWORD in page]
    with app.app_context():
        kept = [str(row.detail) for row in db.session.scalars(select(AuditEvent))]
        sealed = db.session.scalars(select(SecondFactor.sealed)).all()
    assert not [one for one in kept if SECRET in one]
    assert not [one for one in sealed if SECRET.encode() in (one or b"")]
