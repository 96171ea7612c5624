"""Deductions from pensions on the screen: entered at the counter, checked by a verifier, listed (D1, B4)."""

from urllib.parse import parse_qs, urlsplit

from flask import Flask
from sqlalchemy import select

from models.audit.tags import Tag
from models.job import CANCELLED, DONE, FAILED, WAITING, Job
from models.pension_deduction import DECIDING, PensionList
from models.staff import User
from portal import clock
from rules.periods import FiscalYear
from services import audit, jobs
from services.context import SYSTEM
from services.pensions import lists
from services.unit_of_work import unit_of_work
from tests.portal.conftest import Visitor, account_of


def test_what_a_payer_told_is_entered_with_its_faults_said_and_checked_by_another(
    home: tuple[int, int, int], signed_in
) -> None:
    page = f"/premium/pensions/of/{home[0]}"
    year = FiscalYear.containing(clock.today()).year
    counter, verifier = signed_in("counter"), signed_in("verifier")
    assert "普通徴収(納付書・口座振替)" in counter.get(page).text
    told = {"act": "tell", "year": year, "payer_code": "101", "annual": "12万", "care_premium": "72,000"}
    wrong = counter.post(page, **told)
    assert wrong.status_code == 422
    assert 'href="#f-annual"' in wrong.text
    assert 'href="#f-evidence"' in wrong.text
    assert 'value="12万"' in wrong.text
    assert counter.post(page, **(told | {"act": "stop"})).status_code == 422
    right = told | {"annual": "1,200,000", "evidence": "年金保険者の通知"}
    assert counter.post(page, **right).status_code == 303
    assert "登録した人は承認できません" in counter.get(page).text
    assert "年金保険者の通知" in verifier.get("/premium/pensions/").text
    deed = "/premium/pensions/of/entries/1/decide"
    assert verifier.post(deed, outcome="approve", words="").status_code == 422
    assert verifier.post(deed, outcome="approve", words="通知と照合した").status_code == 303
    assert 'value="1,200,000"' in counter.get(page).text
    assert verifier.post(deed, outcome="approve", words="通知と照合した").status_code == 409
    assert verifier.get("/premium/pensions/of/999").status_code == 404


def test_a_list_wants_an_assessment_in_force_and_letters_a_decision(
    home: tuple[int, int, int], signed_in
) -> None:
    year = FiscalYear.containing(clock.today()).year
    counter, clerk = signed_in("counter"), signed_in("certificate_clerk")
    assert "候補一覧はまだありません" in clerk.get("/premium/pensions/").text
    refused = counter.post("/premium/pensions/", year=year, month=10)
    assert refused.status_code == 422
    assert "賦課が確定していない" in refused.text
    assert counter.post("/premium/pensions/", year=year, month=8).status_code == 422
    assert clerk.post("/premium/pensions/lists/9/letters").status_code == 404
    assert clerk.get(f"/premium/pensions/of/{home[0]}/letter.pdf?year={year}").status_code == 404
    assert clerk.get("/premium/pensions/lists/9").status_code == 404


def test_a_name_that_is_searched_for_on_a_list_stands_in_no_address(app: Flask, signed_in) -> None:
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        maker = ctx.session.scalars(select(User.id).order_by(User.id)).first()
        made = PensionList(fiscal_year=2026, month=10, decided_on=ctx.today, made_at=ctx.at)
        made.made_by_id, made.made_by_number = maker, "1"
        ctx.session.add(made)
        ctx.session.flush()
        audit.record(ctx, Tag.PENSION_LIST_MADE, f"pension_list:{made.id}")
        job = jobs.ask(ctx, lists.FILL, f"{lists.FILL}:{made.id}", {"list": made.id}, total=0).id
        page = f"/premium/pensions/lists/{made.id}"
    counter: Visitor = signed_in("counter")
    found = counter.post(page, q="擬制 主", outcome="yes")
    assert found.status_code == 303
    goal = found.headers["Location"]
    assert parse_qs(urlsplit(goal).query).keys() == {"outcome", "s"}
    shown = counter.get(goal).text
    assert 'value="擬制 主"' in shown
    assert 'value="yes" selected' in shown
    assert "この検索はもう残っていません" in counter.get(f"{page}?s=gone").text
    assert counter.post(page, q=" ").headers["Location"] == page

    chief: Visitor = signed_in("section_chief")
    under_way = chief.get(page).text
    assert f'href="/jobs/{job}"' in under_way, "it leads to how far the looking is"
    assert 'value="approve"' not in under_way
    assert chief.post(f"{page}/decide", outcome="approve", words="見た").status_code == 422
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        ctx.session.get_one(Job, job).state = DONE
        audit.record(ctx, Tag.JOB_DONE, f"job:{job}")
    assert 'value="approve"' in chief.get(page).text


