"""An administrator without programming changes the acquisition: drawn, checked, put in force, cases moved."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, StorageState, expect

from portal import clock
from rules.periods import add_working_days
from tests.fixtures.live_server import LiveServer, demonstration, served
from tests.scenarios import axe
from tests.scenarios.desk import Desk, era
from tests.scenarios.family import MOVED_ON, family, moving_in, seen

pytestmark = pytest.mark.browser
OpenDesk = Callable[..., Desk]
CHECKED_MS = 60_000
ENGLISH = re.compile(r"[A-Za-z]{4,}")
OF_THE_LIBRARY = "minified copy of the development build of Inferno"
FORM = "/forms/acquisition"


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A portal of its own: this story puts a version in force that no other one expects."""
    folder = demonstration(tmp_path_factory.mktemp("drawn"))
    with served(folder) as server:
        yield server


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """Nobody has signed in at this portal."""
    return {}


def open_editor(page: Page) -> None:
    page.get_by_role("link", name="図を描く").click()
    expect(page.locator("[data-opened=yes]")).to_be_visible()


def say(page: Page, field: str, text: str) -> None:
    page.locator(f"#el-{field}").fill(text)
    page.locator(f"#el-{field}").press("Tab")


def is_saved(page: Page) -> None:
    expect(page.locator("[data-state]")).to_contain_text("保存しました")


def draw_a_second_approval(page: Page) -> None:
    """Put a step into the flow of what agrees, by the list and the panel alone."""
    page.locator("[data-jump=flow_entry_result_decide_delivery]").click()
    page.locator("[data-add=UserTask]").click()
    say(page, "name", "二人目の承認")
    say(page, "english", "Second approval")
    say(page, "id", "second_approval")
    say(page, "due_days", "5")
    page.locator("#el-lane").select_option(label="照合担当")
    page.locator("#el-not_by").select_option(["apply"])
    is_saved(page)


