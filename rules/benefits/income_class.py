"""所得区分(適用区分): the income class of a household for its ceiling (C1, record items 109 and 243).

Law: 国民健康保険法施行令29条の3, 29条の4. Bands and definitions: facts 3.1 and 3.2. Under 70 the class
follows from the base incomes of all insured members and, for オ, from the residents' tax of head and insured;
from the month after the 70th birthday from the taxable income of the insured of 70 to 74. Whole yen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from rules.ages import birthday_on, share_from
from rules.derivation import Caution, Decision, Refusal, Step
from rules.eras import format_long
from rules.law import LawAt
from rules.periods import FiscalYear, next_month_start
from rules.premium.columns import Persons
from rules.premium.incomes import incomes
from rules.premium.terms import income_terms

ARTICLE: Final = "国民健康保険法施行令29条の3"
SHARE_ARTICLE: Final = "国民健康保険法42条1項4号、施行令27条の2"
YEAR_BEGINS: Final = "national/benefits/income_class/year_begins"
OVER: Final = "national/benefits/income_class/base_income_over"
TAXABLE: Final = "national/benefits/income_class/taxable_income_from"
PENSION_FREE: Final = "national/benefits/income_class/pension_deduction"
ELDER_AGE: Final = "national/eligibility/elderly_share_age"
LATE_ELDERLY_AGE: Final = "national/eligibility/late_elderly_age"
TAXED, EXEMPT, UNKNOWN = "taxed", "exempt", ""
FULL_SHARE, LOW_SHARE = 3, 2
_PENSIONER: Final = 65
# 法42条: the city itself settles the share; that it is not on record is no reason to refuse anybody.
_SETTLE_FIRST: Final = (
    "負担割合は市が判定するものなので、これを理由に不交付とせず、申請は決定せずに置いてください。"
    "負担割合を判定し、その方の「資格・世帯」の画面の「負担割合」から登録し(別の職員が確認します)、"
    "登録の後に「差し戻す」で判定をやり直してください。"
)


class IncomeClass(StrEnum):
    """The classes by the codes of the online check of eligibility (facts 4.2)."""

    UPPER_A = "A01"
    UPPER_I = "A02"
    MIDDLE_U = "A03"
    MIDDLE_E = "A04"
    EXEMPT_O = "A05"
    ACTIVE_3 = "B01"
    ACTIVE_2 = "B02"
    ACTIVE_1 = "B03"
    GENERAL = "B04"
    LOW_2 = "B05"
    LOW_1 = "B06"


CLASS_TITLES: Final = {
    IncomeClass.UPPER_A: "ア",
    IncomeClass.UPPER_I: "イ",
    IncomeClass.MIDDLE_U: "ウ",
    IncomeClass.MIDDLE_E: "エ",
    IncomeClass.EXEMPT_O: "オ",
    IncomeClass.ACTIVE_3: "現役並みⅢ",
    IncomeClass.ACTIVE_2: "現役並みⅡ",
    IncomeClass.ACTIVE_1: "現役並みⅠ",
    IncomeClass.GENERAL: "一般",
    IncomeClass.LOW_2: "区分Ⅱ",
    IncomeClass.LOW_1: "区分Ⅰ",
}
_BANDS: Final = (
    (IncomeClass.UPPER_A, f"{OVER}/a"),
    (IncomeClass.UPPER_I, f"{OVER}/i"),
    (IncomeClass.MIDDLE_U, f"{OVER}/u"),
)
_ACTIVE: Final = (
    (IncomeClass.ACTIVE_3, f"{TAXABLE}/active_3"),
    (IncomeClass.ACTIVE_2, f"{TAXABLE}/active_2"),
    (IncomeClass.ACTIVE_1, f"{TAXABLE}/active_1"),
)


@dataclass(frozen=True)
class Member:
    """The head or an insured member, with the income of the year that the class is judged by. Yen.

    `salary` and `pension` are gross; `other_income` is the rest after losses. `resident_tax`: `TAXED`,
    `EXEMPT` or `UNKNOWN`. `share`: that of 70 to 74 on record in tenths, None where none is.
    """

    birth: date
    is_head: bool = False
    is_insured: bool = True
    is_declared: bool = True
    resident_tax: str = TAXED
    salary: int = 0
    pension: int = 0
    other_income: int = 0
    taxable_income: int | None = None
    share: int | None = None
    is_unemployed: bool = False


@dataclass(frozen=True)
class ClassFacts:
    """A household on a day, and which of its members applies. `has_arrears`: as the office found."""

    members: tuple[Member, ...]
    applicant: int
    has_arrears: bool = False


@dataclass(frozen=True)
class Classed:
    """The class, or why there is none. `undeclared` and `untold`: places in `members` of who bars it."""

    income_class: IncomeClass | None
    base_income: int
    from_70: bool
    undeclared: tuple[int, ...] = ()
    untold: tuple[int, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    cautions: tuple[Caution, ...] = ()


def year_of(law: LawAt) -> FiscalYear:
    """The fiscal year whose premium reads the same incomes: classes run from August to July (facts 3.7)."""
    month, day = (int(part) for part in law.text(YEAR_BEGINS).split("-"))
    began = date(law.day.year, month, day) <= law.day
    return FiscalYear(law.day.year if began else law.day.year - 1)


def is_from_70(birth: date, law: LawAt) -> bool:
    """Whether the table of 70 to 74 holds: from the month after 70 to the day before the 75th birthday."""
    begins = share_from(birth, law.integer(ELDER_AGE))
    return begins <= law.day < birthday_on(birth, law.integer(LATE_ELDERLY_AGE))


def unemployed_from_to(from_on: date, until_on: date | None) -> tuple[date, date]:
    """The days on which an involuntary unemployment lowers the class (F20).

    From the month after the relief's first day (that month if the 1st) to 31 July after its last fiscal year.
    """
    first = from_on if from_on.day == 1 else next_month_start(from_on)
    last_year = until_on.year if until_on else FiscalYear.containing(from_on).year + 2
    return first, date(last_year, 7, 31)


def classify(facts: ClassFacts, law: LawAt) -> Decision[Classed]:
    """国民健康保険法施行令29条の3: 適用区分を、前年(1月から7月までは前々年)の所得により判定する。

    Refused where the income of anybody who counts is not declared, his residents' tax is not told, a member
    of 70 to 74 has no taxable income told, no share is on record where the class depends on it, the share on
    record is another, or premiums are in arrears.

    Raises:
        ParameterNotInForce: a figure of the year is not on record; the error names it.
    """
    year = year_of(law)
    begun = Step(
        "判定に使う所得の年を定める(8月から翌年7月まで)",
        ARTICLE,
        {"判定の日": format_long(law.day)},
        f"{year.year - 1}年中の所得",
    )
    counted = [place for place, one in enumerate(facts.members) if one.is_head or one.is_insured]
    from_70 = is_from_70(facts.members[facts.applicant].birth, law)
    barred = _barred(facts, counted, from_70=from_70, law=law)
    if barred.refusals:
        step = Step("所得の申告・税の情報・負担割合・滞納を確かめる", ARTICLE, {}, "判定できない")
        return Decision(barred, (begun, step))
    leviable, earned = _incomes(facts.members, law, year)
    base = sum(leviable[place] for place in counted if facts.members[place].is_insured)
    exempt = all(facts.members[place].resident_tax == EXEMPT for place in counted)
    if from_70:
        found, steps = _class_from_70(facts.members, counted, earned, law, exempt=exempt)
    else:
        found, steps = _class_under_70(facts.members, leviable, base, law, exempt=exempt)
    kept = replace(barred, income_class=found, base_income=base)
    return Decision(replace(kept, cautions=_cautions(facts, counted)), (begun, *steps))


def _incomes(members: Sequence[Member], law: LawAt, year: FiscalYear) -> tuple[list[int], list[int]]:
    """旧ただし書き所得 of each, and his income by salary, by the one text of the premium's rule."""
    zero = np.zeros(len(members), dtype=np.int64)
    no = np.zeros(len(members), dtype=np.bool_)
    day = date(year.year - _PENSIONER, 1, 2)
    persons = Persons(
        household=zero,
        salary=np.array([one.salary for one in members], dtype=np.int64),
        pension=np.array([one.pension for one in members], dtype=np.int64),
        other_income=np.array([one.other_income for one in members], dtype=np.int64),
        test_addition=zero,
        is_earner_anyway=no,
        is_65=np.array([one.birth <= day for one in members], dtype=np.bool_),
        is_declared=np.array([one.is_declared for one in members], dtype=np.bool_),
        is_unemployed=np.array([one.is_unemployed for one in members], dtype=np.bool_),
        counts_for_test=no,
        counts_as_head=no,
        is_preschool=no,
        is_adult=no,
        is_former_dependant=no,
        insured=zero,
        care=zero,
        exempt=zero,
        halved=zero,
    )
    told = incomes(persons, income_terms(replace(law, day=year.first_on)))
    return told["leviable_income"].tolist(), told["salary_income"].tolist()


