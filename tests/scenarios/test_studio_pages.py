"""The pages around the studio and the queue: axe-core finds nothing, and no English stands on them."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.scenarios import axe
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
OpenDesk = Callable[..., Desk]
CHECKED_MS = 60_000
ENGLISH = re.compile(r"[A-Za-z]{4,}")
CODES = re.compile(r"[a-z_]+/[a-z_]+|\.bpmn|\.dmn|\.schema\.json|\.ui\.json|JPEG|Ctrl|[a-z]+_[a-z_]+")
READ = """
() => {
  const body = document.body.cloneNode(true);
  const beside = "script, style, noscript, template, textarea, code, kbd, .kbd, .kana, .diagram";
  body.querySelectorAll(beside).forEach((one) => one.remove());
  const said = ["aria-label", "title", "alt", "placeholder"];
  const lines = [...body.querySelectorAll("*")].flatMap((one) => [
    ...said.map((name) => one.getAttribute(name) || ""),
    ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent),
  ]);
  return [...new Set(lines.map((line) => line.trim()).filter(Boolean))];
}
"""


def looked_at(page: Page) -> None:
    """Nothing of a page keeps anybody out, and no line of it is English."""
    assert axe.violations(page, [".diagram"]) == [], page.url
    lines: list[str] = page.evaluate(READ)
    assert [one for one in lines if ENGLISH.search(CODES.sub("", one))] == [], page.url


def test_a_new_procedure_is_begun_changed_and_tried_out_without_a_file(desk: OpenDesk) -> None:
    one = desk("kanri")
    page = one.page
    one.open("/definitions/")
    page.get_by_label("新しい手続の名前").fill("傘の貸出")
    page.get_by_label("記号").fill("umbrella_loan")
    page.get_by_role("button", name="新しい手続を作る").click()
    expect(page.get_by_text("このまま検査して試せます")).to_be_visible()
    draft = re.sub(r"[?#].*", "", page.url)
    page.get_by_role("button", name="検査する").click()
    expect(page.get_by_text("問題はありません").first).to_be_visible(timeout=CHECKED_MS)
    looked_at(page)
    one.open(f"{draft}/forms/umbrella_loan/apply")
    page.locator("#new-ja").fill("色")
    page.locator("#new-name").fill("color")
    page.locator("#new-when").select_option("way")
    page.locator("[data-when-for=way]:visible").get_by_label("郵送").check()
    asked = page.locator("#preview [data-path=color]")
    expect(asked).to_have_count(1)
    page.get_by_role("button", name="項目を加える").click()
    expect(page.get_by_text("「受付方法」が「郵送」のとき")).to_be_visible()
    expect(asked).to_be_hidden()
    page.locator("#preview").get_by_label("郵送").check()
    expect(asked).to_be_visible()
    looked_at(page)
    one.open(f"{draft}/try")
    page.get_by_role("button", name="試し始める").click()
    expect(page.get_by_role("heading", name="受付・入力")).to_be_visible()
    looked_at(page)
    for path in (f"{draft}/tests", "/definitions/student_exception/1", "/studio/letters/"):
        one.open(path)
        looked_at(page)
    one.open(draft)
    page.get_by_role("button", name="破棄する").click()
    page.get_by_role("dialog").get_by_role("button", name="破棄する").click()
    expect(page.get_by_text("下書きを破棄しました")).to_be_visible()


def test_absences_notices_the_board_and_the_letters_are_for_everybody(desk: OpenDesk) -> None:
    chief = desk("kimura")
    for path in ("/absences/", "/notices/", "/board/"):
        chief.open(path)
        looked_at(chief.page)
