"""Edge cases whose point is money, arrears or benefits: H29, H32, H36, H37. Their people are on record."""

from __future__ import annotations

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


def _h29(teller: Teller) -> Sequence[Home]:
    woman = teller.person("産前 結衣", "サンゼン ユイ", WOMAN, "1995-07-30")
    return [teller.home(teller.insured(woman, HEAD, since()))]


def _h32(teller: Teller) -> Sequence[Home]:
    members = (
        (HEAD, ("滞納 徹", "タイノウ トオル", MAN, "1977-05-15")),
        (WIFE, ("滞納 里美", "タイノウ サトミ", WOMAN, "1979-06-16")),
        (CHILD, ("滞納 翔太", "タイノウ ショウタ", MAN, "2009-01-17")),
        (CHILD, ("滞納 心春", "タイノウ コハル", WOMAN, "2016-08-18")),
    )
    return [
        teller.home(
            *(
                teller.insured(teller.person(*who, uses_card=False), relation, since())
                for relation, who in members
            )
        )
    ]


def _h36(teller: Teller) -> Sequence[Home]:
    head = teller.person("未申告 敦", "ミシンコク アツシ", MAN, "1974-02-20")
    wife = teller.person("未申告 佳代", "ミシンコク カヨ", WOMAN, "1975-03-21")
    return [teller.home(teller.insured(head, HEAD, since()), teller.insured(wife, WIFE, since()))]


def _h37(teller: Teller) -> Sequence[Home]:
    woman = teller.person("還付 悦子", "カンプ エツコ", WOMAN, "1964-09-25")
    return [teller.home(teller.insured(woman, HEAD, since()))]


MONEY = (
    EdgeCase("H29", "産前産後(予定日2027-01-10)", _h29, "産前産後の免除"),
    EdgeCase("H32", "滞納世帯と10歳・17歳の子", _h32, "滞納の段階、特別療養費"),
    EdgeCase("H36", "所得未申告、のちに無所得の申告", _h36, "所得、軽減、所得区分"),
    EdgeCase("H37", "還付と充当", _h37, "収納、還付、充当"),
)
