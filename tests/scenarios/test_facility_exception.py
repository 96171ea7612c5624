"""A mother moves to a care home elsewhere and stays insured here: the procedure without code (F17, H13)."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.scenarios.desk import Desk, days_ago, era, pages_of
from tests.scenarios.family import join, reception, seen

OpenDesk = Callable[..., Desk]
UNDER_LAW = "番号法により、宛名番号を管理するため"


def test_a_mother_in_a_care_home_elsewhere_is_a_household_of_her_own(desk: OpenDesk, tmp_path: Path) -> None:
    joined = join(desk, "特例", "トクレイ", 231, count=2)
    mother, moved_on = joined.persons[1], era(days_ago(1))
    entry = reception("特例 太郎") | {
        "event_on": moved_on,
        "facility_kind": "special_care",
        "facility_name": "見本苑",
        "facility_address": {"postal_code": "000-0902", "address": "例示県手本市仮定町9番10号"},
        "entered_on": moved_on,
        "came_from": "home",
        "family_left_here": "true",
        "persons": [{"person_id": str(mother["name"]), "certificate": "collected"}],
        "papers": [{"seen": "true"}] * 2,
    }
    sato, tanaka = desk("sato"), desk("tanaka")
    case = sato.take_in("facility_exception", "enter", entry, joined.household)
    sato.confirm_identity(case)
    tanaka.verify(case, seen("enter", moved_on, [{"birth_date": mother["birth_date"]}]))
    assert "記録しました" in tanaka.notices
    sato.open(f"/households/{joined.household}")
    assert "加入者 1人" in sato.text
    sato.page.get_by_role("link", name=joined.names[1]).first.click()
    sato.page.wait_for_url("**/persons/**")
    assert "住登外" in sato.text
    told_to_the_address_system(desk("hogo"), desk("johou"))
    letters = pages_of(desk("yamada").print_papers([joined.names[1]], tmp_path))
    assert any("〒000-0902" in page for page in letters)


def told_to_the_address_system(manager: Desk, section: Desk) -> None:
    """Who is registered elsewhere waits for an approval of the address system, and is sent with it."""
    refused = manager.page.locator("section", has=manager.page.get_by_text("拒否された移転", exact=True))
    look_until(manager, refused.get_by_text("承認を待って送付"))
    section.open("/data-use/new")
    section.page.fill("#purpose", "統合宛名システムの宛名情報とするため")
    section.page.fill("#from_on", era(days_ago(0)))
    section.page.fill('input[name="until_on"]', era(days_ago(-200)))
    section.send()
    section.send()
    expect(section.page.locator("#notices")).to_contain_text("提出しました")
    manager.page.goto(section.page.url)
    manager.page.check('input[name="verdict"][value="approve"]')
    manager.page.check('input[name="basis_fits"]')
    manager.page.fill("#judge-reason", UNDER_LAW)
    manager.send()
    expect(manager.page.locator(".case-header .state")).to_have_text("承認")
    sent = section.page.get_by_role("link", name=re.compile(r"^address_system-11-"))
    look_until(section, sent)
    sent.first.click()
    expect(section.page.locator("main")).to_contain_text("1件(1人)")
    look_until(manager, refused.get_by_text("承認後に送付済"))


def look_until(one: Desk, found: Locator) -> None:
    """Open the list again until the worker has done its part; it takes a moment."""
    for _ in range(100):
        one.open("/data-use/")
        if found.count():
            return
    expect(found.first).to_be_visible()
