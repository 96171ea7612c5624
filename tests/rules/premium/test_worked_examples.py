"""The worked examples of the premium, to the yen."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.premium.amounts import as_decimal
from services.premium_explained import ExplainedPremium, explain_file

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases/premium.yaml").read_text("utf-8"))["cases"]
_OF_TEST = ("name", "source", "expect", "figures")


def amount(told: ExplainedPremium, name: str) -> Decimal:
    """A figure by name: a part alone is its amount of the year; those of persons are added up."""
    if name in told.terms.parts:
        name = f"{name}.amount"
    return as_decimal(int(told.figures[name].sum()))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_worked_example_holds_to_the_yen(case: dict[str, Any]) -> None:
    told = explain_file({key: value for key, value in case.items() if key not in _OF_TEST})
    wanted = {name: value for name, value in case["expect"].items() if name != "reduction"}
    assert {name: amount(told, name) for name in wanted} == {
        name: Decimal(str(value)) for name, value in wanted.items()
    }
    if "reduction" in case["expect"]:
        assert told.figures["reduction"][0] == case["expect"]["reduction"]
    for name, value in case.get("figures", {}).items():
        assert told.figures[name][0] == value, name


def test_the_total_of_caps_and_the_part_over_it_are_kept_both() -> None:
    (case,) = [case for case in CASES if "nine millions" in case["name"]]
    told = explain_file({key: value for key, value in case.items() if key not in _OF_TEST})
    assert amount(told, "care.before_cap") == 188_400
    assert amount(told, "care") == 170_000
