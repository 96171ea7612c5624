"""Reductions on application (減免): how much of an assessed premium a ground takes off (法77条, 条例).

The assessment is taken as it stands, figure by figure; nothing of it is computed anew. A levy of a person or
of the household goes down by the city's percentage for the months of the ground; the cap holds afterwards, so
that what lies above it brings nothing. The amount is raised to the city's unit and never more than is owed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from rules.calendar_months import add_months
from rules.law import Parameter
from rules.periods import FiscalYear
from rules.premium.amounts import ALL_YEAR, MONTHS, UNIT, as_decimal
from rules.premium.columns import Households
from rules.premium.exemption_terms import HEAD, WHOLE, ExemptionTerms
from rules.premium.explaining import Figure, Line, Unit
from rules.premium.figures import Figures

DISASTER, JOB_LOSS, CLOSURE = "disaster", "job_loss", "closure"
INCOME_FALL, DETENTION, SPECIAL = "income_fall", "detention", "special"
GROUNDS: Final = {
    DISASTER: ("災害(火災・風水害など)", "Disaster (fire, storm, flood)"),
    JOB_LOSS: ("失業", "Loss of job"),
    CLOSURE: ("廃業・休業", "Business closed"),
    INCOME_FALL: ("所得の著しい減少", "Sharp fall of income"),
    DETENTION: ("刑事施設などへの収容", "Detention"),
    SPECIAL: ("その他の特別の事情", "Other special circumstances"),
}
OF_PERSON: Final = frozenset({JOB_LOSS, CLOSURE, DETENTION})
# They read incomes: for the percentage of their table or, SPECIAL, for what the household can bear.
BY_INCOME: Final = frozenset({JOB_LOSS, CLOSURE, INCOME_FALL, SPECIAL})
ARTICLE: Final = "国民健康保険法77条、条例施行規則"
_INCOME, _FLAT = "income_levy", "per_capita_levy"


@dataclass(frozen=True)
class Kept:
    """One assessed household: the figures of its year, as they are in force."""

    year: FiscalYear
    households: Households
    figures: Figures
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """What is applied for. `person` is the place in the household where the ground is of one person.

    `damage` is per cent; `expected_income` the total income expected of the year, in yen; `until_on` the last
    day of a detention (None: it goes on).
    """

    ground: str
    event_on: date
    person: int | None = None
    damage: int = 0
    expected_income: int = 0
    until_on: date | None = None

    def rows(self, kept: Kept) -> list[int]:
        """The places of the persons whose levies or incomes it is about."""
        everybody = range(len(kept.households.persons.household))
        return list(everybody) if self.person is None else [self.person]


@dataclass(frozen=True)
class Exempted:
    """The answer: yen, the months it is for (bits), the derivation; `why_not` where it is nothing."""

    amount: int
    months: int
    lines: tuple[Line, ...]
    why_not: tuple[str, str] | None = None


@dataclass(frozen=True)
class _Share:
    """Which part of a levy goes: per cent, and the parameters that say so."""

    percent: Fraction
    names: tuple[str, ...]


def exempt(kept: Kept, claim: Claim, terms: ExemptionTerms) -> Exempted:
    """How much the ground takes off the year's premium, with every figure on the way (条例)."""
    return _Reckoning(kept, claim, terms).answer()


def months_of(claim: Claim, year: FiscalYear, terms: ExemptionTerms) -> int:
    """The months of the year that the ground is for, as bits: from its month on, as the table says."""
    if claim.ground in {INCOME_FALL, SPECIAL}:
        return ALL_YEAR
    first = _month(claim.event_on, year)
    if claim.ground == DETENTION:
        end = MONTHS if claim.until_on is None else _month(claim.until_on, year) + 1
    else:
        end = first + (terms.disaster_months if claim.ground == DISASTER else terms.loss_months)
    start, stop = (min(max(one, 0), MONTHS) for one in (first, end))
    return (1 << stop) - (1 << start) if stop > start else 0


def span_of(months: int, year: FiscalYear) -> tuple[date, date]:
    """From the first day of the first month to the first day of the last one of `months` (bits, not none)."""
    first = (months & -months).bit_length() - 1
    return add_months(year.first_on, first), add_months(year.first_on, months.bit_length() - 1)


