"""The page on which a task is handed to a colleague, and the way to it."""

import re

import pytest

from tests.factories.small_processes import Ask
from tests.portal.conftest import id_of
from tests.portal.drawn_cases import begin, open_tasks, publish

FIRST = Ask("first", "申請の受付", properties={"title_en": "Take in"})


@pytest.fixture
def task(app):
    publish(app, [FIRST])
    case = begin(app)
    return f"/cases/{case}", f"/cases/{case}/tasks/{open_tasks(app, case)['first']}/delegate"


def test_who_could_not_do_it_is_shown_with_the_reason_and_cannot_be_chosen(app, signed_in, task):
    case, address = task
    chief = signed_in("section_chief")
    assert address in chief.get(case).text
    page = chief.get(address).text
    assert re.search(rf'value="{id_of(app, "counter")}" required autofocus', page)
    assert re.search(rf'value="{id_of(app, "verifier")}" required disabled', page)
    assert "この仕事をする担当(権限)がありません" in page


def test_the_chief_hands_a_task_to_a_clerk_and_nobody_else_gets_it(app, signed_in, task):
    _, address = task
    chief = signed_in("section_chief")
    assert chief.post(address).status_code == 422
    assert chief.post(address, to=str(id_of(app, "verifier"))).status_code == 403
    sent = chief.post(address, to=str(id_of(app, "counter")))
    assert (sent.status_code, sent.location) == (303, "/inbox/")
    assert "窓口担当 花子さんに回しました。" in chief.get("/inbox/").text
    assert chief.post(address, to=str(id_of(app, "counter"))).status_code == 409


def test_where_nobody_else_could_do_it_the_page_says_so(signed_in, task):
    _, address = task
    clerk = signed_in("counter")
    clerk.post(address.replace("/delegate", "/take"))
    page = clerk.get(address).text
    assert "回せる同僚がいません" in page
