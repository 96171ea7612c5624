"""A stick that is not back; a chain that is asked for, judged, decided, and red where it is broken."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from rules.contracting import SUB_CLAUSES
from tests.architecture.tree import ROOT
from tests.fixtures.live_server import LiveServer, environment
from tests.scenarios.desk import Desk, days_ago, era

pytestmark = pytest.mark.browser
OpenDesk = Callable[..., Desk]
CONTRACT = "/contracts/1"
PRIME, SUB, SUBSUB = "見本情報サービス株式会社", "再委託見本株式会社", "再々委託見本株式会社"
ASK, CLOUD = "この下への再委託を申請する", "ISO/IEC 27018の認証の期限切れ"
CHART = {"name": "chart.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
MEETS = {
    "chart_attached": "true",
    "same_safety": "true",
    "judgement": "meets",
    "words": "申請書と体制図を確かめた",
}


def test_the_chief_hears_of_a_stick_that_is_not_back_and_a_contractor_sees_his_contract(
    desk: OpenDesk, live_server: LiveServer
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
    close_the_account(desk("nishida"), own)


def close_the_account(clerk: Desk, worker: Desk) -> None:
    """The pledge is gone, and with it, the same moment, the access of who is signed in."""
    clerk.open(f"{CONTRACT}/workers/1")
    clerk.page.fill("#pledged_on", "")
    clerk.send()
    expect(clerk.page.locator("aside")).to_contain_text("秘密保持の誓約書")
    expect(clerk.page.locator("aside")).to_contain_text("利用は停止しています")
    worker.page.goto("/contracts/own")
    expect(worker.page).to_have_url(re.compile("/login/"))


def test_a_chain_is_asked_for_decided_and_red_where_a_certificate_is_over(desk: OpenDesk) -> None:
    clerk, second, chief = desk("nishida"), desk("okada"), desk("kimura")
    case = ask_below(clerk, PRIME, request(SUB) | {"uses_cloud": "false"})
    decide_both(second, chief, case, permit())
    clerk.open(CONTRACT)
    assert "red" not in box(clerk, SUB).classes
    case = ask_below(clerk, SUB, request(SUBSUB) | in_a_cloud(days_ago(1)))
    clerk.open(CONTRACT)
    told = box(clerk, SUBSUB)
    assert "red" in told.classes
    assert CLOUD in told.text
    decide_both(second, chief, case, permit())
    assert any(f"「{SUBSUB}」の再委託は許諾できません" in one and CLOUD in one for one in chief.refused)
    expect(chief.page.locator('[name="words"]')).to_have_value("要件を満たす")
    chief.enter({"decision": "refuse", "words": "認証の期限が切れている"})
    chief.send()
    clerk.open(CONTRACT)
    assert "不許諾" in box(clerk, SUBSUB).text
    no_account_for_another_firms_person(clerk)


def no_account_for_another_firms_person(clerk: Desk) -> None:
    clerk.open(CONTRACT)
    clerk.page.get_by_text("従事者を登録する").first.click()
    day = era(days_ago(20))
    clerk.page.select_option("#link", label=SUB)
    clerk.enter({"last_name": "別社", "first_name": "七海", "employer": "派遣別社株式会社"})
    clerk.enter({"evidence": "insurance", "evidence_on": day, "pledged_on": day, "trained_on": day})
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="従事者を登録する").click()
    clerk.page.get_by_role("row", name="別社 七海").get_by_role("link").click()
    expect(clerk.page.locator("h1")).to_have_text("別社 七海")
    clerk.page.fill("#username", "besshananami")
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="利用を申請する").click()
    refused = clerk.page.locator(".notice.bad").inner_text()
    assert "別社 七海さんには利用者を登録できません" in refused
    assert "派遣別社株式会社" in refused
    assert "許諾された体制にない事業者" in refused


def request(firm: str) -> dict[str, Any]:
    """A request to subcontract, as it stands on paper."""
    return {
        "received_on": era(days_ago(1)),
        "firm_name": firm,
        "firm_address": "見本県架空市本町1番5号",
        "because": "専門の要員が要るため",
        "scope": "バッチ処理の実行",
        "data_scope": "資格情報(個人番号を除く)",
        "capability": "同種の業務5年の実績",
        "amount": "4800000",
        "staff_count": "3",
        "from_on": era(days_ago(0)),
        "until_on": era(days_ago(-90)),
        "chart": [
            {"number": "1", "role": "業務責任者", "name": "責任 一郎"},
            {"number": "2", "role": "作業者", "name": "作業 二郎", "above": "1"},
        ],
        "inspection": "市と委託先がいつでも立ち入れる",
        "secrecy_on": era(days_ago(3)),
        **{f"clause_{code}": "true" for code in SUB_CLAUSES},
    }


def in_a_cloud(privacy_until: date) -> dict[str, str]:
    """What is told of a cloud whose ISO/IEC 27018 ends on a day."""
    return {
        "uses_cloud": "true",
        "cloud_provider": "架空クラウド",
        "cloud_mark": "cs_gold",
        "cloud_mark_until": era(days_ago(-200)),
        "cloud_privacy_until": era(privacy_until),
        "cloud_in_japan": "true",
        "cloud_policy": "true",
        "cloud_shared": "true",
        "cloud_measures": "OSの更新、通信の制限",
    }


def permit() -> dict[str, str]:
    until = era(days_ago(-90))
    return {"decision": "grant", "from_on": era(days_ago(0)), "until_on": until, "words": "要件を満たす"}


def ask_below(clerk: Desk, firm: str, entry: dict[str, Any]) -> str:
    """Begin a request below a firm, attach the chart, enter it; the address of its case."""
    clerk.open(CONTRACT)
    part = clerk.page.locator("aside details.firm", has_text=firm).first
    if not part.get_by_role("button", name=ASK).is_visible():
        part.locator("summary").first.click()
    with clerk.page.expect_navigation():
        part.get_by_role("button", name=ASK).click()
    case = clerk.case_path
    clerk.page.set_input_files("#attachment-file", files=[CHART])
    expect(clerk.page.locator("#attachment-kind")).to_have_value("organisation_chart")
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name="添付する").click()
    clerk.enter(entry)
    clerk.send()
    assert clerk.refused == []
    return case


def decide_both(second: Desk, chief: Desk, case: str, decision: dict[str, str]) -> None:
    """Another clerk judges it, the chief decides."""
    for person, form in ((second, MEETS), (chief, decision)):
        person.open(case)
        person.enter(form)
        person.send()


class Box:
    """A firm in the picture."""

    def __init__(self, clerk: Desk, firm: str) -> None:
        found = clerk.page.locator("svg.chain-picture g", has_text=firm).first
        self.classes = found.get_attribute("class") or ""
        self.text = found.evaluate("one => one.textContent")


def box(clerk: Desk, firm: str) -> Box:
    return Box(clerk, firm)
