"""Ten times as many sign-ins at once as are checked: the rest is told to come again, others go on (d-27)."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event, Semaphore

import pytest
from flask import Flask

from portal.security import hashing
from tests.portal.conftest import PASSWORD, Visitor

BURST = 30
PATIENCE = 60


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch):
    """Passwords are checked only when `go` is set; `begun` is released by each that is being checked."""
    begun, go = Semaphore(0), Event()
    real = hashing.check_password_hash

    def check(secret: str, password: str) -> bool:
        begun.release()
        assert go.wait(PATIENCE)
        return real(secret, password)

    monkeypatch.setattr(hashing, "check_password_hash", check)
    yield begun, go
    go.set()


def test_others_work_on_while_many_sign_in(app: Flask, signed_in, slow) -> None:
    begun, go = slow
    go.set()
    at_work = signed_in("counter")
    go.clear()
    while begun.acquire(blocking=False):
        pass
    people = [Visitor(app) for _ in range(BURST)]
    tokens = [person.token() for person in people]

    def sign_in(number: int):
        form = {"csrf_token": tokens[number], "username": f"nobody{number}", "password": PASSWORD}
        return people[number].client.post("/login/", data=form)

    with ThreadPoolExecutor(BURST) as crowd:
        running: set[Future] = {crowd.submit(sign_in, number) for number in range(BURST)}
        turned_away: list = []
        while len(turned_away) < BURST - hashing.AT_ONCE - hashing.WAITING:
            done, running = wait(running, PATIENCE, FIRST_COMPLETED)
            assert done
            turned_away += [one.result() for one in done]
        for _ in range(hashing.AT_ONCE):
            assert begun.acquire(timeout=PATIENCE)
        assert not begun.acquire(blocking=False)  # no third one is checked, whoever waits

        page = at_work.get("/inbox/")
        assert page.status_code == 200
        go.set()
        checked = [one.result() for one in running]
    assert {answer.status_code for answer in turned_away} == {429}
    assert {answer.headers["Retry-After"] for answer in turned_away} == {str(hashing.RETRY_SECONDS)}
    assert "サインインが集中しています" in turned_away[0].text
    assert [answer.status_code for answer in checked] == [401] * (hashing.AT_ONCE + hashing.WAITING)


def test_afterwards_everybody_comes_in(app: Flask) -> None:
    for _ in range(hashing.AT_ONCE + hashing.WAITING + 2):
        assert Visitor(app).sign_in("counter").status_code == 302


def test_who_is_turned_away_is_not_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> bool:
        raise hashing.TooManyAtOnce

    with monkeypatch.context() as full:
        full.setattr(hashing, "matches", is_full)
        for _ in range(12):  # more than the failures that stop an account
            assert Visitor(app).show_password("counter").status_code == 429
    assert Visitor(app).sign_in("counter").status_code == 302
