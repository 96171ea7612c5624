"""The figures of a fiscal year that the rules read, taken from the parameters, each with where it stands.

National figures stand under `national/premium/`, those of a municipality under `municipal/premium/`.
Nothing is assumed: a figure that is not in force raises `ParameterNotInForce` and names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from rules.law import Law, LawAt, Parameter
from rules.periods import FiscalYear
from rules.premium.amounts import rate_of

PARTS: Final = ("medical", "support", "care", "child")
CHILD_PART: Final = "national/premium/child/is_levied"


@dataclass(frozen=True)
class IncomeTerms:
    """How gross amounts become income. Yen."""

    salary_conversion: str  # the income year from which the table holds
    basic_deductions: tuple[int, int, int, int]  # to 24.0, 24.5, 25.0 million, above
    unemployed_percent: int
    pension_test_deduction: int
    earner_salary_over: int
    earner_pension_over: tuple[int, int]  # under 65, 65 and more


@dataclass(frozen=True)
class ReductionTerms:
    """The limits of the 7/5/2 reduction. Yen; `per_head` adds for each person counted."""

    base: int
    per_earner: int
    per_head: tuple[int, int]  # five tenths, two tenths


@dataclass(frozen=True)
class PartTerms:
    """One part of the premium: a rate in hundred-thousandths, the flat levies and the cap in yen."""

    income_rate: int
    per_capita: int
    household: int
    cap: int
    adult_supplement: int = 0


@dataclass(frozen=True)
class Rounding:
    """Where the municipality cuts or raises, in yen; 0 leaves the amount exact."""

    cut_raised_to: int
    person_cut_below: int
    part_cut_below: int
    total_cut_below: int


@dataclass(frozen=True)
class PremiumTerms:
    """All figures of one fiscal year and municipality, and the parameters that they were read from."""

    year: FiscalYear
    income: IncomeTerms
    reduction: ReductionTerms
    parts: Mapping[str, PartTerms]
    rounding: Rounding
    sources: Mapping[str, Parameter] = field(default_factory=dict)

    def with_rates(self, parts: Mapping[str, PartTerms], rounding: Rounding | None = None) -> "PremiumTerms":
        """The same law with given rates: their parameters are left out of `sources`."""
        kept = {name: one for name, one in self.sources.items() if not name.startswith("municipal/premium/")}
        return replace(self, parts=parts, rounding=rounding or self.rounding, sources=kept)


class Reader:
    """Reads parameters of one day and remembers each with its source."""

    def __init__(self, law: LawAt) -> None:
        self.law = law
        self.read: dict[str, Parameter] = {}

    def integer(self, name: str) -> int:
        value = self.law.integer(name)
        self.read[name] = self.law.get(name)
        return value

    def text(self, name: str) -> str:
        value = self.law.text(name)
        self.read[name] = self.law.get(name)
        return value


def national_terms(law: Law, year: FiscalYear) -> PremiumTerms:
    """The figures of the state for the year, without rates: they have to be given.

    Raises:
        ParameterNotInForce: a figure of that year is not on record; the error names it.
    """
    reader = Reader(law.on(year.first_on))
    return PremiumTerms(year, _income(reader), _reduction(reader), {}, Rounding(0, 0, 0, 0), reader.read)


def terms_of(law: Law, year: FiscalYear) -> PremiumTerms:
    """All figures of the year for the municipality of `law`.

    Raises:
        ParameterNotInForce: a figure of that year is not on record; the error names it.
    """
    reader = Reader(law.on(year.first_on))
    parts = {name: _part(reader, name) for name in parts_of(law, year)}
    return PremiumTerms(year, _income(reader), _reduction(reader), parts, _rounding(reader), reader.read)


def parts_of(law: Law, year: FiscalYear) -> tuple[str, ...]:
    """The parts that are levied in the year: the child-support part from FY2026 on."""
    has_child = law.on(year.first_on).in_force(CHILD_PART)
    return PARTS if has_child else PARTS[:-1]


def income_terms(law: LawAt) -> IncomeTerms:
    """How gross amounts become income by the figures in force on the day of `law`.

    Raises:
        ParameterNotInForce: a figure is not on record; the error names it.
    """
    return _income(Reader(law))


def _income(reader: Reader) -> IncomeTerms:
    head = "national/premium/income"
    deduction = f"{head}/basic_deduction"
    return IncomeTerms(
        salary_conversion=reader.text(f"{head}/salary_conversion"),
        basic_deductions=(
            reader.integer(f"{deduction}/up_to_24000000"),
            reader.integer(f"{deduction}/up_to_24500000"),
            reader.integer(f"{deduction}/up_to_25000000"),
            reader.integer(f"{deduction}/above"),
        ),
        unemployed_percent=reader.integer(f"{head}/unemployed_percent"),
        pension_test_deduction=reader.integer("national/premium/reduction/pension_deduction"),
        earner_salary_over=reader.integer("national/premium/reduction/earner_salary_over"),
        earner_pension_over=(
            reader.integer("national/premium/reduction/earner_pension_over_under_65"),
            reader.integer("national/premium/reduction/earner_pension_over_from_65"),
        ),
    )


def _reduction(reader: Reader) -> ReductionTerms:
    head = "national/premium/reduction"
    return ReductionTerms(
        base=reader.integer(f"{head}/base"),
        per_earner=reader.integer(f"{head}/per_earner"),
        per_head=(
            reader.integer(f"{head}/per_head_five_tenths"),
            reader.integer(f"{head}/per_head_two_tenths"),
        ),
    )


def _part(reader: Reader, name: str) -> PartTerms:
    head = f"municipal/premium/{name}"
    return PartTerms(
        income_rate=rate_of(reader.text(f"{head}/income_rate")),
        per_capita=reader.integer(f"{head}/per_capita_levy"),
        household=reader.integer(f"{head}/household_levy"),
        cap=reader.integer(f"{head}/cap"),
        adult_supplement=reader.integer(f"{head}/adult_supplement") if name == "child" else 0,
    )


def _rounding(reader: Reader) -> Rounding:
    head = "municipal/premium/rounding"
    return Rounding(
        cut_raised_to=reader.integer(f"{head}/reduction_raised_to"),
        person_cut_below=reader.integer(f"{head}/person_cut_below"),
        part_cut_below=reader.integer(f"{head}/part_cut_below"),
        total_cut_below=reader.integer(f"{head}/total_cut_below"),
    )
