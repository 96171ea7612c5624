"""Edge cases of heads, residence elsewhere and protection: H01, H02, H12 to H14, H30, H34, H39, H40."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services.demonstration import places
from services.demonstration.edge_cases.telling import (
    CHILD,
    HEAD,
    MAN,
    MOTHER,
    USUAL_START,
    WIFE,
    WOMAN,
    EdgeCase,
    since,
)
from services.demonstration.story import Abode, Headship, Membership

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.demonstration.edge_cases.telling import Teller
    from services.demonstration.story import Home

SCHOOL_TOWN = places.place("0000901", "例示県雛形市想定町6丁目7番8号", "学生会館305号")
FIRST_CARE_HOME = places.place("0000902", "例示県手本市仮定町9番10号", "特別養護老人ホーム見本苑")
SECOND_CARE_HOME = places.place("0000903", "模擬県練習市演習町11番12号", "介護老人保健施設架空の里")
SHELTER = places.place("0000904", "見本県試験町大字例示45番地")
GUARDIANS_OFFICE = places.place("0000905", "見本県見本市試験町2丁目1番1号", "後見事務所")
PRISON = places.place("0000906", "模擬県練習市演習町100番地")


def _nominal(teller: Teller, surname: tuple[str, str], heads: bool) -> Home:
    written, kana = surname
    father = teller.person(f"{written} 健一", f"{kana} ケンイチ", MAN, "1981-06-10")
    mother = teller.person(f"{written} 明美", f"{kana} アケミ", WOMAN, "1983-02-14")
    child = teller.person(f"{written} 樹", f"{kana} イツキ", MAN, "2014-05-20")
    changed = date(2026, 9, 7)
    dated = [Headship(father, USUAL_START)]
    if heads and teller.today >= changed:
        dated = [Headship(father, USUAL_START, date(2026, 9, 6)), Headship(mother, changed, nhi_only=True)]
    return teller.home(
        Membership(father, HEAD, USUAL_START),
        teller.insured(mother, WIFE, since()),
        teller.insured(child, CHILD, since()),
        heads=dated,
    )


def _h01(teller: Teller) -> Sequence[Home]:
    return [_nominal(teller, ("擬制", "ギセイ"), heads=False)]


def _h02(teller: Teller) -> Sequence[Home]:
    return [_nominal(teller, ("国保", "クニヤス"), heads=True)]


def _h12(teller: Teller) -> Sequence[Home]:
    moved = date(2026, 3, 25)
    father = teller.person("学生 浩", "ガクショウ ヒロシ", MAN, "1975-01-15")
    mother = teller.person("学生 陽子", "ガクショウ ヨウコ", WOMAN, "1976-02-16")
    abodes = [Abode(teller.place(), USUAL_START, date(2026, 3, 24)), Abode(SCHOOL_TOWN, moved)]
    son = teller.person("学生 翼", "ガクショウ ツバサ", MAN, "2007-07-07", kind="3", abodes=abodes)
    return [
        teller.home(
            teller.insured(father, HEAD, since()),
            teller.insured(mother, WIFE, since()),
            teller.insured(son, CHILD, since(exception="student")),
        )
    ]


def _h13(teller: Teller) -> Sequence[Home]:
    abodes = [
        Abode(teller.place(), USUAL_START, date(2026, 5, 31)),
        Abode(FIRST_CARE_HOME, date(2026, 6, 1), date(2026, 9, 30)),
        Abode(SECOND_CARE_HOME, date(2026, 10, 1), previous_address=FIRST_CARE_HOME.address),
    ]
    mother = teller.person("特例 千代子", "トクレイ チヨコ", WOMAN, "1954-03-03", kind="3", abodes=abodes)
    son = teller.person("特例 豊", "トクレイ ユタカ", MAN, "1979-04-04")
    alone_since = date(2026, 6, 1)
    return [
        teller.home(
            teller.insured(mother, HEAD, since(exception="facility"), from_on=alone_since), since=alone_since
        ),
        teller.home(
            teller.insured(son, HEAD, since()),
            Membership(mother, MOTHER, USUAL_START, date(2026, 5, 31)),
            number=90_000_042,
        ),
    ]


def _h14(teller: Teller) -> Sequence[Home]:
    fled = date(2026, 3, 1)
    protection = {"protected": True, "protected_until": date(2027, 2, 28)}

    def abodes() -> list[Abode]:
        return [Abode(teller.place(), USUAL_START), Abode(SHELTER, fled, kind="safe")]

    husband = teller.person("支援 剛", "シエン ツヨシ", MAN, "1984-08-08")
    wife = teller.person("支援 恵美", "シエン エミ", WOMAN, "1986-09-09", abodes=abodes(), **protection)
    child = teller.person("支援 陽菜", "シエン ヒナ", WOMAN, "2016-10-10", abodes=abodes(), **protection)
    last_day = date(2026, 2, 28)
    return [
        teller.home(
            teller.insured(wife, HEAD, since(), from_on=fled),
            teller.insured(child, CHILD, since(), from_on=fled),
            since=fled,
        ),
        teller.home(
            teller.insured(husband, HEAD, since()),
            Membership(wife, WIFE, USUAL_START, last_day),
            Membership(child, CHILD, USUAL_START, last_day),
            number=90_000_043,
        ),
    ]


def _h30(teller: Teller) -> Sequence[Home]:
    turned = date(2026, 7, 20)
    husband = teller.person("旧扶 清", "キュウフ キヨシ", MAN, "1951-07-20")
    wife = teller.person("旧扶 静江", "キュウフ シズエ", WOMAN, "1960-03-15")
    period = since(turned, "02", date(2026, 7, 28))
    return [teller.home(Membership(husband, HEAD, turned), teller.insured(wife, WIFE, period), since=turned)]


def _h34(teller: Teller) -> Sequence[Home]:
    left = date(2026, 8, 1)
    father = teller.person("分離 武", "ブンリ タケシ", MAN, "1960-12-12")
    abodes = [Abode(teller.place(), USUAL_START, date(2026, 7, 31)), Abode(teller.place(2), left)]
    daughter = teller.person("分離 彩香", "ブンリ アヤカ", WOMAN, "1990-01-21", abodes=abodes)
    moved = [Abode(teller.place(), USUAL_START, date(2026, 7, 31)), Abode(teller.place(2), left)]
    child = teller.person("分離 澪", "ブンリ ミオ", WOMAN, "2018-06-15", abodes=moved)
    last_day = date(2026, 7, 31)
    return [
        teller.home(
            teller.insured(father, HEAD, since()),
            Membership(daughter, CHILD, USUAL_START, last_day),
            Membership(child, "孫", USUAL_START, last_day),
        ),
        teller.home(
            teller.insured(daughter, HEAD, since(), from_on=left),
            teller.insured(child, CHILD, since(), from_on=left),
            since=left,
            number=90_000_047,
        ),
    ]


def _h39(teller: Teller) -> Sequence[Home]:
    def with_mail(house: int, addressee: str) -> list[Abode]:
        mail = Abode(GUARDIANS_OFFICE, date(2024, 6, 1), kind="mailing", mailing_name=addressee)
        return [Abode(teller.place(house), USUAL_START), mail]

    orphan = teller.person(
        "未成年 蒼", "ミセイネン アオイ", MAN, "2009-06-01", abodes=with_mail(1, "未成年後見人 後見 誠")
    )
    ward = teller.person(
        "被後見 光子", "ヒコウケン ミツコ", WOMAN, "1957-02-02", abodes=with_mail(2, "成年後見人 後見 智子")
    )
    return [
        teller.home(teller.insured(orphan, HEAD, since())),
        teller.home(teller.insured(ward, HEAD, since()), number=90_000_048),
    ]


def _h40(teller: Teller) -> Sequence[Home]:
    abodes = [
        Abode(teller.place(), USUAL_START),
        Abode(PRISON, date(2026, 2, 2), date(2027, 3, 31), kind="mailing"),
    ]
    man = teller.person("収容 進", "シュウヨウ ススム", MAN, "1980-03-30", abodes=abodes)
    return [teller.home(teller.insured(man, HEAD, since()))]


HOMES = (
    EdgeCase("H01", "擬制世帯主の父と、加入している母と子", _h01, "世帯主の所得、軽減判定"),
    EdgeCase("H02", "国保上の世帯主を母に変更(2026-09-07)", _h02, "納付の状況"),
    EdgeCase("H12", "マル学: 県外に住む学生の子", _h12, "毎年の在学証明"),
    EdgeCase("H13", "住所地特例: 県外の施設から次の施設へ", _h13),
    EdgeCase("H14", "DV等支援措置の母子と、元の住所の夫", _h14),
    EdgeCase("H30", "旧被扶養者: 夫が75歳になり加入した妻", _h30, "旧被扶養者減免"),
    EdgeCase("H34", "世帯分離: 娘が子と独立", _h34, "多数回該当の回数、軽減判定のやり直し"),
    EdgeCase("H39", "17歳の世帯主と未成年後見人、被後見人の世帯主", _h39),
    EdgeCase("H40", "刑事施設に収容(法59条)", _h40, "給付の制限、減免"),
)
