"""A passkey of the terminal: enrolled before an administrator, used at the door and at the lock (L1, L2)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.fixtures.live_server import LiveServer
from tests.scenarios.conftest import code_of
from tests.scenarios.desk import Desk


def with_authenticator(one: Desk) -> str:
    """A terminal that knows its person's face."""
    protocol = one.page.context.new_cdp_session(one.page)
    protocol.send("WebAuthn.enable")
    made = protocol.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    return str(made["authenticatorId"])


def test_a_passkey_is_enrolled_opens_the_lock_and_signs_in(
    desk: Callable[..., Desk], live_server: LiveServer
) -> None:
    password = (live_server.folder / "demo_password").read_text().strip()
    keeper, person = desk("kanri"), desk("mori")
    with_authenticator(person)

    keeper.open("/staff/list/")
    keeper.page.get_by_text("mori", exact=True).first.click()
    keeper.page.get_by_role("link", name="認証とサインイン").click()
    keeper.page.get_by_role("button", name="登録コードを出す").click()
    with keeper.page.expect_navigation():
        keeper.page.get_by_role("button", name="登録コードを出す").last.click()
    code = keeper.page.locator(".ticket-code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code)

    person.open("/profile/")
    person.page.get_by_role("link", name="認証を追加で登録する").click()
    person.page.fill('input[name="code"]', code)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="登録へ進む").click()
    person.page.fill('input[name="name"]', "窓口3番の端末")
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="この端末を登録する").click()
    assert "認証を登録しました" in person.notices
    expect(person.page.get_by_text("窓口3番の端末")).to_be_visible()

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
