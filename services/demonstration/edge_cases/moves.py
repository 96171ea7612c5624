"""Edge cases of acquisition and loss: H22 to H28, H31, H33, H35."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services.demonstration import places
from services.demonstration.edge_cases.telling import (
    CHILD,
    HEAD,
    MAN,
    USUAL_START,
    WIFE,
    WOMAN,
    EdgeCase,
    lost,
    since,
)
from services.demonstration.story import Abode, Headship

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.demonstration.edge_cases.telling import Teller
    from services.demonstration.story import Home, Period, Someone


def _alone(teller: Teller, person: Someone, *periods: Period, number: int | None = None) -> Home:
    """A household of one that ends with the last period."""
    member = teller.insured(person, HEAD, *periods)
    ended = member.periods[-1].lost_on if member.periods else None
    last_day = None if ended is None else date.fromordinal(ended.toordinal() - 1)
    member.until_on = last_day
    return teller.home(member, number=number, until_on=last_day)


def _h22(teller: Teller) -> Sequence[Home]:
    man = teller.person("往来 直樹", "オウライ ナオキ", MAN, "1991-09-01")
    before = lost(since(date(2019, 4, 1)), date(2025, 4, 1), "02", date(2025, 4, 4))
    short = lost(since(date(2026, 4, 3), "01"), date(2026, 4, 13), "01", date(2026, 4, 10))
    return [_alone(teller, man, before, short, since(date(2026, 4, 25), "01", date(2026, 4, 27)))]


def _h23(teller: Teller) -> Sequence[Home]:
    man = teller.person("遡及 和彦", "ソキュウ カズヒコ", MAN, "1983-04-14")
    return [_alone(teller, man, since(date(2024, 9, 1), "02", date(2026, 11, 23)))]


def _h24(teller: Teller) -> Sequence[Home]:
    first = teller.person("重複 拓也", "チョウフク タクヤ", MAN, "1994-02-05")
    second = teller.person("重複 健司", "チョウフク ケンジ", MAN, "1989-06-07")
    filed = date(2026, 9, 10)
    period = since(date(2022, 4, 1))
    return [
        _alone(teller, first, lost(period, date(2026, 5, 2), "02", filed)),
        _alone(teller, second, lost(period, date(2026, 5, 1), "02", filed), number=90_000_046),
    ]


def _h25(teller: Teller) -> Sequence[Home]:
    died, reported = date(2026, 8, 15), date(2026, 8, 20)
    known = teller.today >= reported
    head = teller.person("相続 実", "ソウゾク ミノル", MAN, "1955-01-20", died_on=died if known else None)
    wife = teller.person("相続 久子", "ソウゾク ヒサコ", WOMAN, "1957-04-22")
    member = teller.insured(head, HEAD, lost(since(), date(2026, 8, 16), "04", reported))
    heads = [Headship(head, USUAL_START)]
    if known:
        member.until_on = died
        heads = [Headship(head, USUAL_START, died), Headship(wife, date(2026, 8, 16))]
    return [teller.home(member, teller.insured(wife, WIFE, since()), heads=heads)]


def _h26(teller: Teller) -> Sequence[Home]:
    died, reported = date(2026, 7, 2), date(2026, 7, 9)
    known = teller.today >= reported
    man = teller.person("放棄 勝", "ホウキ マサル", MAN, "1958-10-30", died_on=died if known else None)
    return [_alone(teller, man, lost(since(), date(2026, 7, 3), "04", reported))]


def _h27(teller: Teller) -> Sequence[Home]:
    man = teller.person(
        "SHRESTHA BIKASH",
        "シュレスタ ビカス",
        MAN,
        "1996-05-25",
        kind="2",
        latin="SHRESTHA BIKASH",
        nationality="NPL",
        status="技術・人文知識・国際業務",
        status_until=date(2026, 12, 10),
        uses_card=False,
    )
    return [_alone(teller, man, since(date(2023, 12, 11), "07"))]


def _h28(teller: Teller) -> Sequence[Home]:
    man = teller.person("離職 英樹", "リショク ヒデキ", MAN, "1979-11-03")
    return [_alone(teller, man, since(date(2026, 4, 1), "02", date(2026, 10, 5)))]


def _h31(teller: Teller) -> Sequence[Home]:
    woman = teller.person("保護 真由美", "ホゴ マユミ", WOMAN, "1977-03-21")
    before = lost(since(), date(2026, 9, 20), "03", date(2026, 9, 25))
    return [_alone(teller, woman, before, since(date(2027, 1, 31), "03", date(2027, 2, 3)))]


def _h33(teller: Teller) -> Sequence[Home]:
    moved = date(2026, 10, 10)
    here = Abode(teller.place(), moved, previous_address=places.ELSEWHERE[0])
    woman = teller.person("継続 尚子", "ケイゾク ナオコ", WOMAN, "1969-06-26", abodes=[here])
    period = since(date(2018, 4, 1), "01", date(2026, 10, 13), coverage_start_on=moved)
    return [_alone(teller, woman, period)]


def _h35(teller: Teller) -> Sequence[Home]:
    head = teller.person("限度 正雄", "ゲンド マサオ", MAN, "1966-01-31")
    wife = teller.person("限度 裕子", "ゲンド ユウコ", WOMAN, "1968-02-28")
    son = teller.person("限度 大輔", "ゲンド ダイスケ", MAN, "1998-03-31")
    left = lost(since(), date(2026, 10, 2), "02", date(2026, 10, 8))
    return [
        teller.home(
            teller.insured(head, HEAD, since()),
            teller.insured(wife, WIFE, since()),
            teller.insured(son, CHILD, left),
        )
    ]


MOVES = (
    EdgeCase("H22", "一月に転入・転出・再転入", _h22, "保険料の月割"),
    EdgeCase("H23", "二年以上遡る届出(2024-09-01取得)", _h23, "賦課の期間制限"),
    EdgeCase("H24", "二重加入: 社保加入後の遅い喪失届", _h24, "過誤納、受診の返還"),
    EdgeCase("H25", "世帯主の死亡と還付、相続人代表", _h25, "還付、葬祭費"),
    EdgeCase("H26", "死亡で誰も残らず、相続放棄", _h26, "未納と不納欠損"),
    EdgeCase("H27", "在留期間が2026-12-10に満了", _h27),
    EdgeCase("H28", "非自発的失業、半年遅れの届出", _h28, "給与所得の3割計算"),
    EdgeCase("H31", "生活保護の開始(2026-09-20)と廃止(2027-01-31)", _h31),
    EdgeCase("H33", "県内転入(資格取得日を引き継ぐ)", _h33, "高額療養費の多数回と限度額の半額"),
    EdgeCase("H35", "賦課限度額の世帯で10月に一人が脱退", _h35, "賦課限度額の月割"),
)
