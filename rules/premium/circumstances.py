"""Circumstances that lower a person's premium by application: who may have them, from when, until when.

国民健康保険法施行令29条の7の2(非自発的失業)、29条の7第5項8号(産前産後)、国民健康保険法77条と条例(旧被扶養者).
Days are what the person shows on paper: of leaving work, of joining, of birth (or the day due). What each one
then does to the premium is in `dated_facts` and `incomes`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rules.ages import reaches_on
from rules.calendar_months import add_months
from rules.periods import FiscalYear, month_end, month_start

UNEMPLOYED, FORMER_DEPENDANT, BIRTH = "unemployed", "former_dependant", "birth"
ARTICLES: Final = {
    UNEMPLOYED: "国民健康保険法施行令29条の7の2",
    FORMER_DEPENDANT: "国民健康保険法77条、条例",
    BIRTH: "国民健康保険法施行令29条の7第5項8号",
}
# 離職理由コード: 特定受給資格者, then 特定理由離職者 (facts 1.7).
LEAVING_REASONS: Final = ("11", "12", "21", "22", "31", "32", "23", "33", "34")
ELDERLY: Final = 65  # younger when leaving work; as old, or older, when joining as a former dependant
FIRST_BIRTH: Final = date(2023, 11, 1)  # births due from this day on
MONTHS_AHEAD: Final = 6  # how long before the day due it may be applied for
MONTHS_BETWEEN_BIRTHS: Final = 3  # a birth counts from 85 days of pregnancy: nearer ones are the same
_NEVER: Final = date(9999, 12, 31)
Fault = tuple[str, str, str]  # field, in Japanese, in English


@dataclass(frozen=True)
class Circumstance:
    """What stands on record: `from_on` to `until_on` (inclusive; None: no end)."""

    kind: str
    from_on: date
    until_on: date | None
    is_multiple: bool = False

    @property
    def touches(self) -> tuple[date, date]:
        """The first and last day of the months whose premium it changes."""
        if self.kind == BIRTH:
            first = add_months(month_start(self.from_on), -3 if self.is_multiple else -1)
            return first, month_end(add_months(month_start(self.from_on), 2))
        return self.from_on, self.until_on or _NEVER


@dataclass(frozen=True)
class Claim:
    """What somebody tells at the counter; `day` as the kind means it, `ended_on` where it ends earlier."""

    kind: str
    day: date
    is_multiple: bool
    leaving_reason: str
    ended_on: date | None = None

    @property
    def circumstance(self) -> Circumstance:
        """What would stand on record: unemployment from the day after leaving to the end of the next year."""
        if self.kind == UNEMPLOYED:
            from_on = self.day + timedelta(days=1)
            until = self.ended_on or FiscalYear(FiscalYear.containing(from_on).year + 1).last_on
            return Circumstance(UNEMPLOYED, from_on, until)
        if self.kind == FORMER_DEPENDANT:
            return Circumstance(FORMER_DEPENDANT, self.day, self.ended_on)
        return Circumstance(BIRTH, self.day, None, self.is_multiple)


@dataclass(frozen=True)
class Applicant:
    """Who it is for: born when, of which sex, insured from when to when (first day not insured), what he has.

    `others` holds neither what is corrected nor what was ended as wrong.
    """

    birth: date
    is_woman: bool
    periods: Sequence[tuple[date, date | None]]
    others: Sequence[Circumstance]


def faults(claim: Claim, applicant: Applicant, today: date) -> Iterator[Fault]:
    """Why it cannot be so; nothing where it can."""
    made = claim.circumstance
    yield from {UNEMPLOYED: _unemployed, FORMER_DEPENDANT: _dependant, BIRTH: _birth}[claim.kind](
        claim, applicant, today
    )
    if claim.ended_on is not None and claim.ended_on < made.from_on:
        yield ("until", "終わりの日が始まりより前です。日付を確かめてください。", "It ends before it begins.")
    first, last = made.touches
    if not any(start <= last and (end is None or end > first) for start, end in applicant.periods):
        yield (
            "day",
            "この期間に国保に加入していた月がありません。日付か人を確かめてください。",
            "The person was not insured here in these months. Check the day, or choose another person.",
        )
    if _is_doubled(made, applicant.others):
        yield (
            "day",
            "同じ事由がすでに登録されています。日付が違うときは、その行の「訂正」から直してください。",
            "This is on record already. Where the day is another, correct that row.",
        )


def _unemployed(claim: Claim, applicant: Applicant, today: date) -> Iterator[Fault]:
    if claim.ended_on is None and claim.leaving_reason not in LEAVING_REASONS:
        yield (
            "leaving_reason",
            "離職理由コードを選んでください。この軽減になるのは11・12・21・22・23・31・32・33・34だけです。",
            "Choose the code of the reason: only 11, 12, 21, 22, 23, 31, 32, 33 and 34 count.",
        )
    if claim.day > today:
        yield (
            "day",
            "離職日が今日より後です。離職してから登録してください。",
            "The day of leaving is to come.",
        )
    if reaches_on(applicant.birth, ELDERLY) <= claim.day:
        yield (
            "day",
            f"離職日に{ELDERLY}歳になっているため、この軽減は受けられません。",
            f"Whoever was {ELDERLY} when leaving work has no such reduction.",
        )


def _dependant(claim: Claim, applicant: Applicant, today: date) -> Iterator[Fault]:
    if claim.day > today:
        yield ("day", "加入日が今日より後です。", "The day of joining is to come.")
    if claim.day not in {start for start, _ in applicant.periods}:
        yield (
            "day",
            "この日に国保に加入した記録がありません。資格の取得日を入力してください。",
            "The person did not join on this day. Type the day of joining that is on record.",
        )
    if reaches_on(applicant.birth, ELDERLY) > claim.day:
        yield (
            "day",
            f"加入日に{ELDERLY}歳になっていないため、旧被扶養者には当たりません。",
            f"Whoever was not {ELDERLY} when joining is no former dependant.",
        )


def _birth(claim: Claim, applicant: Applicant, today: date) -> Iterator[Fault]:
    if not applicant.is_woman:
        yield (
            "person",
            "産前産後の免除は出産する本人のものです。出産する人を選んでください。",
            "It is for the mother: choose her.",
        )
    if claim.day < FIRST_BIRTH:
        yield (
            "day",
            "令和5年11月1日より前の出産(予定)日です。この免除はそれ以後の出産からです。",
            "Births count from 1 November 2023 on.",
        )
    if claim.day > add_months(today, MONTHS_AHEAD):
        yield (
            "day",
            f"出産予定日が{MONTHS_AHEAD}か月より先です。届出ができるのは予定日の{MONTHS_AHEAD}か月前からです。",
            f"The day due is more than {MONTHS_AHEAD} months away: it is too early.",
        )


def _is_doubled(made: Circumstance, others: Sequence[Circumstance]) -> bool:
    for one in others:
        if one.kind != made.kind:
            continue
        if made.kind == BIRTH:
            near = add_months(min(one.from_on, made.from_on), MONTHS_BETWEEN_BIRTHS)
            if max(one.from_on, made.from_on) < near:
                return True
        elif made.kind == UNEMPLOYED:
            if one.from_on == made.from_on:
                return True
        elif one.from_on <= (made.until_on or _NEVER) and made.from_on <= (one.until_on or _NEVER):
            return True
    return False
