"""What was typed into a task that has moved on meanwhile: it is told, and nothing of it is lost."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import select

from models.staff import User
from portal.extensions import db
from portal.security.actor import actor_of
from services.context import SYSTEM
from tests.portal.conftest import Visitor, employ
from tests.portal.drawn_cases import open_tasks
from tests.portal.number_case import take_in_a_number
from tests.portal.test_attack_cases import uow
from workflows.engine import runner

Enter = Callable[[str], Visitor]
TYPED = {"event_on": "R8.11.10", "remarks": "電話で確かめる"}


@pytest.fixture
def waits(app: Flask, tmp_path: Path) -> SimpleNamespace:
    """A case that waits for its verification."""
    case = take_in_a_number(app, tmp_path).case
    task = open_tasks(app, case)["verify"]
    return SimpleNamespace(case=case, task=task, page=f"/cases/{case}", address=f"/cases/{case}/tasks/{task}")


def send_back_by_a_colleague(app: Flask, task: int) -> None:
    with app.app_context():
        with uow(SYSTEM) as ctx:
            employ(ctx, "verifier.jiro", "verifier", "2001")
        other = actor_of(db.session.scalars(select(User).where(User.username == "verifier.jiro")).one())
        with uow(other) as ctx:
            runner.complete(ctx, task, {}, "send_back", "紙と違う")
        db.session.remove()


def test_a_draft_says_what_happened_in_the_case_since_it_was_saved(
    app: Flask, signed_in: Enter, waits: SimpleNamespace
) -> None:
    verifier, chief = signed_in("verifier"), signed_in("section_chief")
    assert verifier.post(waits.address, deed="draft", **TYPED).status_code == 303
    assert "この手続に動きがありました" not in verifier.get(waits.page).text
    for deed in ("suspend", "resume"):
        answer = chief.post(f"/operations/cases/{waits.case}/{deed}", reason="確認のため", deed_key=deed * 6)
        assert answer.status_code == 303
    page = verifier.get(waits.page).text
    for told in ("下書きを保存したあとで、この手続に動きがありました", "一時停止", "再開", "R8.11.10"):
        assert told in page
    verifier.speak("en")
    assert "The case has moved on since you saved this draft" in verifier.get(waits.page).text


def test_what_is_sent_to_a_task_that_a_colleague_has_finished_stays_on_the_page_until_it_is_removed(
    app: Flask, signed_in: Enter, waits: SimpleNamespace
) -> None:
    verifier = signed_in("verifier")
    send_back_by_a_colleague(app, waits.task)
    answer = verifier.post(waits.address, deed_key="k" * 32, **TYPED)
    assert answer.status_code == 409
    for page in (answer.text, verifier.get(waits.page).text):
        assert "送らなかった入力" in page
        assert "さんがこの仕事を終えました" in page
        assert "R8.11.10" in page
    assert verifier.post(waits.address, deed="drop_draft").status_code == 303
    assert "送らなかった入力「" not in verifier.get(waits.page).text


def test_a_draft_of_a_task_that_is_no_more_is_seen_by_its_writer_alone(
    app: Flask, signed_in: Enter, waits: SimpleNamespace
) -> None:
    verifier, counter = signed_in("verifier"), signed_in("counter")
    verifier.post(waits.address, deed="draft", **TYPED)
    assert counter.post(f"{waits.page}/withdraw", reason="本人の申出").status_code == 303
    page = verifier.get(waits.page).text
    assert "手続が先へ進み、この仕事はなくなりました" in page
    assert "R8.11.10" in page
    assert "送らなかった入力" not in counter.get(waits.page).text
