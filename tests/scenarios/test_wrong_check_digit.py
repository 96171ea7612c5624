"""A number with a wrong check digit: refused at the field, held by wish, released by somebody else (A7)."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.scenarios.desk import Desk, era, invented_number
from tests.scenarios.family import MOVED_ON, family, moving_in, seen

FIELD = "persons-0-individual_number"
WISH = f'[name="{FIELD}"][value="as_typed"]'


def test_a_wrong_check_digit_is_held_and_released_by_a_second_person(
    desk: Callable[..., Desk], tmp_path: Path
) -> None:
    right = invented_number(81)
    wrong = f"{right[:11]}{(int(right[11]) + 1) % 10}"
    [person] = family("検算", "ケンザン", 80)[:1]
    person["individual_number"] = wrong

    sato = desk("sato")
    sato.begin("acquisition", "01")
    sato.enter(moving_in([person]))
    sato.send()
    assert any("検査数字" in line for line in sato.refused)
    assert wrong not in sato.page.content()
    sato.page.locator(WISH).scroll_into_view_if_needed()
    sato.page.screenshot(path=tmp_path / "refused.png")
    hold(sato, wrong)
    case = sato.case_path
    sato.confirm_identity(case)

    tanaka = desk("tanaka")
    tanaka.verify(case, seen("01", era(MOVED_ON), [person]))
    assert any("検査数字" in line for line in tanaka.refused)
    hold(tanaka, wrong)
    assert "手続が終わりました" in tanaka.notices

    tanaka.open("/confirmations/?kind=check_digit")
    row = tanaka.page.locator("tbody tr", has_text="検算")
    expect(row).to_contain_text("検査数字が合わない")
    assert wrong not in tanaka.page.content()
    with tanaka.page.expect_navigation():
        row.get_by_role("link").first.click()
    tanaka.page.screenshot(path=tmp_path / "row.png", full_page=True)
    tanaka.page.fill("#reason", "カードを見て、券面もこのとおりであることを確かめた")
    with tanaka.page.expect_navigation():
        tanaka.page.get_by_role("button", name="解除して紐付ける").click()
    assert "解除しました" in tanaka.notices
    assert wrong not in tanaka.page.content()


def hold(person: Desk, digits: str) -> None:
    """Type the digits again as they stand on the card, and wish that they be held."""
    person.page.locator(f'[name="{FIELD}"]:visible').first.fill(digits)
    person.page.check(WISH)
    person.send()