def _class_under_70(
    members: Sequence[Member], leviable: Sequence[int], base: int, law: LawAt, *, exempt: bool
) -> tuple[IncomeClass, tuple[Step, ...]]:
    tax = _tax_step(exempt=exempt)
    if exempt:
        return IncomeClass.EXEMPT_O, (tax,)
    shares = {
        f"{_called(members, place)}の基準所得額": f"{leviable[place]:,}円"
        for place, one in enumerate(members)
        if one.is_insured
    }
    total = Step("加入者の基準所得額(基礎控除後)を合計する", ARTICLE, shares, f"{base:,}円")
    limits = [(one, law.integer(name)) for one, name in _BANDS]
    found = next((one for one, limit in limits if base > limit), IncomeClass.MIDDLE_E)
    bands = {f"{CLASS_TITLES[one]}": f"{limit:,}円を超える" for one, limit in limits}
    return found, (tax, total, Step("合計額から区分を定める", ARTICLE, bands, CLASS_TITLES[found]))


def _class_from_70(
    members: Sequence[Member], counted: Sequence[int], earned: Sequence[int], law: LawAt, *, exempt: bool
) -> tuple[IncomeClass, tuple[Step, ...]]:
    elders = [
        place for place in counted if members[place].is_insured and is_from_70(members[place].birth, law)
    ]
    highest = max(members[place].taxable_income or 0 for place in elders)
    told = {
        f"{_called(members, place)}の課税所得": f"{members[place].taxable_income or 0:,}円"
        for place in elders
    }
    most = Step("70歳から74歳までの加入者の最も高い課税所得をみる", SHARE_ARTICLE, told, f"{highest:,}円")
    limits = [(one, law.integer(name)) for one, name in _ACTIVE]
    active = next((one for one, limit in limits if highest >= limit), None)
    if active is not None and not any(members[place].share == LOW_SHARE for place in elders):
        bands = {CLASS_TITLES[one]: f"{limit:,}円以上" for one, limit in limits}
        return active, (most, Step("課税所得から区分を定める", ARTICLE, bands, CLASS_TITLES[active]))
    if active is not None:
        share = Step("登録されている負担割合をみる", SHARE_ARTICLE, {"負担割合": "2割"}, "現役並みとしない")
        return IncomeClass.GENERAL, (most, share, _settled(IncomeClass.GENERAL))
    tax = _tax_step(exempt=exempt)
    if not exempt:
        return IncomeClass.GENERAL, (most, tax, _settled(IncomeClass.GENERAL))
    free = law.integer(PENSION_FREE)
    none = all(
        earned[place] <= 0 and members[place].other_income <= 0 and members[place].pension <= free
        for place in counted
    )
    found = IncomeClass.LOW_1 if none else IncomeClass.LOW_2
    zero = Step(
        "世帯主と加入者全員の所得が0円かをみる",
        ARTICLE,
        {"年金から引く額": f"{free:,}円"},
        "全員0円" if none else "所得のある人がいる",
    )
    return found, (most, tax, zero, _settled(found))


