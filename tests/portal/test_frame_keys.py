"""The frame in a real Chromium: keys, dialogs, the list that is where it was; no complaint."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from portal import clock
from portal.security.factors import code_at
from tests.portal.conftest import PASSWORD, SECRET, account_of

pytestmark = pytest.mark.browser
PATIENCE_MS = 15_000


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The portal on a loopback port, for one test."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def screen(browser: Browser, address: str) -> Iterator[Page]:
    """A new visitor at the office's display; at the end nothing was complained of."""
    context = browser.new_context(base_url=address, viewport={"width": 1366, "height": 768}, locale="ja-JP")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def is_complaint(said: ConsoleMessage) -> bool:
    """Errors and warnings; but that a form was refused (422) is what the page wants."""
    return said.type in {"error", "warning"} and "status of 422" not in said.text


def enter(page: Page, name: str) -> None:
    page.goto("/login/")
    page.keyboard.type(account_of(name))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("もう一つの確認")
    page.keyboard.type(code_at(SECRET, clock.now()))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("きょうの仕事")


def test_one_works_by_keys_alone(screen: Page) -> None:
    enter(screen, "administrator")
    screen.keyboard.type("gm")
    expect(screen.locator("h1")).to_have_text("マスタ")
    screen.keyboard.type("jj")
    expect(screen.locator("tr[aria-selected=true]")).to_contain_text("閉庁日")
    screen.keyboard.press("k")
    screen.keyboard.press("Enter")
    expect(screen.locator("h1")).to_have_text("課・窓口")
    screen.keyboard.press("n")
    expect(screen.locator("h1")).to_have_text("課・窓口を登録する")
    screen.keyboard.press("Control+Enter")
    summary = screen.locator(".error-summary")
    expect(summary).to_contain_text("2 か所を直してください")
    summary.locator("a").first.click()
    expect(screen.locator("#code")).to_be_focused()
    screen.keyboard.type("20")
    screen.keyboard.press("Tab")
    screen.keyboard.type("北支所")
    screen.keyboard.press("Control+Enter")
    expect(screen.locator("#notices")).to_contain_text("北支所 を登録しました")
    screen.keyboard.press("e")
    expect(screen.locator("h1")).to_have_text("北支所を直す")


def test_keys_that_are_typed_into_a_field_stay_there(screen: Page) -> None:
    enter(screen, "administrator")
    screen.goto("/masters/offices/list/")
    screen.locator("input[name=q]").last.focus()
    screen.keyboard.type("g?n/")
    expect(screen.locator("input[name=q]").last).to_have_value("g?n/")
    expect(screen.locator("#key-help")).to_be_hidden()


def test_the_keys_are_listed_and_the_list_closes(screen: Page) -> None:
    enter(screen, "counter")
    screen.keyboard.press("?")
    sheet = screen.locator("#key-help")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("受信箱")
    screen.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    screen.keyboard.press("/")
    expect(screen.locator("[data-search]")).to_be_focused()


def test_the_way_back_leads_to_the_list_as_it_was(screen: Page) -> None:
    enter(screen, "administrator")
    screen.goto("/staff/list/?order=-last_name&q=example")
    screen.keyboard.press("j")
    screen.keyboard.press("j")
    chosen = screen.locator("tr[aria-selected=true] a").inner_text()
    screen.keyboard.press("Enter")
    expect(screen.locator(".facts")).to_contain_text(chosen)
    screen.locator(".breadcrumb a").nth(1).click()
    expect(screen.locator("tr[aria-selected=true] a")).to_have_text(chosen)
    assert "order=-last_name" in screen.url


def test_the_language_changes_and_the_page_stays(screen: Page) -> None:
    enter(screen, "administrator")
    screen.goto("/roles/")
    screen.get_by_role("button", name="EN").click()
    expect(screen.locator("h1")).to_have_text("Roles")
    screen.get_by_role("button", name="日本語").click()
    expect(screen.locator("h1")).to_have_text("権限の一覧")


def test_focus_can_always_be_seen(screen: Page) -> None:
    enter(screen, "administrator")
    for _ in range(12):
        screen.keyboard.press("Tab")
        outline = screen.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_a_page_fits_the_display_of_the_office(screen: Page) -> None:
    enter(screen, "administrator")
    for path in ("/", "/masters/", "/masters/reasons/add", "/staff/list/", "/roles/"):
        screen.goto(path)
        assert screen.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_text_and_ground_differ_enough_to_be_read(screen: Page) -> None:
    """Contrast of at least 4.5 to 1 for every text of the frame (screens.md, Foundation)."""
    enter(screen, "administrator")
    screen.goto("/staff/list/")
    faint = screen.evaluate(
        """() => {
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
            .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
          const parts = (text) => text.match(/[\\d.]+/g).map(Number);
          const ground = (node) => {
            for (let at = node; at; at = at.parentElement) {
              const colour = parts(getComputedStyle(at).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll("body *")]
            .filter(n => [...n.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()))
            .filter(n => n.offsetParent !== null && !n.closest(".sr-only, .skip"))
            .map(n => {
              const pair = [light(parts(getComputedStyle(n).color)), light(ground(n))];
              const [a, b] = pair.sort((x, y) => y - x);
              return [n.textContent.trim(), (a + .05) / (b + .05)];
            })
            .filter(([, contrast]) => contrast < 4.5);
        }"""
    )
    assert faint == []


ASKED = "window.told = ''; window.portal.ask('/healthz').catch(() => { window.told = 'failed'; }); 0"


def test_a_question_that_is_cut_off_is_told_where_the_page_stays_and_not_where_it_is_left(
    screen: Page,
) -> None:
    enter(screen, "counter")
    screen.clock.install()
    screen.evaluate("window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); 0")
    screen.evaluate(ASKED)
    screen.wait_for_function("window.told === 'failed'")

    screen.evaluate("window.dispatchEvent(new Event('beforeunload')); 0")
    screen.evaluate(ASKED)
    assert screen.evaluate("window.told") == ""
    screen.clock.run_for(3_100)  # somebody was asked whether to leave, and stayed
    screen.wait_for_function("window.told === 'failed'")

    screen.evaluate("window.portal.unreached()")
    expect(screen.get_by_role("alert")).to_contain_text("サーバーにつながりません")
