"""Changes of an insured household: address, name, head, head for NHI only, split and merge.

Law: 国民健康保険法9条; 施行規則8条 (name), 9条 (household), 10条 (address), 10条の2 (head). All are to be
notified within 14 days, save the change of head for NHI only, which begins on the day of acceptance. So is a
student's begin and end (法116条, 施行規則5条); an extension of stay and another number have no term here.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from rules.derivation import Caution, Decision, Refusal, Step
from rules.eligibility.deadlines import (
    NO_CLOSED_DAYS,
    Deadline,
    deadline,
    deadline_step,
    event_in_future,
    late_caution,
    received_in_future,
)
from rules.eras import format_long
from rules.law import LawAt

NEW_NUMBER_ON_HEAD_CHANGE: Final = "municipal/eligibility/head_change_gives_new_number"


class ChangeKind(StrEnum):
    """変更の種類."""

    ADDRESS = "address"
    NAME = "name"
    HEAD = "head"
    NHI_HEAD = "nhi_head"
    SPLIT = "split"
    MERGE = "merge"
    RESIDENCE = "residence"
    STUDENT = "student"
    MY_NUMBER = "my_number"


WITHOUT_DEADLINE: Final = frozenset({ChangeKind.NHI_HEAD, ChangeKind.RESIDENCE, ChangeKind.MY_NUMBER})
EVENT_NAMES: Final = {
    ChangeKind.ADDRESS: "転居日",
    ChangeKind.NAME: "氏名の変更日",
    ChangeKind.HEAD: "世帯主の変更日",
    ChangeKind.NHI_HEAD: "国保上の世帯主の変更を承認した日",
    ChangeKind.SPLIT: "世帯分離の日",
    ChangeKind.MERGE: "世帯合併の日",
    ChangeKind.RESIDENCE: "在留期間の更新の許可の日",
    ChangeKind.STUDENT: "修学の開始・確認・終了の日",
    ChangeKind.MY_NUMBER: "個人番号の変更の日",
}
ARTICLES: Final = {
    ChangeKind.ADDRESS: "国民健康保険法施行規則10条",
    ChangeKind.NAME: "国民健康保険法施行規則8条",
    ChangeKind.HEAD: "国民健康保険法施行規則10条の2",
    ChangeKind.NHI_HEAD: "国民健康保険法施行規則10条の2",
    ChangeKind.SPLIT: "国民健康保険法施行規則9条",
    ChangeKind.MERGE: "国民健康保険法施行規則9条",
    ChangeKind.RESIDENCE: "国民健康保険法6条11号、施行規則1条",
    ChangeKind.STUDENT: "国民健康保険法116条、施行規則5条",
    ChangeKind.MY_NUMBER: "番号法7条2項、16条",
}


@dataclass(frozen=True)
class NhiHeadConditions:
    """What must all hold before a member takes the place of a head who is not insured (擬制世帯主)."""

    head_consents: bool
    premiums_paid: bool
    new_head_is_adult: bool
    new_head_is_insured: bool
    income_declared: bool


@dataclass(frozen=True)
class ChangeFacts:
    """What is known of the household when the change is decided. Persons are told by any number of ours.

    `members` and `head` are the household before the change (also persons not insured); `new_head` is its
    head after it: needed for head and nhi_head, for split when the head moves, free for merge. `moving` and
    `head_of_moving` are those who leave it (split) or come from the other household (merge). `is_same` says
    that nothing differs from the record.
    """

    kind: str
    event_on: date
    received_on: date
    considered_on: date
    household_since: date
    members: frozenset[int]
    head: int
    new_head: int | None = None
    moving: frozenset[int] = frozenset()
    head_of_moving: int | None = None
    is_same: bool = False
    nhi_head_conditions: NhiHeadConditions | None = None
    closed_days: frozenset[date] = NO_CLOSED_DAYS


@dataclass(frozen=True)
class Change:
    """From when the change holds and what has to be made anew."""

    effective_on: date
    notify_by: date | None
    days_late: int
    gives_new_number: bool
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]

    @property
    def is_late(self) -> bool:
        return self.days_late > 0

    @property
    def is_refused(self) -> bool:
        return bool(self.refusals)


def decide(facts: ChangeFacts, law: LawAt) -> Decision[Change]:
    """施行規則8条から10条の2まで: 変更のあった日から14日以内に世帯主が届け出る。効力は変更のあった日から。"""
    kind = ChangeKind(facts.kind)
    limit = deadline(facts.event_on, facts.received_on, facts.closed_days, law)
    has_limit = kind not in WITHOUT_DEADLINE
    result = Change(
        effective_on=facts.event_on,
        notify_by=limit.notify_by if has_limit else None,
        days_late=limit.days_late if has_limit else 0,
        gives_new_number=_gives_new_number(kind, law),
        refusals=tuple(_refusals(facts, kind)),
        cautions=tuple(_cautions(facts, kind, limit)),
    )
    return Decision(result, tuple(_steps(facts, kind, result, limit)))


def _gives_new_number(kind: ChangeKind, law: LawAt) -> bool:
    """Tell whether a new card number is given: to the new household of a split; by setting on a new head."""
    if kind is ChangeKind.HEAD:
        return law.flag(NEW_NUMBER_ON_HEAD_CHANGE)
    return kind is ChangeKind.SPLIT


def _refusals(facts: ChangeFacts, kind: ChangeKind) -> list[Refusal]:
    by_kind = {
        ChangeKind.HEAD: _head_refusals,
        ChangeKind.NHI_HEAD: _nhi_head_refusals,
        ChangeKind.SPLIT: _split_refusals,
        ChangeKind.MERGE: _merge_refusals,
    }.get(kind)
    return [
        *received_in_future(facts.received_on, facts.considered_on),
        *event_in_future(EVENT_NAMES[kind], facts.event_on, facts.received_on),
        *_before_household(facts, kind),
        *_nothing_changes(facts, kind),
        *(by_kind(facts) if by_kind else []),
    ]


def _before_household(facts: ChangeFacts, kind: ChangeKind) -> list[Refusal]:
    if facts.event_on >= facts.household_since:
        return []
    message = (
        f"{EVENT_NAMES[kind]}({format_long(facts.event_on)})が、この世帯の始まった日"
        f"({format_long(facts.household_since)})より前です。まだない世帯を変更することはできません。"
        "日付を確かめ、正しいときはその日の世帯を選び直してください。"
    )
    return [Refusal("change.before_household", message, ARTICLES[kind])]


def _nothing_changes(facts: ChangeFacts, kind: ChangeKind) -> list[Refusal]:
    if not facts.is_same:
        return []
    message = (
        "入力された内容は、登録されている内容と同じです。変更するところがないため、登録できません。"
        "届出書と照らし合わせ、既に処理されていないか異動履歴を確かめてください。"
    )
    return [Refusal("change.nothing_changes", message, ARTICLES[kind])]


def _head_refusals(facts: ChangeFacts) -> list[Refusal]:
    article = ARTICLES[ChangeKind.HEAD]
    if facts.new_head is None:
        return [_no_new_head(article)]
    if facts.new_head == facts.head:
        message = (
            "新しい世帯主が、今の世帯主と同じ人です。世帯主が変わらないため、登録できません。"
            "届出書を見て、新しい世帯主を選び直してください。"
        )
        return [Refusal("change.head_is_same", message, article)]
    if facts.new_head not in facts.members:
        return [_head_not_member(article)]
    return []


def _nhi_head_refusals(facts: ChangeFacts) -> list[Refusal]:
    article = ARTICLES[ChangeKind.NHI_HEAD]
    conditions = facts.nhi_head_conditions
    unmet = _unmet(conditions) if conditions else ["要件の確認の記録"]
    if not unmet:
        return _head_refusals(facts)
    message = (
        f"国民健康保険上の世帯主の変更に必要な要件のうち、次のものが満たされていません:{'、'.join(unmet)}。"
        "すべてそろわない間は承認できません。届出人に説明し、そろってから受け付けてください。"
    )
    return [*_head_refusals(facts), Refusal("change.nhi_head_conditions", message, article)]


def _unmet(conditions: NhiHeadConditions) -> list[str]:
    held = {
        "今の世帯主の同意": conditions.head_consents,
        "保険料の完納": conditions.premiums_paid,
        "新しい世帯主が成年であること": conditions.new_head_is_adult,
        "新しい世帯主が被保険者であること": conditions.new_head_is_insured,
        "所得の申告": conditions.income_declared,
    }
    return [name for name, holds in held.items() if not holds]


def _split_refusals(facts: ChangeFacts) -> list[Refusal]:
    article = ARTICLES[ChangeKind.SPLIT]
    if not facts.moving or not facts.moving <= facts.members:
        message = (
            "新しい世帯に移る人が選ばれていないか、この世帯の人ではありません。"
            "世帯分離は、今の世帯の人の一部が別の世帯になる届出です。移る人を選び直してください。"
        )
        return [Refusal("change.nobody_moves", message, article)]
    if facts.moving == facts.members:
        message = (
            "世帯の全員が移ることになっています。元の世帯に残る人がいないため、世帯分離にはなりません。"
            "住所だけが変わるときは転居、世帯主だけが変わるときは世帯主変更として届け出てもらってください。"
        )
        return [Refusal("change.everybody_moves", message, article)]
    found = [] if facts.head_of_moving in facts.moving else [_head_not_member(article)]
    if facts.head in facts.moving and facts.new_head not in facts.members - facts.moving:
        found.append(_no_new_head(article))
    return found


def _merge_refusals(facts: ChangeFacts) -> list[Refusal]:
    article = ARTICLES[ChangeKind.MERGE]
    if not facts.moving or facts.moving & facts.members:
        message = (
            "合併する世帯の人が選ばれていないか、既にこの世帯の人です。"
            "世帯合併は、別の世帯の人がこの世帯に入る届出です。相手の世帯を選び直してください。"
        )
        return [Refusal("change.nobody_joins", message, article)]
    if facts.new_head is not None and facts.new_head not in facts.members | facts.moving:
        return [_head_not_member(article)]
    return []


def _no_new_head(article: str) -> Refusal:
    message = (
        "新しい世帯主が選ばれていません。世帯主のいない世帯は、保険料の納付義務者が決まらないため登録できません。"
        "世帯に残る人の中から新しい世帯主を選んでください。"
    )
    return Refusal("change.no_new_head", message, article)


def _head_not_member(article: str) -> Refusal:
    message = (
        "世帯主として選ばれた人が、その世帯の人ではありません。世帯主は世帯の一員でなければなりません。"
        "世帯の人の中から選び直すか、先に世帯に入る届出を処理してください。"
    )
    return Refusal("change.head_not_member", message, article)


def _cautions(facts: ChangeFacts, kind: ChangeKind, limit: Deadline) -> list[Caution]:
    late = (
        late_caution(limit, "変更の効力は届出日ではなく、変更のあった日からです。")
        if kind not in WITHOUT_DEADLINE
        else []
    )
    if kind is ChangeKind.SPLIT and facts.head in facts.moving:
        message = (
            "世帯主が新しい世帯へ移ります。高額療養費の多数回該当の回数は、世帯主が同じ世帯に引き継がれます。"
            "残る世帯の回数は数え直しになることを説明してください。"
        )
        late.append(Caution("change.head_moves", message, ARTICLES[kind]))
    return late


def _steps(facts: ChangeFacts, kind: ChangeKind, result: Change, limit: Deadline) -> tuple[Step, ...]:
    inputs = {EVENT_NAMES[kind]: format_long(facts.event_on)}
    number = "新しい被保険者番号を付ける" if result.gives_new_number else "被保険者番号は変わらない"
    return (
        Step("変更の効力の始まる日を定める", ARTICLES[kind], inputs, format_long(result.effective_on)),
        *((deadline_step(facts.event_on, facts.received_on, limit),) if result.notify_by else ()),
        Step("被保険者番号を新しくするかどうかを定める", ARTICLES[kind], {"変更の種類": kind.value}, number),
        Step(
            "登録できない事情を調べる",
            ARTICLES[kind],
            {},
            "、".join(refusal.code for refusal in result.refusals) or "なし",
        ),
    )
