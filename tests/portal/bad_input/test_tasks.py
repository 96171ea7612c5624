"""Two people on one task, people without the right, ways out without a reason: told clearly, nothing lost."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from models.case import CaseEvent, WorkItem
from models.form_entry import FormEntry
from portal import clock
from portal.extensions import db
from services import unit_of_work
from services.context import SYSTEM
from tests.portal.bad_input.conftest import Clerk
from tests.portal.conftest import employ

Enter = Callable[..., Clerk]
SHOWN = {
    "attendee": "self",
    "number_check": "card",
    "identity-method": "one_with_photo",
    "identity-paper_1": "my_number_card",
    "result": "confirmed",
}


def test_who_comes_second_is_told_and_nothing_of_his_is_kept(
    counter: Clerk, enter: Enter, app: Flask, language: str
) -> None:
    case = counter.begun()
    task = counter.task(case)
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        employ(ctx, "colleague", "counter", "9002")
    colleague = enter("colleague", language)
    key = colleague.key(case)
    assert counter.post(task, **SHOWN, deed_key=counter.key(case)).status_code == 303
    late = colleague.post(task, **SHOWN | {"result": "refused", "refusal_reason": "no_paper"}, deed_key=key)
    assert late.status_code == 409
    told = "別の人がすでに終えました" if language == "ja" else "Somebody else has finished this task"
    assert told in late.text
    assert entries(app) == ["apply", "confirm_identity"]


def test_a_task_sent_twice_is_done_once(counter: Clerk, app: Flask) -> None:
    case = counter.begun()
    task, key = counter.task(case), counter.key(case)
    first, second = (counter.post(task, **SHOWN, deed_key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert entries(app) == ["apply", "confirm_identity"]


def test_a_task_of_another_role_is_refused(counter: Clerk, enter: Enter, app: Flask, language: str) -> None:
    case = counter.begun()
    task = counter.task(case)
    for role in ("verifier", "auditor"):
        answer = enter(role, language).post(task, **SHOWN, deed_key="k")
        assert answer.status_code == 403
    assert entries(app) == ["apply"]


def test_a_refused_task_keeps_what_was_typed(counter: Clerk, app: Flask, language: str) -> None:
    case = counter.begun()
    entry = SHOWN | {"identity-method": "two_without_photo", "identity-paper_1": "pension_paper"}
    page = counter.post(counter.task(case), **entry, deed_key=counter.key(case))
    assert page.status_code == 422
    assert 'value="two_without_photo" checked' in page.text
    assert ("入力を確かめてください" if language == "ja" else "Please check") in page.text
    assert entries(app) == ["apply"]


def test_a_way_out_that_a_task_does_not_offer_leads_nowhere(counter: Clerk, app: Flask) -> None:
    case = counter.begun()
    task = counter.task(case)
    answer = counter.post(task, outcome="approve", note="よろしく", deed_key=counter.key(case))
    assert answer.status_code == 404
    assert entries(app) == ["apply"]


def test_a_reason_of_a_thousand_pages_is_refused_and_none_is_kept_of_a_task_that_was_done(
    enter: Enter, app: Flask, language: str
) -> None:
    counter, verifier = enter("counter", language), enter("verifier", language)
    case = counter.begun()
    entry = SHOWN | {"note": "長" * 5_000}
    assert counter.post(counter.task(case), **entry, deed_key=counter.key(case)).status_code == 303
    task = verifier.task(case)
    long = verifier.post(task, outcome="send_back", note="長" * 401, deed_key=verifier.key(case))
    assert long.status_code == 422
    assert ("400字まで" if language == "ja" else "Shorten it to 400") in long.text
    assert counter.post(f"{case}/withdraw", reason="長" * 401).status_code == 422
    with app.app_context():
        assert [note for note in db.session.scalars(select(CaseEvent.note)) if "長" in (note or "")] == []


def test_sending_back_without_a_reason_is_refused(enter: Enter, app: Flask, language: str) -> None:
    counter, verifier = enter("counter", language), enter("verifier", language)
    case = counter.begun()
    counter.post(counter.task(case), **SHOWN, deed_key=counter.key(case))
    task = verifier.task(case)
    for note in ("", "   "):
        answer = verifier.post(task, outcome="send_back", note=note, deed_key=verifier.key(case))
        assert answer.status_code == 422
        assert ("理由を入力してください" if language == "ja" else "Give a reason") in answer.text
    with app.app_context():
        assert db.session.scalars(select(WorkItem.state).order_by(WorkItem.id.desc())).first() == "open"


def test_a_withdrawn_case_takes_no_more_entries(counter: Clerk, app: Flask, language: str) -> None:
    case = counter.begun()
    task, key = counter.task(case), counter.key(case)
    assert counter.post(f"{case}/withdraw", reason=" ").status_code == 422
    assert counter.post(f"{case}/withdraw", reason="転入を取りやめた").status_code == 303
    late = counter.post(task, **SHOWN, deed_key=key)
    assert late.status_code == 409
    assert counter.post(f"{case}/withdraw", reason="もう一度").status_code == 409
    assert ("取下げ" if language == "ja" else "Withdrawn") in counter.get(case).text
    assert entries(app) == ["apply"]


def test_a_case_that_there_is_not_is_not_found(enter: Enter) -> None:
    person = enter("counter")
    for path in ("/cases/99999", "/cases/0", "/cases/x"):
        assert person.get(path).status_code == 404
    assert person.post("/cases/99999/tasks/1", deed_key="k").status_code == 404


def entries(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(FormEntry.element_id).order_by(FormEntry.id)))