def by_keys_from_the_list_to_the_settings_and_back(page: Page) -> None:
    in_list = page.locator("[data-listed] [data-jump=second_approval]").first
    in_list.press("Enter")
    expect(page.locator("[data-kind-words]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#el-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(in_list).to_be_focused()


def add_field(page: Page, **words: str) -> None:
    for name in ("ja", "en", "name"):
        page.locator(f"#new-{name}").fill(words[name])
    page.locator("#new-kind").select_option(label=words["kind"])
    if words["choices"]:
        page.locator("#new-choices").fill(words["choices"])
    page.locator("#new-group").select_option(label=words["group"])
    form = page.locator("form", has=page.locator("#new-ja"))
    form.get_by_label("必須にする").check()
    expect(page.locator(f"#preview [data-path={words['name']}]")).to_be_visible()
    form.get_by_role("button", name="項目を加える").click()
    expect(page.locator("#notices")).to_contain_text("様式を保存しました")


def ask_for_publication(author: Desk) -> None:
    author.page.get_by_role("button", name="公開を頼む").click()
    expect(author.page.locator("#notices")).to_contain_text("公開できる1人に知らせました")
    expect(author.page.get_by_text(re.compile(r"公開を頼みました\(.*知らせた人"))).to_be_visible()
    expect(author.page.get_by_role("button", name="公開を頼む")).to_have_count(0)


def put_in_force(one: Desk) -> None:
    """The second administrator finds the draft by the notice, and puts it in force."""
    one.open("/notices/")
    told = one.page.get_by_role("row", name=re.compile("手続の下書きの公開を頼みました"))
    told.get_by_role("button", name="開く").click()
    expect(one.page.get_by_text(re.compile(r"さんが公開を頼みました\("))).to_be_visible()
    one.page.locator("#reason").fill("二人目の承認を加えるため")
    one.page.get_by_role("button", name="公開する", exact=True).click()
    with one.page.expect_navigation():
        one.page.locator("dialog[open] [data-yes]").click()
    assert "第2版を公開しました" in one.notices


def english_of(page: Page) -> list[str]:
    """Words of more than three Latin letters in what the editors show, but codes and the names of files."""
    told: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".djs-palette *, .djs-context-pad *, [data-editor] button")]
             .filter((one) => !one.closest("[data-listed], [data-found]"))
             .map((one) => `${one.dataset.deed ? "" : one.title} ${one.textContent}`.trim())"""
    )
    return [one for one in told if ENGLISH.search(one)]


def test_a_procedure_is_changed_without_programming_and_running_cases_stay_until_moved(
    desk: OpenDesk,
) -> None:
    sato = desk("sato")
    old = family("旧版", "キュウハン", 1)
    running = sato.take_in("acquisition", "01", moving_in(old))

    author = desk("kanri")
    page = author.page
    author.open("/definitions/acquisition/1")
    with page.expect_navigation():
        page.get_by_role("button", name="この版から下書きを作る").click()
    draft = re.sub(r"#.*", "", page.url)
    open_editor(page)
    assert axe.violations(page) == []
    draw_a_second_approval(page)
    listed = page.locator("[data-listed] tr", has=page.locator("[data-jump=second_approval]"))
    expect(listed).to_contain_text("5開庁日")
    assert english_of(page) == []
    by_keys_from_the_list_to_the_settings_and_back(page)

    page.locator("[data-deed=check]").click()
    told = page.get_by_role("table", name="検査の結果").get_by_role("row", name=re.compile("様式"))
    expect(told.first).to_be_visible(timeout=CHECKED_MS)
    expect(page.locator("[data-element-id=second_approval].studio-problem")).to_have_count(1)
    page.locator("[data-deed=undo]").click()
    page.locator("[data-deed=redo]").click()
    is_saved(page)

    author.open(f"{draft}{FORM}/second_approval")
    add_field(
        page,
        ja="承認する",
        en="Approve",
        name="approved",
        kind="はい・いいえ",
        choices="",
        group="二人目の承認",
    )
    author.open(f"{draft}{FORM}/apply")
    assert axe.violations(page) == []
    choices = "morning=午前=Morning\nevening=夕方=Evening"
    add_field(
        page,
        ja="連絡のとれる時間",
        en="When to call",
        name="call_time",
        kind="一つ選ぶ",
        choices=choices,
        group="届出人",
    )
    author.open(draft)
    page.get_by_role("button", name="検査する").click()
    expect(page.locator("#notices")).to_contain_text("問題はありません", timeout=CHECKED_MS)
    assert axe.violations(page, [".diagram"]) == []

    ask_for_publication(author)
    put_in_force(desk("mori"))
    the_next_case_asks_for_both(desk)
    the_running_case_is_moved(desk, running, old)


def the_next_case_asks_for_both(desk: OpenDesk) -> None:
    """A new case asks for the field and stands before the second approval, due in five working days."""
    sato, tanaka = desk("sato"), desk("tanaka")
    new = family("新版", "シンパン", 11)
    entry: dict[str, Any] = moving_in(new)
    sato.begin("acquisition", "01")
    sato.enter(entry)
    sato.send()
    assert any("連絡のとれる時間" in line for line in sato.refused)
    sato.enter({"call_time": "evening"})
    sato.send()
    case = sato.case_path
    sato.confirm_identity(case)
    tanaka.verify(case, seen("01", era(MOVED_ON), new))
    tanaka.open(case)
    assert era(add_working_days(clock.today(), 5)) in tanaka.text
    assert "二人目の承認" in tanaka.text
    tanaka.enter({"approved": "true"})
    tanaka.send()
    assert "手続が終わりました" in tanaka.notices


def the_running_case_is_moved(desk: OpenDesk, running: str, persons: list[dict[str, Any]]) -> None:
    """What ran stays on version 1 until an operator moves it; then it comes to the second approval too."""
    operator = desk("kanri")
    page = operator.page
    operator.open("/operations/moves/acquisition?before=1&after=2")
    page.locator("input[name=first]").wait_for()
    page.get_by_role("button", name=re.compile("件すべてを移行")).click()
    page.locator("dialog[open] [data-yes]").click()
    expect(page.locator("dl.facts")).to_contain_text("実行済")
    expect(page.locator("#run[hx-get]")).to_have_count(0, timeout=CHECKED_MS)
    sato, tanaka = desk("sato"), desk("tanaka")
    sato.confirm_identity(running)
    tanaka.verify(running, seen("01", era(MOVED_ON), persons))
    tanaka.open(running)
    assert "二人目の承認" in tanaka.text


def test_a_table_is_drawn_and_saved(desk: OpenDesk) -> None:
    author = desk("kanri")
    page = author.page
    author.open("/definitions/reissue/1")
    page.get_by_role("button", name="この版から下書きを作る").click()
    page.get_by_role("link", name="判定表を変える").first.click()
    expect(page.locator("[data-opened=yes]")).to_be_visible()
    assert axe.violations(page) == []
    page.locator(".studio-table td.output-cell [contenteditable]").first.fill('"counter"')
    page.keyboard.press("Tab")
    is_saved(page)
    expect(page.locator("[data-listed] tbody tr").first).to_contain_text('"counter"')
    author.complaints[:] = [one for one in author.complaints if OF_THE_LIBRARY not in one]
