"""From any page to a person and back with the keys alone; the address bar names nobody."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser


def test_a_person_is_found_opened_and_left_by_keys(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    page.keyboard.press("/")
    page.keyboard.type("サトウ")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/persons/\?s=[\w-]+$"))
    listed = page.url
    second = page.locator("table.found tbody tr").nth(1)
    name = second.locator("a").first.inner_text()
    for key in ("j", "j", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.locator("[data-back-to-list]").click()
    page.wait_for_url(listed)
    expect(page.locator("tr[aria-selected=true] a").first).to_have_text(name)


def test_the_menu_stands_beside_the_page_and_one_bar_above_both(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    places = "parts => parts.map(part => document.querySelector(part).getBoundingClientRect().toJSON())"
    bar, menu, work = page.evaluate(places, [".top", ".side", "main"])
    assert bar["height"] < 60
    assert menu["right"] <= work["left"]
    assert work["width"] > 1000


def test_the_next_page_and_the_way_back_lead_to_the_same_list(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    page.fill("[data-search]", "サ")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/persons/\?s="))
    first = page.locator("table.found tbody").inner_text()
    page.locator("a[rel=next]").click()
    page.wait_for_url(re.compile(r"after=\d+$"))
    assert page.locator("table.found tbody").inner_text() != first
    page.locator("a[rel=prev]").click()
    page.wait_for_url(re.compile(r"before=\d+$"))
    assert page.locator("table.found tbody").inner_text() == first


def test_the_inbox_is_opened_and_walked_by_keys(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    for key in ("g", "i"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"/inbox/"))
    page.get_by_role("link", name=re.compile("^グループ")).last.click()
    page.wait_for_url(re.compile("box=group"))
    expect(page.locator("h1")).to_contain_text("受信箱")
    page.keyboard.press("c")
    page.get_by_role("checkbox", name="氏名").locator("xpath=ancestor::li").get_by_label("前へ").focus()
    for key in ("Alt+ArrowUp", "Alt+ArrowUp"):
        page.keyboard.press(key)
    with page.expect_navigation():
        page.get_by_role("button", name="この列にする").click()
    expect(page.locator("table.inbox th[scope=col]").first).to_have_text("氏名")
    page.keyboard.press("c")
    with page.expect_navigation():
        page.get_by_role("button", name="はじめの列に戻す").click()
    expect(page.locator("table.inbox th[scope=col]").first).to_have_text("期限")


def test_two_tasks_are_ticked_taken_and_given_back_by_keys_and_the_list_stays(
    desk: Callable[..., Desk],
) -> None:
    page = desk("sato").page
    page.goto("/inbox/?box=free&age=")
    rows = page.locator("[data-list] tbody tr")
    names = [rows.nth(place).locator("a").first.inner_text() for place in range(2)]
    for key in ("j", "x", "j", "x", "Control+Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"/inbox/chosen/preview$"))
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/inbox/chosen/$"))
    expect(page.locator("main")).to_contain_text("2件を引き受けました。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/inbox/\?box=free&age=$"))
    page.goto("/inbox/?box=mine")
    for name in names:
        page.locator("[data-list] tbody tr", has_text=name).first.get_by_role("checkbox").check()
    page.get_by_role("button", name="箱に戻す").click()
    page.wait_for_url(re.compile(r"/inbox/chosen/preview$"))
    page.keyboard.press("Control+Enter")
    expect(page.locator("main")).to_contain_text("2件を箱に戻しました。")


def test_a_filter_is_saved_opened_and_removed_by_keys(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    page.goto("/inbox/?box=group&due=later")
    page.keyboard.press("s")
    page.keyboard.type("その先の仕事")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text("絞り込みを保存しました")
    page.goto("/inbox/?box=free")
    page.keyboard.press("1")
    page.wait_for_url(re.compile(r"box=group&due=later$"))
    page.keyboard.press("s")
    page.get_by_role("button", name="削除").click()
    page.locator("#confirm [data-yes]").click()
    expect(page.locator("#notices")).to_contain_text("絞り込みを削除しました")
