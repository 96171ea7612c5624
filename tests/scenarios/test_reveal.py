"""One Individual Number of one's own case: enrol a passkey, work, be locked, unlock, look, be found (M06)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, expect

from tests.fixtures.live_server import LiveServer
from tests.scenarios.desk import Desk
from tests.scenarios.family import family, moving_in
from tests.scenarios.passkeys import enrol_passkey, give_code, leave_and_unlock, with_authenticator


def spaced(number: str) -> str:
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def test_a_number_is_shown_once_and_the_auditor_finds_each_try(
    desk: Callable[..., Desk], live_server: LiveServer, tmp_path: Path
) -> None:
    persons = family("番場", "バンバ", 41)
    digits = spaced(str(persons[0]["individual_number"]))
    keeper, suzuki = desk("kanri"), desk("suzuki")
    with_authenticator(suzuki)
    enrol_passkey(suzuki, give_code(keeper, "suzuki"), "窓口5番の端末")

    case = suzuki.take_in("acquisition", "01", moving_in(persons))
    suzuki.confirm_identity(case)
    suzuki.open(f"{case}/numbers")
    leave_and_unlock(suzuki, (live_server.folder / "demo_password").read_text().strip())
    expect(suzuki.page.locator("h1")).to_have_text("個人番号を見る")
    suzuki.page.screenshot(path=tmp_path / "ask.png", full_page=True)
    assert digits not in suzuki.page.content()

    ask(suzuki, purpose="curiosity")
    assert "目的が選ばれていません" in suzuki.text
    assert digits not in suzuki.page.content()

    suzuki.page.context.clock.install()
    ask(suzuki)
    expect(suzuki.page.locator(".digits")).to_have_text(digits)
    expect(suzuki.page.locator(".watermark span").first).to_contain_text("10002 鈴木 一郎")
    suzuki.page.screenshot(path=tmp_path / "shown.png")
    second = suzuki.page.context.new_page()
    second.goto(suzuki.page.url)
    expect(second.locator("h1")).to_have_text("個人番号を見る")
    assert digits not in second.content()
    second.close()
    suzuki.page.context.clock.fast_forward(31_000)
    expect(suzuki.page.locator("h1")).to_have_text("個人番号を見る")
    assert digits not in suzuki.page.content()

    ask(suzuki)
    expect(suzuki.page.locator(".digits")).to_have_text(digits)
    with suzuki.page.expect_navigation():
        suzuki.page.get_by_role("link", name="消して届出に戻る").click()
    assert digits not in suzuki.page.content()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # no cache has the page; it would be asked for anew
        suzuki.page.go_back()
    expect(suzuki.page.locator("body")).not_to_contain_text(digits)

    aoki = desk("aoki")
    aoki.open("/audit/?tag=number:shown")
    aoki.page.screenshot(path=tmp_path / "audit.png", full_page=True)
    lines = [one.inner_text() for one in aoki.page.locator("tbody tr").all() if "10002" in one.inner_text()]
    assert ["断" in line or "拒" in line for line in lines] == [False, False, True], lines
    assert all(case.rsplit("/", 1)[1] in line for line in lines)
    assert ["資格の取得・喪失・変更の届出の審査" in line for line in lines] == [True, True, False]
    assert digits.replace(" ", "") not in aoki.page.content()


def ask(person: Desk, purpose: str = "eligibility") -> None:
    """Choose the first person of the case and a purpose, or send one that is not on the list."""
    person.page.locator('input[name="place"]').first.check()
    box = person.page.locator('input[name="purpose"]').first
    box.check()
    box.evaluate("(one, value) => { one.value = value; }", purpose)
    with person.page.expect_navigation():
        person.page.get_by_role("button", name="30秒間表示する").click()
