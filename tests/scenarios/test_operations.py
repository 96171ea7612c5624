"""An operator at work: an incident with its cause is retried; thirty cases move to a version and back."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, StorageState, expect

from tests.architecture.tree import ROOT
from tests.fixtures.live_server import LiveServer, demonstration, environment, served
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser
OpenDesk = Callable[..., Desk]
CASES = 30
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A portal of its own: this story puts versions in force that no other one expects."""
    folder = demonstration(tmp_path_factory.mktemp("operated"))
    answers(folder).rename(away(folder))
    done = subprocess.run(
        [sys.executable, "-m", "tests.scenarios.running_cases", str(CASES)],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with served(folder) as server:
        yield server


@pytest.fixture(scope="module")
def cookies() -> dict[str, StorageState]:
    """Nobody has signed in at this portal."""
    return {}


def answers(folder: Path) -> Path:
    """The file of the resident register's answers."""
    return folder / "juki" / "answers.csv"


def away(folder: Path) -> Path:
    return answers(folder).with_suffix(".away")


def figures(page: Page) -> dict[str, str]:
    """The facts of a run's page by their term."""
    terms, values = page.locator("dl.facts dt"), page.locator("dl.facts dd")
    return dict(zip(terms.all_inner_texts(), values.all_inner_texts(), strict=True))


def settled(page: Page) -> None:
    """Wait until a run has nothing left to do; its page looks again by itself."""
    expect(page.locator("#run .under-way")).to_have_count(0, timeout=PATIENCE_MS)


def test_an_incident_is_seen_with_its_cause_and_retried(desk: OpenDesk, live_server: LiveServer) -> None:
    operator = desk("kanri")
    page = operator.page
    operator.open("/operations/incidents/")
    row = page.locator("table.incidents tbody tr")
    for _ in range(30):
        if row.count():
            break
        page.reload(wait_until="networkidle")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("register_away")
    expect(row).to_contain_text("確認記録と突合")

    row.locator("input[type=checkbox]").check()
    page.get_by_role("button", name=re.compile("選んだものを再試行")).click()
    expect(page.locator(".notice.bad")).to_contain_text("1件はできませんでした")
    expect(page.locator("#run tbody tr")).to_contain_text("register_away")

    away(live_server.folder).rename(answers(live_server.folder))
    operator.open("/operations/incidents/")
    expect(row.locator("td").last).to_have_text("2")
    page.get_by_label("この頁のすべて").check()
    page.get_by_role("button", name=re.compile("選んだものを再試行")).click()
    expect(page.locator(".notice.good")).to_contain_text("1件すべてを実行しました")
    operator.open("/operations/incidents/")
    expect(page.locator(".empty")).to_contain_text("未解決の障害はありません")


def test_thirty_cases_are_checked_moved_five_first_then_the_rest_and_taken_back(desk: OpenDesk) -> None:
    operator = desk("kanri")
    page = operator.page
    operator.open("/operations/moves/acquisition?before=2&after=3")
    expect(page.locator(".verdict .card").nth(0)).to_contain_text("30")
    expect(page.locator(".verdict .card").nth(1)).to_contain_text("0")
    page.locator("summary").filter(has_text="版の違い").click()
    expect(page.get_by_text("照合(紙の届出書から入力) → 二人目の照合")).to_be_visible()

    page.locator("input[name=first]").fill("5")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("まずこの件数を移行する")).click()
    settled(page)
    told = figures(page)
    assert (told["対象"], told["実行済"], told["できなかった"]) == ("5", "5", "0")
    run = page.url

    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("残り25件も移行する")).click()
    settled(page)
    told = figures(page)
    assert (told["対象"], told["実行済"], told["できなかった"]) == ("30", "30", "0")
    operator.open("/operations/?slug=acquisition")
    expect(
        page.locator("table[data-list] tbody tr td:nth-child(4)").filter(has_text=re.compile(r"^3$"))
    ).to_have_count(30)

    operator.open(run)
    page.get_by_role("button", name=re.compile("この移行を取り消す")).click()
    page.locator("dialog[open] [data-yes]").click()
    page.wait_for_url(lambda address: address != run)
    settled(page)
    told = figures(page)
    assert (told["対象"], told["実行済"], told["できなかった"]) == ("30", "30", "0")
    operator.open("/operations/moves/acquisition?before=2&after=3")
    expect(page.locator(".verdict .card").nth(2)).to_contain_text("30")


def test_the_map_shows_numbers_on_the_diagram_and_the_same_in_its_table(desk: OpenDesk) -> None:
    chief = desk("kimura")
    chief.open("/operations/map/?slug=acquisition")
    label = chief.page.locator(".djs-overlays .heat-label").filter(has_text="いま").first
    expect(label).to_be_visible()
    row = chief.page.locator("table.table-dense tbody tr").filter(has_text="本人確認の記録")
    expect(row.locator("td").nth(1)).not_to_have_text("0")
