"""Edge cases of ages and dates of birth: H03 to H11, H21."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services.demonstration.edge_cases.telling import (
    CHILD,
    HEAD,
    MAN,
    WIFE,
    WOMAN,
    EdgeCase,
    since,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.demonstration.edge_cases.telling import Teller
    from services.demonstration.story import Home

RETIRED = date(2016, 4, 1)


def _couple(
    teller: Teller, surname: tuple[str, str], births: tuple[str, str], number: int | None = None
) -> Home:
    written, kana = surname
    husband = teller.person(f"{written} 正", f"{kana} タダシ", MAN, births[0])
    wife = teller.person(f"{written} 和子", f"{kana} カズコ", WOMAN, births[1])
    return teller.home(
        teller.insured(husband, HEAD, since(RETIRED)),
        teller.insured(wife, WIFE, since(RETIRED)),
        number=number,
    )


def _h03(teller: Teller) -> Sequence[Home]:
    return [_couple(teller, ("高齢", "コウレイ"), ("1951-12-15", "1958-08-20"))]


def _h04(teller: Teller) -> Sequence[Home]:
    return [
        _couple(teller, ("月初", "ツキハジメ"), ("1951-12-01", "1958-03-10")),
        _couple(teller, ("月末", "ツキズエ"), ("1951-12-31", "1958-04-11"), 90_000_041),
    ]


def _h05(teller: Teller) -> Sequence[Home]:
    return [_couple(teller, ("同居", "ドウキョ"), ("1951-12-15", "1958-09-09"))]


def _h06(teller: Teller) -> Sequence[Home]:
    father = teller.person("閏 健太", "ウルウ ケンタ", MAN, "1992-10-10")
    mother = teller.person("閏 美咲", "ウルウ ミサキ", WOMAN, "1993-11-11")
    twins = (("閏 蓮", "ウルウ レン", MAN), ("閏 凛", "ウルウ リン", WOMAN))
    born = since(date(2024, 2, 29), "04", date(2024, 3, 8))
    return [
        teller.home(
            teller.insured(father, HEAD, since()),
            teller.insured(mother, WIFE, since()),
            *(teller.insured(teller.person(*who, "2024-02-29"), CHILD, born) for who in twins),
        )
    ]


def _h07(teller: Teller) -> Sequence[Home]:
    grandmother = teller.person("学年 節子", "ガクネン セツコ", WOMAN, "1960-05-05")
    children = (
        ("学年 湊", "ガクネン ミナト", MAN, "2020-04-01"),
        ("学年 紬", "ガクネン ツムギ", WOMAN, "2020-04-02"),
    )
    return [
        teller.home(
            teller.insured(grandmother, HEAD, since()),
            *(teller.insured(teller.person(*who), "孫", since()) for who in children),
        )
    ]


def _h08(teller: Teller) -> Sequence[Home]:
    elder = teller.person("四十 香織", "シジュウ カオリ", WOMAN, "1986-08-01")
    younger = teller.person("四十 美穂", "シジュウ ミホ", WOMAN, "1986-08-02")
    return [teller.home(teller.insured(elder, HEAD, since()), teller.insured(younger, "妹", since()))]


def _h09(teller: Teller) -> Sequence[Home]:
    return [_couple(teller, ("六十五", "ロクジュウゴ"), ("1961-10-01", "1961-10-02"))]


def _h10(teller: Teller) -> Sequence[Home]:
    return [_couple(teller, ("七十", "ナナジュウ"), ("1956-11-01", "1956-11-02"))]


def _h11(teller: Teller) -> Sequence[Home]:
    man = teller.person("閏日 昭", "ウルウビ アキラ", MAN, "1952-02-29")
    return [teller.home(teller.insured(man, HEAD, since(RETIRED)))]


def _h21(teller: Teller) -> Sequence[Home]:
    first = teller.person("不詳 茂", "フショウ シゲル", MAN, "1950-00-00")
    second = teller.person("不詳 ハル", "フショウ ハル", WOMAN, "1948-07-00")
    return [teller.home(teller.insured(first, HEAD, since()), teller.insured(second, WIFE, since()))]


AGES = (
    EdgeCase("H03", "夫が2026-12-15に75歳になる夫婦(特定世帯)", _h03, "保険料の月割と特定世帯の軽減"),
    EdgeCase("H04", "75歳の誕生日が月の初日・末日", _h04, "12月の限度額の半額"),
    EdgeCase("H05", "H03の世帯に2027年5月に息子が加入", _h05, "特定世帯の終わり"),
    EdgeCase("H06", "2024年2月29日生まれの双子", _h06, "未就学児の均等割の半額"),
    EdgeCase("H07", "4月1日生まれと4月2日生まれの子", _h07, "未就学児の均等割の半額"),
    EdgeCase("H08", "8月1日・2日に40歳になる姉妹", _h08, "介護分"),
    EdgeCase("H09", "10月1日・2日に65歳になる夫婦", _h09, "介護分、年金からの特別徴収"),
    EdgeCase("H10", "11月1日・2日に70歳になる夫婦", _h10, "70歳以上の高額療養費"),
    EdgeCase("H11", "2月29日生まれで2027年に75歳", _h11, "保険料の月割"),
    EdgeCase("H21", "生年月日が不詳(年だけ、年月だけ)", _h21),
)
