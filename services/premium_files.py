"""A household and its year as written in a file (requirement D1).

The file is what `flask premium explain` reads (docs/premium.md). Nothing here needs a database.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from rules.law import Law, ParameterFileWrong, ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.amounts import ALL_YEAR, MONTHS, rate_of
from rules.premium.households import Birth, ChargedPeriod, HouseholdFacts, PersonFacts
from rules.premium.refusals import FactError, FactsRefused
from rules.premium.terms import PARTS, PartTerms, PremiumTerms, Rounding, national_terms, parts_of, terms_of

_NAMES: Final = {
    "": (
        "fiscal_year",
        "municipality",
        "rates",
        "rounding",
        "persons",
        "specified_months",
        "continuing_months",
    ),
    "person": ("birth_date", "months", "periods", "incomes", "flags", "births"),
    "incomes": ("salary", "pension", "other", "total", "test_addition"),
    "rates": ("income_rate", "per_capita", "household", "cap", "adult_supplement"),
    "rounding": ("reduction_raised_to", "person", "part", "total"),
    "period": ("acquired_on", "lost_on", "lost_to_other_insurance"),
    "birth": ("day", "multiple"),
}
_FLAGS: Final = (
    "head",
    "not_insured",
    "former_member",
    "earner",
    "unemployed",
    "former_dependant",
)
_UNDECLARED: Final = "undeclared"


def read_file(content: object) -> tuple[HouseholdFacts, PremiumTerms, str | None]:
    """Read the content of a file: the household, the law of its year, the city unless rates are given.

    Raises:
        FactsRefused: whatever is wrong with it, all at once, each with its place.
    """
    reader = _FileReader()
    data = reader.mapping("", content, "")
    year = reader.year(data)
    household = reader.household(data)
    terms = reader.terms(data, year)
    if reader.errors or terms is None:
        raise FactsRefused(tuple(reader.errors))
    return household, terms, None if "rates" in data else str(data["municipality"])


class _FileReader:
    """Reads plain data and remembers every fault."""

    def __init__(self) -> None:
        self.errors: list[FactError] = []

    def fault(self, where: str, code: str, **values: object) -> None:
        self.errors.append(FactError(where, code, values))

    def mapping(self, where: str, given: object, kind: str) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            self.fault(where or "(file)", "not_a_mapping")
            return {}
        for name in given:
            if name not in _NAMES[kind]:
                self.fault(f"{where}{name}", "unknown_name", names=", ".join(_NAMES[kind]))
        return given

    def list(self, where: str, given: object) -> list[Any]:
        if not isinstance(given, list):
            self.fault(where, "not_a_list")
            return []
        return given

    def whole(self, where: str, given: object) -> int:
        if isinstance(given, bool) or not isinstance(given, int):
            self.fault(where, "not_a_whole_number")
            return 0
        return given

    def flag(self, where: str, given: object) -> bool:
        if not isinstance(given, bool):
            self.fault(where, "not_yes_or_no")
            return False
        return given

    def day(self, where: str, given: object) -> date:
        if type(given) is date:
            return given
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            self.fault(where, "missing" if given is None else "not_a_date")
            return date(1970, 1, 1)

    def year(self, data: Mapping[str, Any]) -> FiscalYear:
        if "fiscal_year" not in data:
            self.fault("fiscal_year", "missing")
            return FiscalYear(2026)
        number = self.whole("fiscal_year", data["fiscal_year"])
        return FiscalYear(min(max(number, 1), 9998))

    def household(self, data: Mapping[str, Any]) -> HouseholdFacts:
        if "persons" not in data:
            self.fault("persons", "missing")
        persons = self.list("persons", data.get("persons", []))
        facts = tuple(self.person(f"persons[{place}]", one) for place, one in enumerate(persons))
        specified = self.months("specified_months", data.get("specified_months", []))
        continuing = self.months("continuing_months", data.get("continuing_months", []))
        return HouseholdFacts(facts, specified, continuing)

    def person(self, where: str, given: object) -> PersonFacts:
        data = self.mapping(f"{where}.", given, "person")
        flags = self.flags(f"{where}.flags", data.get("flags", []))
        incomes = self.incomes(f"{where}.incomes", data.get("incomes"))
        months = None
        if "months" in data or "periods" not in data:
            months = self.months(f"{where}.months", data.get("months", MONTHS))
        if flags & {"not_insured", "former_member"}:
            months = 0
        periods = self.list(f"{where}.periods", data.get("periods", []))
        births = self.list(f"{where}.births", data.get("births", []))
        return PersonFacts(
            birth=self.day(f"{where}.birth_date", data.get("birth_date")),
            periods=tuple(
                self.period(f"{where}.periods[{place}].", one) for place, one in enumerate(periods)
            ),
            months=months,
            is_head="head" in flags,
            is_former_member="former_member" in flags,
            is_declared=data.get("incomes") != _UNDECLARED,
            is_earner="earner" in flags,
            is_unemployed="unemployed" in flags,
            is_former_dependant="former_dependant" in flags,
            births=tuple(self.birth(f"{where}.births[{place}].", one) for place, one in enumerate(births)),
            **incomes,
        )

    def incomes(self, where: str, given: object) -> dict[str, int]:
        if given == _UNDECLARED:
            return {}
        if given is None or given == {}:
            self.fault(where, "income_missing")
            return {}
        data = self.mapping(f"{where}.", given, "incomes")
        known = {
            name: self.whole(f"{where}.{name}", value)
            for name, value in data.items()
            if name in _NAMES["incomes"]
        }
        return {
            "salary": known.get("salary", 0),
            "pension": known.get("pension", 0),
            "other_income": known.get("other", 0) + known.get("total", 0),
            "test_addition": known.get("test_addition", 0),
        }

    def flags(self, where: str, given: object) -> set[str]:
        flags = {str(one) for one in self.list(where, given)}
        for name in sorted(flags - {*_FLAGS}):
            self.fault(f"{where}.{name}", "unknown_name", names=", ".join(_FLAGS))
        return flags

    def months(self, where: str, given: object) -> int:
        """A list of months (4 to 12, 1 to 3), or a number: so many to the end of the year."""
        if isinstance(given, list):
            places = [(month - 4) % MONTHS for month in given if self.is_month(month)]
            if len(places) != len(given):
                self.fault(where, "months_of_person")
            return sum(1 << place for place in {*places})
        count = self.whole(where, given)
        if not 0 <= count <= MONTHS:
            self.fault(where, "months_of_person")
            return 0
        return ALL_YEAR & ~((1 << (MONTHS - count)) - 1)

    def is_month(self, given: object) -> bool:
        return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= MONTHS

    def period(self, where: str, given: object) -> ChargedPeriod:
        data = self.mapping(where, given, "period")
        lost = data.get("lost_on")
        return ChargedPeriod(
            self.day(f"{where}acquired_on", data.get("acquired_on")),
            None if lost is None else self.day(f"{where}lost_on", lost),
            self.flag(f"{where}lost_to_other_insurance", data.get("lost_to_other_insurance", False)),
        )

    def birth(self, where: str, given: object) -> Birth:
        data = self.mapping(where, given, "birth")
        return Birth(
            self.day(f"{where}day", data.get("day")),
            self.flag(f"{where}multiple", data.get("multiple", False)),
        )

    def terms(self, data: Mapping[str, Any], year: FiscalYear) -> PremiumTerms | None:
        if "rates" in data:
            terms = self.asked(year, lambda: national_terms(Law.load(), year))
            rates, rounding = self.rates(data["rates"], year), self.rounding(data)
            return terms and terms.with_rates(rates, rounding)
        if "municipality" not in data:
            self.fault("municipality", "missing")
            return None
        code = str(data["municipality"])
        try:
            law = Law.load(municipality_code=code)
        except ParameterFileWrong:
            self.fault("municipality", "municipality", value=code)
            return None
        return self.asked(year, lambda: terms_of(law, year))

    def asked(self, year: FiscalYear, ask: Callable[[], PremiumTerms]) -> PremiumTerms | None:
        try:
            return ask()
        except ParameterNotInForce as missing:
            self.fault("fiscal_year", "year", value=year.year, name=missing.name)
            return None

    def rates(self, given: object, year: FiscalYear) -> dict[str, PartTerms]:
        if not isinstance(given, Mapping):
            self.fault("rates", "not_a_mapping")
            return {}
        for name in given:
            if name not in PARTS:
                self.fault(f"rates.{name}", "unknown_name", names=", ".join(PARTS))
        wanted = [name for name in parts_of(Law.load(), year) if name in given or name != "child"]
        return {name: self.part(f"rates.{name}", given.get(name)) for name in wanted}

    def part(self, where: str, given: object) -> PartTerms:
        if given is None:
            self.fault(where, "missing")
            return PartTerms(0, 0, 0, 0)
        data = self.mapping(f"{where}.", given, "rates")
        return PartTerms(
            income_rate=self.rate(f"{where}.income_rate", data.get("income_rate")),
            per_capita=self.flat(f"{where}.per_capita", data.get("per_capita")),
            household=self.flat(f"{where}.household", data.get("household", 0)),
            cap=self.flat(f"{where}.cap", data.get("cap")),
            adult_supplement=self.flat(f"{where}.adult_supplement", data.get("adult_supplement", 0)),
        )

    def rate(self, where: str, given: object) -> int:
        if given is None:
            self.fault(where, "missing")
            return 0
        try:
            return rate_of(str(given))
        except ValueError:
            self.fault(where, "rate", value=given)
            return 0

    def flat(self, where: str, given: object) -> int:
        if given is None:
            self.fault(where, "missing")
            return 0
        amount = self.whole(where, given)
        if not 0 <= amount <= 10_000_000:
            self.fault(where, "negative" if amount < 0 else "too_much", most="10,000,000")
        return amount

    def rounding(self, data: Mapping[str, Any]) -> Rounding:
        given = self.mapping("rounding.", data.get("rounding", {}), "rounding")
        units = {name: self.flat(f"rounding.{name}", given.get(name, 0)) for name in _NAMES["rounding"]}
        return Rounding(units["reduction_raised_to"], units["person"], units["part"], units["total"])
