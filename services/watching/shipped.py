"""The watchdogs that are shipped, by key: names, article, what each means and finds (D1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.watching.watchdogs import (
    Watchdog,
    ceiling_of_another_class,
    child_without_half,
    deduction_to_stop,
    over_75,
    receipt_differs,
    reduced_without_income,
    reduction_not_held,
    reduction_on_other_premium,
    specified,
    two_insurances,
    undeclared,
)

_ORDER: Final = "国民健康保険法施行令29条の7"
_NO_AMOUNT: Final = ("", "")
SHIPPED: Final[Mapping[str, Watchdog]] = {
    one.key: one
    for one in (
        Watchdog(
            "over_75",
            ("75歳になった加入者", "Insured at 75"),
            "高齢者の医療の確保に関する法律52条、国民健康保険法6条8号",
            (
                "75歳になったのに資格が残っている人。後期高齢者医療への移行の喪失を登録します。",
                "Reached 75 and still insured here: record the loss.",
            ),
            _NO_AMOUNT,
            over_75,
        ),
        Watchdog(
            "two_insurances",
            ("資格の重複", "Insured twice at once"),
            "国民健康保険法5条・8条",
            (
                "今年度に資格の期間が重なっている人。重なった方の届出を確かめ、喪失日か取得日を直します。",
                "Periods of this year overlap: correct one of them.",
            ),
            _NO_AMOUNT,
            two_insurances,
        ),
        Watchdog(
            "specified",
            ("特定世帯・特定継続世帯の漏れ", "Specified household missed"),
            f"{_ORDER}第2項、条例",
            (
                "いまの台帳では特定世帯・特定継続世帯の月が、確定した賦課と違う世帯。計算し直します。",
                "By the record of today other months count as specified: compute the premium anew.",
            ),
            ("違う月数", "Months that differ"),
            specified,
        ),
        Watchdog(
            "child_without_half",
            ("未就学児の半額の漏れ", "Child without the half"),
            f"{_ORDER}第5項",
            (
                "小学校入学前なのに均等割が半額になっていない子。生年月日を確かめ、計算し直します。",
                "Not at school yet, and the levy was not halved: compute the premium anew.",
            ),
            _NO_AMOUNT,
            child_without_half,
        ),
        Watchdog(
            "reduced_without_income",
            ("所得の申告がない軽減", "Reduced without declared income"),
            f"{_ORDER}第6項",
            (
                "軽減を受けている世帯で、いまの記録では所得を申告していない人。申告を求めるか、計算し直します。",
                "The household is reduced, an income that counts is not declared: ask for it.",
            ),
            _NO_AMOUNT,
            reduced_without_income,
        ),
        Watchdog(
            "undeclared",
            ("所得の未申告", "Income not declared"),
            "国民健康保険法113条、条例",
            (
                "加入している大人で、前年の所得の申告がない人。簡易申告を求めます。",
                "Insured adults without declared income: ask for a report.",
            ),
            _NO_AMOUNT,
            undeclared,
        ),
        Watchdog(
            "receipt_differs",
            ("窓口の試算と違う賦課", "Bill differs from the receipt"),
            "条例、窓口の試算書",
            (
                "窓口で渡した試算書より、賦課が定めた額を超えて違う世帯。理由を確かめて説明します。",
                "The bill differs from what was told at the counter: find out why and explain it.",
            ),
            ("試算との差(円)", "Difference (yen)"),
            receipt_differs,
        ),
        Watchdog(
            "reduction_not_held",
            ("減免が入っていない賦課", "Reduction not in the premium"),
            "国民健康保険法77条、条例",
            (
                "決定した減免(取消を含む)が、確定した賦課に入っていない世帯。承認待ちの計算を承認するか、計算し直します。",
                "What was granted or taken back is not in the premium in force: have it approved.",
            ),
            ("入っていない減免(円)", "Not taken off yet (yen)"),
            reduction_not_held,
        ),
        Watchdog(
            "reduction_on_other_premium",
            ("もとの保険料が変わった減免", "Reduction reckoned on another premium"),
            "国民健康保険法77条、条例",
            (
                "減免を決定したあとに、所得や保険料が変わった世帯。減免の額を計算し直し、変えるときは取消と再決定をします。",
                "Income or premium changed after the reduction was decided: see whether to decide it anew.",
            ),
            ("保険料の増減(円)", "Premium up or down (yen)"),
            reduction_on_other_premium,
        ),
        Watchdog(
            "ceiling_of_another_class",
            ("区分が変わった限度額適用認定証", "Ceiling certificate of another class"),
            "国民健康保険法施行令29条の3、施行規則27条の14の2",
            (
                "所得や世帯が変わり、いまの記録では適用区分が違う(判定できない)認定証を持つ人。回収し、申請を案内します。",
                "By the record of today the class is another, or cannot be told: collect it.",
            ),
            _NO_AMOUNT,
            ceiling_of_another_class,
        ),
        Watchdog(
            "deduction_to_stop",
            ("特別徴収の中止が要る世帯", "Deductions to be stopped"),
            "国民健康保険法76条の4",
            (
                "保険料が下がったのに年金から決定のときの額が引かれている世帯と、口座振替が始まる世帯。中止を登録します。",
                "The premium went down, or transfer begins, and the pension still pays: enter the stop.",
            ),
            ("下がった額(円)", "Less by (yen)"),
            deduction_to_stop,
        ),
    )
}
