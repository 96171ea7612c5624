"""A clerk prints a district: letters and slips of a run in force, counted, printed, read back."""

import re
from collections.abc import Iterator

import pytest
import zxingcpp
from playwright.sync_api import StorageState, expect

from tests.fixtures.browser import PATIENCE_MS
from tests.fixtures.live_server import LiveServer, demonstration, served
from tests.printing.paper import pages_of, picture_of, text_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A portal of this story: after another's run over the city, letters would tell of changes to that."""
    with served(demonstration(tmp_path_factory.mktemp("notices"))) as server:
        yield server


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    return {}


def test_a_clerk_prints_a_district_and_every_letter_and_slip_is_there(desk) -> None:
    clerk = desk("yamada")
    clerk.open("/premium/notices/")
    choices = clerk.page.locator('select[name="area"] option').all()
    counted = {one.get_attribute("value") or "": one.inner_text() for one in choices}
    districts = {
        value: int(re.sub(r"[^\d]", "", text.partition("(")[2])) for value, text in counted.items() if value
    }
    fewest = min((value for value in districts if value.isdigit()), key=lambda value: districts[value])
    clerk.page.locator('select[name="area"]').select_option(fewest)
    clerk.send()
    expect(clerk.page.locator("#notices")).to_contain_text("印刷を始めました")
    expect(clerk.page.locator("header.case-header")).to_contain_text("完了", timeout=6 * PATIENCE_MS)
    row = clerk.page.locator("main table").last.locator("tbody tr").first
    expect(row).to_contain_text(f"〒{fewest[:3]}-{fewest[3:]}")
    link = row.get_by_role("link", name="PDF").get_attribute("href") or ""
    answer = clerk.page.request.get(link)
    assert answer.ok
    pdf = answer.body()
    text = text_of(pdf)
    letters = text.count("納入通知書兼決定通知書")
    assert 1 <= letters <= districts[fewest]
    assert "区切り紙・管理表" in text
    assert text.count("見本県国民健康保険審査会") == letters
    codes = zxingcpp.read_barcodes(picture_of(pdf, pages_of(pdf), dpi=300))
    assert {one.format for one in codes} == {zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode}
    with clerk.page.expect_navigation():
        row.get_by_role("link", name="確かめる・刷り直す").click()
    expect(clerk.page.locator("h1")).to_have_text("刷った紙を確かめる")
    clerk.page.locator('input[name="first_page"]').fill("2")
    clerk.page.locator('input[name="last_page"]').fill("3")
    clerk.page.locator("#reason").fill("紙づまり")
    with clerk.page.expect_navigation():
        clerk.page.locator('button[name="by_page"]').click()
    expect(clerk.page.locator("h1")).to_have_text("刷った紙を確かめる")
    expect(clerk.page.locator(".lead")).to_contain_text("刷り直しの理由: 紙づまり")
