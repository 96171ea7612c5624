"""Data leave under an approval alone: asked for, approved, fetched, checked, revoked (J1-J4)."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from portal import clock
from portal.commands.transfers import verify_command
from tests.fixtures.live_server import LiveServer, run_flask
from tests.scenarios.desk import Desk, era

pytestmark = pytest.mark.browser
PAIR = "citizen:12"
APPROVED_UNDER_LAW = "住民基本台帳法7条により、住民票に記載する事項に限られる"


def run_now(manager: Desk, month: str) -> str:
    """Run the month's transfer to the citizen section by hand; what its page says at the end."""
    manager.open("/data-use/")
    manager.page.select_option("#pair", PAIR)
    manager.page.fill("#period", month)
    with manager.page.expect_navigation():
        manager.page.get_by_role("button", name="いま行う").click()
    expect(manager.page.locator("#job-progress .state")).to_have_text("完了")
    return manager.text


def fetched(section: Desk, button: str, folder: Path) -> Path:
    with section.page.expect_download() as coming:
        section.page.get_by_role("button", name=button).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_the_citizen_section_gets_what_was_approved_and_nothing_once_it_is_revoked(
    desk, live_server: LiveServer, tmp_path: Path
) -> None:
    section, manager = desk("shimin"), desk("hogo")
    today = clock.today()
    month, before = f"{today:%Y-%m}", f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    section.open("/data-use/")
    section.page.get_by_role("link", name="データ利用を申請する").first.click()
    section.page.fill("#purpose", "住民票に国民健康保険の資格を記載するため")
    section.page.fill("#from_on", era(today))
    section.page.fill('input[name="until_on"]', era(today + timedelta(days=200)))
    section.send()
    assert "下書きを作りました" in section.notices
    section.send()
    expect(section.page.locator("#notices")).to_contain_text("提出しました")
    application = section.page.url

    assert "データ利用の承認がありません" in run_now(manager, month)
    manager.page.goto(application)
    manager.page.check('input[name="verdict"][value="approve"]')
    manager.page.check('input[name="basis_fits"]')
    manager.page.fill("#judge-reason", APPROVED_UNDER_LAW)
    manager.send()
    expect(manager.page.locator(".case-header .state")).to_have_text("承認")
    assert "送付しました" in run_now(manager, month)

    section.open("/data-use/")
    section.page.get_by_role("link", name=re.compile(r"^citizen-12-")).click()
    expect(section.page.locator(".case-header .state")).to_have_text("受取可")
    file = fetched(section, "ファイルを受け取る", tmp_path)
    document = fetched(section, "署名付きマニフェストを受け取る", tmp_path)
    key = tmp_path / "city.pem"
    key.write_text(run_flask(live_server.folder, "transfers", "public-key"))
    checked = CliRunner().invoke(verify_command, [str(document), str(file), "--key", str(key)])
    told = json.loads(checked.output.partition("\n")[2])
    lines = file.read_text().splitlines()
    assert lines[0] == "addressee_number,acquired_on,lost_on,coverage_start_on,coverage_end_on"
    assert (told["period"], told["rows"], told["sequence"]) == (month, len(lines) - 1, 1)
    assert told["rows"] > 0
    section.page.reload()
    expect(section.page.locator("main")).to_contain_text("市民 桜")

    manager.page.goto(application)
    manager.page.fill('input[id^="revoke-"]', "目的が終わったため")
    manager.page.get_by_role("button", name="承認を取り消す").click()
    with manager.page.expect_navigation():
        manager.page.locator("#confirm [data-yes]").click()
    expect(manager.page.locator(".case-header .state")).to_have_text("承認の取消し")
    assert "承認が取り消されています" in run_now(manager, before)
    section.open("/data-use/")
    refused = section.page.locator("section", has=section.page.get_by_text("拒否された移転", exact=True))
    expect(refused.locator("tbody tr").first).to_contain_text("承認が取り消されています")
