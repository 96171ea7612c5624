"""The power fails between any two steps: what was sent is there, what is typed can still be sent."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.live_server import LiveServer
from tests.scenarios.desk import IDENTITY, Desk, era, pages_of
from tests.scenarios.family import MOVED_ON, family, moving_in, seen

OpenDesk = Callable[..., Desk]


@pytest.fixture
def power_cut(live_server: LiveServer) -> Callable[[], None]:
    def cut() -> None:
        live_server.kill()
        live_server.start()

    return cut


def test_nothing_is_lost_when_the_server_is_killed_between_the_steps(
    desk: OpenDesk, power_cut: Callable[[], None], tmp_path: Path
) -> None:
    persons = family("停電", "テイデン", 51)[:2]
    sato, tanaka, yamada = desk("sato"), desk("tanaka"), desk("yamada")

    sato.begin("acquisition", "01")
    sato.enter(moving_in(persons))
    power_cut()
    sato.send()
    case = sato.case_path

    power_cut()
    sato.open(case)
    sato.enter(IDENTITY)
    power_cut()
    sato.send()
    assert "照合" in sato.notices

    power_cut()
    tanaka.open(case)
    tanaka.enter(seen("01", era(MOVED_ON), persons))
    power_cut()
    tanaka.send()
    assert "手続が終わりました" in tanaka.notices

    power_cut()
    names = ["停電\u3000太郎", "停電\u3000花子"]
    pages = pages_of(yamada.print_papers(names, tmp_path))
    assert sum("国民健康保険資格確認書の送付について" in page for page in pages) == 1
    power_cut()
    yamada.hand_over(names)
    assert "2件を窓口で渡した" in yamada.notices
    sato.open(case)
    journal = sato.page.locator("#history li").all_inner_texts()
    assert sum("受付・入力" in line for line in journal) == 1
    assert sum("本人確認の記録" in line for line in journal) == 1
    assert sum("照合" in line for line in journal) == 1
