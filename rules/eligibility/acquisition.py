"""Acquisition of eligibility (資格取得): from when, until when to notify, and what stands against it.

Law: 国民健康保険法5条, 6条 (exclusions), 7条 (day of acquisition), 9条; 施行規則2条 to 4条.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rules.ages import ages_possible_on
from rules.calendar_months import add_months, add_years
from rules.derivation import Caution, Decision, Refusal, Step
from rules.eligibility.deadlines import (
    NO_CLOSED_DAYS,
    Deadline,
    deadline,
    deadline_step,
    event_in_future,
    is_backdated,
    late_caution,
    received_in_future,
)
from rules.eligibility.insured_periods import InsuredPeriod, OtherCoverage, ResidencePeriod
from rules.eras import PartialDate, format_long
from rules.law import LawAt

WITHDRAWAL_DAY: Final = "municipal/eligibility/late_elderly_withdrawal_acquired_on"
LATE_ELDERLY_AGE: Final = "national/eligibility/late_elderly_age"
SHORT_STAY_MONTHS: Final = "national/eligibility/short_stay_months"
BACKDATING_YEARS: Final = "national/eligibility/backdating_limit_years"


class AcquisitionReason(StrEnum):
    """取得事由. Codes of our own in the order of the annual report (docs/rules.md)."""

    MOVED_IN = "01"
    LEFT_EMPLOYEE_INSURANCE = "02"
    PUBLIC_ASSISTANCE_ENDED = "03"
    BIRTH = "04"
    LEFT_LATE_ELDERLY = "05"
    LEFT_NHI_SOCIETY = "06"
    RESIDENCE = "07"
    OTHER = "99"


EVENT_NAMES: Final = {
    AcquisitionReason.MOVED_IN: "転入日",
    AcquisitionReason.LEFT_EMPLOYEE_INSURANCE: "社会保険の資格喪失日",
    AcquisitionReason.PUBLIC_ASSISTANCE_ENDED: "生活保護の廃止日",
    AcquisitionReason.BIRTH: "出生日",
    AcquisitionReason.LEFT_LATE_ELDERLY: "後期高齢者医療の障害認定を撤回した日",
    AcquisitionReason.LEFT_NHI_SOCIETY: "国保組合の資格喪失日",
    AcquisitionReason.RESIDENCE: "住民となった日(在留資格の変更日)",
    AcquisitionReason.OTHER: "資格を取得すべき事実のあった日",
}


@dataclass(frozen=True)
class AcquisitionFacts:
    """What is known of one person when the acquisition is decided.

    `event_on` is the day on the paper of the reason (see `EVENT_NAMES`; for 02 the scheme's loss date, which
    is the day after leaving the job). `kept_acquired_on`: day of acquisition in the former municipality.
    """

    reason: str
    event_on: date
    received_on: date
    considered_on: date
    birth: PartialDate
    moved_within_prefecture: bool = False
    kept_acquired_on: date | None = None
    periods: tuple[InsuredPeriod, ...] = ()
    other_coverage: tuple[OtherCoverage, ...] = ()
    residence: ResidencePeriod | None = None
    closed_days: frozenset[date] = NO_CLOSED_DAYS


@dataclass(frozen=True)
class Acquisition:
    """The dates by law. With a refusal nothing may be registered; a caution is shown and confirmed."""

    acquired_on: date
    coverage_start_on: date
    notify_by: date
    days_late: int
    is_backdated: bool
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]

    @property
    def is_late(self) -> bool:
        return self.days_late > 0

    @property
    def is_refused(self) -> bool:
        return bool(self.refusals)


def decide(facts: AcquisitionFacts, law: LawAt) -> Decision[Acquisition]:
    """国民健康保険法7条: 区域内に住所を有するに至った日又は6条のいずれにも該当しなくなった日に取得する。

    都道府県内の転入では資格取得日を引き継ぎ、この市の適用だけがその日に始まる(施行規則4条)。
    """
    reason = AcquisitionReason(facts.reason)
    start_on = _coverage_start(reason, facts.event_on, law)
    acquired_on = _acquired_on(facts, start_on)
    limit = deadline(facts.event_on, facts.received_on, facts.closed_days, law)
    result = Acquisition(
        acquired_on=acquired_on,
        coverage_start_on=start_on,
        notify_by=limit.notify_by,
        days_late=limit.days_late,
        is_backdated=is_backdated(start_on, facts.received_on),
        refusals=tuple(_refusals(facts, reason, acquired_on, start_on, law)),
        cautions=tuple(_cautions(facts, start_on, limit, law)),
    )
    return Decision(result, (*_steps(facts, reason, result), *_closing_steps(facts, result, limit)))


def _coverage_start(reason: AcquisitionReason, event_on: date, law: LawAt) -> date:
    if reason is AcquisitionReason.LEFT_LATE_ELDERLY and law.text(WITHDRAWAL_DAY) == "day_after":
        return event_on + timedelta(days=1)
    return event_on


def _keeps_status(facts: AcquisitionFacts) -> bool:
    return facts.moved_within_prefecture and facts.reason == AcquisitionReason.MOVED_IN


def _acquired_on(facts: AcquisitionFacts, start_on: date) -> date:
    if _keeps_status(facts) and facts.kept_acquired_on is not None:
        return facts.kept_acquired_on
    return start_on


def _refusals(
    facts: AcquisitionFacts, reason: AcquisitionReason, acquired_on: date, start_on: date, law: LawAt
) -> list[Refusal]:
    return [
        *received_in_future(facts.received_on, facts.considered_on),
        *_before_the_event(facts, reason),
        *_birth_disagrees(facts, reason),
        *_kept_day_wrong(acquired_on, start_on),
        *_already_insured(facts.periods, start_on),
        *_insured_elsewhere(facts.other_coverage, start_on),
        *_late_elderly(facts.birth, start_on, law),
        *_short_stay(facts.residence, law),
    ]


def _before_the_event(facts: AcquisitionFacts, reason: AcquisitionReason) -> list[Refusal]:
    scheme = {
        AcquisitionReason.LEFT_EMPLOYEE_INSURANCE: "社会保険",
        AcquisitionReason.LEFT_NHI_SOCIETY: "国保組合",
    }.get(reason)
    if scheme is None or facts.event_on <= facts.received_on:
        return event_in_future(EVENT_NAMES[reason], facts.event_on, facts.received_on)
    message = (
        f"{scheme}の資格喪失日({format_long(facts.event_on)})がまだ来ていません。"
        "資格がある間は国民健康保険に加入できないため、喪失日より前には届け出ることができません。"
        f"{format_long(facts.event_on)}以後に、資格喪失証明書を持って届け出るよう案内してください。"
    )
    return [Refusal("acquisition.before_loss_of_scheme", message, "国民健康保険法6条、7条")]


def _birth_disagrees(facts: AcquisitionFacts, reason: AcquisitionReason) -> list[Refusal]:
    if facts.event_on < facts.birth.earliest:
        text = (
            f"{EVENT_NAMES[reason]}({format_long(facts.event_on)})が"
            f"生年月日({format_long(facts.birth)})より前です。"
        )
    elif reason is AcquisitionReason.BIRTH and PartialDate.of(facts.event_on) != facts.birth:
        text = f"出生日({format_long(facts.event_on)})と生年月日({format_long(facts.birth)})が違います。"
    else:
        return []
    message = f"{text}出生による取得日は生年月日と同じ日です。" if reason is AcquisitionReason.BIRTH else text
    return [
        Refusal(
            "acquisition.birth_disagrees",
            f"{message}書類を見て、どちらかを直してください。",
            "国民健康保険法7条",
        )
    ]


def _kept_day_wrong(acquired_on: date, start_on: date) -> list[Refusal]:
    if acquired_on <= start_on:
        return []
    message = (
        f"前の市町村での資格取得日({format_long(acquired_on)})が転入日({format_long(start_on)})より後です。"
        "都道府県内の転入では、前の市町村の資格取得日を引き継ぎます。前の市町村に確認してください。"
    )
    return [Refusal("acquisition.kept_day_after_move", message, "国民健康保険法施行規則4条")]


def _already_insured(periods: tuple[InsuredPeriod, ...], start_on: date) -> list[Refusal]:
    clash = next((period for period in periods if period.reaches_past(start_on)), None)
    if clash is None:
        return []
    until = _until(clash.coverage_end_on or clash.lost_on)
    message = (
        f"この方は{format_long(clash.coverage_start_on)}から{until}、この市の国民健康保険に加入しています。"
        f"期間が重なるため、{format_long(start_on)}からの資格は登録できません。"
        "本人の異動履歴を確かめ、必要なら先に喪失又は取消しの処理をしてください。"
    )
    return [Refusal("acquisition.already_insured", message, "国民健康保険法7条")]


def _insured_elsewhere(coverage: tuple[OtherCoverage, ...], start_on: date) -> list[Refusal]:
    return [
        Refusal(
            "acquisition.insured_elsewhere",
            f"{format_long(start_on)}の時点で{other.name_ja}の資格があります"
            f"({format_long(other.from_on)}から{_until(other.until_on)})。"
            "他の医療保険などの適用を受ける日には加入できません。"
            "資格喪失証明書などで喪失日を確かめ、その日を資格取得日としてください。",
            "国民健康保険法6条",
        )
        for other in coverage
        if other.covers(start_on)
    ]


def _until(end_on: date | None) -> str:
    return f"{format_long(end_on)}の前日まで" if end_on else "現在まで"


def _late_elderly(birth: PartialDate, start_on: date, law: LawAt) -> list[Refusal]:
    limit = law.integer(LATE_ELDERLY_AGE)
    if ages_possible_on(birth, start_on)[0] < limit:
        return []
    message = (
        f"{format_long(start_on)}の時点で{limit}歳以上です(生年月日 {format_long(birth)})。"
        f"{limit}歳の誕生日からは後期高齢者医療の被保険者となり、国民健康保険には加入できません。"
        "生年月日を確かめ、正しいときは後期高齢者医療の窓口を案内してください。"
    )
    return [Refusal("acquisition.late_elderly", message, "国民健康保険法6条8号")]


def _short_stay(residence: ResidencePeriod | None, law: LawAt) -> list[Refusal]:
    if residence is None or residence.longer_stay_proved:
        return []
    months = law.integer(SHORT_STAY_MONTHS)
    if residence.until_on > add_months(residence.from_on, months):
        return []
    message = (
        f"在留期間が{months}か月以下です({format_long(residence.from_on)}から{format_long(residence.until_on)}まで)。"
        f"{months}か月以下の在留では加入できません。契約書や指定書など、{months}か月を超えて滞在することを示す"
        "書類があるときは、それを確認して入力し直してください。"
    )
    return [Refusal("acquisition.short_stay", message, "国民健康保険法6条11号、施行規則1条1号")]


def _cautions(facts: AcquisitionFacts, start_on: date, limit: Deadline, law: LawAt) -> list[Caution]:
    consequence = (
        f"保険料は{format_long(start_on)}の属する月の分から掛かり、届出日より前の医療費は、"
        "やむを得ない理由がない限り全額自己負担となります。"
    )
    return [
        *late_caution(limit, consequence),
        *_far_back(facts, start_on, law),
        *_kept_day_unknown(facts),
        *_age_unsure(facts.birth, start_on, law),
        *_day_unsure(facts),
    ]


def _far_back(facts: AcquisitionFacts, start_on: date, law: LawAt) -> list[Caution]:
    years = law.integer(BACKDATING_YEARS)
    if add_years(start_on, years) >= facts.received_on:
        return []
    message = (
        f"資格取得日({format_long(start_on)})が届出日から{years}年を超えて遡ります。"
        f"資格は事実の日に取得しますが、保険料は{years}年を超えて遡って賦課できません。"
        "賦課できる年度を賦課の担当に確認し、課長の判断を記録してください。"
    )
    return [Caution("acquisition.over_two_years", message, "国民健康保険法110条の2")]


def _kept_day_unknown(facts: AcquisitionFacts) -> list[Caution]:
    if not _keeps_status(facts) or facts.kept_acquired_on is not None:
        return []
    message = (
        "都道府県内の転入ですが、前の市町村での資格取得日が入力されていません。資格は引き継がれるため、"
        "いったん転入日を資格取得日とします。前の市町村又は国保情報集約システムで確かめてください。"
    )
    return [Caution("acquisition.kept_day_unknown", message, "国民健康保険法施行規則4条")]


def _age_unsure(birth: PartialDate, start_on: date, law: LawAt) -> list[Caution]:
    least, most = ages_possible_on(birth, start_on)
    limit = law.integer(LATE_ELDERLY_AGE)
    if not least < limit <= most:
        return []
    message = (
        f"生年月日の一部が不明なため({format_long(birth)})、{limit}歳に達しているかどうか決められません。"
        "住民票などの記載を確かめ、係長以上の判断を記録してください。"
    )
    return [Caution("acquisition.age_unsure", message, "国民健康保険法6条8号")]


def _day_unsure(facts: AcquisitionFacts) -> list[Caution]:
    if facts.reason != AcquisitionReason.LEFT_LATE_ELDERLY:
        return []
    message = (
        "後期高齢者医療の撤回による取得日は、撤回の日とする市と翌日とする市があります。"
        "この市の設定によって計算しました。広域連合の通知の日付と合うか確かめてください。"
    )
    return [Caution("acquisition.withdrawal_day", message, "国民健康保険法7条")]


def _steps(facts: AcquisitionFacts, reason: AcquisitionReason, result: Acquisition) -> tuple[Step, ...]:
    first = Step(
        "資格を取得した日、この市で適用が始まる日を定める",
        "国民健康保険法7条" + ("、施行規則4条" if _keeps_status(facts) else ""),
        {"取得事由": reason.value, EVENT_NAMES[reason]: format_long(facts.event_on)},
        f"資格取得日 {format_long(result.acquired_on)}、適用開始日 {format_long(result.coverage_start_on)}",
    )
    return (first,)


def _closing_steps(facts: AcquisitionFacts, result: Acquisition, limit: Deadline) -> tuple[Step, ...]:
    found = "、".join(refusal.code for refusal in result.refusals)
    exclusions = Step(
        "加入できない事情(法6条の適用除外、重なる期間、日付の誤り)を調べる",
        "国民健康保険法6条",
        {"適用開始日": format_long(result.coverage_start_on)},
        found or "なし",
    )
    return deadline_step(facts.event_on, facts.received_on, limit), exclusions
