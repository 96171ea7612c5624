"""The derivation of an income class in the language of the screen; the rules speak Japanese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rules.eras import format_short, parse_date

_DAY = re.compile(r"(?:昭和|平成|令和)(?:元|\d+)年\d+月\d+日")
_DAYS = re.compile(r"(\d+)日$")
_MORE_DAYS = re.compile(r"(\d+)日を超える$")
_OVER = re.compile(r"([\d,]+)円を超える")

# Whole sentences first, then their parts; what has no word here is shown as the rule says it.
ENGLISH: tuple[tuple[str, str], ...] = (
    ("判定に使う所得の年を定める(8月から翌年7月まで)", "The year whose income counts (August to July)"),
    ("所得の申告・税の情報・負担割合・滞納を確かめる", "Declarations, tax, share, arrears"),
    ("判定できない", "no class"),
    ("世帯主と加入者の住民税をみる", "Residents' tax of head and insured"),
    (
        "加入者の基準所得額(基礎控除後)を合計する",
        "Base incomes of the insured added up",
    ),
    ("合計額から区分を定める", "The class by that sum"),
    ("70歳から74歳までの加入者の最も高い課税所得をみる", "Highest taxable income of the insured of 70 to 74"),
    ("課税所得から区分を定める", "The class by that income"),
    ("登録されている負担割合をみる", "The share on record"),
    ("世帯主と加入者全員の所得が0円かをみる", "Is every income of head and insured 0?"),
    ("区分を定める", "The class"),
    ("認定証の要否をみる", "Is a certificate needed?"),
    ("認定証の種類と期間を定める", "Kind and validity of the certificate"),
    ("長期入院に該当するかをみる", "Is it a long stay in hospital?"),
    ("全員が非課税", "all exempt"),
    ("課税されている人がいる", "somebody is taxed"),
    ("全員0円", "all 0"),
    ("所得のある人がいる", "somebody has an income"),
    ("現役並みとしない", "not as for the working"),
    ("長期入院に該当しない", "no long stay"),
    ("有効期限の後に始まる(次の年度の証で申請する)", "begins after the last day: apply with the next one"),
    ("長期入院該当", "long stay from"),
    ("交付しない", "no certificate"),
    ("年金から引く額", "taken off a pension"),
    ("過去12か月の入院日数", "days in the last 12 months"),
    ("判定の日", "day of the assessment"),
    ("申請の日", "day of application"),
    ("発効期日", "first day"),
    ("適用区分", "class"),
    ("負担割合", "share"),
    ("基準所得額", "base income"),
    ("課税所得", "taxable income"),
    ("年中の所得", ": income of that year"),
    ("通常の有効期限", "usual end"),
    ("75歳の誕生日の前日", "the day before 75"),
    ("70歳に達した月の末日", "end of the month of 70"),
    ("在留期間の満了日", "end of the stay in Japan"),
    ("資格喪失日の前日", "the day before loss"),
    ("基準", "limit"),
    ("世帯主の", "Head: "),
    ("世帯主", "Head"),
    ("加入者", "Insured "),
    ("以上", " or more"),
    ("まで", " at the latest "),
    ("円", " yen"),
    ("の", ": "),
)


def in_language(step: Mapping[str, Any], language: str) -> dict[str, Any]:
    """One step: what was asked, from which figures, with which result."""
    if language != "en":
        return dict(step)
    return {
        "text_ja": _english(str(step["text_ja"])),
        "article": step["article"],
        "inputs": {_english(name): _english(str(value)) for name, value in step["inputs"].items()},
        "result": _english(str(step["result"])),
    }


def _english(words: str) -> str:
    words = _DAY.sub(lambda day: format_short(parse_date(day[0])), words)
    words = _MORE_DAYS.sub(r"over \1 days", _DAYS.sub(r"\1 days", words))
    words = _OVER.sub(r"over \1 yen", words)
    for japanese, english in ENGLISH:
        words = words.replace(japanese, english)
    return words
