"""A clerk does fifty tasks of a list by keys alone and is never lost in it; axe-core looks at its pages."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.architecture.tree import ROOT
from tests.fixtures.live_server import LiveServer, demonstration, environment, served
from tests.scenarios import axe
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
WAITING, DONE, MOST_KEYS = 56, 50, 6
STEP = "届いた枚数の記録"


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A portal of its own, with a procedure that no other story expects."""
    folder = demonstration(tmp_path_factory.mktemp("queue"))
    command = [sys.executable, "-m", "tests.scenarios.short_tasks", str(WAITING)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with served(folder) as server:
        yield server


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """Nobody has signed in at this portal."""
    return {}


@dataclass
class Keys:
    """The keys that are pressed beside the data, counted for each task."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.pressed += len(keys)

    def go(self, *keys: str) -> None:
        """Press keys of which the last one leads to another page."""
        self.press(*keys[:-1])
        with self.page.expect_navigation():
            self.press(keys[-1])


def test_fifty_tasks_are_done_by_keys_alone_without_losing_the_place(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    keys = Keys(page)
    keys.go("g", "i")
    keys.go("b", "2")
    keys.press("f")
    page.keyboard.type(STEP)
    keys.go("Enter")
    place = page.url
    assert "枚数" not in place
    total = int(re.search(r"1–50 / (\d+)件", page.locator(".table-foot").inner_text())[1])
    assert total >= WAITING - 1  # the other story may have put one off
    keys.press("j", "j", "j")
    keys.go("Enter")
    counted, seen = [], []
    for task in range(1, DONE + 1):
        keys.pressed = 0
        expect(page.locator('[name="pages"]')).to_be_focused()
        seen.append(re.search(r"task=(\d+)", page.url)[1])
        page.keyboard.type("12")
        keys.go("Control+Enter")
        expect(page.locator("main")).to_contain_text("この手続は終わりました")
        if task % 10 == 0:  # a look at the list: it is the same one, and the next task is under the hand
            keys.go("u")
            assert page.url == place
            expect(page.locator(".table-foot")).to_contain_text(f"/ {total - task}件")
            expect(page.locator("tr[aria-selected=true] a")).to_be_focused()
            keys.go("Enter")
        else:
            keys.go("n")
        counted.append(keys.pressed)
    assert max(counted) <= MOST_KEYS
    assert sum(counted) <= 2 * DONE + DONE // 10
    assert len(set(seen)) == DONE
    keys.go("Escape", "u")  # the field of the next task has the keyboard
    assert page.url == place
    expect(page.locator(".table-foot")).to_contain_text(f"1–{total - DONE} / {total - DONE}件")


def test_the_queue_and_the_case_are_there_for_who_does_not_see_them(desk: Callable[..., Desk]) -> None:
    page = desk("sato").page
    keys = Keys(page)
    found: list[str] = []

    def look(beside: tuple[str, ...] = ()) -> None:
        found.extend(f"{page.url}: {one}" for one in axe.violations(page, beside))

    page.goto("/inbox/?box=group&element=count")
    look()
    keys.press("c")
    look()
    keys.press("Escape", "?")
    look()
    keys.press("Escape", "j")
    keys.go("d")
    expect(page.locator("main")).to_contain_text("1件ができます。")
    look()
    with page.expect_navigation():
        page.get_by_role("button", name="3開庁日後").click()
    look()
    keys.go("Control+Enter")
    expect(page.locator("#notices, main").first).to_contain_text("1件を後日にしました。")
    look()
    keys.go("Control+Enter")
    assert page.url.endswith("/inbox/?box=group&element=count")
    keys.go("m")
    look()
    page.goto("/inbox/?box=group")
    keys.go("b", "5")
    expect(page.locator("table.inbox")).to_contain_text("まで後日")
    look()
    keys.go("j", "Enter")
    look((".diagram",))
    page.goto("/inbox/?box=group&element=nothing")
    look()
    page.goto("/inbox/?box=overdue&due=today")
    look()
    assert found == []
