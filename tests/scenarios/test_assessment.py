"""The premium of the city: a trial run, compared and approved by the chief, put in force, and explained."""

import re

import pytest
from playwright.sync_api import expect

from tests.fixtures.browser import PATIENCE_MS

pytestmark = pytest.mark.browser


def test_a_trial_run_is_compared_approved_and_in_force_and_a_household_is_told_why(desk) -> None:
    clerk = desk("suzuki")
    clerk.open("/premium/runs/")
    clerk.send()
    expect(clerk.page.locator("#notices")).to_contain_text("仮算定を始めました")
    path = re.sub(r"^https?://[^/]+", "", clerk.page.url)
    expect(clerk.page.locator("main")).to_contain_text("変わる世帯と理由", timeout=PATIENCE_MS)
    chief = desk("kimura")
    chief.open(path)
    expect(chief.page.locator("main")).to_contain_text("変わる世帯と理由")
    chief.send()
    expect(chief.page.locator(".notice.bad")).to_contain_text("了承されていません")
    for box in chief.page.locator('input[name="accepted"]').all():
        box.check()
    chief.send()
    expect(chief.page.locator("#notices")).to_contain_text("承認しました")
    clerk.open(path)
    clerk.page.keyboard.press("Control+Enter")
    with clerk.page.expect_navigation():
        clerk.page.locator("#confirm [data-yes]").click()
    expect(clerk.page.locator("#notices")).to_contain_text("確定しました")
    clerk.open(f"{path}/changes")
    with clerk.page.expect_navigation():
        clerk.page.locator("tbody a").first.click()
    expect(clerk.page.locator("h1")).to_contain_text("の保険料")
    derivation = clerk.page.locator("details", has_text="計算の過程と根拠")
    if derivation.get_attribute("open") is None:  # open by itself where nothing is compared
        derivation.locator("summary").first.click()
    assert "国民健康保険法施行令29条の7" in clerk.text
    clerk.open("/premium/what-if/?part=medical&figure=income_rate&value=8.04")
    assert "増える世帯" in clerk.text
