"""Edge cases of names and numbers: H15 to H20, H38."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services.demonstration import places
from services.demonstration.edge_cases.telling import (
    HEAD,
    MAN,
    MOTHER,
    USUAL_START,
    WIFE,
    WOMAN,
    EdgeCase,
    lost,
    since,
)
from services.demonstration.story import Abode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.demonstration.edge_cases.telling import Teller
    from services.demonstration.story import Home

LONG_NAME = "RODRIGUEZ CASTANEDA VILLANUEVA MARIA FERNANDA DE LOS ANGELES"
LONG_KANA = "ロドリゲス カスタニェダ ビジャヌエバ マリア フェルナンダ デ ロス アンヘレス"


def _h15(teller: Teller) -> Sequence[Home]:
    first = teller.person("佐藤 葵", "サトウ アオイ", WOMAN, "1990-05-05")
    elsewhere = [Abode(teller.place(2), USUAL_START)]
    second = teller.person("佐藤 葵", "サトウ アオイ", WOMAN, "1990-05-05", abodes=elsewhere)
    return [
        teller.home(teller.insured(first, HEAD, since())),
        teller.home(teller.insured(second, HEAD, since()), number=90_000_044),
    ]


def _h16(teller: Teller) -> Sequence[Home]:
    came, first_day, last_day = date(2026, 4, 6), date(2023, 4, 10), date(2024, 3, 31)
    before = Abode(places.place("0000998", places.ELSEWHERE[2]), first_day)
    outside = teller.person("二重 誠", "フタエ マコト", MAN, "1985-07-17", kind="3", abodes=[before])
    here = Abode(teller.place(), came, previous_address=places.ELSEWHERE[2])
    again = teller.person("二重 誠", "フタエ マコト", MAN, "1985-07-17", has_number=False, abodes=[here])
    ended = lost(since(first_day, "99"), date(2024, 4, 1), "99", date(2024, 4, 3))
    return [
        teller.home(teller.insured(again, HEAD, since(came, "01"))),
        teller.home(teller.insured(outside, HEAD, ended), number=90_000_045, until_on=last_day),
    ]


def _h17(teller: Teller) -> Sequence[Home]:
    head = teller.person("𠮷田 武", "ヨシダ タケシ", MAN, "1968-01-02")
    mother = teller.person("髙橋 富美子", "タカハシ フミコ", WOMAN, "1955-03-04")
    lodger = teller.person("山﨑 学", "ヤマザキ マナブ", MAN, "1972-05-06")
    return [
        teller.home(
            teller.insured(head, HEAD, since()),
            teller.insured(mother, "妻の母", since()),
            teller.insured(lodger, "同居人", since()),
        )
    ]


def _h18(teller: Teller) -> Sequence[Home]:
    head = teller.person("葛\U000e0100城 修", "カツラギ オサム", MAN, "1963-07-08", uses_card=False)
    wife = teller.person("葛\U000e0101城 典子", "カツラギ ノリコ", WOMAN, "1965-09-10", uses_card=False)
    mother = teller.person("辻\U000e0100 澄江", "ツジ スミエ", WOMAN, "1956-11-12", uses_card=False)
    return [
        teller.home(
            teller.insured(head, HEAD, since()),
            teller.insured(wife, WIFE, since()),
            teller.insured(mother, MOTHER, since()),
        )
    ]


def _h19(teller: Teller) -> Sequence[Home]:
    woman = teller.person(
        LONG_NAME,
        LONG_KANA,
        WOMAN,
        "1987-12-24",
        kind="2",
        alias="花子",
        alias_kana="ハナコ",
        latin=LONG_NAME,
        nationality="PER",
        status="永住者",
        uses_card=False,
    )
    return [teller.home(teller.insured(woman, HEAD, since(date(2022, 6, 1), "01")))]


def _h20(teller: Teller) -> Sequence[Home]:
    woman = teller.person(
        "NGUYEN THI AN",
        "",
        WOMAN,
        "2002-03-03",
        kind="2",
        latin="NGUYEN THI AN",
        nationality="VNM",
        status="留学",
        status_until=date(2028, 3, 31),
        uses_card=False,
    )
    return [teller.home(teller.insured(woman, HEAD, since(date(2026, 4, 5), "07")))]


def _h38(teller: Teller) -> Sequence[Home]:
    head = teller.person("番号 隆", "バンゴウ タカシ", MAN, "1978-08-18")
    wife = teller.person("番号 順子", "バンゴウ ジュンコ", WOMAN, "1980-09-19", has_number=False)
    return [teller.home(teller.insured(head, HEAD, since()), teller.insured(wife, WIFE, since()))]


NAMES = (
    EdgeCase("H15", "同姓同名・同じ生年月日の二人(佐藤 葵)", _h15),
    EdgeCase("H16", "同じ人の二重登録(住登外2023年と転入2026年)", _h16),
    EdgeCase("H17", "𠮷・髙・﨑の氏名", _h17),
    EdgeCase("H18", "異体字セレクタのある氏名(葛󠄀・葛󠄁・辻󠄀)", _h18),
    EdgeCase("H19", "60文字のローマ字氏名と通称", _h19),
    EdgeCase("H20", "フリガナのない氏名", _h20),
    EdgeCase("H38", "個人番号の確認リスト(別の番号・空白)", _h38),
)
