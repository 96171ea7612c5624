"""From what was earned to what is levied: income by kind, total income, leviable income.

Sources: 所得税法28条3項, 35条4項 (salary, public pension), 租税特別措置法41条の3の11 (adjustment),
地方税法314条の2第2項 (basic deduction), 国民健康保険法施行令29条の7第2項4号 (旧ただし書き所得),
法施行令附則 / ordinance (involuntary unemployment 30/100).
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from rules.premium.amounts import Column, Mask
from rules.premium.columns import Persons
from rules.premium.terms import IncomeTerms


def salary_income_2020(gross: Column) -> Column:
    """給与所得 from the income of 2020 to that of 2024 (least deduction 550,000 yen)."""
    quarter = gross // 4_000 * 1_000
    low = [
        (gross < 551_000, np.zeros_like(gross)),
        (gross < 1_619_000, gross - 550_000),
        (gross < 1_620_000, np.full_like(gross, 1_069_000)),
        (gross < 1_622_000, np.full_like(gross, 1_070_000)),
        (gross < 1_624_000, np.full_like(gross, 1_072_000)),
        (gross < 1_628_000, np.full_like(gross, 1_074_000)),
        (gross < 1_800_000, quarter * 24 // 10 + 100_000),
    ]
    return _stepped(gross, quarter, low)


def salary_income_2025(gross: Column) -> Column:
    """給与所得 of 2025 (least deduction 650,000 yen)."""
    quarter = gross // 4_000 * 1_000
    low = [(gross < 651_000, np.zeros_like(gross)), (gross < 1_900_000, gross - 650_000)]
    return _stepped(gross, quarter, low)


def _stepped(gross: Column, quarter: Column, low: list[tuple[Mask, Column]]) -> Column:
    steps = [
        *low,
        (gross < 3_600_000, quarter * 28 // 10 - 80_000),
        (gross < 6_600_000, quarter * 32 // 10 - 440_000),
        (gross < 8_500_000, gross * 9 // 10 - 1_100_000),
    ]
    return np.select([when for when, _ in steps], [then for _, then in steps], gross - 1_950_000)


def pension_income_2020(gross: Column, is_65: Mask, other: Column) -> Column:
    """公的年金等の雑所得 from the income of 2020. `other` is the total income besides it."""
    free = np.where(is_65, 1_100_000, 600_000)
    up_to = np.where(is_65, 3_300_000, 1_300_000)
    income = np.select(
        [gross < up_to, gross < 4_100_000, gross < 7_700_000, gross < 10_000_000],
        [
            gross - free,
            gross * 75 // 100 - 275_000,
            gross * 85 // 100 - 685_000,
            gross * 95 // 100 - 1_455_000,
        ],
        gross - 1_955_000,
    )
    more = np.where(other > 20_000_000, 200_000, np.where(other > 10_000_000, 100_000, 0))
    return np.where(gross > 0, np.maximum(income + more, 0), 0)


def basic_deduction(total: Column, steps: tuple[int, int, int, int]) -> Column:
    """基礎控除: the first of the steps for nearly all, less from a total income of over 24 million yen."""
    deduction = np.full_like(total, steps[0])
    rich = np.flatnonzero(total > 24_000_000)
    high = total[rich]
    deduction[rich] = np.select([high <= 24_500_000, high <= 25_000_000], steps[1:3], steps[3])
    return deduction


_SALARY: Final[Mapping[str, Callable[[Column], Column]]] = {
    "2020": salary_income_2020,
    "2025": salary_income_2025,
}


def incomes(persons: Persons, terms: IncomeTerms) -> dict[str, Column]:
    """The incomes of each person, by name, in whole yen.

    `total_income` is 総所得金額等; `leviable_income` 旧ただし書き所得; `test_income` the person's share of
    軽減判定所得 (before the basic deduction, pension income of persons of 65 and more cut by up to 150,000).
    """
    earned, pension = np.zeros_like(persons.salary), np.zeros_like(persons.pension)
    paid, retired = np.flatnonzero(persons.salary), np.flatnonzero(persons.pension)
    earned[paid] = _SALARY[terms.salary_conversion](persons.salary[paid])
    other = persons.other_income
    pension[retired] = pension_income_2020(
        persons.pension[retired], persons.is_65[retired], (earned + other)[retired]
    )
    both = np.minimum(earned, 100_000) + np.minimum(pension, 100_000) - 100_000
    adjustment = np.where((earned > 0) & (pension > 0), np.maximum(both, 0), 0)
    adjusted = earned - adjustment
    salary = np.where(persons.is_unemployed, adjusted * terms.unemployed_percent // 100, adjusted)
    total = salary + pension + other
    deduction = basic_deduction(total, terms.basic_deductions)
    pension_off = np.where(persons.is_65, np.minimum(pension, terms.pension_test_deduction), 0)
    return {
        "salary_income": salary,
        "pension_income": pension,
        "income_adjustment": adjustment,
        "total_income": total,
        "basic_deduction": deduction,
        "leviable_income": np.maximum(total - deduction, 0),
        "pension_test_deduction": pension_off,
        "test_income": total - pension_off + persons.test_addition,
    }
