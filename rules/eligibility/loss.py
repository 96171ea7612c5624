"""Loss of eligibility (資格喪失): on which day, until when to notify, and what stands against it.

Law: 国民健康保険法8条 (day of loss: the day after, save its proviso and the cases of 6条9号 and 10号), 9条;
施行規則11条 to 13条. All days of loss are the first day NOT insured.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from rules.ages import ages_possible_on, birthday_on, is_born_on_leap_day
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
from rules.eligibility.insured_periods import InsuredPeriod
from rules.eras import PartialDate, format_long
from rules.law import LawAt

LATE_ELDERLY_AGE: Final = "national/eligibility/late_elderly_age"
DISABILITY_AGE: Final = "national/eligibility/late_elderly_disability_age"


class LossReason(StrEnum):
    """喪失事由. Codes of our own in the order of the annual report (docs/rules.md)."""

    MOVED_OUT = "01"
    JOINED_EMPLOYEE_INSURANCE = "02"
    PUBLIC_ASSISTANCE = "03"
    DEATH = "04"
    LATE_ELDERLY = "05"
    JOINED_NHI_SOCIETY = "06"
    RESIDENCE = "07"
    OTHER = "99"


class LossFlag(StrEnum):
    """What the loss brings with it for the household or the desk."""

    HOUSEHOLD_WITHOUT_HEAD = "household_without_head"
    HEAD_BECOMES_NOMINAL = "head_becomes_nominal"
    LATE_ELDERLY_BY_DISABILITY = "late_elderly_by_disability"
    CERTIFICATES_TO_COLLECT = "certificates_to_collect"
    PLANNED = "planned"


EVENT_NAMES: Final = {
    LossReason.MOVED_OUT: "転出(予定)日",
    LossReason.JOINED_EMPLOYEE_INSURANCE: "社会保険の資格取得日",
    LossReason.PUBLIC_ASSISTANCE: "生活保護の開始日",
    LossReason.DEATH: "死亡日",
    LossReason.LATE_ELDERLY: "後期高齢者医療の資格取得日",
    LossReason.JOINED_NHI_SOCIETY: "国保組合の資格取得日",
    LossReason.RESIDENCE: "在留資格の終了日又は出国日",
    LossReason.OTHER: "資格を失うべき事実のあった日",
}
_RULES: Final = {
    LossReason.MOVED_OUT: "national/eligibility/loss_day/moving_out",
    LossReason.JOINED_EMPLOYEE_INSURANCE: "national/eligibility/loss_day/employee_insurance",
    LossReason.PUBLIC_ASSISTANCE: "national/eligibility/loss_day/public_assistance",
    LossReason.DEATH: "national/eligibility/loss_day/death",
    LossReason.LATE_ELDERLY: "municipal/eligibility/late_elderly_lost_on",
    LossReason.JOINED_NHI_SOCIETY: "national/eligibility/loss_day/nhi_society",
    LossReason.RESIDENCE: "national/eligibility/loss_day/residence",
    LossReason.OTHER: "national/eligibility/loss_day/other",
}
_SAME_DAY_MOVE: Final = "national/eligibility/loss_day/moving_out_same_day"
_ADVANCE: Final = {
    LossReason.MOVED_OUT: "municipal/eligibility/advance_days/moving_out",
    LossReason.LATE_ELDERLY: "municipal/eligibility/advance_days/late_elderly",
}
_LEAVES_HOUSEHOLD: Final = {LossReason.MOVED_OUT, LossReason.DEATH, LossReason.RESIDENCE}


@dataclass(frozen=True)
class LossFacts:
    """What is known of one person when the loss is decided.

    `period` is the open period here, or the last one. `new_address_on` is the day on which the address
    elsewhere is taken up, if known. `insured_members_left` counts the others of the household who stay
    insured; `certificates_out` the papers of the person that are still out.
    """

    reason: str
    event_on: date
    received_on: date
    considered_on: date
    birth: PartialDate
    period: InsuredPeriod | None
    moved_within_prefecture: bool = False
    new_address_on: date | None = None
    is_head: bool = False
    insured_members_left: int = 0
    new_head_named: bool = False
    certificates_out: int = 0
    closed_days: frozenset[date] = NO_CLOSED_DAYS


@dataclass(frozen=True)
class Loss:
    """The dates by law. `lost_on` is None on a move inside the prefecture: the status goes on elsewhere."""

    lost_on: date | None
    coverage_end_on: date
    notify_by: date
    days_late: int
    is_backdated: bool
    flags: tuple[LossFlag, ...]
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]

    @property
    def is_late(self) -> bool:
        return self.days_late > 0

    @property
    def is_refused(self) -> bool:
        return bool(self.refusals)


def decide(facts: LossFacts, law: LawAt) -> Decision[Loss]:
    """国民健康保険法8条: 住所を有しなくなった日又は6条各号に該当するに至った日の翌日に喪失する。

    6条9号(生活保護)と10号(国保組合)、転出の日に他の市町村の区域内に住所を有するに至ったときは、その日。
    都道府県内の転出では資格は続き、この市の適用だけが終わる(施行規則11条)。
    """
    reason = LossReason(facts.reason)
    rule = _rule(facts, reason)
    end_on = facts.event_on + timedelta(days=1 if law.text(rule) == "day_after" else 0)
    stays = facts.moved_within_prefecture and reason is LossReason.MOVED_OUT
    limit = deadline(facts.event_on, facts.received_on, facts.closed_days, law)
    result = Loss(
        lost_on=None if stays else end_on,
        coverage_end_on=end_on,
        notify_by=limit.notify_by,
        days_late=limit.days_late,
        is_backdated=is_backdated(end_on, facts.received_on),
        flags=tuple(_flags(facts, reason, law)),
        refusals=tuple(_refusals(facts, reason, law)),
        cautions=tuple(_cautions(facts, reason, limit, law)),
    )
    return Decision(result, tuple(_steps(facts, reason, result, limit, law.get(rule).article)))


def _rule(facts: LossFacts, reason: LossReason) -> str:
    if reason is LossReason.MOVED_OUT and facts.new_address_on == facts.event_on:
        return _SAME_DAY_MOVE
    return _RULES[reason]


def _flags(facts: LossFacts, reason: LossReason, law: LawAt) -> list[LossFlag]:
    found = {
        LossFlag.HOUSEHOLD_WITHOUT_HEAD: _leaves_no_head(facts, reason),
        LossFlag.HEAD_BECOMES_NOMINAL: facts.is_head
        and facts.insured_members_left > 0
        and reason not in _LEAVES_HOUSEHOLD,
        LossFlag.LATE_ELDERLY_BY_DISABILITY: reason is LossReason.LATE_ELDERLY
        and ages_possible_on(facts.birth, facts.event_on)[1] < law.integer(LATE_ELDERLY_AGE),
        LossFlag.CERTIFICATES_TO_COLLECT: facts.certificates_out > 0,
        LossFlag.PLANNED: facts.event_on > facts.considered_on,
    }
    return [flag for flag, holds in found.items() if holds]


def _leaves_no_head(facts: LossFacts, reason: LossReason) -> bool:
    leaves = facts.is_head and reason in _LEAVES_HOUSEHOLD
    return leaves and facts.insured_members_left > 0 and not facts.new_head_named


def _refusals(facts: LossFacts, reason: LossReason, law: LawAt) -> list[Refusal]:
    name = EVENT_NAMES[reason]
    advance = law.integer(_ADVANCE[reason]) if reason in _ADVANCE else 0
    return [
        *received_in_future(facts.received_on, facts.considered_on),
        *event_in_future(name, facts.event_on, facts.received_on, advance),
        *_not_insured(facts.period),
        *_before_acquisition(name, facts),
        *_new_address_before_move(facts, reason),
        *_age_wrong(facts, reason, law),
    ]


def _not_insured(period: InsuredPeriod | None) -> list[Refusal]:
    if period is None:
        message = (
            "この方は、この市の国民健康保険に加入していません。加入していない方の喪失は登録できません。"
            "氏名と生年月日で検索し直し、別の方を選んでいないか確かめてください。"
        )
        return [Refusal("loss.not_insured", message, "国民健康保険法8条")]
    end = period.coverage_end_on or period.lost_on
    if end is None:
        return []
    message = (
        f"この方の資格は{format_long(end)}に、既に喪失(適用終了)しています。同じ資格を二度喪失させることはできません。"
        "日付や事由の誤りを直すときは、取消しの手続をしてください。"
    )
    return [Refusal("loss.already_lost", message, "国民健康保険法8条")]


def _before_acquisition(name: str, facts: LossFacts) -> list[Refusal]:
    period = facts.period
    if period is None or facts.event_on >= period.coverage_start_on:
        return []
    message = (
        f"{name}({format_long(facts.event_on)})が、この市での適用開始日({format_long(period.coverage_start_on)})より"
        "前です。資格のない日に喪失することはできません。日付を確かめてください。"
        "加入そのものが誤りのときは、取得の取消しの手続をしてください。"
    )
    return [Refusal("loss.before_acquisition", message, "国民健康保険法7条、8条")]


def _new_address_before_move(facts: LossFacts, reason: LossReason) -> list[Refusal]:
    if reason is not LossReason.MOVED_OUT or facts.new_address_on is None:
        return []
    if facts.new_address_on >= facts.event_on:
        return []
    message = (
        f"新しい住所を定めた日({format_long(facts.new_address_on)})が転出日({format_long(facts.event_on)})より前です。"
        "同時に二つの市町村に住所を置くことはできません。転出証明書と住民票を見て、日付を直してください。"
    )
    return [Refusal("loss.new_address_before_move", message, "国民健康保険法8条1項")]


def _age_wrong(facts: LossFacts, reason: LossReason, law: LawAt) -> list[Refusal]:
    if reason is not LossReason.LATE_ELDERLY:
        return []
    lowest = law.integer(DISABILITY_AGE)
    if ages_possible_on(facts.birth, facts.event_on)[1] >= lowest:
        return []
    message = (
        f"{format_long(facts.event_on)}の時点で{lowest}歳になっていません"
        f"(生年月日 {format_long(facts.birth)})。"
        f"後期高齢者医療に入るのは75歳の誕生日、又は{lowest}歳以上で障害の認定を受けた日です。"
        "生年月日と喪失の事由を確かめてください。"
    )
    return [Refusal("loss.too_young_for_late_elderly", message, "高齢者の医療の確保に関する法律50条")]


def _cautions(facts: LossFacts, reason: LossReason, limit: Deadline, law: LawAt) -> list[Caution]:
    consequence = "喪失日以後にこの市の保険で受診していると、医療費の返還を求めることになります。"
    return [
        *late_caution(limit, consequence),
        *_no_head(facts, reason),
        *_late_elderly_day(facts, reason, law),
        *_collect(facts.certificates_out),
        *_planned(facts),
    ]


def _no_head(facts: LossFacts, reason: LossReason) -> list[Caution]:
    if not _leaves_no_head(facts, reason):
        return []
    message = (
        f"世帯主がいなくなり、加入中の方が{facts.insured_members_left}人残ります。"
        "保険料の納付義務者と通知の宛先が決まらないため、新しい世帯主の届出(世帯主変更)も受け付けてください。"
    )
    return [Caution("loss.household_without_head", message, "国民健康保険法9条、施行規則10条の2")]


def _late_elderly_day(facts: LossFacts, reason: LossReason, law: LawAt) -> list[Caution]:
    if reason is not LossReason.LATE_ELDERLY:
        return []
    birth, age = facts.birth.as_date(), law.integer(LATE_ELDERLY_AGE)
    article = "国民健康保険法8条1項、6条8号"
    if birth is None:
        message = (
            f"生年月日の一部が不明なため({format_long(facts.birth)})、{age}歳の誕生日を計算できません。"
            "広域連合の資格取得日を確かめ、判断を記録してください。"
        )
        return [Caution("loss.birth_unknown", message, article)]
    return [*_leap_day(birth, age), *_not_the_birthday(birth, age, facts.event_on)]


def _leap_day(birth: date, age: int) -> list[Caution]:
    if not is_born_on_leap_day(birth):
        return []
    reached = birthday_on(birth, age)
    message = (
        f"2月29日生まれの方です。{age}歳の扱いは{format_long(reached)}からとして計算しました。"
        "うるう年でない年の日付は、広域連合に確認してから決定してください。"
    )
    return [Caution("loss.leap_day_birthday", message, "年齢計算ニ関スル法律、民法143条2項")]


def _not_the_birthday(birth: date, age: int, event_on: date) -> list[Caution]:
    birthday = birthday_on(birth, age)
    if event_on <= birthday:
        return []
    message = (
        f"後期高齢者医療の資格取得日({format_long(event_on)})が{age}歳の誕生日({format_long(birthday)})より後です。"
        "75歳の誕生日から後期高齢者医療の被保険者となるため、日付を広域連合の通知で確かめてください。"
    )
    return [Caution("loss.after_birthday", message, "高齢者の医療の確保に関する法律50条、52条")]


def _collect(certificates_out: int) -> list[Caution]:
    if not certificates_out:
        return []
    message = (
        f"交付中の証が{certificates_out}枚あります。回収して返却を記録してください。"
        "回収できないときは、その理由を記録してください。"
    )
    return [Caution("loss.certificates_to_collect", message, "国民健康保険法施行規則7条ほか")]


def _planned(facts: LossFacts) -> list[Caution]:
    if facts.event_on <= facts.considered_on:
        return []
    message = (
        f"予定日({format_long(facts.event_on)})による届出です。予定が変わったときは届出の取下げ又は訂正が必要です。"
        "予定日を過ぎてから住民票の異動と照らし合わせてください。"
    )
    return [Caution("loss.planned", message, "住民基本台帳法24条")]


def _steps(
    facts: LossFacts, reason: LossReason, result: Loss, limit: Deadline, article: str
) -> tuple[Step, ...]:
    inputs = {"喪失事由": reason.value, EVENT_NAMES[reason]: format_long(facts.event_on)}
    if facts.new_address_on is not None:
        inputs["新しい住所を定めた日"] = format_long(facts.new_address_on)
    lost = f"資格喪失日 {format_long(result.lost_on)}" if result.lost_on else "資格は他の市町村で継続"
    return (
        Step(
            "資格を失う日、この市の適用が終わる日を定める",
            article,
            inputs,
            f"{lost}、適用終了日 {format_long(result.coverage_end_on)}",
        ),
        deadline_step(facts.event_on, facts.received_on, limit),
        Step(
            "喪失を登録できない事情(資格の有無、日付の誤り)を調べる",
            "国民健康保険法8条",
            {},
            "、".join(refusal.code for refusal in result.refusals) or "なし",
        ),
    )
