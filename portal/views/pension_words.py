"""Deductions from pensions in words: the conditions, the months, the ways of paying."""

from __future__ import annotations

from portal.language import t
from rules.premium import pension_deduction as rule

CHECKS = {
    rule.OWES: ("年金から差し引く保険料がある", "There is a premium left to deduct"),
    rule.HEAD_INSURED: ("世帯主が国保に加入している", "The head is insured"),
    rule.HEAD_AGE: ("世帯主が65歳から74歳まで", "The head is 65 to 74"),
    rule.HEAD_LEAVES: ("世帯主が年度中に75歳にならない", "The head does not become 75 in the year"),
    rule.MEMBERS: ("加入者が全員65歳から74歳まで", "All insured are 65 to 74"),
    rule.TOLD: ("年金の通知がある", "The payer told of a pension"),
    rule.ENOUGH: ("年金が年額18万円以上", "The pension is 180,000 yen or more"),
    rule.CARE: ("介護保険料も年金から差し引かれている", "The care premium is deducted too"),
    rule.HALF: ("国保と介護の保険料の合計が年金の2分の1以下", "Both premiums are at most half of it"),
    rule.TRANSFER: ("口座振替を選んでいない", "Account transfer was not chosen"),
    rule.FREE: ("まだ特別徴収になっていない", "Not deducted already"),
    rule.LAST: ("前の2月に年金から差し引いた", "Something was deducted in February"),
}


def check_words(code: str) -> str:
    """A condition in the language of the screen."""
    return t(*CHECKS[code])


def month_words(month: int) -> str:
    """What begins in a month."""
    if month == rule.APRIL:
        return t("4月からの仮徴収", "Provisional, from April")
    return t("10月からの特別徴収", "From October")
