"""The receipt of a trial as text: what it says of itself, how it was computed, where to ask (issue 7, D4)."""

from tests.printing import golden
from tests.printing.paper import text_of


def test_the_receipt_says_what_it_is_how_it_came_about_and_where_to_ask() -> None:
    text = text_of(golden.pdf_of("trial_receipt"))
    plain = "".join(text.split())
    for words in (
        *("試算番号T2026-000012", "試算日令和8年11月23日", "令和8年度の保険料(年額)382,000円"),
        *("これは試算であり、保険料の決定ではありません", "昭和56年5月1日3,000,000", "9月から"),
        *("1人目2,020,000円", "国民健康保険法施行令29条の7第6項", "医療分の所得割の率7.75%未確認"),
        *("お問い合わせ見本市健康福祉部国保年金課電話00-0000-1234", "令和8年6月30日38,200"),
    ):
        assert words in plain, words
