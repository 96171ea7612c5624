"""Asking the information network about somebody: what waits, what was answered, asked anew, taken back."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import StorageState, expect

from tests.fixtures.live_server import LiveServer, demonstration, run_flask, served
from tests.scenarios import axe
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
PAGE = re.compile(r"/network/person/\d+")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of its own whose demonstration has asked the network, and what the command said."""
    folder = demonstration(tmp_path_factory.mktemp("network"))
    return folder, run_flask(folder, "demo", "network", "--if-none")


@pytest.fixture(scope="module")
def live_server(asked: tuple[Path, str]) -> Iterator[LiveServer]:
    with served(asked[0]) as server:
        yield server


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """Nobody has signed in at this portal."""
    return {}


def test_the_counter_sees_what_waits_and_what_was_answered_and_asks_anew(
    desk: Callable[..., Desk], asked: tuple[Path, str]
) -> None:
    waiting, answered = PAGE.findall(asked[1])
    assert "nothing was added" in run_flask(asked[0], "demo", "network", "--if-none")
    sato = desk("sato")
    page = sato.page
    sato.open(waiting)
    expect(page.locator(".parameter-waiting")).to_contain_text("回答待ち")
    assert axe.violations(page) == []
    sato.open(answered)
    expect(page.locator("main")).to_contain_text("ほかの保険の加入なし")
    page.select_option("#purpose", label="二重加入の確認")
    sato.send()
    assert "照会を受け付けました" in sato.notices
    expect(page.locator(".parameter-waiting")).to_be_visible()
