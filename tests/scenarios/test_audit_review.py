"""The auditor judges what the monthly review of the record found, on his screen (L5, M16)."""

import subprocess
import sys

from tests.architecture.tree import ROOT
from tests.fixtures.live_server import LiveServer, environment


def review_october(live_server: LiveServer) -> None:
    """Plant a month of traffic beside the city, and review it."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.factories.a_reviewed_month"],
        cwd=ROOT,
        env=environment(live_server.folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_auditor_judges_findings_and_sees_the_pictures(desk, live_server: LiveServer) -> None:
    review_october(live_server)
    auditor = desk("aoki")
    auditor.open("/reviews/")
    page = auditor.page
    page.click("table a:has-text('2026年10月')")
    page.click("table a:has-text('緊急時アクセスの使用')")
    page.check("input[value=to_ask]")
    page.fill("textarea[name=words]", "申請の理由が記録にない")
    with page.expect_navigation():
        page.click("button[data-primary]")
    assert page.locator(".notice.bad").is_visible(), "what follows is missing"
    page.fill("input[name=what]", "本人に聞き取る")
    page.fill("input[name=due]", "R18.12.10")
    page.click("button[data-primary]")
    page.get_by_text("判定を記録しました").wait_for()
    auditor.open("/reviews/pictures?month=2026-10")
    assert page.locator(".heat-grid rect").count() == 31 * 24
    auditor.open("/audit/?from=2026-10-01&until=2026-10-31&staff=30003")
    page.click(".audit-table tbody tr:nth-child(3) a")
    page.get_by_text("同じ職員の記録").wait_for()
