"""The derivation (算定根拠): each figure of an assessment with its rule, article, parameters and inputs.

Nothing is computed here. The figures of `rules.premium.assessment.assess` are read off, in the order in which
a person would work them out (requirement D4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from rules.law import Parameter
from rules.premium.amounts import UNIT, as_decimal
from rules.premium.columns import Households
from rules.premium.figures import Figures
from rules.premium.terms import PremiumTerms

PART_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "medical": ("医療分", "Medical part"),
    "support": ("支援分", "Support part"),
    "care": ("介護分", "Care part"),
    "child": ("子ども分", "Child-support part"),
}
Unit = Literal["yen", "parts", "count", "percent", "share", "months"]
_ORDER_7 = "国民健康保険法施行令29条の7"
_DEDUCTION = "national/premium/income/basic_deduction"
_TEST = "national/premium/reduction"


@dataclass(frozen=True)
class Figure:
    """How a figure is called and found: `of` says who has it, `unit` what it counts."""

    of: Literal["person", "household"]
    unit: Unit
    title_ja: str
    title_en: str
    rule_ja: str
    rule_en: str
    article: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of a derivation. `person` is the place in the household, None for the household."""

    name: str
    part: str | None
    person: int | None
    value: str
    figure: Figure
    parameters: tuple[Parameter, ...]


INCOMES: Final[Mapping[str, Figure]] = {
    "salary_income": Figure(
        "person",
        "yen",
        "給与所得",
        "Salary income",
        "給与収入から給与所得控除と所得金額調整額を引いた額(非自発的失業者は30/100)",
        "Gross salary less the salary deduction and the adjustment (30/100 after involuntary unemployment)",
        "所得税法28条3項",
        ("national/premium/income/salary_conversion", "national/premium/income/unemployed_percent"),
    ),
    "pension_income": Figure(
        "person",
        "yen",
        "公的年金等の所得",
        "Pension income",
        "年金収入から公的年金等控除を引いた額(年齢で異なる)",
        "Gross pension less the deduction of the age",
        "所得税法35条4項",
    ),
    "total_income": Figure(
        "person",
        "yen",
        "総所得金額等",
        "Total income",
        "給与所得+年金の所得+その他の所得",
        "Salary income + pension income + other income",
        "地方税法314条の2",
    ),
    "basic_deduction": Figure(
        "person",
        "yen",
        "基礎控除",
        "Basic deduction",
        "総所得金額等に応じた額",
        "By the total income",
        "地方税法314条の2第2項",
        (
            f"{_DEDUCTION}/up_to_24000000",
            f"{_DEDUCTION}/up_to_24500000",
            f"{_DEDUCTION}/up_to_25000000",
            f"{_DEDUCTION}/above",
        ),
    ),
    "leviable_income": Figure(
        "person",
        "yen",
        "基準総所得金額(旧ただし書き所得)",
        "Leviable income",
        "総所得金額等-基礎控除(0円より下にはならない)",
        "Total income less the basic deduction, never below nothing",
        f"{_ORDER_7}第2項4号",
    ),
    "test_income": Figure(
        "person",
        "yen",
        "軽減判定所得(一人分)",
        "Income for the reduction test, of the person",
        "総所得金額等(65歳以上は年金の所得から15万円まで引き、専従者控除などは戻す)",
        "Total income; from 65 on pension income less up to 150,000 yen; family-worker deductions put back",
        f"{_ORDER_7}第6項",
        (f"{_TEST}/pension_deduction",),
    ),
}

REDUCTION: Final[Mapping[str, Figure]] = {
    "household_test_income": Figure(
        "household",
        "yen",
        "軽減判定所得",
        "Income for the reduction test",
        "世帯主(加入していない世帯主を含む)・加入者・特定同一世帯所属者の合計",
        "Sum of the head of the household (insured or not), the insured and the former members",
        f"{_ORDER_7}第6項",
    ),
    "heads": Figure(
        "household",
        "count",
        "判定の人数",
        "Persons counted",
        "加入者と特定同一世帯所属者の数",
        "Insured persons and former members",
        f"{_ORDER_7}第6項",
    ),
    "earners": Figure(
        "household",
        "count",
        "給与所得者等の数",
        "Earners",
        "一定を超える給与か年金の収入がある人の数",
        "Persons whose gross salary or pension is over the limit",
        f"{_ORDER_7}第6項",
        (
            f"{_TEST}/earner_salary_over",
            f"{_TEST}/earner_pension_over_under_65",
            f"{_TEST}/earner_pension_over_from_65",
        ),
    ),
    "undeclared": Figure(
        "household",
        "count",
        "未申告の人数",
        "Persons without declared income",
        "一人でもいると軽減されない",
        "With any of them there is no reduction",
        f"{_ORDER_7}第6項",
    ),
    "limit_seven_tenths": Figure(
        "household",
        "yen",
        "7割軽減の基準額",
        "Limit of the reduction by seven tenths",
        "基礎額+10万円×(給与所得者等の数-1)",
        "Base + 100,000 yen × (earners − 1)",
        f"{_ORDER_7}第6項",
        (f"{_TEST}/base", f"{_TEST}/per_earner"),
    ),
    "limit_five_tenths": Figure(
        "household",
        "yen",
        "5割軽減の基準額",
        "Limit of the reduction by five tenths",
        "7割の基準額+1人あたりの額×判定の人数",
        "Limit of seven tenths + amount per person counted",
        f"{_ORDER_7}第6項",
        (f"{_TEST}/per_head_five_tenths",),
    ),
    "limit_two_tenths": Figure(
        "household",
        "yen",
        "2割軽減の基準額",
        "Limit of the reduction by two tenths",
        "7割の基準額+1人あたりの額×判定の人数",
        "Limit of seven tenths + amount per person counted",
        f"{_ORDER_7}第6項",
        (f"{_TEST}/per_head_two_tenths",),
    ),
    "reduction": Figure(
        "household",
        "percent",
        "均等割・平等割の軽減",
        "Reduction of the flat levies",
        "判定所得が基準額以下である一番大きい割合",
        "The largest whose limit the test income does not exceed",
        f"{_ORDER_7}第6項",
    ),
}

