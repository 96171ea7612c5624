"""「引っ越してきた」: a family of four, from the counter to four certificates in the hand."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from rules.eras import format_long
from tests.scenarios.desk import Desk, era, pages_of
from tests.scenarios.family import MOVED_ON, family, moving_in, seen

OpenDesk = Callable[..., Desk]


def test_a_family_of_four_moves_in_and_holds_its_certificates(desk: OpenDesk, tmp_path: Path) -> None:
    persons = family("試作", "シサク", 1)
    names = [str(one["name"]).replace(" ", "\u3000") for one in persons]

    sato = desk("sato")
    case = sato.take_in("acquisition", "01", moving_in(persons))
    assert "届出を受け付けました" in sato.notices
    assert "本人確認" in sato.text
    sato.confirm_identity(case)

    tanaka = desk("tanaka")
    tanaka.open(case)
    assert "見本県見本市架空町" not in tanaka.page.locator("form#task").inner_html()
    tanaka.verify(case, seen("01", era(MOVED_ON - timedelta(days=1)), persons))
    assert "一致しませんでした" in tanaka.notices

    sato.open(case)
    assert any("一致しません" in line for line in sato.refused)
    assert sato.page.locator('[name="event_on"]').input_value() != era(MOVED_ON - timedelta(days=1))
    sato.send()
    assert "照合" in sato.notices

    tanaka.verify(case, seen("01", era(MOVED_ON), persons))
    assert "手続が終わりました" in tanaka.notices

    yamada = desk("yamada")
    pages = pages_of(yamada.print_papers(names, tmp_path))
    cards = [page for page in pages if "国民健康保険資格確認書の送付について" in page]
    (notice,) = [page for page in pages if "資格情報のお知らせ" in page]
    assert len(cards) == 3
    born = ("昭和55年4月2日", "平成22年1月5日", "令和3年12月24日")
    for given, branch, birth in zip(("太郎", "一郎", "葵"), ("01", "03", "04"), born, strict=True):
        (card,) = [page for page in cards if f"枝番{branch}" in page]
        assert f"氏名試作{given}" in card
        assert f"生年月日{birth}" in card
        assert f"資格取得年月日{format_long(MOVED_ON)}" in card
    assert "試作花子" in notice
    assert "見本・無効" not in "".join(pages)

    yamada.hand_over(names)
    assert "4件を窓口で渡した" in yamada.notices
    sato.open(case)
    assert "完了" in sato.text
