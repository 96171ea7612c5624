"""Certificates (証): which kind may be issued on a day, who gets which, and until when it holds.

Law: 国民健康保険法9条, 施行規則6条 (資格確認書), 7条の4 (高齢受給者証); until 2024-12-01 the Act as it stood
then (被保険者証). The day of issue is the day of the `LawAt` that comes in.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rules.ages import birthday_on, is_born_on_leap_day, share_from
from rules.calendar_months import add_months, add_years
from rules.derivation import Caution, Decision, Refusal, Step
from rules.eligibility.birth_dates import birth_for_ages
from rules.eras import PartialDate, format_long
from rules.law import LawAt

LATE_ELDERLY_AGE: Final = "national/eligibility/late_elderly_age"
SHARE_AGE: Final = "national/eligibility/elderly_share_age"
LONGEST_YEARS: Final = "national/certificates/longest_years"
OLD_CARD_LAST_ON: Final = "national/certificates/insurance_card_last_on"
TERM_END: Final = "municipal/certificates/term_end"
CEILING_TERM_END: Final = "municipal/benefits/ceiling_term_end"
SHARE_PRINTED_ON: Final = "municipal/certificates/share_printed_on"
EXTENSION_MONTHS: Final = "municipal/certificates/extension_months"
RESIDENCE_EXPIRY: Final = "municipal/certificates/residence_expiry"
ARTICLE: Final = "国民健康保険法9条、施行規則6条"
_ONE_DAY: Final = timedelta(days=1)


class CertificateKind(StrEnum):
    """Every kind that is or was issued; cards of the old law are past records only since 2024-12-02."""

    INSURANCE_CARD = "insurance_card"
    ELIGIBILITY_CERTIFICATE = "eligibility_certificate"
    ELIGIBILITY_NOTICE = "eligibility_notice"
    ELDERLY_RECIPIENT_CARD = "elderly_recipient_card"
    SHORT_TERM_CARD = "short_term_card"
    STATUS_CERTIFICATE = "status_certificate"
    CEILING_CERTIFICATE = "ceiling_certificate"
    CEILING_REDUCTION_CERTIFICATE = "ceiling_reduction_certificate"


# Issued on application only (rules/benefits/ceilings.py): no renewal of July and no change makes them anew.
ON_APPLICATION: Final = frozenset(
    {CertificateKind.CEILING_CERTIFICATE, CertificateKind.CEILING_REDUCTION_CERTIFICATE}
)
TITLES: Final = {
    CertificateKind.INSURANCE_CARD: "被保険者証",
    CertificateKind.ELIGIBILITY_CERTIFICATE: "資格確認書",
    CertificateKind.ELIGIBILITY_NOTICE: "資格情報のお知らせ",
    CertificateKind.ELDERLY_RECIPIENT_CARD: "高齢受給者証",
    CertificateKind.SHORT_TERM_CARD: "短期被保険者証",
    CertificateKind.STATUS_CERTIFICATE: "被保険者資格証明書",
    CertificateKind.CEILING_CERTIFICATE: "限度額適用認定証",
    CertificateKind.CEILING_REDUCTION_CERTIFICATE: "限度額適用・標準負担額減額認定証",
}


@dataclass(frozen=True)
class CertificateFacts:
    """What is known of one insured person on the day of issue.

    `valid_from_on`: first day for which the paper is made, if later than the day of issue (renewal, 70).
    `lost_on`: first day not insured any more, if known. `student_until_on`: last day of the proof of study.
    """

    birth: PartialDate
    covered_from_on: date
    lost_on: date | None = None
    has_registered_card: bool = False
    needs_help: bool = False
    is_protected: bool = False
    residence_until_on: date | None = None
    extension_applied: bool = False
    student_until_on: date | None = None
    valid_from_on: date | None = None


@dataclass(frozen=True)
class CertificateChoice:
    """The paper to issue, and the card of the share of 70 to 74 beside it where the city keeps one."""

    kind: CertificateKind | None
    companions: tuple[CertificateKind, ...]
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]

    @property
    def kinds(self) -> tuple[CertificateKind, ...]:
        return (self.kind, *self.companions) if self.kind else ()


@dataclass(frozen=True)
class Validity:
    """From when to when a paper holds; no `expires_on`: it bears no last day. The share: of 70 to 74 only."""

    kind: CertificateKind
    valid_from_on: date
    expires_on: date | None
    limited_by: str
    share_from_on: date | None
    share_until_on: date | None
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]


def may_issue(kind: CertificateKind, law: LawAt) -> tuple[Refusal, ...]:
    """Say what stands against a kind: nothing, or that the law does not know it on the day of issue."""
    if law.in_force(f"national/certificates/kinds/{kind}"):
        return ()
    message = (
        f"{TITLES[kind]}は、交付日({format_long(law.day)})の法律では交付できません。"
        "令和6年12月2日に被保険者証は廃止され、資格確認書又は資格情報のお知らせに替わりました。"
        "交付日と証の種類を確かめ、その日に交付できる種類を選んでください。"
    )
    return (Refusal("certificate.kind_not_in_force", message, ARTICLE),)


def decide_kind(facts: CertificateFacts, law: LawAt) -> Decision[CertificateChoice]:
    """国民健康保険法9条、施行規則6条: マイナ保険証のない人と、あっても使えない人に資格確認書を交付する。

    マイナ保険証を使える人には資格情報のお知らせ。令和6年12月1日までの交付は全員に被保険者証。
    """
    start_on = _valid_from(facts, law)
    refusals = _not_insured(facts, start_on)
    if refusals:
        step = Step("交付日に加入しているかどうかを調べる", ARTICLE, {}, "加入していない")
        return Decision(CertificateChoice(None, (), refusals, ()), (step,))
    kind, why = _main_kind(facts, law)
    companions = _companions(kind, facts, start_on, law)
    first = Step(
        "交付する証の種類を定める", ARTICLE, {"交付日": format_long(law.day), "事情": why}, TITLES[kind]
    )
    second = Step(
        "70歳から74歳までの一部負担金の割合を示す証を定める",
        "国民健康保険法42条1項3号、施行規則7条の4",
        {"割合の変わる日": format_long(_share_span(facts, law)[0])},
        "、".join(TITLES[companion] for companion in companions) or "別の証は交付しない",
    )
    choice = CertificateChoice(kind, companions, may_issue(kind, law), _birth_cautions(facts, law))
    return Decision(choice, (first, second))


def expiry(facts: CertificateFacts, law: LawAt, kind: CertificateKind | None = None) -> Decision[Validity]:
    """施行規則6条: 有効期限は5年以内で市が定める日。70歳・75歳、在留期間、学生の証明、喪失があればそれまで。

    `kind` None stands for the kind that `decide_kind` chooses.
    """
    chosen = kind or decide_kind(facts, law).result.kind
    if chosen is None:
        raise ValueError("no kind: the person is not insured on the day of issue")
    start_on = _valid_from(facts, law)
    share_on, share_end_on = _share_span(facts, law)
    if chosen is CertificateKind.ELDERLY_RECIPIENT_CARD:
        start_on = max(start_on, share_on)
    limits = _limits(chosen, facts, start_on, law)
    name, end_on = min(limits, key=lambda limit: limit[1])
    has_share = share_on <= start_on <= share_end_on
    validity = Validity(
        kind=chosen,
        valid_from_on=start_on,
        expires_on=None if chosen is CertificateKind.ELIGIBILITY_NOTICE and not has_share else end_on,
        limited_by=name,
        share_from_on=share_on if has_share else None,
        share_until_on=end_on if has_share else None,
        refusals=_no_day_left(chosen, name, start_on, end_on),
        cautions=(*_birth_cautions(facts, law), *_leap_caution(facts, law, end_on)),
    )
    return Decision(validity, (*_limit_steps(limits), _expiry_step(validity)))


def _valid_from(facts: CertificateFacts, law: LawAt) -> date:
    return max(law.day, facts.covered_from_on, facts.valid_from_on or law.day)


def _not_insured(facts: CertificateFacts, start_on: date) -> tuple[Refusal, ...]:
    if facts.lost_on is None or facts.lost_on > start_on:
        return ()
    message = (
        f"この方は{format_long(facts.lost_on)}に資格を喪失しています。加入していない日の証は交付できません。"
        "資格の異動履歴を確かめてください。喪失を証明するときは資格喪失証明書を使ってください。"
    )
    return (Refusal("certificate.not_insured", message, ARTICLE),)


def _no_day_left(kind: CertificateKind, name: str, start_on: date, end_on: date) -> tuple[Refusal, ...]:
    if start_on <= end_on:
        return ()
    message = (
        f"{TITLES[kind]}の有効期限({name})が{format_long(end_on)}となり、"
        f"有効期間の初日({format_long(start_on)})より前です。使える日のない証は交付できません。"
        "在留期間、学生の証明、年齢、資格の登録が新しいかどうかを確かめ、直してから交付してください。"
    )
    return (Refusal("certificate.no_day_left", message, ARTICLE),)


def _main_kind(facts: CertificateFacts, law: LawAt) -> tuple[CertificateKind, str]:
    if law.in_force(f"national/certificates/kinds/{CertificateKind.INSURANCE_CARD}"):
        return CertificateKind.INSURANCE_CARD, "交付日が令和6年12月1日以前"
    certificate = CertificateKind.ELIGIBILITY_CERTIFICATE
    if facts.is_protected:
        return certificate, "保護の措置を受けていて、マイナ保険証を使えない"
    if facts.needs_help:
        return certificate, "マイナ保険証での受診に配慮が必要"
    if not facts.has_registered_card:
        return certificate, "マイナ保険証の利用登録がない"
    return CertificateKind.ELIGIBILITY_NOTICE, "マイナ保険証の利用登録がある"


def _companions(
    kind: CertificateKind, facts: CertificateFacts, start_on: date, law: LawAt
) -> tuple[CertificateKind, ...]:
    """Add the card of the share for 70 to 74, save where notice or certificate shows the share itself."""
    share_on, share_end_on = _share_span(facts, law)
    if not share_on <= start_on <= share_end_on or kind is CertificateKind.ELIGIBILITY_NOTICE:
        return ()
    if kind is CertificateKind.ELIGIBILITY_CERTIFICATE and law.text(SHARE_PRINTED_ON) == "certificate":
        return ()
    return (CertificateKind.ELDERLY_RECIPIENT_CARD,)


def _share_span(facts: CertificateFacts, law: LawAt) -> tuple[date, date]:
    """Return the first day of the share of 70 to 74 and the last one, the day before the 75th birthday."""
    birth = birth_for_ages(facts.birth, law)
    return share_from(birth, law.integer(SHARE_AGE)), birthday_on(
        birth, law.integer(LATE_ELDERLY_AGE)
    ) - _ONE_DAY


def _limits(
    kind: CertificateKind, facts: CertificateFacts, start_on: date, law: LawAt
) -> list[tuple[str, date]]:
    """List every last day that applies, each with its reason; the earliest one is printed."""
    share_on, share_end_on = _share_span(facts, law)
    limits = [("通常の有効期限", _term_end(kind, start_on, law)), ("75歳の誕生日の前日", share_end_on)]
    if start_on < share_on and kind is not CertificateKind.ELIGIBILITY_NOTICE:
        limits.append(("70歳に達した月の末日", share_on - _ONE_DAY))
    if facts.residence_until_on is not None:
        limits.append(_residence_limit(facts.residence_until_on, law, extended=facts.extension_applied))
    if facts.student_until_on is not None:
        limits.append(("学生の証明の期限", facts.student_until_on))
    if facts.lost_on is not None:
        limits.append(("資格喪失日の前日", facts.lost_on - _ONE_DAY))
    if kind is CertificateKind.ELIGIBILITY_CERTIFICATE:
        limits.append(("法令の上限", add_years(law.day, law.integer(LONGEST_YEARS)) - _ONE_DAY))
    if kind is CertificateKind.INSURANCE_CARD and law.in_force(OLD_CARD_LAST_ON):
        limits.append(("被保険者証の経過措置の終わり", law.date(OLD_CARD_LAST_ON)))
    return limits


def _term_end(kind: CertificateKind, start_on: date, law: LawAt) -> date:
    """Return the city's usual last day (such as 31 July) on or after the first day of the paper."""
    setting = CEILING_TERM_END if kind in ON_APPLICATION else TERM_END
    month, day = (int(part) for part in law.text(setting).split("-"))
    this_year = date(start_on.year, month, day)
    return this_year if this_year >= start_on else date(start_on.year + 1, month, day)