def test_a_page_asks_how_far_the_job_is_and_loads_itself_once_at_its_end(app: Flask, signed_in) -> None:
    counter: Visitor = signed_in("counter")
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        asker = ctx.session.scalars(select(User).where(User.username == account_of("counter"))).one()
        made = PensionList(fiscal_year=2026, month=10, decided_on=ctx.today, made_at=ctx.at)
        made.made_by_id, made.made_by_number = asker.id, "1"
        ctx.session.add(made)
        ctx.session.flush()
        audit.record(ctx, Tag.PENSION_LIST_MADE, f"pension_list:{made.id}")
        job = jobs.ask(ctx, lists.FILL, f"{lists.FILL}:{made.id}", {"list": made.id}, total=0)
        job.asked_by_id, job_id = asker.id, job.id
        page = f"/premium/pensions/lists/{made.id}"

    def state(list_state: str, job_state: str) -> None:
        with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
            row = ctx.session.scalars(select(PensionList)).one()
            row.state = list_state
            if list_state == DECIDING:
                key = f"{lists.BEGIN_ALL}:{row.id}"
                ctx.session.get_one(Job, job_id).idempotency_key = key
            ctx.session.get_one(Job, job_id).state = job_state
            audit.record(ctx, Tag.PENSION_LIST_APPROVED, f"pension_list:{row.id}")

    part = f'hx-get="/jobs/{job_id}/progress" hx-trigger="load, every 2s"'
    once = f'hx-get="{page}?outcome=no" hx-trigger="job-ended from:body"'
    shown = counter.get(f"{page}?outcome=no").text
    assert part in shown
    assert once in shown
    assert 'id="job-deeds"' in shown, "what the last answer brings along has its place"
    assert shown.count("every") == 1, "the page does not ask for itself as if a person did"
    assert "HX-Trigger" not in counter.get(f"/jobs/{job_id}/progress").headers

    other: Visitor = signed_in("verifier")
    shown = other.get(page).text
    assert "しばらくしてから画面を開き直して" in shown
    assert f"/jobs/{job_id}" not in shown, "who may not see the job is not led to it"

    chief: Visitor = signed_in("section_chief")
    state(DECIDING, WAITING)
    assert part in counter.get(page).text
    assert 'value="refuse"' not in chief.get(page).text
    for ended in (FAILED, CANCELLED):
        state(DECIDING, ended)
        assert counter.get(f"/jobs/{job_id}/progress").headers["HX-Trigger"] == "job-ended"
        shown = chief.get(page).text
        assert "hx-get" not in shown.split('id="page"')[1]
        assert "処理が止まっています" in shown
        assert "承認を待っています" not in shown + counter.get(page).text
        assert "承認を待っています" not in other.get(page).text
        assert "始めた人か管理者が始められます" in other.get(page).text
        assert 'value="refuse"' in shown
        assert 'value="approve"' not in shown
    assert chief.post(f"{page}/decide", outcome="refuse", words="止まった").status_code == 303
    assert "止まった" in counter.get(page).text


def test_the_pages_are_whole_in_english(home: tuple[int, int, int], signed_in) -> None:
    counter: Visitor = signed_in("counter")
    counter.speak("en")
    told = counter.get(f"/premium/pensions/of/{home[0]}").text
    assert "By instalments" in told
    assert "Enter what the payer told" in told
    assert "No list was made yet" in counter.get("/premium/pensions/").text