def _tax_step(*, exempt: bool) -> Step:
    return Step(
        "世帯主と加入者の住民税をみる", ARTICLE, {}, "全員が非課税" if exempt else "課税されている人がいる"
    )


def _settled(found: IncomeClass) -> Step:
    return Step("区分を定める", ARTICLE, {}, CLASS_TITLES[found])


def _called(members: Sequence[Member], place: int) -> str:
    """A member without a name: the head, or a number in the household."""
    return "世帯主" if members[place].is_head else f"加入者{place + 1}"


def _barred(facts: ClassFacts, counted: Sequence[int], *, from_70: bool, law: LawAt) -> Classed:
    members = facts.members
    undeclared = tuple(place for place in counted if not members[place].is_declared)
    untold = tuple(
        place
        for place in counted
        if members[place].is_declared
        and (
            members[place].resident_tax == UNKNOWN
            or (
                from_70
                and members[place].is_insured
                and is_from_70(members[place].birth, law)
                and members[place].taxable_income is None
            )
        )
    )
    refusals = []
    if undeclared:
        refusals.append(_not_declared(len(undeclared)))
    if untold:
        refusals.append(_not_told(len(untold)))
    if from_70 and not undeclared and not untold:
        refusals += _against_share(facts, counted, law)
    if facts.has_arrears:
        refusals.append(_in_arrears())
    return Classed(None, 0, from_70, undeclared, untold, tuple(refusals))


