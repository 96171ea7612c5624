"""A case that somebody has open: colleagues see it on its page and in their list, until it is left."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.open_case import OpenCase
from models.sign_in import UserSession
from portal import clock
from portal.extensions import db
from tests.factories.small_processes import Ask, Do
from tests.fixtures.statements import counted
from tests.portal.conftest import Visitor
from tests.portal.drawn_cases import begin, publish, system

Enter = Callable[[str], Visitor]
FEW = 3  # the session, the note, the others


@pytest.fixture
def case(app: Flask) -> Iterator[int]:
    with system() as bank:
        bank.out_of_order = False
        publish(app, [Ask("first", "申請の受付"), Do("send", "small.send")])
        yield begin(app)


def tell(person: Visitor, case: int) -> str:
    answer = person.post(f"/cases/{case}/open")
    assert answer.status_code == 200
    return answer.text


def told_at(page: str) -> str:
    (found,) = re.findall(r'data-told-at="([^"]+)"', page)
    return found


def test_who_else_has_a_case_open_stands_on_its_page_and_in_the_list(
    app: Flask, signed_in: Enter, case: int
) -> None:
    clerk, chief = signed_in("counter"), signed_in("section_chief")
    assert f'hx-post="/cases/{case}/open"' in clerk.get(f"/cases/{case}").text
    assert "開いています" not in tell(clerk, case)
    assert "開いています" in tell(chief, case)
    assert "さんが開いています" in chief.get("/inbox/?box=group").text
    mine = clerk.get("/inbox/?box=group").text
    assert mine.count("さんが開いています") == 1, "the chief has it open too, and oneself is not told"
    clerk.speak("en")
    assert "has this case open as well" in tell(clerk, case)


def test_it_goes_when_the_page_is_left_and_a_page_opened_meanwhile_stays(
    app: Flask, signed_in: Enter, case: int
) -> None:
    clerk, chief = signed_in("counter"), signed_in("section_chief")
    first = told_at(tell(clerk, case))
    again = told_at(tell(clerk, case))
    assert clerk.post(f"/cases/{case}/left", told_at=first).status_code == 204
    assert "開いています" in tell(chief, case), "another page of the same case was opened since"
    assert clerk.post(f"/cases/{case}/left", told_at=again).status_code == 204
    assert "開いています" not in tell(chief, case)
    for nonsense in ("", "yesterday", "2026-11-30T10:00:00"):
        assert clerk.post(f"/cases/{case}/left", told_at=nonsense).status_code == 204


def test_a_page_that_falls_silent_is_left_after_a_minute_and_a_half(
    app: Flask, signed_in: Enter, case: int
) -> None:
    clerk, chief = signed_in("counter"), signed_in("section_chief")
    tell(clerk, case)
    with app.app_context():
        row = db.session.scalars(select(OpenCase)).one()
        row.at = row.at - timedelta(seconds=90)
        db.session.commit()
        db.session.remove()
    assert "開いています" not in tell(chief, case)
    assert "開いています" not in chief.get("/inbox/?box=group").text


def test_it_costs_little_keeps_no_session_open_and_is_told_of_ones_own_office_alone(
    app: Flask, signed_in: Enter, case: int
) -> None:
    clerk = signed_in("counter")
    token = clerk.token()
    with app.app_context():
        engine = db.engine
        db.session.execute(update(UserSession).values(seen_at=clock.now() - timedelta(minutes=5)))
        db.session.commit()
        moved = select(UserSession.seen_at).where(UserSession.ended_at.is_(None))
        before = db.session.scalars(moved).all()
        db.session.remove()
    with counted(engine) as statements:
        answer = clerk.client.post(f"/cases/{case}/open", headers={"X-CSRFToken": token})
    assert answer.status_code == 200
    assert len(statements) <= FEW, statements
    with app.app_context():
        assert db.session.scalars(moved).all() == before
    assert clerk.post(f"/cases/{case + 1}/open").status_code == 404


def test_the_first_page_of_the_queue_in_a_minute_asks_eight_statements_at_most(
    app: Flask, signed_in: Enter, case: int
) -> None:
    clerk = signed_in("counter")
    clerk.get("/inbox/?box=group")
    with app.app_context():
        engine = db.engine
        db.session.execute(update(UserSession).values(seen_at=clock.now() - timedelta(minutes=1)))
        db.session.commit()
        db.session.remove()
    with counted(engine) as statements:
        assert clerk.get("/inbox/?box=group").status_code == 200
    assert any(one.startswith("UPDATE user_session") for one in statements)
    assert len(statements) <= 8, statements
