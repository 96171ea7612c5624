"""Monthly limits and the certificate on application (worked examples H1–H20; facts 3.1, 3.2; F23)."""

from datetime import date

import pytest

from rules.benefits.ceilings import Ceiling, Stay, ceiling_of, certificate_of, grant, lines_of, monthly_limit
from rules.benefits.income_class import IncomeClass
from rules.certificates import CertificateFacts, CertificateKind
from rules.eras import PartialDate
from rules.law import ParameterNotInForce
from tests.rules.case_files import LAW

BEFORE, NOW = date(2026, 7, 31), date(2026, 8, 1)
TARO = CertificateFacts(PartialDate(1980, 4, 2), date(2020, 4, 1))


@pytest.mark.parametrize(
    ("income_class", "cost", "day", "expected"),
    [
        ("A01", 945_760, BEFORE, 253_638),  # H2
        ("A04", 216_350, BEFORE, 57_600),  # H5
        ("A05", 187_950, BEFORE, 35_400),  # H6
        ("A01", 1_000_000, BEFORE, 254_180),  # H20
        ("A02", 1_000_000, BEFORE, 171_820),  # H20
        ("A03", 1_000_000, BEFORE, 87_430),  # H20
        ("A03", 100_000, BEFORE, 80_100),  # H20, below the threshold
        ("A03", 267_050, BEFORE, 80_101),  # H20, half up
        ("A03", 267_049, BEFORE, 80_100),  # H20
        ("A01", 1_000_000, NOW, 271_290),  # H20
        ("A02", 1_000_000, NOW, 183_130),  # H20
        ("A03", 1_000_000, NOW, 92_940),  # H20
        ("B03", 310_000, BEFORE, 80_530),  # H19, at 70 and more
    ],
)
def test_the_limit_of_a_month(income_class: str, cost: int, day: date, expected: int) -> None:
    assert monthly_limit(ceiling_of(IncomeClass(income_class), LAW.on(day)), cost) == expected


@pytest.mark.parametrize(("income_class", "expected"), [("A01", 140_100), ("A02", 93_000)])
def test_from_the_fourth_month_the_lower_limit(income_class: str, expected: int) -> None:
    """H7, H8."""
    assert ceiling_of(IncomeClass(income_class), LAW.on(BEFORE)).multiple == expected


def test_the_table_of_august_2026_for_those_without_tax_at_70() -> None:
    assert ceiling_of(IncomeClass.LOW_2, LAW.on(NOW)) == Ceiling(25_700, None, 24_600, 11_000)
    assert ceiling_of(IncomeClass.LOW_2, LAW.on(BEFORE)) == Ceiling(24_600, None, None, 8_000)
    assert ceiling_of(IncomeClass.LOW_1, LAW.on(NOW)) == Ceiling(15_700, None, None, 8_000)


@pytest.mark.parametrize("income_class", list(IncomeClass))
def test_nothing_is_guessed_for_the_plan_of_august_2027(income_class: IncomeClass) -> None:
    with pytest.raises(ParameterNotInForce):
        ceiling_of(income_class, LAW.on(date(2027, 8, 1)))


def test_the_back_tells_the_limits_of_the_class() -> None:
    assert lines_of(IncomeClass.MIDDLE_U, LAW.on(NOW)) == (
        "自己負担限度額(月額・世帯) 85,800円+(総医療費−286,000円)×1%",
        "多数回該当(直近12か月に3回を超えた4回目から) 44,400円",
    )
    assert lines_of(IncomeClass.LOW_1, LAW.on(NOW)) == (
        "外来の自己負担限度額(月額・個人) 8,000円",
        "自己負担限度額(月額・世帯) 15,700円",
        "入院したときの食事代などの標準負担額が減額されます。",
    )


def test_which_class_gets_which_certificate() -> None:
    """Amagasaki (facts 3.7): under 70, 現役並みⅠ and Ⅱ; with the reduction for the exempt."""
    limit, reduced = CertificateKind.CEILING_CERTIFICATE, CertificateKind.CEILING_REDUCTION_CERTIFICATE
    assert {one.value: certificate_of(one) for one in IncomeClass} == {
        **dict.fromkeys(("A01", "A02", "A03", "A04", "B02", "B03"), limit),
        **dict.fromkeys(("A05", "B05", "B06"), reduced),
        **dict.fromkeys(("B01", "B04"), None),
    }


@pytest.mark.parametrize(
    ("applied_on", "facts", "first_on", "expires_on"),
    [
        (date(2026, 11, 30), TARO, date(2026, 11, 1), date(2027, 7, 31)),
        (date(2026, 7, 31), TARO, date(2026, 7, 1), date(2026, 7, 31)),
        (date(2026, 8, 1), TARO, date(2026, 8, 1), date(2027, 7, 31)),
        (
            date(2026, 11, 30),
            CertificateFacts(PartialDate(1980, 4, 2), date(2026, 11, 10)),
            date(2026, 11, 10),
            date(2027, 7, 31),
        ),
        (
            date(2026, 11, 23),
            CertificateFacts(PartialDate(1957, 3, 20), date(2020, 4, 1)),
            date(2026, 11, 1),
            date(2027, 3, 31),
        ),
        (
            date(2026, 11, 23),
            CertificateFacts(PartialDate(1951, 12, 15), date(2020, 4, 1)),
            date(2026, 11, 1),
            date(2026, 12, 14),
        ),
    ],
)
def test_it_holds_from_the_first_of_the_month_of_application_to_31_july(
    applied_on: date, facts: CertificateFacts, first_on: date, expires_on: date
) -> None:
    """F23; 70th and 75th birthday: Yokosuka."""
    told = grant(facts, IncomeClass.MIDDLE_E, applied_on, LAW.on(applied_on)).result
    assert (told.first_on, told.expires_on, told.refusals) == (first_on, expires_on, ())


def test_who_shows_his_share_alone_needs_none() -> None:
    decision = grant(TARO, IncomeClass.GENERAL, NOW, LAW.on(NOW))
    assert decision.result.kind is None
    assert [one.code for one in decision.result.refusals] == ["ceiling.not_needed"]


@pytest.mark.parametrize(
    ("income_class", "last", "expected"),
    [
        (IncomeClass.EXEMPT_O, date(2026, 10, 30), date(2026, 12, 1)),  # 91 days
        (IncomeClass.EXEMPT_O, date(2026, 10, 29), None),  # 90 days
        (IncomeClass.LOW_2, date(2026, 10, 30), date(2026, 12, 1)),
        (IncomeClass.LOW_1, date(2026, 10, 30), None),
        (IncomeClass.MIDDLE_E, date(2026, 10, 30), None),
    ],
)
def test_a_long_stay_is_over_90_days_of_the_last_12_months(
    income_class: IncomeClass, last: date, expected: date | None
) -> None:
    stays = (Stay(date(2026, 8, 1), date(2026, 9, 15)), Stay(date(2026, 9, 10), last))
    assert grant(TARO, income_class, date(2026, 11, 23), LAW.on(NOW), stays).result.long_stay_on == expected


def test_a_long_stay_that_begins_after_the_certificate_ends_does_not_stand_on_it() -> None:
    july = date(2026, 7, 10)
    stays = (Stay(date(2026, 2, 1), july),)
    told = grant(TARO, IncomeClass.EXEMPT_O, july, LAW.on(july), stays)
    assert told.result.expires_on == date(2026, 7, 31)
    assert told.result.long_stay_on is None
    assert told.steps[-1].result == "有効期限の後に始まる(次の年度の証で申請する)"