def _month(day: date, year: FiscalYear) -> int:
    return (day.year - year.first_on.year) * MONTHS + day.month - year.first_on.month


class _Reckoning:
    """One claim worked out, line by line."""

    def __init__(self, kept: Kept, claim: Claim, terms: ExemptionTerms) -> None:
        self.kept, self.claim, self.terms = kept, claim, terms
        self.months = months_of(claim, kept.year, terms)
        self.lines: list[Line] = []
        self.rows = claim.rows(kept)

    def answer(self) -> Exempted:
        """The amount, or why there is none."""
        self._tell("months", "months", "減免の月数", "Months", self.months.bit_count(), self._month_names())
        share = self._share()
        if isinstance(share, tuple):
            return Exempted(0, self.months, tuple(self.lines), share)
        self._tell("percent", "share", "減免の割合", "Percentage", _plain(share.percent), share.names)
        cut = self._cut(share.percent)
        owed = int(self.kept.figures["total"][0])
        raised = self.terms.raised_to * UNIT
        amount = min(-(-cut // raised) * raised, owed)
        self._tell(
            "amount",
            "parts",
            "減免の額",
            "Reduction",
            as_decimal(amount),
            ("raised_to",),
            (
                "合計を市の定める単位に切り上げる(年間保険料まで)",
                "The sum, raised to the unit",
            ),
        )
        why = None if amount else ("対象になる保険料がありません。", "No premium falls under it.")
        return Exempted(amount // UNIT, self.months, tuple(self.lines), why)

    def _month_names(self) -> tuple[str, ...]:
        named = {DISASTER: "disaster_months", JOB_LOSS: "loss_months", CLOSURE: "loss_months"}
        return (named[self.claim.ground],) if self.claim.ground in named else ()

    def _share(self) -> _Share | tuple[str, str]:
        """The percentage of the ground; words where there is none."""
        if not self.months:
            return ("この年度に減免の月がありません。", "No month of this year falls under it.")
        ground = self.claim.ground
        if ground == DISASTER:
            return self._of_damage()
        if ground in {JOB_LOSS, CLOSURE}:
            return self._of_income(self.terms.loss, "loss_percent", Fraction(1))
        if ground == INCOME_FALL:
            return self._of_fall()
        if ground == DETENTION:
            return _Share(Fraction(self.terms.detention), ("detention_percent",))
        return _Share(Fraction(self.terms.special), ("special_percent",))

    def _of_damage(self) -> _Share | tuple[str, str]:
        self._tell("damage", "share", "損害の割合", "Damage", self.claim.damage)
        found = [percent for limit, percent in self.terms.disaster if self.claim.damage >= limit]
        if not found:
            least = self.terms.disaster[0][0]
            return (
                f"損害の割合が{least}%に達していません。",
                f"The damage is under {least} per cent.",
            )
        return _Share(Fraction(found[-1]), ("disaster_percent",))

    def _of_income(
        self, table: tuple[tuple[int, int], ...], name: str, factor: Fraction
    ) -> _Share | tuple[str, str]:
        base = sum(int(self.kept.figures["leviable_income"][row]) for row in self.rows)
        self._tell("base_income", "yen", "基準総所得金額", "Base income", base)
        found = [percent for limit, percent in table if base <= limit]
        if not found:
            return (
                f"基準総所得金額が{table[-1][0]:,}円を超えています。",
                f"The base income is over {table[-1][0]:,} yen.",
            )
        return _Share(found[0] * factor, (name,))

    def _of_fall(self) -> _Share | tuple[str, str]:
        before = sum(int(self.kept.figures["total_income"][row]) for row in self.rows)
        fallen = max(before - self.claim.expected_income, 0)
        rate = Fraction(fallen, before) if before else Fraction(0)
        self._tell("income_before", "yen", "前年の総所得金額等", "Total income of the year before", before)
        self._tell("income_expected", "yen", "今年の見込み", "Expected", self.claim.expected_income)
        self._tell("fall", "share", "減少の割合", "Fall", _plain(rate * WHOLE), ("fall_from",))
        if rate * WHOLE < self.terms.fall_from:
            return (
                f"所得の減少が{self.terms.fall_from}%に達していません。",
                f"Income falls by less than {self.terms.fall_from} per cent.",
            )
        return self._of_income(self.terms.fall, "fall_percent", rate)

    def _cut(self, percent: Fraction) -> int:
        """What goes, in parts of a yen."""
        if self.claim.ground == SPECIAL:
            return self._of_special(percent)
        return sum(self._of_part(part, percent) for part in self.kept.parts)

    def _of_special(self, percent: Fraction) -> int:
        base = int(self.kept.figures["leviable_income"].sum())
        self._tell("base_income", "yen", "世帯の基準総所得金額", "Base income of the household", base)
        bearable = base * UNIT * self.terms.special_share // WHOLE
        rest = max(int(self.kept.figures["total"][0]) - bearable, 0)
        self._tell(
            "rest",
            "parts",
            "負担の限度を超える保険料",
            "Premium above what can be borne",
            as_decimal(rest),
            ("special_share",),
            ("年間保険料-基準総所得金額×割合", "Premium less the share of the base income"),
        )
        return int(rest * percent / WHOLE)

    def _of_part(self, part: str, percent: Fraction) -> int:
        before, cap, amount = (
            int(self.kept.figures[f"{part}.{name}"][0]) for name in ("before_cap", "cap", "amount")
        )
        if self.claim.ground == DISASTER:
            base = amount
            goes = self._in_months(amount, self._anybody(part), percent)
        else:
            told = [self._of_person(part, row, percent) for row in self.rows]
            base, cut = (sum(one) for one in zip(*told, strict=True))
            goes = min(before, cap) - min(before - cut, cap)
        if base:
            self._tell("base", "parts", "対象の保険料", "Levy it is taken off", as_decimal(base), part=part)
            self._tell(
                "cut",
                "parts",
                "減る額",
                "Goes down by",
                as_decimal(goes),
                rule=(
                    "対象×割合×減免の月÷加入の月(限度額のあとで)",
                    "Levy × share × months ÷ all its months",
                ),
                part=part,
            )
        return goes

    def _of_person(self, part: str, row: int, percent: Fraction) -> tuple[int, int]:
        levies = (_INCOME, _FLAT) if self.claim.ground == DETENTION else (_INCOME,)
        base = sum(int(self.kept.figures[f"{part}.{levy}"][row]) for levy in levies)
        return base, self._in_months(base, self._charged(part, row), percent)

    def _in_months(self, base: int, charged: int, percent: Fraction) -> int:
        months = charged.bit_count()
        here = (charged & self.months).bit_count()
        return int(base * percent * here / (WHOLE * months)) if months else 0

    def _charged(self, part: str, row: int) -> int:
        persons = self.kept.households.persons
        months = persons.care if part == "care" else persons.insured
        return int(months[row] & ~persons.exempt[row])

    def _anybody(self, part: str) -> int:
        persons = self.kept.households.persons
        months = persons.care if part == "care" else persons.insured
        together = 0
        for one in months:
            together |= int(one)
        return together

    def _tell(
        self,
        name: str,
        unit: Unit,
        title_ja: str,
        title_en: str,
        value: object,
        names: tuple[str, ...] = (),
        rule: tuple[str, str] = ("", ""),
        part: str | None = None,
    ) -> None:
        person = self.claim.person if name == "base_income" else None
        figure = Figure("household", unit, title_ja, title_en, *rule, ARTICLE)
        self.lines.append(
            Line(f"exemption.{name}", part, person, str(value), figure, tuple(self._parameters(names)))
        )

    def _parameters(self, names: tuple[str, ...]) -> Iterator[Parameter]:
        for name in names:
            yield self.terms.sources[f"{HEAD}/{name}"]


def _plain(value: Fraction) -> str:
    """A percentage with at most two decimals, for the eye; it is computed exactly."""
    whole = int(value * WHOLE)
    return str(whole // WHOLE) if whole % WHOLE == 0 else f"{whole // WHOLE}.{whole % WHOLE:02}"
