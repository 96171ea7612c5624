"""From what was earned to what is levied: income by kind, total income, leviable income.

Sources: 所得税法28条3項, 35条4項 (salary, public pension), 租税特別措置法41条の3の11 (adjustment),
地方税法314条の2第2項 (basic deduction), 国民健康保険法施行令29条の7第2項4号 (旧ただし書き所得),
法施行令附則 / ordinance (involuntary unemployment 30/100).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from rules.premium.amounts import Column, Mask
from rules.premium.columns import Persons
from rules.premium.terms import IncomeTerms


@dataclass(frozen=True)
class Steps:
    """A table of the law: in each step, a per cent of the gross amount and what is added. Yen.

    To look each step up costs a tenth of working every formula out for all and choosing.
    """

    bounds: tuple[int, ...]  # from which gross amount on each step but the first holds
    percent: Column
    added: Column
    cut: Column  # 1 where the gross amount is first cut to a multiple of 4,000 yen

    @classmethod
    def of(cls, *steps: tuple[int, int, int, bool]) -> "Steps":
        """From steps in ascending order: from which amount on, per cent, yen added, whether it is cut."""
        bounds, percent, added, cut = zip(*steps, strict=True)
        return cls(bounds[1:], *(np.array(one, dtype=np.int64) for one in (percent, added, cut)))

    def income(self, gross: Column) -> Column:
        """What counts of each gross amount, in whole yen."""
        passed = np.zeros(len(gross), dtype=np.int8)
        for bound in self.bounds:
            passed += (gross >= bound).view(np.int8)
        step = passed.astype(np.intp)
        income = self.percent.take(step)
        income *= gross - (gross - gross // 4_000 * 4_000) * self.cut.take(step) if self.cut.any() else gross
        income //= 100
        income += self.added.take(step)
        return income


_SALARY_2025: Final = Steps.of(
    (0, 0, 0, False),
    (651_000, 100, -650_000, False),
    (1_900_000, 70, -80_000, True),
    (3_600_000, 80, -440_000, True),
    (6_600_000, 90, -1_100_000, False),
    (8_500_000, 100, -1_950_000, False),
)
_SALARY_2020: Final = Steps.of(
    (0, 0, 0, False),
    (551_000, 100, -550_000, False),
    (1_619_000, 0, 1_069_000, False),
    (1_620_000, 0, 1_070_000, False),
    (1_622_000, 0, 1_072_000, False),
    (1_624_000, 0, 1_074_000, False),
    (1_628_000, 60, 100_000, True),
    (1_800_000, 70, -80_000, True),
    (3_600_000, 80, -440_000, True),
    (6_600_000, 90, -1_100_000, False),
    (8_500_000, 100, -1_950_000, False),
)
# 給与所得 from the income of 2020 to that of 2024 (least deduction 550,000 yen), and of 2025 (650,000 yen).
_SALARY: Final[Mapping[str, Steps]] = {"2020": _SALARY_2020, "2025": _SALARY_2025}

_PENSION: Final = Steps.of(
    (0, 75, -275_000, False),
    (4_100_000, 85, -685_000, False),
    (7_700_000, 95, -1_455_000, False),
    (10_000_000, 100, -1_955_000, False),
)
_LEAST_DEDUCTION: Final = np.array([600_000, 1_100_000])  # under 65, from 65 on


def pension_income_2020(gross: Column, is_65: Mask, other: Column) -> Column:
    """公的年金等の雑所得 from the income of 2020. `other` is the total income besides it."""
    income = gross - _LEAST_DEDUCTION.take(is_65)
    np.minimum(income, _PENSION.income(gross), out=income)
    for rich in (10_000_000, 20_000_000):  # the deduction is less by 100,000 from each on
        income += (other > rich) * np.int32(100_000)
    taxed: Column = np.maximum(income, 0, out=income)
    return taxed


def basic_deduction(total: Column, steps: tuple[int, int, int, int]) -> Column:
    """基礎控除: the first of the steps for nearly all, less from a total income of over 24 million yen."""
    deduction = np.full_like(total, steps[0])
    rich = np.flatnonzero(total > 24_000_000)
    high = total[rich]
    deduction[rich] = np.select([high <= 24_500_000, high <= 25_000_000], steps[1:3], steps[3])
    return deduction


def incomes(persons: Persons, terms: IncomeTerms) -> dict[str, Column]:
    """The incomes of each person, by name, in whole yen.

    `total_income` is 総所得金額等; `leviable_income` 旧ただし書き所得; `test_income` the person's share of
    軽減判定所得 (before the basic deduction, pension income of persons of 65 and more cut by up to 150,000).
    """
    other = persons.other_income
    earned = _SALARY[terms.salary_conversion].income(persons.salary)
    pension = pension_income_2020(persons.pension, persons.is_65, earned + other)
    both = np.minimum(earned, 100_000) + np.minimum(pension, 100_000)
    adjustment = np.maximum(both - 100_000, 0)  # nothing where there is only one of them
    salary = earned - adjustment
    lost = np.flatnonzero(persons.is_unemployed)
    salary[lost] = salary[lost] * terms.unemployed_percent // 100
    total = salary + pension + other
    deduction = basic_deduction(total, terms.basic_deductions)
    pension_off = np.minimum(pension, terms.pension_test_deduction) * persons.is_65
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
