"""The pages of operations with nothing on record, with a refusal, and in both languages."""

import pytest
from flask import Flask

from models.operation import OperationResult, OperationRun
from portal import clock
from services.context import SYSTEM
from services.unit_of_work import unit_of_work
from workflows.operating import background

PAGES = {
    "/operations/": ("終わっていない案件はありません", "No case is under way"),
    "/operations/?state=done": ("この条件にあたる案件はありません", "No case fits this filter"),
    "/operations/incidents/": ("未解決の障害はありません", "Nothing has failed"),
    "/operations/incidents/?code=x": ("この条件にあたる障害はありません", "No incident fits this filter"),
    "/operations/map/": ("公開された手続がありません", "No procedure is in force"),
    "/operations/runs/": ("操作の記録はまだありません", "Nothing was done yet"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_anything_says_so_in_the_language_of_the_screen(signed_in, path: str) -> None:
    operator = signed_in("administrator")
    ja, en = PAGES[path]
    assert ja in operator.get(path).text
    operator.speak("en")
    page = operator.get(path).text
    assert en in page
    assert ja not in page


@pytest.mark.parametrize(
    "path",
    [
        "/operations/cases/1",
        "/operations/runs/1",
        "/operations/moves/nothing",
        "/operations/moves/x?before=1",
    ],
)
def test_what_is_not_there_is_not_found(signed_in, path: str) -> None:
    assert signed_in("section_chief").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/operations/hold", "/operations/resume", "/operations/incidents/retry"])
def test_nothing_chosen_is_told_on_the_same_page(signed_in, path: str) -> None:
    answer = signed_in("section_chief").post(path, reason="確認")
    assert answer.status_code == 422
    assert "対象が選ばれていません" in answer.text


def test_numbers_that_are_no_numbers_of_rows_are_left_out(signed_in) -> None:
    answer = signed_in("administrator").post("/operations/hold", row=["x", "9" * 40, "-1"], reason="確認")
    assert answer.status_code == 422
    for address in (
        "/operations/?after=x",
        "/operations/runs/?before=" + "9" * 40,
        "/operations/map/?days=x",
    ):
        assert signed_in("administrator").get(address).status_code == 200


def test_a_case_that_is_not_there_is_refused_by_name_in_the_result_of_the_run(signed_in) -> None:
    chief = signed_in("section_chief")
    answer = chief.post("/operations/incidents/retry", row="77")
    assert answer.status_code == 422
    assert "対象が選ばれていません" in answer.text


def test_what_a_worker_does_is_followed_by_the_part_of_its_job_and_not_by_the_page_itself(
    app: Flask, signed_in
) -> None:
    with app.app_context(), unit_of_work(SYSTEM, clock.now()) as ctx:
        run = OperationRun(kind="resume", asked_at=ctx.at)
        ctx.session.add(run)
        ctx.session.flush()
        ctx.session.add(OperationResult(run_id=run.id))
        ctx.session.flush()
        background.ask(ctx, run)
        page, job = f"/operations/runs/{run.id}", run.job_id
    operator = signed_in("administrator")
    waits = operator.get(page).text
    assert "残りは1件です" in waits
    assert f'hx-get="/jobs/{job}/progress"' in waits
    assert f'hx-get="{page}" hx-trigger="job-ended from:body"' in waits
    assert 'hx-trigger="load, every 2s"' in waits, "it asks again where one question gets no answer"
    assert waits.count("every") == 1, "the page does not ask for itself as if a person did"
    operator.post(f"/jobs/{job}/cancel")
    assert "途中で止まりました" in operator.get(page).text
