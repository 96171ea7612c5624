"""Tax incomes come in: a wrong file is quarantined, a right one applied, a difference is a task."""

import hashlib
import sqlite3

from playwright.sync_api import expect

from tests.factories.incoming import tax_file, tax_line
from tests.fixtures.live_server import LiveServer

UNTOLD = 2023  # a year of which the demonstration has no incomes


def take(one, content: bytes, sequence: int) -> None:
    one.open("/incoming/")
    page = one.page
    rows, digest = content.count(b"\n") - 1, hashlib.sha256(content).hexdigest()
    control = f"sequence={sequence}\nrows={rows}\nsha256={digest}\n"
    sent = {"name": "shotoku.csv", "mimeType": "text/csv", "buffer": content}
    page.set_input_files("#file", files=[sent])
    page.set_input_files("#control", files=[sent | {"name": "shotoku.ctl", "buffer": control.encode()}])
    page.click("button:has-text('受け取って検査する')")
    see_the_file(page)


def see_the_file(page) -> None:
    """From the page of the job, which looks by itself until it has ended."""
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job-progress .state")).to_have_text("完了")
    page.click("text=受け取ったファイルを見る")
    page.wait_for_url("**/incoming/*")


def test_from_a_wrong_file_to_incomes_on_record_and_a_task(desk, live_server: LiveServer) -> None:
    with sqlite3.connect(live_server.folder / "portal.sqlite3") as database:
        number, other = (row[0] for row in database.execute("SELECT addressee_number FROM person LIMIT 2"))
    counter = desk("sato")
    wrong = tax_file(tax_line(number, UNTOLD), tax_line(other, UNTOLD, salary_gross="3.5"))
    take(counter, wrong, 1)
    page = counter.page
    expect(page.locator(".case-header .state")).to_have_text("隔離")
    told = page.locator("table tbody tr td").all_inner_texts()
    assert told[:3] == ["3", "6", "給与収入金額"]
    assert "整数" in told[3]

    right = tax_file(tax_line(number, UNTOLD, salary_gross=3_000_000), tax_line("999999999", UNTOLD))
    take(counter, right, 1)
    expect(page.locator(".case-header .state")).to_have_text("確認待ち")
    assert page.locator("button:has-text('反映する')").count() == 0, "who took it does not decide"
    address = page.url

    verifier = desk("tanaka")
    verifier.page.goto(address)
    assert verifier.page.locator(".counts dd").all_inner_texts() == ["1件", "0件", "0件", "1件"]
    verifier.page.click("button:has-text('反映する')")
    see_the_file(verifier.page)
    expect(verifier.page.locator(".case-header .state")).to_have_text("反映済")

    task = page.locator("table.inbox tr", has_text="取込みの差異").locator("a").first
    for _ in range(60):  # the worker begins the case after the file was applied
        counter.open("/inbox/?box=group")
        if task.count():
            break
    task.click()
    page.wait_for_url("**/cases/*")
    page.click("text=差異の一覧")
    page.wait_for_url(address)
    page.check("input[name=difference]")
    page.fill("#settle-words", "転入予定の方と住民票で確かめた")
    page.click("button:has-text('処理済みにする')")
    page.get_by_text("差異1件を処理済みにしました").wait_for()
