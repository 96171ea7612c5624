"""自己負担限度額 and the certificate that shows the class: which, from when to when, what stands on it (C1).

Law: 国民健康保険法57条の2, 施行令29条の3, 施行規則27条の14の2 (限度額適用認定証), 27条の14の4
(限度額適用・標準負担額減額認定証). Limits: facts 3.1 and 3.2; validity: F23. Amounts are whole yen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rules.benefits.income_class import CLASS_TITLES, IncomeClass
from rules.calendar_months import add_years
from rules.certificates import CertificateFacts, CertificateKind, expiry
from rules.derivation import Decision, Refusal, Step
from rules.eras import format_long
from rules.law import LawAt
from rules.periods import month_start, next_month_start

LIMITS: Final = "national/benefits/ceilings"
LONG_STAY_DAYS: Final = "national/benefits/long_stay/days"
BEGINS: Final = "municipal/benefits/ceiling_begins"
LONG_STAY_BEGINS: Final = "municipal/benefits/long_stay_begins"
ARTICLE: Final = "国民健康保険法施行規則27条の14の2、27条の14の4"
PERCENT: Final = 1
_REDUCED: Final = frozenset({IncomeClass.EXEMPT_O, IncomeClass.LOW_2, IncomeClass.LOW_1})
_WITH_LONG_STAY: Final = frozenset({IncomeClass.EXEMPT_O, IncomeClass.LOW_2})
_WITHOUT: Final = frozenset({IncomeClass.ACTIVE_3, IncomeClass.GENERAL})


@dataclass(frozen=True)
class Ceiling:
    """What a class pays a month at most: `amount`, and 1 % of the cost over `threshold` where one is."""

    amount: int
    threshold: int | None = None
    multiple: int | None = None
    outpatient: int | None = None


@dataclass(frozen=True)
class Stay:
    """A stay in hospital, both days included."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class Granted:
    """The certificate as it may be issued, or what stands against it; `long_stay_on` None: no long stay."""

    kind: CertificateKind | None
    first_on: date | None
    expires_on: date | None
    limited_by: str = ""
    long_stay_on: date | None = None
    refusals: tuple[Refusal, ...] = ()


def certificate_of(income_class: IncomeClass) -> CertificateKind | None:
    """The certificate of a class; None where the share alone tells the limit (一般, 現役並みⅢ)."""
    if income_class in _WITHOUT:
        return None
    if income_class in _REDUCED:
        return CertificateKind.CEILING_REDUCTION_CERTIFICATE
    return CertificateKind.CEILING_CERTIFICATE


def ceiling_of(income_class: IncomeClass, law: LawAt) -> Ceiling:
    """施行令29条の3: the monthly limit of a class on the day of the law, as for care in that month.

    Raises:
        ParameterNotInForce: the table of that month is not on record; nothing is guessed.
    """
    head = f"{LIMITS}/{income_class.value.lower()}"

    def told(name: str) -> int | None:
        return law.integer(f"{head}/{name}") if law.in_force(f"{head}/{name}") else None

    return Ceiling(law.integer(f"{head}/amount"), told("threshold"), told("multiple"), told("outpatient"))


def monthly_limit(ceiling: Ceiling, cost: int) -> int:
    """What is paid at most for a month of this total cost; the 1 % is rounded half up to a yen (3.1)."""
    over = max(cost - (ceiling.threshold or cost), 0)
    return ceiling.amount + (over * PERCENT + 50) // 100


def lines_of(income_class: IncomeClass, law: LawAt) -> tuple[str, ...]:
    """The limits of a class as the back of the certificate tells them."""
    ceiling = ceiling_of(income_class, law)
    amount = f"{ceiling.amount:,}円"
    if ceiling.threshold is not None:
        amount += f"+(総医療費−{ceiling.threshold:,}円)×{PERCENT}%"
    lines = [f"自己負担限度額(月額・世帯) {amount}"]
    if ceiling.outpatient is not None:
        lines.insert(0, f"外来の自己負担限度額(月額・個人) {ceiling.outpatient:,}円")
    if ceiling.multiple is not None:
        lines.append(f"多数回該当(直近12か月に3回を超えた4回目から) {ceiling.multiple:,}円")
    if income_class in _REDUCED:
        lines.append("入院したときの食事代などの標準負担額が減額されます。")
    return tuple(lines)


def grant(
    facts: CertificateFacts,
    income_class: IncomeClass,
    applied_on: date,
    law: LawAt,
    stays: Sequence[Stay] = (),
) -> Decision[Granted]:
    """施行規則27条の14の2: 申請の月の初日から次の7月31日まで。70歳・75歳・喪失等で早く終わる。

    `law` is that of the day of application. Raises `ParameterNotInForce` where a setting is missing.
    """
    kind = certificate_of(income_class)
    if kind is None:
        refusal = _not_needed(income_class)
        step = Step("認定証の要否をみる", ARTICLE, {"適用区分": CLASS_TITLES[income_class]}, "交付しない")
        return Decision(Granted(None, None, None, refusals=(refusal,)), (step,))
    validity = expiry(facts, law, kind).result
    first_on = _first_day(facts, applied_on, law)
    long_stay_on, long_step = _long_stay(stays, income_class, applied_on, validity.expires_on, law)
    what = Step(
        "認定証の種類と期間を定める",
        ARTICLE,
        {
            "申請の日": format_long(applied_on),
            "適用区分": CLASS_TITLES[income_class],
            "発効期日": format_long(first_on),
        },
        f"{format_long(validity.expires_on)}まで({validity.limited_by})",
    )
    granted = Granted(
        kind, first_on, validity.expires_on, validity.limited_by, long_stay_on, validity.refusals
    )
    return Decision(granted, (what, *long_step))


def _first_day(facts: CertificateFacts, applied_on: date, law: LawAt) -> date:
    """The first of the month, or the day itself by the city's setting; not before the cover begins."""
    asked = month_start(applied_on) if law.text(BEGINS) == "month" else applied_on
    return max(asked, facts.covered_from_on)


def _long_stay(
    stays: Sequence[Stay], income_class: IncomeClass, applied_on: date, expires_on: date | None, law: LawAt
) -> tuple[date | None, tuple[Step, ...]]:
    if not stays:
        return None, ()
    since = add_years(applied_on, -1)
    days = {
        one.from_on + timedelta(days=number)
        for one in stays
        for number in range((one.to_on - one.from_on).days + 1)
    }
    counted, least = sum(1 for day in days if since < day <= applied_on), law.integer(LONG_STAY_DAYS)
    applies = counted > least and income_class in _WITH_LONG_STAY
    begins = next_month_start(applied_on) if law.text(LONG_STAY_BEGINS) == "next_month" else applied_on
    result = f"長期入院該当 {format_long(begins)}" if applies else "長期入院に該当しない"
    if applies and expires_on is not None and begins > expires_on:
        applies, result = False, "有効期限の後に始まる(次の年度の証で申請する)"
    inputs = {"過去12か月の入院日数": f"{counted}日", "基準": f"{least}日を超える"}
    step = Step("長期入院に該当するかをみる", "国民健康保険法施行規則27条の14の4", inputs, result)
    return (begins if applies else None), (step,)


def _not_needed(income_class: IncomeClass) -> Refusal:
    return Refusal(
        "ceiling.not_needed",
        f"適用区分が「{CLASS_TITLES[income_class]}」の方には認定証を交付しません。"
        "高齢受給者証(負担割合を示す証)を医療機関に見せれば、窓口での支払いは限度額までになります。",
        ARTICLE,
    )
