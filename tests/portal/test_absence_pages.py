"""A deputy before the screen: another's tasks, none of his rights; handing over what somebody has in hand."""

import re

import pytest
from sqlalchemy import select

from models.case import CaseEvent, WorkItem
from models.staff import User
from portal.extensions import db
from tests.factories.small_processes import Ask
from tests.portal.conftest import account_of, id_of
from tests.portal.drawn_cases import ask, begin, open_tasks, publish

ENTERED = Ask("first", "申請の受付", properties={"title_en": "Take in"})
VERIFIED = Ask("second", "内容の照合", "verifier", {"title_en": "Check", "not_by": "first"})


@pytest.fixture
def case(app):
    publish(app, [ENTERED, VERIFIED])
    return begin(app)


def set_absence(chief, app, whose, deputy=""):
    return chief.post("/absences/", user=str(id_of(app, whose)), deputy=str(deputy and id_of(app, deputy)))


def finish(visitor, app, case, step, key):
    return visitor.post(f"/cases/{case}/tasks/{open_tasks(app, case)[step]}", deed_key=key * 32)


def test_a_deputy_does_the_tasks_of_who_is_away_and_has_no_other_right_of_his(app, signed_in, case):
    chief, clerk = signed_in("section_chief"), signed_in("certificate_clerk")
    assert finish(signed_in("counter"), app, case, "first", "a").status_code == 303
    assert finish(clerk, app, case, "second", "b").status_code == 403
    assert set_absence(chief, app, "verifier", "certificate_clerk").status_code == 303
    assert "不在中" in chief.get("/absences/").text
    home = clerk.get("/").text
    assert "照合担当(代理)" in home
    assert "内容の照合" in clerk.get("/inbox/?box=group").text
    assert clerk.post("/confirmations/1").status_code == 403
    assert finish(clerk, app, case, "second", "c").status_code == 303
    line = ask(
        app, lambda: db.session.scalars(select(CaseEvent).where(CaseEvent.element_id == "second")).one()
    )
    assert (line.by_id, line.for_id) == (id_of(app, "certificate_clerk"), id_of(app, "verifier"))
    assert "(照合担当 花子さんの代理)" in clerk.get(f"/cases/{case}").text


def test_the_deputy_is_told_and_the_count_goes_when_it_is_read(app, signed_in):
    chief, clerk = signed_in("section_chief"), signed_in("certificate_clerk")
    set_absence(chief, app, "verifier", "certificate_clerk")
    page = clerk.get("/notices/").text
    assert "課長 花子さんが、あなたの関わる不在と代理を登録しました" in page
    (address,) = re.findall(r'action="(/notices/\d+)"', page)
    assert clerk.post(address).location == "/absences/"
    assert "未読" not in clerk.get("/notices/").text
    assert signed_in("counter").post(address).status_code == 404


def test_an_absence_that_cannot_be_is_refused_on_the_page_with_what_was_typed(app, signed_in):
    page = signed_in("section_chief").post("/absences/", from_on="R8.99.1", until_on="R8.12.3")
    assert page.status_code == 422
    assert "日付「R8.99.1」を読めません" in page.text
    assert 'value="R8.12.3"' in page.text


def test_the_chief_hands_over_what_somebody_has_in_hand_task_by_task(app, signed_in, case):
    chief, clerk = signed_in("section_chief"), signed_in("counter")
    task = open_tasks(app, case)["first"]
    clerk.post(f"/cases/{case}/tasks/{task}/take")
    address = f"/staff-tasks/{id_of(app, 'counter')}"
    assert clerk.get(address).status_code == 403
    prospect = chief.get(f"{address}?to={id_of(app, 'verifier')}").text
    assert "この仕事をする担当(権限)がありません" in prospect
    assert "1件を箱に回します" in chief.get(address).text
    done = chief.post(address, row=str(task)).text
    assert "1件を箱に回しました" in done
    holder = select(WorkItem.assignee_id).where(WorkItem.id == task)
    assert ask(app, lambda: db.session.scalar(holder)) is None
    assert "手元に仕事はありません" in chief.get(address).text


def test_an_account_that_is_switched_off_keeps_no_task(app, signed_in, case):
    clerk, task = signed_in("counter"), open_tasks(app, case)["first"]
    clerk.post(f"/cases/{case}/tasks/{task}/take")
    counter = id_of(app, "counter")
    person = ask(app, lambda: db.session.get(User, counter))
    signed_in("administrator").post(
        f"/staff/edit/{counter}",
        last_name=person.last_name,
        first_name=person.first_name,
        email=person.email,
    )
    assert account_of("counter") == person.username
    holder = select(WorkItem.assignee_id).where(WorkItem.id == task)
    assert ask(app, lambda: db.session.scalar(holder)) is None
    assert "できる人のいない仕事が1件" in signed_in("section_chief").get("/notices/").text
