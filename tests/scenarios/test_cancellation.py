"""A registered notification was wrong: it is taken back by a second person, and nothing is erased."""

from collections.abc import Callable
from pathlib import Path

from tests.scenarios.desk import Desk
from tests.scenarios.family import join, reception

OpenDesk = Callable[..., Desk]


def test_a_couple_registered_by_mistake_is_taken_back(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "範例", "ハンレイ", 41, count=2)
    yamada = desk("yamada")
    yamada.print_papers(joined.names, tmp_path)

    sato, tanaka = desk("sato"), desk("tanaka")
    sato.open(joined.case)
    sato.page.get_by_text("この届出を取り消す…").click()
    with sato.page.expect_navigation():
        sato.page.get_by_role("link", name="事実なし").click()
    sato.enter(reception("範例 太郎") | {"detail": "転入していなかった"})
    sato.send()
    case = sato.case_path
    assert case != joined.case
    tanaka.verify(case, {"reason": "no_event"})
    assert "手続が終わりました" in tanaka.notices

    sato.open(joined.case)
    assert "取消済" in sato.text
    sato.open(f"/households/{joined.household}")
    assert "この日に世帯員はいません" in sato.text
    assert "転入" in sato.text
    assert "届出の取消" in sato.text
    yamada.open("/print/?state=to_hand_over")
    assert "範例" not in yamada.text
