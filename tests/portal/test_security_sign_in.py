from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select, update

from models.audit.event import AuditEvent
from models.masters import Posting
from portal import clock
from portal.extensions import db
from tests.portal.conftest import PASSWORD, OpenPortal, Visitor

TOKEN_DOORS = ["/api/v1/security/login", "/api/v1/security/refresh"]


def refusal(answer) -> str:
    """What a refused visitor reads, without what differs in each answer."""
    start = answer.text.index('<div class="error-summary"')
    return answer.text[start : answer.text.index("<form", start)]


def test_the_right_password_opens_the_first_page(visitor: Visitor) -> None:
    answer = visitor.sign_in("counter")
    assert (answer.status_code, answer.location) == (302, "/")
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize("name", ["COUNTER.HANAKO", "Counter.Hanako ", "ｃｏｕｎｔｅｒ．ｈａｎａｋｏ"])
def test_a_name_is_compared_in_its_plain_form(visitor: Visitor, name: str) -> None:
    assert visitor.sign_in(name).status_code == 302


def test_every_refusal_has_the_same_words(app: Flask, visitor: Visitor) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.username == "auditor.hanako").values(active=False))
        away = select(User.id).where(User.username == "verifier.hanako").scalar_subquery()
        yesterday = clock.today() - timedelta(days=1)
        db.session.execute(update(Posting).where(Posting.user_id == away).values(until_on=yesterday))
        db.session.commit()
    answers = [
        visitor.sign_in("counter", "wrong password"),
        visitor.sign_in("nobody"),
        visitor.sign_in("auditor"),
        visitor.sign_in("verifier"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert len({refusal(answer) for answer in answers}) == 1


def test_an_empty_form_is_refused_and_asks_for_both(visitor: Visitor) -> None:
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert "両方を入力" in answer.text


def test_each_try_is_on_record_without_the_name_that_was_typed(app: Flask, visitor: Visitor) -> None:
    visitor.sign_in("somebody else", "password")
    visitor.sign_in("counter")
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(3)).all()
        assert [event.tag for event in events] == ["login:passed", "login:half", "login:refused"]
        assert "somebody" not in str([(event.subject, event.detail) for event in events])


def test_access_ends_at_the_next_request_when_the_posting_ends(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    person = signed_in("counter")
    with app.app_context():
        db.session.execute(update(Posting).values(until_on=clock.today() - timedelta(days=1)))
        db.session.commit()
    assert person.get("/").status_code == 302


def test_access_ends_at_the_next_request_when_the_account_is_switched_off(
    app: Flask, signed_in: Callable[[str], Visitor]
) -> None:
    person = signed_in("counter")
    with app.app_context():
        db.session.execute(update(User).values(active=False))
        db.session.commit()
    assert person.get("/").status_code == 302


def test_tries_for_one_account_from_one_address_are_limited(
    staffed_url: str, open_portal: OpenPortal
) -> None:
    visitor = Visitor(open_portal(staffed_url, login_limit="3 per 5 minute"))
    statuses = [visitor.sign_in("counter", "wrong").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    limited = visitor.sign_in("counter")
    assert limited.status_code == 429
    assert "お待ち" in limited.text
    assert limited.headers["Retry-After"]
    assert visitor.sign_in("verifier").status_code == 302


def test_tries_from_one_address_are_limited_over_all_accounts(
    staffed_url: str, open_portal: OpenPortal
) -> None:
    visitor = Visitor(open_portal(staffed_url, address_limit="3 per 5 minute"))
    assert [visitor.sign_in(f"guess{n}").status_code for n in range(4)] == [401, 401, 401, 429]


def test_another_process_counts_the_same_tries(staffed_url: str, open_portal: OpenPortal) -> None:
    one = Visitor(open_portal(staffed_url, login_limit="2 per 5 minute"))
    other = Visitor(open_portal(staffed_url, login_limit="2 per 5 minute"))
    assert one.sign_in("counter", "wrong").status_code == 401
    assert other.sign_in("counter", "wrong").status_code == 401
    assert one.sign_in("counter", "wrong").status_code == 429


def test_a_foreign_target_after_signing_in_is_not_followed(visitor: Visitor) -> None:
    answer = visitor.show_password("counter", address="/login/?next=http://evil.example/x")
    assert visitor.show_code(answer.location).location == "/"


def test_one_comes_back_to_the_page_one_wanted(visitor: Visitor) -> None:
    wanted = visitor.get("/profile/")
    assert wanted.location == "/login/?next=/profile/"
    answer = visitor.show_password("counter", address=wanted.location)
    assert answer.location == "/login/second?next=/profile/"
    assert visitor.show_code(answer.location).location == "/profile/"


def test_signing_out_needs_a_form_and_ends_the_session(signed_in: Callable[[str], Visitor]) -> None:
    person = signed_in("counter")
    assert person.get("/logout/").status_code == 405
    assert person.get("/").status_code == 200
    assert person.post("/logout/").status_code == 302
    assert person.get("/").status_code == 302


@pytest.mark.parametrize("path", TOKEN_DOORS)
def test_there_are_no_tokens(signed_in: Callable[[str], Visitor], path: str) -> None:
    person = signed_in("counter")
    body = {"username": "counter.hanako", "password": PASSWORD, "provider": "db"}
    assert person.client.post(path, json=body).status_code == 400
    answer = person.client.post(path, json=body, headers={"X-CSRFToken": person.token()})
    assert answer.status_code == 403
    assert "access_token" not in answer.text


def test_the_time_of_the_last_sign_in_is_kept(app: Flask, visitor: Visitor) -> None:
    before = clock.now()
    visitor.sign_in("counter", "wrong")
    visitor.sign_in("counter")
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "counter.hanako")).one()
        assert user.last_login.replace(tzinfo=UTC) >= before
        assert (user.login_count, user.fail_login_count) == (1, 0)


def test_signing_in_commits_once_whether_right_or_wrong(app: Flask, visitor: Visitor) -> None:
    commits: list[int] = []
    with app.app_context():
        event.listen(db.session, "after_commit", lambda _session: commits.append(1))
    visitor.sign_in("counter", "wrong")
    assert len(commits) == 1
    visitor.sign_in("nobody")
    assert len(commits) == 2
    answer = visitor.show_password("counter")
    assert len(commits) == 3
    commits.clear()
    visitor.show_code(answer.location)
    assert len(commits) == 2  # one is the test's own, which makes the code new
