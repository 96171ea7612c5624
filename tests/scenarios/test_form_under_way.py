"""A form at the counter: checked and filled in on the way, kept by itself, nothing lost without a network."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.scenarios.desk import Desk
from tests.scenarios.family import family, moving_in

OpenDesk = Callable[..., Desk]


def test_nothing_typed_is_lost_when_the_network_goes(desk: OpenDesk) -> None:
    sato = desk("sato")
    page = sato.page
    page.clock.install()
    sato.begin("acquisition", "01")
    event = page.locator('[data-path="event_on"]')
    event.locator("input").fill("R8.13.1")
    page.keyboard.press("Tab")
    page.clock.run_for(1_000)
    expect(event.locator(".form__error")).to_contain_text("13月はありません")
    expect(event.locator("input")).to_have_attribute("aria-describedby", "f-event_on-help f-event_on-error")
    assert page.locator(".form__error").count() == 1, "only the field that was left"

    page.locator("#f-address-postal_code").fill("660-0051")
    expect(page.locator("#f-address-address")).to_have_value("兵庫県尼崎市東七松町")
    kana = page.locator('[data-path="persons.0.kana"]')
    page.locator("#f-persons-0-name").fill("尼崎 花子")
    page.keyboard.press("Tab")
    expect(kana.locator("input")).to_have_value("アマガサキ\u3000ハナコ")
    expect(kana.locator(".badge")).to_have_text("要確認")
    page.keyboard.press("Control+Enter")
    expect(kana.get_by_role("alert")).to_be_visible()
    expect(kana.locator("input")).to_be_focused()
    page.keyboard.press("Enter")
    expect(kana.locator(".badge")).to_have_count(0)
    assert page.url.endswith("/notifications/new/acquisition/01"), "nothing was sent"

    entry = moving_in(family("網野", "アミノ", 61)[:1])
    sato.enter(entry)
    page.clock.run_for(1_000)
    expect(event.locator(".form__error")).to_have_count(0)
    page.clock.run_for(50_000)
    expect(page.locator(".form__status")).to_contain_text("下書きを自動で保存しました")

    page.context.set_offline(offline=True)
    page.keyboard.press("Control+Enter")
    status = page.get_by_role("alert").filter(has_text="入力した内容はこの画面に残っています")
    expect(status).to_be_visible()
    expect(status).to_contain_text("まだ送られていません")
    assert page.locator('[name="event_on"]').input_value() == str(entry["event_on"])
    assert page.locator('[name="persons-0-individual_number"]').input_value() != ""

    page.context.set_offline(offline=False)
    expect(page.locator(".form__status")).to_contain_text("つながりました")
    sato.send()
    assert "届出を受け付けました" in sato.notices
    sato.open("/notifications/new/")
    assert "網野" not in sato.text, "the draft is gone with the case"
