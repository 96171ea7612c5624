"""Reductions on application (減免): the demonstration city's table, worked out by hand.

Its percentages are those of an old page of 尼崎市 (facts 1.7); which year that was is not known.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from rules.law import DatedValue, Law, ParameterFileWrong, ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.amounts import UNIT
from rules.premium.assessment import assess
from rules.premium.exemption_terms import HEAD, exemption_terms
from rules.premium.exemptions import (
    CLOSURE,
    DETENTION,
    DISASTER,
    INCOME_FALL,
    JOB_LOSS,
    SPECIAL,
    Claim,
    Exempted,
    Kept,
    exempt,
    months_of,
    span_of,
)
from rules.premium.households import Birth, HouseholdFacts, PersonFacts, columns_of
from rules.premium.terms import terms_of

YEAR = FiscalYear(2026)
LAW = Law.load()
TERMS = terms_of(LAW, YEAR)
TABLE = exemption_terms(LAW.on(YEAR.first_on))
ALL = 0xFFF
FATHER = PersonFacts(date(1990, 5, 1), months=ALL, is_head=True, other_income=2_430_000)
MOTHER = PersonFacts(date(1991, 5, 1), months=ALL, other_income=1_430_000)
FAMILY = HouseholdFacts((FATHER, MOTHER))


def kept(household: HouseholdFacts = FAMILY) -> Kept:
    columns = columns_of([household], YEAR)
    return Kept(YEAR, columns, assess(columns, TERMS), tuple(TERMS.parts))


def told(claim: Claim, household: HouseholdFacts = FAMILY) -> Exempted:
    return exempt(kept(household), claim, TABLE)


def income_levies(household: HouseholdFacts, row: int) -> Fraction:
    figures = kept(household).figures
    return sum(
        (Fraction(int(figures[f"{part}.income_levy"][row]), UNIT) for part in TERMS.parts), Fraction(0)
    )


def test_a_father_who_lost_his_job_pays_half_of_his_income_levy_from_that_month_on() -> None:
    """2,000,000 yen of base income: 50 per cent of (7.75 + 3.00 + 0.25) %, for six months of twelve."""
    found = told(Claim(JOB_LOSS, date(2026, 10, 9), person=0))
    assert income_levies(FAMILY, 0) == 220_000
    assert found.months == 0b111111000000
    # 155,000 + 60,000 + 5,000 halved for half of the year; each part is whole yen, the sum is raised to 100.
    assert found.amount == 55_000
    assert [one.value for one in found.lines if one.name == "exemption.cut"] == ["38750", "15000", "1250"]
    assert found.why_not is None


@pytest.mark.parametrize(
    ("income", "percent"),
    [(1_000_000, 60), (1_000_001, 50), (2_000_000, 50), (3_000_000, 40), (4_000_000, 30), (5_000_000, 20)],
)
def test_the_percentage_falls_with_the_base_income_and_the_limit_counts(income: int, percent: int) -> None:
    one = HouseholdFacts((replace(FATHER, other_income=income + 430_000),))
    found = told(Claim(CLOSURE, date(2026, 4, 1), person=0), one)
    exact = income_levies(one, 0) * percent / 100
    assert 0 <= found.amount - exact < 100
    assert next(line.value for line in found.lines if line.name == "exemption.percent") == str(percent)


def test_above_the_last_limit_there_is_nothing_and_it_says_why() -> None:
    rich = HouseholdFacts((replace(FATHER, other_income=5_430_001),))
    found = told(Claim(JOB_LOSS, date(2026, 4, 1), person=0), rich)
    assert found.amount == 0
    assert found.why_not == (
        "基準総所得金額が5,000,000円を超えています。",
        "The base income is over 5,000,000 yen.",
    )


def test_what_lies_above_the_cap_brings_nothing() -> None:
    """4,990,000 yen of base income with fifteen in the household: the medical part is far above its cap."""
    many = (replace(FATHER, other_income=5_420_000), *[replace(MOTHER, other_income=4_000_000)] * 4)
    capped = HouseholdFacts(many)
    found = told(Claim(JOB_LOSS, date(2026, 4, 1), person=0), capped)
    figures = kept(capped).figures
    assert figures["medical.before_cap"][0] > figures["medical.cap"][0]
    cut = next(line.value for line in found.lines if line.name == "exemption.cut" and line.part == "medical")
    over = Fraction(int(figures["medical.before_cap"][0] - figures["medical.cap"][0]), UNIT)
    levy = Fraction(int(figures["medical.income_levy"][0]), UNIT) * 20 / 100
    assert Fraction(cut) == max(levy - over, 0)


@pytest.mark.parametrize(
    ("damage", "percent"),
    [(29, None), (30, 10), (39, 10), (40, 30), (50, 50), (70, 80), (99, 80), (100, 100)],
)
def test_a_fire_takes_off_the_whole_premium_by_its_damage(damage: int, percent: int | None) -> None:
    found = told(Claim(DISASTER, date(2026, 4, 30), damage=damage))
    total = int(kept().figures["total"][0]) // UNIT
    if percent is None:
        assert found.amount == 0
        assert found.why_not is not None
    else:
        assert 0 <= found.amount - Fraction(total * percent, 100) < 150
        assert found.amount <= total


def test_a_total_loss_in_april_leaves_nothing_to_pay() -> None:
    found = told(Claim(DISASTER, date(2026, 4, 1), damage=100))
    assert found.amount == int(kept().figures["total"][0]) // UNIT


def test_the_twelve_months_go_on_into_the_next_year() -> None:
    claim = Claim(DISASTER, date(2025, 10, 15), damage=50)
    assert months_of(claim, FiscalYear(2025), TABLE) == 0b111111000000
    assert months_of(claim, YEAR, TABLE) == 0b000000111111
    assert span_of(0b000000111111, YEAR) == (date(2026, 4, 1), date(2026, 9, 1))
    late = told(replace(claim, event_on=date(2025, 3, 31)))
    assert (late.amount, late.months) == (0, 0)
    assert late.why_not == ("この年度に減免の月がありません。", "No month of this year falls under it.")


def test_income_that_falls_by_six_tenths_takes_off_its_share_of_all_income_levies() -> None:
    """3,860,000 yen, 1,544,000 expected: a fall of 60 per cent; base income 3,000,000: 50 per cent of it."""
    found = told(Claim(INCOME_FALL, date(2026, 8, 1), expected_income=1_544_000))
    assert found.amount == (income_levies(FAMILY, 0) + income_levies(FAMILY, 1)) * 30 / 100
    shown = {line.name: line.value for line in found.lines}
    assert (shown["exemption.fall"], shown["exemption.percent"]) == ("60", "30")


def test_a_fall_by_less_than_half_is_not_enough() -> None:
    found = told(Claim(INCOME_FALL, date(2026, 8, 1), expected_income=1_930_001))
    assert found.why_not == (
        "所得の減少が50%に達していません。",
        "Income falls by less than 50 per cent.",
    )
    assert told(Claim(INCOME_FALL, date(2026, 8, 1), expected_income=1_930_000)).amount > 0


def test_nobody_pays_for_months_in_prison() -> None:
    found = told(Claim(DETENTION, date(2026, 6, 20), person=0, until_on=date(2026, 8, 2)))
    figures = kept().figures
    levies = sum(
        Fraction(int(figures[f"{part}.{levy}"][0]), UNIT)
        for part in TERMS.parts
        for levy in ("income_levy", "per_capita_levy")
    )
    assert found.months == 0b000000011100
    assert 0 <= found.amount - levies * 3 / 12 < 100
    assert months_of(Claim(DETENTION, date(2026, 6, 20)), YEAR, TABLE) == 0b111111111100


def test_a_special_circumstance_takes_a_quarter_of_what_is_above_a_fifth_of_the_income() -> None:
    poor = HouseholdFacts((replace(FATHER, other_income=530_000), replace(MOTHER, other_income=0)))
    total = int(kept(poor).figures["total"][0]) // UNIT
    found = told(Claim(SPECIAL, date(2026, 8, 1)), poor)
    assert 0 <= found.amount - Fraction(max(total - 20_000, 0), 4) < 100
    assert told(Claim(SPECIAL, date(2026, 8, 1))).why_not == (
        "対象になる保険料がありません。",
        "No premium falls under it.",
    )


def test_months_free_for_a_birth_are_not_taken_off_once_more() -> None:
    free = HouseholdFacts((FATHER, replace(MOTHER, births=(Birth(date(2026, 6, 10)),))))
    found = told(Claim(JOB_LOSS, date(2026, 4, 1), person=1), free)
    assert 0 <= found.amount - income_levies(free, 1) * 60 / 100 < 100


def test_a_second_reduction_never_takes_off_more_than_is_left() -> None:
    almost = replace(FAMILY, exempted=int(kept().figures["total"][0]) // UNIT - 1_000)
    assert told(Claim(DISASTER, date(2026, 4, 1), damage=100), almost).amount == 1_000


def test_each_line_names_its_article_and_the_unverified_figures_it_reads() -> None:
    found = told(Claim(JOB_LOSS, date(2026, 10, 9), person=0))
    assert all(line.figure.article.startswith("国民健康保険法77条") for line in found.lines)
    read = {one.name: one.certainty for line in found.lines for one in line.parameters}
    assert read == dict.fromkeys(
        [f"{HEAD}/loss_months", f"{HEAD}/loss_percent", f"{HEAD}/raised_to"], "unverified"
    )


def test_a_year_without_the_table_is_refused_and_the_figure_named() -> None:
    with pytest.raises(ParameterNotInForce, match="municipal/exemption/raised_to"):
        exemption_terms(LAW.on(date(2024, 4, 1)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("raised_to", 0),
        ("detention_percent", 101),
        ("loss_percent", "1000000:60, 500000:50"),
        ("loss_percent", "1000000=60"),
        ("disaster_percent", "30:101"),
    ],
)
def test_a_table_that_cannot_be_is_refused(name: str, value: Any) -> None:
    history = LAW.histories[f"{HEAD}/{name}"]
    wrong: DatedValue = replace(history.values[0], value=value)
    law = replace(LAW, histories={**LAW.histories, history.name: replace(history, values=(wrong,))})
    with pytest.raises(ParameterFileWrong, match=name):
        exemption_terms(law.on(YEAR.first_on))
