"""What an application for a reduction would bring: checked, and reckoned on the assessment in force (D1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from models.assessment import Assessment, AssessmentRun, find_in_force
from models.exemption import PremiumExemption
from models.person import records_of_now
from rules.eligibility.deadlines import received_in_future
from rules.eras import format_long
from rules.law import ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium.exemption_terms import ExemptionTerms, exemption_terms
from rules.premium.exemptions import BY_INCOME, OF_PERSON, Claim, Exempted, exempt
from services.assessing import run_figures
from services.assessing.kept_figures import kept_of
from services.context import Context
from services.entries.exemption import ExemptionEntry, read
from services.entries.reading import Entry
from services.errors import RegistrationRefused
from services.exemptions import standing
from services.findings import Finding, Severity, from_rule, warning
from services.household_findings import look
from services.statute import all_law

ARTICLE: Final = "国民健康保険法77条"
_UNDECLARED: Final = (
    "所得の申告がない人がいるため、その所得を0円として計算しています。申告を求め、賦課を計算し直してから審査してください。",
    "The income of somebody who counts is not declared and counts as nothing. Ask for it first.",
)


class ExemptionRefused(RegistrationRefused):
    """An application cannot be taken, examined or decided as it stands; `path` is the field."""

    code = "exemption_refused"

    def __init__(self, message_ja: str, message_en: str, path: str = "") -> None:
        """Say it at the field of the form, where there is one."""
        self.finding = Finding(self.code, Severity.REFUSAL, path, message_ja, message_en, ARTICLE)
        super().__init__((self.finding,), message_ja, message_en)


class Pointed(NamedTuple):
    """What is pointed out, at which field."""

    code: str
    path: str
    words: tuple[str, str]


@dataclass(frozen=True)
class Reckoned:
    """What an application would bring: the assessment in force, and what the table takes off it.

    `decided` is the one that is to be taken back; `exempted` is None then. `same` is what is granted already
    on the same ground, `room` what can still be taken off (yen). `is_declared`: all whom it is about have
    declared their incomes. `cautions` is what a person has to look at, where that was asked for.
    """

    entry: ExemptionEntry
    run: AssessmentRun
    row: Assessment
    persons: tuple[int, ...]
    terms: ExemptionTerms
    exempted: Exempted | None
    decided: PremiumExemption | None
    same: PremiumExemption | None
    room: int
    is_declared: bool = True
    cautions: tuple[Pointed, ...] = ()

    @property
    def amount(self) -> int:
        """Yen: what the table takes off, or what was decided."""
        return self.decided.amount if self.decided else self.exempted.amount if self.exempted else 0


def check(ctx: Context, entry: Entry, case_id: int | None = None) -> list[Finding]:
    """What stands against the application, field by field; nothing is written."""
    told = read(entry)
    seen, found = look(ctx, told.household_id, ctx.today)
    if seen is None:
        return found
    found = [*from_rule("received_on", received_in_future(told.received_on, ctx.today), ())]
    try:
        reckoned = reckon_with_cautions(ctx, entry, case_id)
    except ExemptionRefused as refused:
        return [*found, refused.finding]
    last = date.fromisoformat(reckoned.run.due_dates[-1])
    if not told.revokes and told.received_on > last:
        found.append(_past_due(last))
    if reckoned.exempted is not None and reckoned.exempted.why_not is not None:
        found.append(_nothing(reckoned.exempted.why_not))
    return [*found, *(warning(code, path, *words, ARTICLE) for code, path, words in reckoned.cautions)]


def reckon(ctx: Context, entry: Entry) -> Reckoned:
    """Reckon an application on the assessment in force.

    Raises:
        ExemptionRefused: nothing is in force of the year, the person was not assessed, or nothing to take
            back was decided.
    """
    return _reckon(ctx, read(entry))


def reckon_with_cautions(ctx: Context, entry: Entry, case_id: int | None) -> Reckoned:
    """Reckon an application, with what a person has to look at; `case_id` is its own case.

    Raises:
        ExemptionRefused: as `reckon`.
    """
    reckoned = reckon(ctx, entry)
    return replace(reckoned, cautions=tuple(_cautions(ctx, reckoned, case_id)))


def as_data(reckoned: Reckoned) -> dict[str, Any]:
    """The suggestion as the case keeps it: ids and amounts."""
    return {"run": reckoned.run.id, "amount": reckoned.amount, "before": reckoned.row.total}


def _reckon(ctx: Context, told: ExemptionEntry) -> Reckoned:
    found = find_in_force(ctx.session, told.household_id, told.fiscal_year)
    if found is None:
        raise ExemptionRefused(
            f"{FiscalYear(told.fiscal_year).label_ja}の保険料が確定していない世帯です。"
            "年度を確かめるか、賦課が確定してから受け付けてください。",
            "Nothing is in force of that year for the household. Check the year, or wait for the assessment.",
            "fiscal_year",
        )
    run, row = found
    run_figures.must_be_in_time(ctx, date.fromisoformat(run.due_dates[0]))
    terms = _terms(ctx, told.fiscal_year)
    kept, persons = kept_of(ctx, run, row)
    if told.revokes:
        return Reckoned(told, run, row, persons, terms, None, _decided(ctx, told), None, 0)
    claim = Claim(
        told.ground,
        told.event_on,
        damage=told.damage,
        expected_income=told.expected_income,
        until_on=told.until_on,
    )
    if told.ground in OF_PERSON:
        claim = replace(claim, person=_place(ctx, told.person_id, persons))
    same, room = standing.same_as(ctx, told), standing.room(ctx, told, row)
    declared = bool(kept.households.persons.is_declared[claim.rows(kept)].all())
    exempted = exempt(kept, claim, terms)
    return Reckoned(told, run, row, persons, terms, exempted, None, same, room, declared)


def _place(ctx: Context, person_id: int | None, persons: Sequence[int]) -> int:
    """Where the assessment counts the person, under his record of today or the one of its day."""
    if person_id in persons:
        return persons.index(person_id)
    now = records_of_now(ctx.session, {person_id, *persons})
    for place, one in enumerate(persons):
        if person_id is not None and now.get(one) == now.get(person_id):
            return place
    raise ExemptionRefused(
        "この人は、その年度の賦課で数えられていません。対象の人を選び直してください。",
        "The assessment of that year does not count this person. Choose another one.",
        "person_id",
    )


def _cautions(ctx: Context, reckoned: Reckoned, case_id: int | None) -> Iterator[Pointed]:
    told = reckoned.entry
    if reckoned.same is not None:
        yield Pointed("exemption.twice", "reason", standing.TWICE)
    if standing.is_under_way(ctx, told, case_id):
        yield Pointed("exemption.under_way", "reason", standing.UNDER_WAY)
    if told.ground in BY_INCOME and not reckoned.is_declared:
        yield Pointed("exemption.undeclared", "reason", _UNDECLARED)
    if told.insurance_paid:
        yield Pointed("exemption.made_good", "insurance_paid", _made_good(told.insurance_paid))


def _terms(ctx: Context, fiscal_year: int) -> ExemptionTerms:
    year = FiscalYear(fiscal_year)
    try:
        return exemption_terms(all_law(ctx).on(year.first_on))
    except ParameterNotInForce as error:
        raise ExemptionRefused(
            f"{year.label_ja}の減免の基準値「{error.name}」がありません。管理者に連絡してください。",
            f"There is no value of {error.name} in fiscal year {fiscal_year}. Tell an administrator.",
            "fiscal_year",
        ) from error


def _decided(ctx: Context, told: ExemptionEntry) -> PremiumExemption:
    if not standing.of_ground(ctx, told):
        raise none_decided()
    found = standing.taken_back_by(ctx, told)
    if not found:
        raise ExemptionRefused(
            "この人には、その年度とその理由で決定した減免がありません。対象の人を選び直してください。",
            "This person has no reduction of that year and ground. Choose another one.",
            "person_id",
        )
    if len(found) > 1 and told.person_id is None:
        raise ExemptionRefused(
            f"その年度とその理由の減免が{len(found)}人に決定されています。取り消す減免の「対象の人」を選んでください。",
            f"{len(found)} persons have a reduction of that year and ground. Choose whose is taken back.",
            "person_id",
        )
    return found[0]


def none_decided() -> ExemptionRefused:
    return ExemptionRefused(
        "その年度とその理由で決定した減免がありません。世帯の保険料の画面で確かめてください。",
        "No reduction of that year and ground was decided. Look at the premium of the household.",
        "decided_ground",
    )


def _past_due(last: date) -> Finding:
    return warning(
        "exemption.past_due",
        "received_on",
        f"最後の納期限({format_long(last)})を過ぎています。納め済みの分は還付になります。受け付けてよいか確かめてください。",
        f"The last instalment was due on {last}. What was paid would be given back. Check it.",
        ARTICLE,
    )


def _made_good(yen: int) -> tuple[str, str]:
    return (
        f"保険金などで{yen:,}円が補てんされています。損害の割合が、補てんされた分を除いた割合か確かめてください。",
        f"Insurance made {yen:,} yen good. Check that the damage in per cent is what is left without it.",
    )


def _nothing(why: tuple[str, str]) -> Finding:
    ja, en = why
    return warning(
        "exemption.nothing",
        "reason",
        f"基準の表では減免額が0円です({ja})。受け付けて審査することはできます。",
        f"The table gives nothing ({en}). It can be taken in and examined all the same.",
        ARTICLE,
    )
