"""An administrator looks for what is wrong in a draft: the list leads to the element on the diagram."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.architecture.tree import ROOT
from tests.scenarios import axe
from tests.scenarios.desk import Desk

pytestmark = pytest.mark.browser


def test_a_message_leads_to_its_element_on_the_diagram(desk: Callable[..., Desk], tmp_path: Path) -> None:
    one = desk("kanri")
    page = one.page
    one.open("/definitions/")
    assert axe.violations(page) == []
    one.open("/definitions/reissue/1")
    assert axe.violations(page, [".diagram"]) == []
    page.get_by_role("button", name="この版から下書きを作る").click()
    source = (ROOT / "workflows" / "reissue" / "process.bpmn").read_text(encoding="utf-8")
    wrong = tmp_path / "reissue.bpmn"
    wrong.write_text(source.replace('serviceTaskOperator id="reissue.', 'serviceTaskOperator id="nothing.'))
    page.get_by_label(".bpmn、.dmn").set_input_files(wrong)
    page.get_by_role("button", name="取り込む").click()
    expect(page.get_by_text("1件のファイルを取り込みました")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="検査する").click()
    assert axe.violations(page, [".diagram"]) == []
    told = page.get_by_role("table", name="検査の結果").get_by_role("button").first
    element = told.inner_text()
    expect(page.locator(f".studio-problem[data-element-id='{element}']")).to_have_count(1)
    told.press("Enter")
    expect(page.locator(f".studio-here[data-element-id='{element}']")).to_be_visible()
    page.get_by_role("button", name="破棄する").click()
    page.get_by_role("dialog").get_by_role("button", name="破棄する").click()
    expect(page.get_by_text("下書きを破棄しました")).to_be_visible()
