"""Rights as people meet them: two administrators, a right in an emergency, the review."""

from collections.abc import Callable

from tests.scenarios.desk import Desk

REASON = "照合担当が全員休みで、今日中に証が必要なため"


def test_two_administrators_change_a_role_and_the_change_can_be_read_in_the_list(
    desk: Callable[..., Desk],
) -> None:
    asks = desk("kanri")
    asks.open("/staff/list/")
    asks.page.get_by_role("link", name="suzuki").click()
    asks.page.get_by_role("link", name="担当の変更を申請する").click()
    asks.page.get_by_label("証交付担当").check()
    asks.page.get_by_label("理由").fill("10月1日の異動により証の交付も担当するため")
    asks.page.get_by_role("button", name="何が変わるかを見る").click()
    asks.page.get_by_role("table").get_by_text("証交付担当").wait_for()
    asks.page.get_by_role("button", name="この内容で申請する").click()
    asks.page.get_by_text("別の管理者が7日以内に決定します").wait_for()
    decides = desk("mori")
    decides.open("/rights/requests/")
    decides.page.get_by_role("link", name="鈴木 一郎 の担当の変更").click()
    decides.page.get_by_label("決定の理由").fill("辞令を確認した")
    decides.page.get_by_role("button", name="承認する").click()
    decides.page.get_by_text("承認しました").wait_for()
    decides.open("/rights/review/")
    assert "申請 管理 修・決定 森 健" in decides.page.locator("tr", has_text="鈴木 一郎").inner_text()


def test_a_right_taken_in_an_emergency_stands_above_the_pages_of_those_who_oversee_it(
    desk: Callable[..., Desk],
) -> None:
    clerk = desk("yamada")
    clerk.open("/")
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("link", name="緊急の権限").click()
    clerk.prove_again()
    clerk.page.get_by_label("使う担当").select_option(label="照合担当")
    clerk.page.get_by_label("理由").fill(REASON)
    clerk.page.get_by_role("button", name="緊急の権限を使い始める").click()
    clerk.page.get_by_text("緊急の権限「照合担当」").wait_for()
    auditor = desk("aoki")
    auditor.open("/")
    auditor.page.get_by_text("緊急の権限がいま1件使われています").wait_for()
    clerk.page.get_by_role("button", name="使用を終える").click()
    clerk.page.get_by_text("使用を終えました").wait_for()
    auditor.open("/emergency/")
    auditor.page.get_by_label("確認の理由").fill("勤務表で確認した")
    auditor.page.get_by_role("button", name="やむを得ない使用").click()
    auditor.page.get_by_text("確認を記録しました").wait_for()
