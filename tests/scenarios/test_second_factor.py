"""A passkey of the terminal: enrolled before an administrator, used at the door and at the lock (L1, L2)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.fixtures.live_server import LiveServer
from tests.scenarios.conftest import code_of
from tests.scenarios.desk import Desk
from tests.scenarios.passkeys import enrol_passkey, give_code, with_authenticator


def test_a_passkey_is_enrolled_opens_the_lock_and_signs_in(
    desk: Callable[..., Desk], live_server: LiveServer
) -> None:
    password = (live_server.folder / "demo_password").read_text().strip()
    keeper, person = desk("kanri"), desk("mori")
    with_authenticator(person)

    enrol_passkey(person, give_code(keeper, "mori"), "窓口3番の端末")

    person.open("/staff/list/")
    with person.page.expect_navigation(url=re.compile("/lock/")):
        person.page.get_by_role("button", name="離席").click()
    assert "最後のサインイン" not in person.page.content()
    person.page.go_back()
    person.page.wait_for_url(re.compile("/lock/"))
    assert "最後のサインイン" not in person.page.content()
    person.page.fill('input[name="password"]', password)
    with person.page.expect_navigation(url=re.compile("/profile/")):  # where going back led
        person.page.get_by_role("button", name="この端末で本人確認して解除").click()
    assert "窓口3番の端末" in person.text

    with person.page.expect_navigation():
        person.page.get_by_role("button", name="サインアウト").click()
    person.page.fill('input[name="username"]', "mori")
    person.page.fill('input[name="password"]', password)
    with person.page.expect_navigation():
        person.page.keyboard.press("Enter")
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="この端末で本人確認する").click()
    expect(person.page.locator("h1")).to_be_visible()
    assert "/login" not in person.page.url


def test_nobody_moves_and_every_tab_is_emptied(desk: Callable[..., Desk], live_server: LiveServer) -> None:
    person = desk("ito")
    person.page.context.clock.install()
    person.open("/inbox/")
    second = person.page.context.new_page()
    second.goto("/profile/")
    person.page.context.clock.fast_forward("11:00")
    person.page.wait_for_url(re.compile("/lock/"))
    second.wait_for_url(re.compile("/lock/"))
    assert "自分の設定" not in second.content()
    assert "受信箱" not in person.page.content()
    password = (live_server.folder / "demo_password").read_text().strip()
    person.page.fill('input[name="password"]', "not the password")
    person.page.fill('input[name="code"]', code_of(live_server.folder, "ito"))
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="コードで解除").click()
    assert "ロックを解除できませんでした" in person.text
    assert password not in person.page.content()
