"""Who pays out of his pension (facts 1.11), when, and that the parts always come to the year's premium."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.law import DEMO_MUNICIPALITY, PARAMETERS, Law
from rules.periods import FiscalYear
from rules.premium import collection
from rules.premium.collection import Calendar, Collection, regular_only
from rules.premium.instalments import due_dates, split
from rules.premium.pension_deduction import (
    APRIL,
    CARE,
    ENOUGH,
    HALF,
    HEAD_AGE,
    HEAD_INSURED,
    HEAD_LEAVES,
    LAST,
    MEMBERS,
    OCTOBER,
    TOLD,
    TRANSFER,
    Applicant,
    DeductionTerms,
    Pension,
    examine,
    is_concerned,
    pay_days,
)

YEAR = FiscalYear(2026)
TERMS = DeductionTerms.of(Law.load(PARAMETERS, DEMO_MUNICIPALITY).on(date(2026, 10, 1)))
DUE = due_dates(YEAR, 6, 10)
DAYS = pay_days(YEAR, TERMS.pay_day)
HEAD, WIFE = date(1956, 5, 1), date(1958, 8, 20)
PENSION = Pension(annual=1_800_000, care_premium=72_000, is_care_deducted=True, has_chosen_transfer=False)
COUPLE = Applicant(120_000, HEAD, True, (HEAD, WIFE), PENSION)
TOTALS = st.integers(0, 1_130_000)
DECIDED = st.dates(date(2026, 4, 1), date(2027, 4, 30))


def failing(who: Applicant, month: int = OCTOBER) -> list[str]:
    return [check.code for check in examine(who, YEAR, month, TERMS) if not check.holds]


def calendar(decided_on: date) -> Calendar:
    return Calendar(DUE, DAYS, 100, TERMS.unit, TERMS.lead_months, decided_on)


def billed(total: int) -> Collection:
    return regular_only(split(total, 10, 100), 0, 0, 0)


def test_a_couple_of_65_to_74_with_a_pension_pays_out_of_it() -> None:
    assert is_concerned(examine(COUPLE, YEAR, OCTOBER, TERMS))


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (replace(COUPLE, births=(HEAD, date(1966, 1, 1))), [MEMBERS]),
        (replace(COUPLE, is_head_insured=False), [HEAD_INSURED]),
        (replace(COUPLE, head_birth=date(1962, 1, 1), births=(date(1962, 1, 1),)), [HEAD_AGE, MEMBERS]),
        (replace(COUPLE, head_birth=date(1952, 3, 31)), [HEAD_LEAVES]),
        (replace(COUPLE, pension=replace(PENSION, is_care_deducted=False)), [CARE]),
        (replace(COUPLE, pension=replace(PENSION, has_chosen_transfer=True)), [TRANSFER]),
        (replace(COUPLE, pension=None), [TOLD, ENOUGH, CARE, HALF, TRANSFER]),
    ],
)
def test_each_condition_keeps_a_household_out(who: Applicant, why: list[str]) -> None:
    assert failing(who) == why


@pytest.mark.parametrize(("annual", "is_enough"), [(180_000, True), (179_999, False)])
def test_the_pension_has_to_reach_180000_yen(annual: int, is_enough: bool) -> None:
    small = Pension(annual, 0, is_care_deducted=True, has_chosen_transfer=False)
    assert (ENOUGH not in failing(replace(COUPLE, premium=1_000, pension=small))) is is_enough


@pytest.mark.parametrize(("premium", "holds"), [(828_000, True), (828_001, False)])
def test_both_premiums_together_may_be_half_of_the_pension_and_no_more(premium: int, holds: bool) -> None:
    assert (HALF not in failing(replace(COUPLE, premium=premium))) is holds


@pytest.mark.parametrize(
    ("birth", "of_age"),
    [(date(1961, 10, 2), True), (date(1961, 10, 3), False), (date(1951, 10, 1), False)],
)
def test_a_member_is_65_from_the_day_before_the_birthday(birth: date, of_age: bool) -> None:
    assert (MEMBERS not in failing(replace(COUPLE, births=(HEAD, birth)))) is of_age


def test_a_head_who_becomes_75_in_the_year_pays_otherwise() -> None:
    leaves, stays = (
        replace(COUPLE, head_birth=birth, births=(birth,)) for birth in (date(1952, 3, 31), date(1952, 4, 1))
    )
    assert failing(leaves) == [HEAD_LEAVES]
    assert failing(stays) == []


@pytest.mark.parametrize(("february", "why"), [(0, [LAST]), (12_000, [])])
def test_an_april_goes_on_with_what_february_took(february: int, why: list[str]) -> None:
    assert failing(replace(COUPLE, last_february=february), APRIL) == why


def test_pensions_are_paid_on_the_15th_of_even_months_or_the_open_day_before() -> None:
    assert [(day.month, day.day) for day in DAYS] == [(4, 15), (6, 15), (8, 14), (10, 15), (12, 15), (2, 15)]


def test_from_october_on_the_rest_of_the_year_is_deducted_and_not_billed() -> None:
    told = collection.begin(billed(120_500), calendar(date(2026, 7, 10)))
    assert told.regular == (12_500, 12_000, 12_000, 12_000, *[0] * 6)
    assert told.deducted == (0, 0, 0, 24_000, 24_000, 24_000)
    assert told.total == 120_500


def test_the_first_deduction_takes_what_does_not_divide() -> None:
    last = collection.revise(collection.begin_provisionally(20_000), 120_200, calendar(date(2026, 6, 10)))
    assert last.deducted == (20_000, 20_000, 20_000, 20_200, 20_000, 20_000)


def test_provisional_months_take_the_amount_of_february_and_the_others_the_rest() -> None:
    before = collection.begin_provisionally(18_000)
    assert before.deducted == (18_000, 18_000, 18_000, 0, 0, 0)
    told = collection.revise(before, 90_000, calendar(date(2026, 6, 10)))
    assert told.deducted == (18_000, 18_000, 18_000, 12_000, 12_000, 12_000)
    assert told.regular == (0,) * 10


def test_more_premium_is_billed_while_the_deductions_stay() -> None:
    before = collection.begin(billed(120_000), calendar(date(2026, 7, 10)))
    told = collection.revise(before, 125_000, calendar(date(2026, 11, 20)))
    assert told.deducted == before.deducted
    assert told.goes_on
    assert told.regular == (*[12_000] * 4, 0, *[1_000] * 5)


@pytest.mark.parametrize(
    ("total", "regular"),
    [(120_000, (12_000,) * 4), (121_000, (12_000, 12_000, 12_500, 12_500))],
)
def test_the_months_of_the_pension_are_never_billed_beside_it(total: int, regular: tuple[int, ...]) -> None:
    before = collection.begin(billed(120_000), calendar(date(2026, 7, 10)))
    told = collection.revise(before, total, calendar(date(2026, 8, 5)))
    assert told.deducted == before.deducted
    assert told.regular == (*regular, *[0] * 6)
    assert not told.must_end


def test_less_premium_asks_for_a_stop_and_the_payer_takes_what_it_was_told_until_then() -> None:
    before = collection.begin(billed(120_000), calendar(date(2026, 7, 10)))
    told = collection.revise(before, 110_000, calendar(date(2026, 9, 1)))
    assert told.must_end
    assert told.deducted == before.deducted
    assert told.regular == (12_000, 12_000, 12_000, 2_000, *[0] * 6)
    stopped = collection.stop(told, calendar(date(2026, 10, 20)))
    assert not stopped.goes_on
    assert not stopped.must_end
    assert stopped.deducted == (0, 0, 0, 24_000, 0, 0), "December is the first that the stop reaches"
    assert stopped.regular == (12_000, 12_000, 12_000, 2_000, 8_000, *[8_000] * 5)
    assert stopped.total == 110_000
    late = collection.stop(told, calendar(date(2026, 11, 5)))
    assert late.deducted == (0, 0, 0, 24_000, 24_000, 0), "what the payer takes in December is not billed"


def test_less_than_was_deducted_is_told_as_too_much_until_the_stop() -> None:
    before = collection.begin_provisionally(20_000)
    told = collection.revise(before, 45_000, calendar(date(2026, 6, 20)))
    assert (told.deducted[:3], told.overpaid, told.must_end) == ((20_000,) * 3, 15_000, True)
    assert told.regular == (0,) * 10


def test_a_stop_reaches_the_first_pension_two_months_later() -> None:
    before = collection.begin(billed(120_000), calendar(date(2026, 7, 10)))
    told = collection.stop(before, calendar(date(2026, 10, 31)))
    assert told.deducted == (0, 0, 0, 24_000, 0, 0)
    assert told.total == 120_000


def test_what_cannot_begin_is_refused() -> None:
    with pytest.raises(ValueError, match="reached"):
        collection.begin(billed(120_000), calendar(date(2027, 1, 10)))
    with pytest.raises(ValueError, match="nothing"):
        collection.begin(billed(0), calendar(date(2026, 7, 10)))
    with pytest.raises(ValueError, match="February"):
        collection.begin_provisionally(0)


@given(first=st.integers(1_000, 1_130_000), then=st.lists(st.tuples(TOTALS, DECIDED), max_size=4), on=DECIDED)
def test_the_parts_sum_to_the_premium_of_the_year(first: int, then: list[tuple[int, date]], on: date) -> None:
    told = collection.begin(billed(first), calendar(date(2026, 7, 10)))
    assert told.total == first
    for total, day in sorted(then, key=lambda one: one[1]):
        told = collection.revise(told, total, calendar(day))
        assert_sound(told, total)
        assert collection.revise(told, total, calendar(day)) == told
    assert_sound(collection.stop(told, calendar(on)), told.total)


@given(february=st.integers(1, 200_000), then=st.lists(st.tuples(TOTALS, DECIDED), min_size=1, max_size=4))
def test_the_parts_sum_to_the_year_after_provisional_months(
    february: int, then: list[tuple[int, date]]
) -> None:
    told = collection.begin_provisionally(february)
    for total, day in sorted(then, key=lambda one: one[1]):
        before, told = told, collection.revise(told, total, calendar(day))
        assert_sound(told, total)
        reached = calendar(day).reached
        assert told.deducted[:reached] == before.deducted[:reached], "what is deducted stays"


def assert_sound(told: Collection, total: int) -> None:
    assert told.total == total
    assert all(yen >= 0 for yen in (*told.deducted, *told.regular, told.late, told.overpaid))