def _not_declared(count: int) -> Refusal:
    return Refusal(
        "ceiling.income_not_declared",
        f"所得の申告がない方が世帯に{count}人います。全員の所得が申告されるまで適用区分を判定できません。"
        "住民税の申告又は簡易申告を案内し、申告の後にもう一度申請してください。",
        ARTICLE,
    )


def _not_told(count: int) -> Refusal:
    return Refusal(
        "ceiling.tax_not_told",
        f"住民税の課税・非課税又は課税所得が届いていない方が世帯に{count}人います。"
        "税の担当から所得情報を受け取ってから判定してください。",
        ARTICLE,
    )


def _against_share(facts: ClassFacts, counted: Sequence[int], law: LawAt) -> list[Refusal]:
    """Only the taxable income of 現役並み makes the class depend on the share; one of 20 % settles it."""
    elders = [
        one
        for one in (facts.members[place] for place in counted)
        if one.is_insured and is_from_70(one.birth, law)
    ]
    limit = law.integer(_ACTIVE[-1][1])
    if any((one.taxable_income or 0) >= limit for one in elders):
        untold = sum(one.share is None for one in elders)
        is_settled = not untold or any(one.share == LOW_SHARE for one in elders)
        return [] if is_settled else [_share_not_told(untold, limit)]
    if facts.members[facts.applicant].share != FULL_SHARE:
        return []
    return [
        Refusal(
            "ceiling.share_differs",
            f"登録されている負担割合は3割ですが、課税所得は現役並みの額に届きません。{_SETTLE_FIRST}",
            SHARE_ARTICLE,
        )
    ]


def _share_not_told(count: int, limit: int) -> Refusal:
    return Refusal(
        "ceiling.share_not_told",
        f"課税所得が{limit:,}円以上の方が世帯にいますが、70歳から74歳までの方のうち{count}人の負担割合が記録にないため、"
        f"現役並みかどうかを判定できません。{_SETTLE_FIRST}",
        SHARE_ARTICLE,
    )


def _in_arrears() -> Refusal:
    return Refusal(
        "ceiling.in_arrears",
        "納期限を過ぎた保険料が納められていません。滞納がある世帯には認定証を交付できません。"
        "納付又は特別の事情の届出を案内してください。",
        "国民健康保険法施行規則27条の14の2",
    )


def _cautions(facts: ClassFacts, counted: Sequence[int]) -> tuple[Caution, ...]:
    if not any(facts.members[place].is_unemployed for place in counted):
        return ()
    return (
        Caution(
            "ceiling.unemployed",
            "非自発的失業の方の給与所得を100分の30として計算しました。住民税が非課税かどうかは、"
            "届いている課税区分のままで判定しています。",
            "国民健康保険法施行令29条の3",
        ),
    )
