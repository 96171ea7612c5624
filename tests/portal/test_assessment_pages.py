"""Runs of the assessment on the screen: begun, approved by another with each figure, in force (D1, D3)."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from models.assessment import AssessmentRun
from models.audit.tags import Tag
from models.job import CANCELLED, WAITING, Job
from portal import clock
from portal.extensions import db
from rules.periods import FiscalYear
from services import audit
from services.assessing import run_pages, runs
from services.context import SYSTEM
from services.job_kinds import Work
from services.unit_of_work import unit_of_work

FIGURE = re.compile(r'name="accepted" value="([^"]+)"')


@pytest.fixture
def year(home: tuple[int, int, int]) -> int:
    """A fiscal year in which the household pays."""
    del home
    return FiscalYear.containing(clock.today()).year


def compute(app: Flask) -> None:
    """What the worker does with the run that was begun last."""
    with app.app_context():
        with unit_of_work(SYSTEM, clock.now()) as ctx:
            run = ctx.session.scalars(select(AssessmentRun).order_by(AssessmentRun.id.desc())).first()
            assert run is not None
            total = run_pages.last_household(ctx)
            runs.step(ctx, Work(0, {"run": run.id}, {"next": 1}, 0, total, 1))
        db.session.remove()


def stand_still(app: Flask, state: str) -> None:
    """The job of the only run is given another state."""
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        ctx.session.scalars(select(Job).where(Job.kind == runs.KIND)).one().state = state
        audit.record(ctx, Tag.JOB_CANCELLED)


def test_a_run_is_begun_by_one_approved_by_another_figure_by_figure_and_put_in_force(
    app: Flask, year: int, home: tuple[int, int, int], signed_in
) -> None:
    clerk, chief = signed_in("counter"), signed_in("section_chief")
    assert "賦課はまだありません" in chief.get("/premium/runs/").text
    begun = clerk.post("/premium/runs/", year=year)
    page = begun.headers["Location"]
    waits = clerk.get(page).text
    assert "計算しています" in waits
    assert "/progress" in waits
    assert f'hx-get="{page}" hx-trigger="job-ended from:body"' in waits
    assert 'hx-trigger="load, every 2s"' in waits, "it asks again where one question gets no answer"
    assert waits.count("every") == 1, "the page does not ask for itself as if a person did"
    stand_still(app, CANCELLED)
    assert "計算が止まっています" in chief.get(page).text
    stand_still(app, WAITING)
    twice = clerk.post("/premium/runs/", year=year)
    assert twice.status_code == 422
    assert f"{year}-0001" in twice.text
    assert chief.post(f"{page}/approve").status_code == 409, "it is not computed yet"
    compute(app)
    ready = chief.get(page).text
    figures = FIGURE.findall(ready)
    assert figures
    assert "変わる世帯 1" in ready
    assert "承認する" not in clerk.get(page).text
    assert clerk.post(f"{page}/approve", accepted=figures).status_code == 403
    early = clerk.post(f"{page}/final")
    assert early.status_code == 409
    missing = chief.post(f"{page}/approve", accepted=figures[1:], words="確認中")
    assert missing.status_code == 422
    assert figures[0] in missing.text
    assert 'value="確認中"' in missing.text
    assert missing.text.count("checked") == len(figures) - 1
    assert chief.post(f"{page}/approve", accepted=figures, words="確認した").status_code == 303
    assert "確認した" in clerk.get(page).text
    assert clerk.post(f"{page}/final").status_code == 303
    assert clerk.post(f"{page}/discard").status_code == 409
    told = chief.get(page).text
    assert "確定" in told
    assert "通知書を印刷する" not in told
    assert chief.get(f"/premium/households/{home[0]}").status_code == 200


def test_a_run_given_up_changes_nothing_and_a_year_without_figures_is_refused(
    app: Flask, year: int, signed_in
) -> None:
    clerk = signed_in("counter")
    for wrong in ("", "1999", "x", year + 20):
        refused = clerk.post("/premium/runs/", year=wrong)
        assert refused.status_code == 422, wrong
        assert 'class="notice bad"' in refused.text
    page = clerk.post("/premium/runs/", year=year).headers["Location"]
    compute(app)
    assert clerk.post(f"{page}/discard").status_code == 303
    assert "破棄" in clerk.get(page).text
    assert clerk.post(f"{page}/final").status_code == 409
    assert clerk.get("/premium/runs/999").status_code == 404
    assert clerk.post("/premium/runs/999/discard").status_code == 404


def test_who_changes_is_listed_by_reason(
    app: Flask, year: int, home: tuple[int, int, int], signed_in
) -> None:
    clerk = signed_in("counter")
    page = clerk.post("/premium/runs/", year=year).headers["Location"]
    compute(app)
    listed = clerk.get(f"{page}/changes").text
    assert f"/premium/households/{home[0]}?run=1" in listed
    assert "次の50件" not in listed
    for odd in ("cause=99", "cause=x&page=0", "page=-3"):
        assert f"/premium/households/{home[0]}" in clerk.get(f"{page}/changes?{odd}").text
    assert "変わる世帯はありません" in clerk.get(f"{page}/changes?page=2").text
    assert clerk.get("/premium/runs/999/changes").status_code == 404
    clerk.speak("en")
    english = clerk.get(page).text
    assert "Who changes, and why" in english
    assert "変わる世帯" not in english


def test_who_only_looks_begins_nothing(year: int, signed_in) -> None:
    verifier = signed_in("verifier")
    assert 'name="year"' not in verifier.get("/premium/runs/").text
    assert verifier.post("/premium/runs/", year=year).status_code == 403
