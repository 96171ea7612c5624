"""A household's premium explained as plain data, ready for JSON (requirements D1, D4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.premium.amounts import as_decimal
from rules.premium.assessment import assess
from rules.premium.columns import Households
from rules.premium.explaining import Line, explain
from rules.premium.households import columns_of
from rules.premium.terms import PremiumTerms
from services.premium_files import read_file


@dataclass(frozen=True)
class ExplainedPremium:
    """An assessed household with its derivation."""

    terms: PremiumTerms
    municipality: str | None
    households: Households
    figures: Mapping[str, Any]
    lines: tuple[Line, ...]

    def as_data(self) -> dict[str, Any]:
        """As plain data for JSON: amounts are whole yen, or a fraction where nothing is rounded."""
        cut = int(self.figures["reduction"][0])
        return {
            "fiscal_year": self.terms.year.year,
            "municipality": self.municipality,
            "parts": {name: self._part(name) for name in self.terms.parts},
            "total": _yen(self.figures["total"][0]),
            "reduction": cut,
            "reduction_class": f"{cut // 10}割" if cut else "なし",
            "derivation": [self._line(line) for line in self.lines],
            "unverified": sorted(
                {one.name for one in self.terms.sources.values() if one.certainty != "verified"}
            ),
        }

    def _part(self, name: str) -> dict[str, Any]:
        of = {key: self.figures[f"{name}.{key}"] for key in ("income_levy", "per_capita_levy")}
        return {
            "income_levy": _yen(of["income_levy"].sum()),
            "per_capita_levy": _yen(of["per_capita_levy"].sum()),
            "household_levy": _yen(self.figures[f"{name}.household_levy"][0]),
            "before_cap": _yen(self.figures[f"{name}.before_cap"][0]),
            "cap": _yen(self.figures[f"{name}.cap"][0]),
            "amount": _yen(self.figures[f"{name}.amount"][0]),
            "months": int(self.figures[f"{name}.months"][0]),
        }

    def _line(self, line: Line) -> dict[str, Any]:
        return {
            "name": line.name,
            "person": line.person,
            "value": line.value,
            "unit": "yen" if line.figure.unit == "parts" else line.figure.unit,
            "title_ja": line.figure.title_ja,
            "title_en": line.figure.title_en,
            "rule_ja": line.figure.rule_ja,
            "rule_en": line.figure.rule_en,
            "article": line.figure.article,
            "parameters": [
                {
                    "name": one.name,
                    "title": one.title,
                    "value": one.value,
                    "unit": one.unit,
                    "article": one.article,
                    "source": one.source.title,
                    "certainty": str(one.certainty),
                }
                for one in line.parameters
            ],
        }


def _yen(amount: Any) -> int | float:
    exact = as_decimal(int(amount))
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def explain_file(content: object) -> ExplainedPremium:
    """Assess the household of a file (its content as plain data).

    Raises:
        FactsRefused: whatever is wrong with it, all at once, each with its place; nothing is assessed.
    """
    household, terms, municipality = read_file(content)
    columns = columns_of([household], terms.year)
    figures = assess(columns, terms)
    return ExplainedPremium(terms, municipality, columns, figures, explain(columns, figures, terms))
