"""「火事にあった」: a reduction is applied for, examined, decided by the chief, computed anew, told."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.scenarios.desk import IDENTITY, Desk, days_ago, era, pages_of
from tests.scenarios.family import reception

OpenDesk = Callable[..., Desk]


def a_household(clerk: Desk) -> int:
    """Who changes most by the first run of all: later ones may change nobody, or be discarded."""
    clerk.open("/premium/runs/")
    links = [one.get_attribute("href") or "" for one in clerk.page.locator("main a").all()]
    runs = [one for one in links if re.search(r"/premium/runs/\d+$", one)]
    clerk.open(f"{runs[-1]}/changes")
    address = clerk.page.locator("main tr[data-href]").first.get_attribute("data-href") or ""
    return int(address.partition("/households/")[2].partition("?")[0])


def test_a_household_after_a_fire_pays_less_once_the_chief_has_decided(
    desk: OpenDesk, tmp_path: Path
) -> None:
    sato = desk("sato")
    home = a_household(sato)
    entry = reception("見本 太郎") | {
        "event_on": era(days_ago(20)),
        "damage_percent": "50",
        "explanation": "自宅の火災で家財の半分を失った。",
        "agrees_to_inquiry": "true",
        "papers": [{"seen": "true"}] * 3,
    }
    case = sato.take_in("exemption", "disaster", entry, home)
    sato.open(case)
    sato.enter(IDENTITY)
    sato.send()
    assert "減免の審査" in sato.notices, sato.refused

    tanaka = desk("tanaka")
    tanaka.open(case)
    card = tanaka.page.locator("section.card", has_text="減免の計算")
    expect(card).to_contain_text("減免の割合")
    expect(card).to_contain_text("50 %")
    tanaka.enter({"judgement": "grant", "words": "り災証明書を確かめた。"})
    tanaka.send()

    kimura = desk("kimura")
    kimura.open(case)
    kimura.enter({"decision": "approve", "words": "火災による損害のため。"})
    kimura.send()
    assert "手続が終わりました" in kimura.notices, kimura.refused
    kimura.open(f"/premium/exemptions/{home}")
    expect(kimura.page.locator("main")).to_contain_text("国民健康保険法77条")
    expect(kimura.page.locator("main")).to_contain_text("火災による損害のため。")

    kimura.open(f"/premium/households/{home}")
    with kimura.page.expect_navigation():
        kimura.page.get_by_role("link", name="承認待ちの計算を見る").click()
    expect(kimura.page.locator("main")).to_contain_text("減免(申請による)")
    with kimura.page.expect_navigation():
        kimura.page.get_by_role("link", name="承認の画面へ").click()
    names = [one.get_attribute("value") or "" for one in kimura.page.locator('input[name="accepted"]').all()]
    assert "municipal/exemption/disaster_percent" in names
    for box in kimura.page.locator('input[name="accepted"]').all():
        box.check()
    kimura.send()
    expect(kimura.page.locator("#notices")).to_contain_text("承認しました")

    text = "".join(pages_of(desk("yamada").print_papers(["減免決定・却下・取消通知書"], tmp_path)))
    for words in ("減免決定通知書", "火災による損害のため。", "国民健康保険審査会", "減免額の計算"):
        assert words in text
