"""What the decision tables of a case read and which rules matched is told on its page, in their own words."""

from collections.abc import Callable

from tests.scenarios.desk import Desk
from tests.scenarios.family import join

OpenDesk = Callable[..., Desk]


def test_the_page_of_a_case_tells_which_rules_matched(desk: OpenDesk) -> None:
    joined = join(desk, "判定", "ハンテイ", 33, count=1)
    sato = desk("sato")
    sato.open(joined.case)
    told = sato.page.locator("#decisions").inner_text()
    assert "決定表の判定" in told
    assert "入力: 受付方法" in told
    assert "規則2" in told
    assert "写真付き書類を示した本人" in told
    told = english(desk, joined.case)
    for words in ("Decision tables", "Way of reception", "Who came", "showed a paper with a photo"):
        assert words in told
    assert "受付方法" not in told


def english(desk: OpenDesk, case: str) -> str:
    """The decisions of a case on the English screen."""
    sato = desk("sato", "en")
    sato.open(case)
    return sato.page.locator("#decisions").inner_text()
