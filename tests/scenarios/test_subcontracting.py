"""A stick that is not back is heard of, and a contractor sees his own contract alone."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.architecture.tree import ROOT
from tests.fixtures.live_server import LiveServer, environment

pytestmark = pytest.mark.browser


def test_the_chief_hears_of_a_stick_that_is_not_back_and_a_contractor_sees_his_contract(
    desk, live_server: LiveServer
) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.factories.an_evening"],
        cwd=ROOT,
        env=environment(live_server.folder),
        capture_output=True,
        check=True,
    )
    chief = desk("kimura")
    chief.open("/notices/")
    with chief.page.expect_navigation():
        chief.page.locator("tr", has_text="電子媒体が返却期限を過ぎても戻っていません").get_by_role(
            "button"
        ).click()
    expect(chief.page.locator("h1")).to_have_text("USB-001")
    expect(chief.page.locator(".notice.bad")).to_contain_text("鈴木 一郎さんに所在を確かめ")
    own = desk("gyosha")
    own.open("/contracts/own")
    assert "見本情報サービス株式会社" in own.text
    answer = own.page.goto("/contracts/1")
    assert answer is not None
    assert answer.status == 403
