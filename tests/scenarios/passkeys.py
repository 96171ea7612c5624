"""A passkey of the terminal in the stories: Chromium's virtual authenticator, enrolled before a keeper."""

import re

from playwright.sync_api import expect

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


def give_code(keeper: Desk, account: str) -> str:
    """The administrator gives an account a code by which it enrols a factor."""
    keeper.open("/staff/list/")
    keeper.page.get_by_text(account, exact=True).first.click()
    keeper.page.get_by_role("link", name="認証とサインイン").click()
    keeper.page.get_by_role("button", name="登録コードを出す").click()
    with keeper.page.expect_navigation():
        keeper.page.get_by_role("button", name="登録コードを出す").last.click()
    code = keeper.page.locator(".ticket-code").inner_text()
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code)
    return code


def enrol_passkey(person: Desk, code: str, name: str) -> None:
    """The person enrols the passkey of his terminal with the code."""
    person.open("/profile/")
    person.page.get_by_role("link", name="認証を追加で登録する").click()
    person.page.fill('input[name="code"]', code)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="登録へ進む").click()
    person.page.fill('input[name="name"]', name)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="この端末を登録する").click()
    assert "認証を登録しました" in person.notices
    expect(person.page.get_by_text(name)).to_be_visible()


def leave_and_unlock(person: Desk, password: str) -> None:
    """The person leaves his desk, comes back, and shows password and face."""
    with person.page.expect_navigation(url=re.compile("/lock/")):
        person.page.get_by_role("button", name="離席").click()
    person.page.fill('input[name="password"]', password)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="この端末で本人確認して解除").click()
    assert "/lock/" not in person.page.url
