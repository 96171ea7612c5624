"""Work that takes long, before the screen: its bar moves by itself, it is cancelled, and goes on."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.staff import User
from portal import clock
from services import job_runs, jobs, unit_of_work
from services.context import SYSTEM, Actor
from services.ex_officio import KINDS as LISTS
from services.job_kinds import Kind, Progress, Skipped
from services.job_runs import Claim
from tests.factories.jobs import deeds_of, kinds
from tests.fixtures.live_server import LiveServer
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
OpenDesk = Callable[..., Desk]
MUCH_LATER = timedelta(days=2000)  # so the portal's own worker leaves the job to the test
WHOLE = len(LISTS)


class SlowWorker:
    """A worker in the hands of the test: it takes the job and keeps a step when it is told to."""

    def __init__(self, folder: str) -> None:
        unit_of_work.configure(deeds_of(f"sqlite:///{folder}/portal.sqlite3"))
        self.at = clock.now() + MUCH_LATER
        self.held: Claim | None = None

    def ask_for(self, account: str) -> int:
        with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
            user_id = ctx.session.scalars(select(User.id).where(User.username == account)).one()
        asker = Actor(user_id, "90007", "", None, frozenset({"administrator"}))
        with unit_of_work.unit_of_work(asker, clock.now()) as ctx:
            key = f"scenario:{ctx.at.isoformat()}"
            return jobs.ask(ctx, "make_lists", key, {"month": "2026-11"}, run_at=self.at).id

    def take(self, job_id: int) -> None:
        with unit_of_work.unit_of_work(SYSTEM, self.at) as ctx:
            self.held = job_runs.claim(ctx, "scenario", job_id)

    def keep(self, done: int, *skipped: Skipped) -> None:
        assert self.held is not None
        with unit_of_work.unit_of_work(SYSTEM, self.at) as ctx:
            step = Progress({"done_upto": done}, done, WHOLE, skipped=skipped)
            _, self.held = job_runs.keep(ctx, self.held, step)


@pytest.fixture
def slow_worker(live_server: LiveServer) -> Iterator[SlowWorker]:
    before = unit_of_work._factory[:]
    with kinds(Kind("make_lists", "職権の一覧の作成", "Make the ex officio lists", lambda _ctx, _work: None)):
        yield SlowWorker(str(live_server.folder))
    unit_of_work._factory[:] = before


def state(page, words: str) -> None:
    expect(page.locator("#job-progress .state")).to_have_text(words)


def test_a_long_job_is_watched_cancelled_and_goes_on_from_where_it_was(
    desk: OpenDesk, slow_worker: SlowWorker
) -> None:
    admin = desk("kanri")
    job_id = slow_worker.ask_for("kanri")
    admin.open(f"/jobs/{job_id}")
    page = admin.page
    state(page, "待機中")

    slow_worker.take(job_id)
    slow_worker.keep(1)
    state(page, "実行中")
    expect(page.locator("#job-progress .job-count")).to_contain_text(f"1 / {WHOLE}")
    assert page.locator("#job-progress progress").get_attribute("value") == "1"

    page.get_by_role("button", name="中止する").click()
    with page.expect_response(re.compile(r"/progress$")):
        state(page, "実行中")
    with page.expect_navigation():
        page.locator("#confirm [data-yes]").click()
    assert "いまの一歩が終わったら中止します" in admin.notices
    state(page, "中止しています")
    slow_worker.keep(2, Skipped("ex_officio:deaths", "死亡のファイルがありません。", "No file of deaths."))
    state(page, "中止")
    expect(page.locator("#job-progress .job-count")).to_contain_text(f"2 / {WHOLE}")

    with page.expect_navigation():
        page.get_by_role("button", name="続きからやり直す").click()
    state(page, "完了")
    expect(page.locator("#job-progress .job-count")).to_contain_text(f"{WHOLE} / {WHOLE}")
    admin.open(f"/jobs/{job_id}")
    assert "死亡のファイルがありません。" in admin.text, "what was left out before is still told"


def test_regular_work_is_run_now_and_its_result_stands_in_the_calendar(desk: OpenDesk) -> None:
    admin = desk("kanri")
    admin.open("/calendar/")
    row = admin.page.locator("tr", has_text="不要な記録の廃棄")
    row.get_by_role("button", name="いま行う").click()
    with admin.page.expect_navigation():
        admin.page.locator("#confirm [data-yes]").click()
    state(admin.page, "完了")
    admin.page.get_by_role("link", name="裏側の処理").first.click()
    expect(admin.page).to_have_url(re.compile(r"/jobs/"))
    admin.open("/calendar/")
    expect(row).to_contain_text("完了")
    row.get_by_placeholder("止める理由").fill("システムの移行のため")
    with admin.page.expect_navigation():
        row.get_by_role("button", name="止める").click()
    expect(row).to_contain_text("停止中")
    row.get_by_placeholder("再開する理由").fill("移行が終わったため")
    with admin.page.expect_navigation():
        row.get_by_role("button", name="再開する").click()
    expect(row).to_contain_text("毎日 01:00")