def _residence_limit(until_on: date, law: LawAt, *, extended: bool) -> tuple[str, date]:
    if extended:
        months = law.integer(EXTENSION_MONTHS)
        return f"在留期間の更新申請中({months}か月)", add_months(until_on, months)
    shift = _ONE_DAY if law.text(RESIDENCE_EXPIRY) == "day_after" else timedelta(0)
    return "在留期間の満了日", until_on + shift


def _birth_cautions(facts: CertificateFacts, law: LawAt) -> tuple[Caution, ...]:
    if facts.birth.is_complete:
        return ()
    message = (
        f"生年月日の一部が不明です({format_long(facts.birth)})。証には「不詳」と印字し、70歳と75歳の日は"
        f"{format_long(birth_for_ages(facts.birth, law))}生まれとして計算しました。判断を記録してください。"
    )
    return (Caution("certificate.birth_unknown", message, "国民健康保険法42条1項3号"),)


def _leap_caution(facts: CertificateFacts, law: LawAt, end_on: date) -> tuple[Caution, ...]:
    birth = facts.birth.as_date()
    if birth is None or not is_born_on_leap_day(birth) or _share_span(facts, law)[1] != end_on:
        return ()
    message = (
        f"2月29日生まれの方です。75歳の前日を{format_long(end_on)}として有効期限を計算しました。"
        "広域連合に確認してから交付してください。"
    )
    return (Caution("certificate.leap_day_birthday", message, "年齢計算ニ関スル法律、民法143条2項"),)


def _limit_steps(limits: list[tuple[str, date]]) -> tuple[Step, ...]:
    return tuple(
        Step("有効期限の候補を数える", ARTICLE, {"理由": name}, format_long(day)) for name, day in limits
    )


def _expiry_step(validity: Validity) -> Step:
    inputs = {"証の種類": TITLES[validity.kind], "有効期間の初日": format_long(validity.valid_from_on)}
    result = format_long(validity.expires_on) or "有効期限を記載しない"
    return Step("最も早い日を有効期限とする", ARTICLE, inputs, f"{result}({validity.limited_by})")
