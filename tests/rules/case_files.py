"""Reads `cases/*.yaml`: named cases with source, facts and what is expected of the decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from rules.eligibility.changes import NhiHeadConditions
from rules.eligibility.insured_periods import InsuredPeriod, OtherCoverage, ResidencePeriod
from rules.eras import PartialDate
from rules.law import Law

CASES = Path(__file__).parent / "cases"
LAW = Law.load()

_READERS: dict[str, Callable[[Any], Any]] = {
    "birth": PartialDate.parse_iso,
    "period": lambda raw: InsuredPeriod(**raw) if raw else None,
    "periods": lambda raw: tuple(InsuredPeriod(**entry) for entry in raw),
    "other_coverage": lambda raw: tuple(OtherCoverage(**entry) for entry in raw),
    "residence": lambda raw: ResidencePeriod(**raw),
    "members": frozenset,
    "moving": frozenset,
    "closed_days": frozenset,
    "nhi_head_conditions": lambda raw: NhiHeadConditions(**raw),
}


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    law_on: date
    facts: Mapping[str, Any]
    expected: Mapping[str, Any]
    kind: str | None = None

    def __str__(self) -> str:
        return self.name


def cases(file: str) -> list[Case]:
    raw = yaml.safe_load((CASES / file).read_text(encoding="utf-8"))
    base = raw["base"]
    return [
        Case(
            entry["name"],
            entry["source"],
            entry.get("law_on", raw["law_on"]),
            {key: _READERS.get(key, _same)(value) for key, value in (base | entry["facts"]).items()},
            entry["expect"],
            entry.get("kind"),
        )
        for entry in raw["cases"]
    ]


def answer(result: object, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the result says to each expected key, in the plain words of the YAML file."""
    return {key: _plain(getattr(result, key)) for key in expected}


def _same(value: object) -> object:
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, StrEnum):
        return value.value
    return getattr(value, "code", value)
