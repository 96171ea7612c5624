"""「入院するので、支払いを限度額までにしたい」: one takes it in, another examines the class that is told."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.scenarios.desk import IDENTITY, Desk, pages_of
from tests.scenarios.family import join, reception

OpenDesk = Callable[..., Desk]


def test_an_income_that_is_not_declared_is_refused_and_the_letter_says_why(
    desk: OpenDesk, tmp_path: Path
) -> None:
    joined = join(desk, "限度", "ゲンド", 61, count=1)
    sato, tanaka, yamada = desk("sato"), desk("tanaka"), desk("yamada")
    entry = reception("限度 太郎") | {"delivery": "counter", "persons": [{"person_id": "限度 太郎"}]}
    case = sato.take_in("ceiling_certificate", "ceiling", entry, joined.household)
    sato.open(case)
    sato.enter(IDENTITY)
    sato.send()
    assert "認定の審査" in sato.notices

    tanaka.open(case)
    expect(tanaka.page.locator("#ceiling")).to_contain_text("判定できません")
    expect(tanaka.page.locator("#ceiling")).to_contain_text("所得の申告がない方が世帯に1人います")
    tanaka.enter({"arrears": "none", "decision": "issue"})
    tanaka.send()
    assert any("所得の申告がない方" in one for one in tanaka.refused)
    tanaka.enter({"arrears": "none", "decision": "refuse"})
    tanaka.send()
    assert "手続が終わりました" in tanaka.notices

    text = "".join(pages_of(yamada.print_papers(["限度\u3000太郎"], tmp_path)))
    assert "不交付決定通知書" in text
    assert "国民健康保険審査会" in text
