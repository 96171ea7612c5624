"""The income class of a household against `cases/income_class.yaml` (facts 3.1, 3.2; F20, F23)."""

from datetime import date
from typing import Any

import pytest
import yaml

from rules.benefits.income_class import ClassFacts, Member, classify, unemployed_from_to, year_of
from tests.rules.case_files import CASES, LAW

RAW = yaml.safe_load((CASES / "income_class.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", RAW["cases"], ids=lambda case: case["name"])
def test_the_class_of_a_household(case: dict[str, Any]) -> None:
    members = tuple(Member(**told) for told in case["members"])
    facts = ClassFacts(members, 0, has_arrears=case.get("has_arrears", False))
    decision = classify(facts, LAW.on(case.get("law_on", RAW["law_on"])))
    told = decision.result
    found = {
        "income_class": told.income_class,
        "base_income": told.base_income,
        "from_70": told.from_70,
        "undeclared": list(told.undeclared),
        "untold": list(told.untold),
        "refusals": [one.code for one in told.refusals],
    }
    assert {name: found[name] for name in case["expect"]} == case["expect"]
    assert case["source"]
    assert all(step.article and step.result for step in decision.steps)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 7, 31), 2025),
        (date(2026, 8, 1), 2026),
        (date(2027, 1, 1), 2026),
        (date(2027, 7, 31), 2026),
    ],
)
def test_classes_run_from_august_to_july_on_the_income_of_the_year_before(day: date, year: int) -> None:
    """Yamagata, facts 3.7: January to July read the year before last."""
    assert year_of(LAW.on(day)).year == year


@pytest.mark.parametrize(
    ("begun", "until", "expected"),
    [
        (date(2026, 6, 1), date(2028, 3, 31), (date(2026, 6, 1), date(2028, 7, 31))),
        (date(2026, 6, 2), date(2028, 3, 31), (date(2026, 7, 1), date(2028, 7, 31))),
        (date(2027, 2, 10), None, (date(2027, 3, 1), date(2028, 7, 31))),
    ],
)
def test_the_relief_of_the_unemployed_lowers_the_class_to_july_of_the_year_after_next(
    begun: date, until: date | None, expected: tuple[date, date]
) -> None:
    """F20: Nagaizumi, Matsuyama, Hofu."""
    assert unemployed_from_to(begun, until) == expected