_RATES = "municipal/premium/{part}"
_CUTS = "municipal/premium/rounding"
PART: Final[Mapping[str, Figure]] = {
    "income_levy": Figure(
        "person",
        "parts",
        "所得割",
        "Income levy",
        "基準総所得金額×率×加入の月数÷12(旧被扶養者と産前産後の月は0円)",
        "Leviable income × rate × months ÷ 12 (nothing for former dependants and months of birth)",
        f"{_ORDER_7}第2項",
        (f"{_RATES}/income_rate",),
    ),
    "per_capita_levy": Figure(
        "person",
        "parts",
        "均等割",
        "Per-capita levy",
        "均等割額×(1-軽減)×月数÷12(未就学児はその半分、旧被扶養者は5割以上の軽減)",
        "Levy × (1 − reduction) × months ÷ 12 (half before school; at least half off for former dependants)",
        f"{_ORDER_7}第2項・第6項・第7項",
        (f"{_RATES}/per_capita_levy", f"{_CUTS}/reduction_raised_to"),
    ),
    "household_levy": Figure(
        "household",
        "parts",
        "平等割",
        "Per-household levy",
        "平等割額×(1-軽減)×月数÷12(特定世帯は半分、特定継続世帯は4分の3)",
        "Levy × (1 − reduction) × months ÷ 12 (half or three quarters for specified households)",
        f"{_ORDER_7}第2項・第6項",
        (f"{_RATES}/household_levy", f"{_CUTS}/reduction_raised_to"),
    ),
    "before_cap": Figure(
        "household",
        "parts",
        "限度額の前の額",
        "Before the cap",
        "所得割+均等割+平等割",
        "Income levy + per-capita levies + per-household levy",
        f"{_ORDER_7}第2項",
    ),
    "cap": Figure(
        "household",
        "parts",
        "賦課限度額",
        "Cap",
        "限度額×世帯の月数÷12",
        "Cap × months of the household ÷ 12",
        f"{_ORDER_7}第2項",
        (f"{_RATES}/cap",),
    ),
    "amount": Figure(
        "household",
        "parts",
        "年額",
        "Amount of the year",
        "限度額までの額(端数は市の定めで切り捨て)",
        "At most the cap, cut as the municipality says",
        f"{_ORDER_7}第2項、条例",
        (f"{_CUTS}/part_cut_below",),
    ),
}
EXEMPTION: Final = Figure(
    "household",
    "parts",
    "減免",
    "Reduction on application",
    "申請により決定した減免の額(年間保険料を超えない)。各分の合計から引く",
    "As decided on application, at most the premium; taken off the sum of the parts",
    "国民健康保険法77条、条例",
)
TOTAL: Final = Figure(
    "household",
    "parts",
    "年間保険料",
    "Premium of the year",
    "各分の合計",
    "Sum of the parts",
    "国民健康保険法76条",
    (f"{_CUTS}/total_cut_below",),
)


def explain(
    households: Households, figures: Figures, terms: PremiumTerms, place: int = 0
) -> tuple[Line, ...]:
    """The derivation of one household (its `place` in the columns), line by line."""
    return tuple(_lines(households, figures, terms, place))


def _lines(households: Households, figures: Figures, terms: PremiumTerms, place: int) -> Iterator[Line]:
    first = int(households.first[place])
    ends = [*households.first[1:], len(households.persons.household)]
    rows = range(first, int(ends[place]))
    for name, figure in INCOMES.items():
        for row in rows:
            yield _line(figures, terms, name, None, figure, row, row - first)
    for name, figure in REDUCTION.items():
        yield _line(figures, terms, name, None, figure, place, None)
    for part in terms.parts:
        for name, figure in PART.items():
            key = f"{part}.{name}"
            if figure.of == "household":
                yield _line(figures, terms, key, part, figure, place, None)
            else:
                for row in rows:
                    yield _line(figures, terms, key, part, figure, row, row - first)
    if figures["exemption"][place]:
        yield _line(figures, terms, "exemption", None, EXEMPTION, place, None)
    yield _line(figures, terms, "total", None, TOTAL, place, None)


def _line(
    figures: Figures,
    terms: PremiumTerms,
    name: str,
    part: str | None,
    figure: Figure,
    row: int,
    person: int | None,
) -> Line:
    value = int(figures[name][row])
    told = format(as_decimal(value), "f") if figure.unit == "parts" else str(value)
    names = (one.format(part=part) for one in figure.parameters)
    return Line(
        name, part, person, told, figure, tuple(terms.sources[one] for one in names if one in terms.sources)
    )


def whole_yen(amount: int) -> int:
    """An amount of `assess` in whole yen.

    Raises:
        ValueError: it is not whole: the municipality's rounding is missing.
    """
    yen, rest = divmod(int(amount), UNIT)
    if rest:
        raise ValueError(f"{as_decimal(amount)} is no whole yen")
    return yen
