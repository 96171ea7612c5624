"""Who pays his premium out of his pension (特別徴収): whom it concerns, on which days.

国民健康保険法76条の3・76条の4、介護保険法134条-141条(準用). The head of a household is concerned when he and
every insured member are 65 to 74, his pension is large enough, the care premium is taken from it too, both
premiums together are not more than half of it, and he did not choose account transfer (facts 1.11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from rules.ages import birthday_on, reaches_on
from rules.calendar_months import add_months
from rules.law import LawAt
from rules.periods import FiscalYear, is_closed_day

ARTICLE: Final = "国民健康保険法76条の3・76条の4、介護保険法134条(準用)"
MONTHS: Final = (4, 6, 8, 10, 12, 2)  # in which pensions are paid, in the order of a fiscal year
PROVISIONAL: Final = 3  # so many of them come before the premium of the year is known (仮徴収)
APRIL, OCTOBER = 4, 10  # the months in which a deduction can begin

OWES, HEAD_INSURED, HEAD_AGE, HEAD_LEAVES, MEMBERS = "owes", "head_insured", "head_age", "head_75", "members"
TOLD, ENOUGH, CARE, HALF, TRANSFER, FREE, LAST = (
    *("pension_told", "pension_enough", "care_deducted", "within_half", "no_transfer", "not_yet"),
    "last_february",
)
CHECKS: Final = (
    *(OWES, HEAD_INSURED, HEAD_AGE, HEAD_LEAVES, MEMBERS, TOLD, ENOUGH, CARE, HALF, TRANSFER, FREE, LAST),
)


@dataclass(frozen=True)
class DeductionTerms:
    """The figures of the law and of the city that hold on a day. Ages in years, amounts in yen."""

    age_from: int
    age_under: int
    pension_at_least: int
    most_percent: int
    unit: int
    lead_months: int
    pay_day: int

    @classmethod
    def of(cls, law: LawAt) -> Self:
        """Read them as they hold on the day of `law`.

        Raises:
            ParameterNotInForce: one of them has no value on that day.
        """
        national, city = "national/premium/pension_deduction", "municipal/premium/pension_deduction"
        return cls(
            age_from=law.integer(f"{national}/age_from"),
            age_under=law.integer(f"{national}/age_under"),
            pension_at_least=law.integer(f"{national}/pension_at_least"),
            most_percent=law.integer(f"{national}/most_percent"),
            unit=law.integer(f"{city}/unit"),
            lead_months=law.integer(f"{city}/stop_lead_months"),
            pay_day=law.integer(f"{national}/pay_day"),
        )


@dataclass(frozen=True)
class Pension:
    """What the payer of the pension told of a year: yen of pension and care premium in it, how he pays."""

    annual: int
    care_premium: int
    is_care_deducted: bool
    has_chosen_transfer: bool


@dataclass(frozen=True)
class Applicant:
    """A household on the day on which a deduction would begin.

    `premium` is that of the year, or what six deductions like the last would come to (yen). `births` are
    those of all who are insured then, the head's among them where he is. `last_february` is what was deducted
    in the February before, None where it does not matter: a deduction in April goes on with it (仮徴収).
    """

    premium: int
    head_birth: date | None
    is_head_insured: bool
    births: Sequence[date]
    pension: Pension | None
    is_deducted: bool = False
    last_february: int | None = None


@dataclass(frozen=True)
class Check:
    """One condition: whether it holds, None where it cannot be told."""

    code: str
    holds: bool | None


def begins_on(year: FiscalYear, month: int) -> date:
    """The first day of the month of a fiscal year."""
    return date(year.year if month >= APRIL else year.year + 1, month, 1)


def pay_days(year: FiscalYear, day: int) -> tuple[date, ...]:
    """The days of the year on which pensions are paid; on a closed day the open day before (inclusive)."""
    return tuple(_open_day_before(begins_on(year, month).replace(day=day)) for month in MONTHS)


def first_open(days: Sequence[date], decided_on: date, lead_months: int) -> int:
    """The place of the first payment that a decision of that day still reaches; 6 where none is left.

    The payer of the pension has to know `lead_months` before the month of the payment.
    """
    reached = add_months(decided_on.replace(day=1), lead_months)
    return sum(day < reached for day in days)


def examine(who: Applicant, year: FiscalYear, month: int, terms: DeductionTerms) -> tuple[Check, ...]:
    """Every condition with its answer, in the order of `CHECKS`; all of them have to hold (facts 1.11)."""
    day, pension = begins_on(year, month), who.pension
    answers: dict[str, bool | None] = {
        OWES: who.premium > 0,
        HEAD_INSURED: who.is_head_insured,
        HEAD_AGE: None if who.head_birth is None else _is_between(who.head_birth, day, terms),
        HEAD_LEAVES: None
        if who.head_birth is None
        else birthday_on(who.head_birth, terms.age_under) > year.last_on,
        MEMBERS: bool(who.births) and all(_is_between(birth, day, terms) for birth in who.births),
        TOLD: pension is not None,
        ENOUGH: None if pension is None else pension.annual >= terms.pension_at_least,
        CARE: None if pension is None else pension.is_care_deducted,
        HALF: None
        if pension is None
        else (who.premium + pension.care_premium) * 100 <= pension.annual * terms.most_percent,
        TRANSFER: None if pension is None else not pension.has_chosen_transfer,
        FREE: not who.is_deducted,
        LAST: None if who.last_february is None else who.last_february > 0,
    }
    wanted = CHECKS if month == APRIL else CHECKS[:-1]
    return tuple(Check(code, answers[code]) for code in wanted)


def is_concerned(checks: Sequence[Check]) -> bool:
    """Whether every condition holds; what cannot be told does not."""
    return all(check.holds for check in checks)


def _is_between(birth: date, day: date, terms: DeductionTerms) -> bool:
    return reaches_on(birth, terms.age_from) <= day < birthday_on(birth, terms.age_under)


def _open_day_before(day: date) -> date:
    while is_closed_day(day):
        day -= timedelta(days=1)
    return day
