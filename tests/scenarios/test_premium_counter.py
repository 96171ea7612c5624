"""A rate entered by one person and checked by another, and a receipt given before it (issue 7)."""

import pytest
from playwright.sync_api import expect

from tests.fixtures.browser import PATIENCE_MS
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
RATE = "/parameters/of/municipal/premium/medical/income_rate"


def enter(administrator: Desk, **typed: str) -> None:
    for name, value in typed.items():
        administrator.page.fill(f"#f-{name}", value)
    with administrator.page.expect_navigation():
        administrator.page.get_by_role("button", name="登録して確認に回す").click()


def test_a_receipt_comes_to_the_same_yen_after_the_rate_was_changed_by_two(desk) -> None:
    counter, administrator, chief = desk("sato"), desk("kanri"), desk("kimura")
    counter.open("/premium/trial/")
    counter.page.select_option("#f-year", "2025")
    counter.page.fill("#f-birth-0", "S56.5.1")
    counter.page.fill("#f-salary-0", "300000")
    with counter.page.expect_navigation():
        counter.page.keyboard.press("Control+Enter")
    expect(counter.page.locator(".notice.warn")).to_contain_text("0が一つ足りないときは3,000,000です")
    counter.page.fill("#f-salary-0", "3,000,000")
    with counter.page.expect_navigation():
        counter.page.keyboard.press("Control+Enter")
    told = counter.page.locator(".trial-total strong").inner_text()
    with counter.page.expect_navigation():
        counter.page.get_by_role("button", name="控えを作る").click()
    number = counter.page.url.rsplit("/", 1)[1]
    paper = counter.page.request.get(f"{counter.page.url}/paper.pdf")
    assert paper.body().startswith(b"%PDF")

    administrator.open(RATE)
    source = {"source_title": "見本市国民健康保険条例", "source_article": "第12条"}
    enter(administrator, year="2025", value="804", **source)
    expect(administrator.page.locator("#e-value")).to_contain_text("「8.04」のことですか")
    enter(administrator, value="8.04")
    expect(administrator.page.locator(".parameter-waiting")).to_contain_text("登録した人は承認できません")
    chief.open("/parameters/")
    with chief.page.expect_navigation():
        chief.page.locator("main .card a").first.click()
    chief.page.fill("#words", "条例の写しと照合した")
    with chief.page.expect_navigation():
        chief.page.get_by_role("button", name="承認して使う").click()
    expect(chief.page.locator("#notices")).to_contain_text("承認しました")

    counter.open("/premium/receipts/")
    counter.page.fill('input[name="number"]', number.removeprefix("T"))
    with counter.page.expect_navigation():
        counter.page.keyboard.press("Enter")
    main = counter.page.locator("main")
    expect(main).to_contain_text(f"1円まで同じ {told}")
    expect(main).to_contain_text("医療分の所得割の率")
    expect(main).to_contain_text("7.60%")
    expect(main).to_contain_text("8.04%")


def test_what_was_entered_is_checked_computed_anew_and_the_watchdogs_look(desk) -> None:
    verifier, chief = desk("tanaka"), desk("kimura")
    verifier.open("/premium/circumstances/")
    with verifier.page.expect_navigation():
        verifier.page.locator("main tbody a").first.click()
    main = verifier.page.locator("main")
    expect(main).to_contain_text("雇用保険受給資格者証")
    verifier.page.locator('input[name="words"]').fill("写しと照合した")
    with verifier.page.expect_navigation():
        verifier.page.get_by_role("button", name="承認して計算し直す").click()
    expect(verifier.page.locator("#notices")).to_contain_text("計算し直しました")
    expect(main).to_contain_text("国民健康保険法施行令29条の7の2")
    with verifier.page.expect_navigation():
        verifier.page.get_by_role("link", name="保険料", exact=True).click()
    with verifier.page.expect_navigation():
        verifier.page.get_by_role("link", name="承認待ちの計算を見る").click()
    expect(main).to_contain_text("何が変わったか")

    chief.open("/watch/")
    with chief.page.expect_navigation():
        chief.page.get_by_role("button", name="いま見張る").click()
    result = chief.page.get_by_role("link", name="見張りの結果を見る")
    expect(chief.page.locator("#job-progress")).to_contain_text("完了", timeout=PATIENCE_MS)
    with chief.page.expect_navigation():
        result.click()
    with chief.page.expect_navigation():
        chief.page.get_by_role("link", name="所得の未申告").click()
    with chief.page.expect_navigation():
        chief.page.locator("main tbody a").first.click()
    expect(chief.page.locator("main")).to_contain_text("簡易申告を求めます")
