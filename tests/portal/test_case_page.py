"""The page of a case that is about no notification, and what it says while the system is to act."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.audit.event import AuditEvent
from models.case import Case
from models.incident import Incident
from models.waiting import Timer
from portal import clock
from portal.extensions import db
from tests.factories.small_processes import Ask, Do, Fork, Wait
from tests.fixtures.statements import counted
from tests.portal.conftest import Visitor
from tests.portal.drawn_cases import System, ask, begin, look, open_tasks, publish, system
from tests.portal.number_case import take_in_a_number

Enter = Callable[[str], Visitor]
FIRST, LAST = Ask("first", "申請の受付", properties={"title_en": "Take in"}), Ask("last", "お知らせ")
IN_BACKGROUND = Do("send", "small.send", {"async": "true", "retries": "0", "title_en": "Tell the bank"})
TWO_WAITS = [FIRST, Fork("both", [[IN_BACKGROUND], [Wait("pause", "P14D")]]), LAST]
AT_ONCE = [FIRST, Do("send", "small.send", {"title_en": "Tell the bank"}), LAST]


@pytest.fixture
def bank() -> Iterator[System]:
    with system() as found:
        yield found


def finish(clerk: Visitor, app: Flask, case: int, step: str, key: str = "k" * 32):
    task = open_tasks(app, case)[step]
    return clerk.post(f"/cases/{case}/tasks/{task}", deed_key=key)


def test_a_case_without_a_notification_has_a_page_and_its_task_is_done_on_it(
    app: Flask, signed_in: Enter, bank: System
) -> None:
    bank.out_of_order = False
    publish(app, AT_ONCE)
    case = begin(app)
    clerk = signed_in("counter")
    assert f'href="/cases/{case}' in clerk.get("/inbox/?box=group").text
    page = clerk.get(f"/cases/{case}")
    assert page.status_code == 200
    for told in (f"C-{case:06d}", "手続中", "申請の受付", "この手続を取り下げる", "small"):
        assert told in page.text
    assert 'class="steps"' not in page.text
    assert "異動日" not in page.text
    assert finish(clerk, app, case, "first").status_code == 303
    assert finish(clerk, app, case, "last", "l" * 32).status_code == 303
    assert "この手続は終わりました" in clerk.get(f"/cases/{case}").text
    assert bank.done == 1


def test_a_procedure_that_the_office_has_drawn_is_begun_where_notifications_are_taken(
    app: Flask, signed_in: Enter
) -> None:
    clerk = signed_in("counter")
    assert "届出によらない手続" not in clerk.get("/notifications/new/").text
    publish(app, [FIRST, LAST])
    page = clerk.get("/notifications/new/")
    assert 'action="/notifications/new/procedures/small/begin"' in page.text
    begun = clerk.post("/notifications/new/procedures/small/begin", deed_key="b" * 32)
    again = clerk.post("/notifications/new/procedures/small/begin", deed_key="b" * 32)
    assert (begun.status_code, again.location) == (303, begun.location)
    (case,) = ask(app, lambda: db.session.scalars(select(Case)).all())
    assert (case.slug, case.notification_id, case.state) == ("small", None, "open")
    assert begun.location == f"/cases/{case.id}"
    assert "申請の受付" in clerk.get(begun.location).text
    started = select(func.count()).where(AuditEvent.tag == "case:started", AuditEvent.case_id == case.id)
    assert ask(app, lambda: db.session.scalar(started)) == 1


def test_a_drawn_procedure_that_takes_notifications_is_not_begun_without_one(
    app: Flask, signed_in: Enter
) -> None:
    examined = {"examine": "registry.examine_student_exception"}
    publish(app, [Ask("apply", "届出の受付", properties=examined), LAST])
    clerk = signed_in("counter")
    assert "届出によらない手続" not in clerk.get("/notifications/new/").text
    assert clerk.post("/notifications/new/procedures/small/begin", deed_key="b" * 32).status_code == 404


@pytest.mark.parametrize("slug", ["acquisition", "audit_review", "nowhere"])
def test_a_procedure_that_begins_elsewhere_is_not_begun_so(app: Flask, signed_in: Enter, slug: str) -> None:
    refused = signed_in("counter").post(f"/notifications/new/procedures/{slug}/begin", deed_key="b" * 32)
    assert refused.status_code == 404
    assert ask(app, lambda: db.session.scalar(select(func.count()).select_from(Case))) == 0


def test_a_case_without_a_notification_is_withdrawn_on_its_page_and_prints_no_paper_of_one(
    app: Flask, signed_in: Enter, bank: System
) -> None:
    publish(app, AT_ONCE)
    case = begin(app)
    clerk = signed_in("counter")
    assert clerk.get(f"/cases/{case}/papers/reception_slip/preview.pdf").status_code == 404
    assert clerk.get(f"/cases/{case}/diagram.bpmn").status_code == 200
    assert clerk.post(f"/cases/{case}/withdraw", reason="本人の申出").status_code == 303
    assert "取下げ" in clerk.get(f"/cases/{case}").text


def test_what_the_system_is_to_do_is_told_with_since_when_and_till_when_in_the_language_of_the_screen(
    app: Flask, signed_in: Enter, bank: System
) -> None:
    publish(app, TWO_WAITS)
    case = begin(app)
    clerk = signed_in("counter")
    finish(clerk, app, case, "first")
    due = ask(app, lambda: db.session.scalars(select(Timer.due_at)).one())
    assert timedelta(days=13) < due - clock.now() <= timedelta(days=14)
    since = ask(app, lambda: db.session.scalars(select(Timer.since)).one())
    assert since + timedelta(days=14) == due
    page = clerk.get(f"/cases/{case}").text
    for told in ("システム待ち", "システムの処理が終わるのを待っています", "処理send", "待ちpause"):
        assert told in page
    assert "いまこの手続でする仕事はありません" not in page
    clerk.speak("en")
    page = clerk.get(f"/cases/{case}").text
    for told in ("Waiting for the system", "Waits for the system to finish this", "Tell the bank"):
        assert told in page


def test_a_clerk_sees_that_a_case_has_stopped_but_not_why(app: Flask, signed_in: Enter, bank: System) -> None:
    publish(app, TWO_WAITS)
    case = begin(app)
    clerk = signed_in("counter")
    finish(clerk, app, case, "first")
    look(app)
    incident = ask(app, lambda: db.session.scalars(select(Incident)).one())
    assert (incident.case_id, incident.kind, incident.code) == (case, "service", "unexpected:OutOfOrder")
    page = clerk.get(f"/cases/{case}").text
    assert "システムの処理が止まっています。運用の担当者に知らせてあります" in page
    assert "OutOfOrder" not in page
    assert "見本 太郎" not in page
    clerk.speak("en")
    assert "The system has stopped in this case, and operations know" in clerk.get(f"/cases/{case}").text
    chief = signed_in("section_chief")
    assert "unexpected:OutOfOrder" in chief.get(f"/operations/cases/{case}").text
    bank.out_of_order = False
    assert (
        chief.post("/operations/incidents/retry", row=str(incident.id), deed_key="r" * 32).status_code == 303
    )
    assert bank.done == 1
    assert "止まっています" not in signed_in("counter").get(f"/cases/{case}").text


def test_a_case_that_operations_hold_says_so(app: Flask, signed_in: Enter, bank: System) -> None:
    publish(app, AT_ONCE)
    case = begin(app)
    chief = signed_in("section_chief")
    assert (
        chief.post(f"/operations/cases/{case}/suspend", reason="確認中", deed_key="s" * 32).status_code == 303
    )
    page = signed_in("counter").get(f"/cases/{case}").text
    assert "一時停止しています" in page


def test_a_deed_that_breaks_a_step_is_undone_and_an_incident_with_the_cause_is_kept(
    app: Flask, signed_in: Enter, bank: System
) -> None:
    publish(app, AT_ONCE)
    case = begin(app)
    clerk = signed_in("counter")
    answer = finish(clerk, app, case, "first")
    assert answer.status_code == 500
    assert "処理できませんでした" in answer.text
    assert "OutOfOrder" not in answer.text
    assert set(open_tasks(app, case)) == {"first"}
    incident = ask(app, lambda: db.session.scalars(select(Incident)).one())
    assert (incident.case_id, incident.kind, incident.element_id) == (case, "deed", "send")
    assert (incident.code, incident.title_ja, incident.attempts) == ("unexpected:OutOfOrder", "処理send", 1)
    assert "見本" not in incident.message_ja + incident.message_en
    assert finish(clerk, app, case, "first").status_code == 500
    tried = ask(app, lambda: db.session.scalars(select(Incident.attempts)).all())
    assert tried == [2]
    bank.out_of_order = False
    assert finish(clerk, app, case, "first").status_code == 303
    assert set(open_tasks(app, case)) == {"last"}


def test_a_crash_outside_of_a_case_is_no_incident(
    app: Flask, signed_in: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = signed_in("counter")
    monkeypatch.setattr("services.inbox.read", lambda *_: 1 // 0)
    assert clerk.get("/inbox/?box=group").status_code == 500
    assert ask(app, lambda: db.session.scalar(select(func.count(Incident.id)))) == 0


def test_the_worker_wakes_each_case_that_is_due_and_one_that_fails_keeps_no_other(
    app: Flask, bank: System
) -> None:
    publish(app, [Wait("pause", "P14D"), Do("send", "small.send"), LAST])
    long_ago = clock.now() - timedelta(days=20)
    failing, early = begin(app, long_ago), begin(app)
    look(app)
    assert open_tasks(app, failing) == open_tasks(app, early) == {}
    incident = ask(app, lambda: db.session.scalars(select(Incident)).one())
    assert (incident.case_id, incident.kind, incident.element_id) == (failing, "timer", "pause")
    later = ask(app, lambda: db.session.scalars(select(Timer).where(Timer.case_id == failing)).one())
    assert later.attempts == 1
    assert later.wake_at is not None
    assert later.wake_at > clock.now()
    bank.out_of_order = False
    other = begin(app, long_ago)
    look(app)
    assert set(open_tasks(app, other)) == {"last"}
    assert open_tasks(app, failing) == {}
    with app.app_context():
        db.session.execute(update(Timer).where(Timer.case_id == failing).values(wake_at=clock.now()))
        db.session.commit()
        db.session.remove()
    look(app)
    assert set(open_tasks(app, failing)) == {"last"}
    assert open_tasks(app, early) == {}
    settled = ask(app, lambda: db.session.scalars(select(Incident.state)).all())
    assert settled == ["resolved"]


@pytest.mark.parametrize("role", ["counter", "verifier", "section_chief"])
def test_a_notification_is_opened_with_few_statements_whatever_one_has_to_look_after(
    app: Flask, signed_in: Enter, tmp_path: Path, role: str
) -> None:
    case = take_in_a_number(app, tmp_path).case
    person = signed_in(role)
    address = f"/cases/{case}?list=box%3Dgroup"
    person.get(address)
    with app.app_context():
        engine = db.engine
    with counted(engine) as seen:
        assert person.get(address).status_code == 200
    assert len(without_movement(seen)) <= 16, seen  # one less on PostgreSQL, which chains the record in two
    with counted(engine) as seen:
        assert person.get("/inbox/?box=group").status_code == 200
    assert len(without_movement(seen)) <= 8, seen


def without_movement(seen: list[str]) -> list[str]:
    """Without the note that somebody moved, which is written where half a minute has passed."""
    return [one for one in seen if not one.startswith("UPDATE user_session")]
