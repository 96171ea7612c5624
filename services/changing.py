"""What stands against a change: the rules' findings, persons and names that disagree, heads."""

from __future__ import annotations

from collections import defaultdict

from models.person import PersonRecord, list_current
from rules.ages import ages_possible_on
from rules.derivation import Decision
from rules.eligibility import changes as rule
from rules.eligibility.changes import Change, ChangeFacts, ChangeKind, NhiHeadConditions
from rules.kana import name_search_key
from services import addresses, office_calendar, person_checks, personal_changes
from services.context import Context
from services.entries.change import ChangedPerson, ChangeEntry
from services.findings import Finding, from_rule, refusal, warning
from services.household_findings import Seen, not_members, without_head
from services.statute import law_on

ADULT = 18  # 民法4条
NEWCOMER = 0  # stands in the rule for a new head who is not on record yet
Groups = dict[int, list[ChangedPerson]]


def groups_of(told: ChangeEntry) -> Groups:
    """The persons of a split by the number of their new household."""
    groups: Groups = defaultdict(list)
    for row in told.persons:
        groups[row.new_household_number].append(row)
    return dict(sorted(groups.items()))


def decide(ctx: Context, told: ChangeEntry, seen: Seen) -> list[Decision[Change]]:
    """The law's decision; of a split one for each new household, and one for all who leave together."""
    if told.kind != ChangeKind.SPLIT:
        moving = frozenset(told.person_ids) if told.kind == ChangeKind.MERGE else frozenset()
        return [_decide(ctx, told, seen, moving, None)]
    groups = groups_of(told)
    decisions = [
        _decide(ctx, told, seen, frozenset(row.person_id for row in group), _head_of(group))
        for group in groups.values()
    ]
    everybody = frozenset(told.person_ids)
    if len(groups) > 1 and everybody == seen.member_ids:
        decisions.append(_decide(ctx, told, seen, everybody, _head_of(groups[min(groups)])))
    return decisions


def findings(
    ctx: Context, told: ChangeEntry, seen: Seen, other: Seen | None, decisions: list[Decision[Change]]
) -> list[Finding]:
    """All findings of a change, at the fields of the form."""
    found: list[Finding] = []
    said: set[str] = set()
    for decision in decisions:
        for one in from_rule(_path(told), decision.result.refusals, decision.result.cautions):
            if one.message_ja not in said:
                said.add(one.message_ja)
                found.append(one)
    rows = [(f"persons.{place}.person_id", row.person_id) for place, row in enumerate(told.persons)]
    found += not_members(other if told.kind == ChangeKind.MERGE and other else seen, rows)
    match ChangeKind(told.kind):
        case ChangeKind.NAME:
            found += _names(ctx, told)
        case ChangeKind.HEAD:
            found += _head(ctx, told, seen)
        case ChangeKind.NHI_HEAD:
            found += _nhi_head(told, seen)
        case ChangeKind.RESIDENCE | ChangeKind.STUDENT | ChangeKind.MY_NUMBER:
            found += personal_changes.findings(ctx, told, seen)
        case ChangeKind.MERGE if other is not None:
            found += _merge(told, seen, other)
        case _:
            pass
    return found


def _decide(
    ctx: Context, told: ChangeEntry, seen: Seen, moving: frozenset[int], head_of_moving: int | None
) -> Decision[Change]:
    new_head = NEWCOMER if told.new_head is not None else told.new_head_person_id
    facts = ChangeFacts(
        kind=told.kind,
        event_on=told.event_on,
        received_on=told.received_on,
        considered_on=ctx.today,
        household_since=seen.since,
        members=seen.member_ids | ({NEWCOMER} if told.new_head is not None else frozenset()),
        head=seen.head_id,
        new_head=new_head,
        moving=moving,
        head_of_moving=head_of_moving,
        is_same=_is_same(ctx, told, seen),
        nhi_head_conditions=_conditions(ctx, told, seen) if told.kind == ChangeKind.NHI_HEAD else None,
        closed_days=office_calendar.closed_days(ctx.session, told.event_on),
    )
    return rule.decide(facts, law_on(told.event_on))


def _is_same(ctx: Context, told: ChangeEntry, seen: Seen) -> bool:
    if told.kind in personal_changes.KINDS:
        return personal_changes.is_same(ctx, told, seen)
    if told.kind == ChangeKind.NAME:
        records = list_current(ctx.session, told.person_ids)
        return all(
            row.person_id in records and _has_name(records[row.person_id], row) for row in told.persons
        )
    if told.kind == ChangeKind.ADDRESS and told.new_address is not None:
        homes = addresses.current_of(ctx.session, told.person_ids, told.event_on)
        return all(
            one in homes and not addresses.is_elsewhere(homes[one], told.new_address)
            for one in told.person_ids
        )
    return False


def _has_name(record: PersonRecord, row: ChangedPerson) -> bool:
    return record.name == row.new_name and row.new_kana in {None, record.name_kana}


def _conditions(ctx: Context, told: ChangeEntry, seen: Seen) -> NhiHeadConditions | None:
    """What must hold for a head for NHI only; paid premiums are asked of the collection desk (a warning)."""
    chosen = told.new_head_person_id
    record = list_current(ctx.session, [chosen]).get(chosen) if chosen is not None else None
    if chosen is None or record is None:
        return None
    return NhiHeadConditions(
        head_consents=told.head_consents and told.new_head_signed,
        premiums_paid=True,
        new_head_is_adult=ages_possible_on(record.birth, told.event_on)[0] >= ADULT,
        new_head_is_insured=chosen in seen.insured_on(told.event_on),
        income_declared=told.income_declared,
    )


def _names(ctx: Context, told: ChangeEntry) -> list[Finding]:
    records = list_current(ctx.session, told.person_ids)
    return [
        warning(
            "change.old_name_differs",
            f"persons.{place}.old_name",
            "変更前の氏名が登録と違います。同じ方であることを書類で確かめてください。",
            "The old name differs from the record. Check the papers.",
            "国民健康保険法施行規則8条",
        )
        for place, row in enumerate(told.persons)
        if row.old_name
        and row.person_id in records
        and name_search_key(row.old_name) != name_search_key(records[row.person_id].name)
    ]


def _head(ctx: Context, told: ChangeEntry, seen: Seen) -> list[Finding]:
    found: list[Finding] = []
    if told.old_head_person_id != seen.head_id:
        found.append(
            refusal(
                "change.old_head_differs",
                "old_head_person_id",
                "選んだ方は、その日の世帯主ではありません。世帯の履歴を見て、"
                "前の世帯主と日付を確かめてください。",
                "The person chosen was not the head on that day. Look at the household's history.",
                "国民健康保険法施行規則10条の2",
            )
        )
    leaves = told.head_change_reason in {"death", "moved_out"}
    if leaves and seen.head_id in seen.insured_on(told.event_on):
        found.append(
            refusal(
                "change.head_is_insured",
                "head_change_reason",
                "前の世帯主は加入中です。死亡又は転出によるときは、喪失の届出で処理し、"
                "そこで新しい世帯主を選んでください。",
                "The former head is insured. Record the loss, and choose the new head there.",
                "国民健康保険法8条、施行規則10条の2",
            )
        )
    if told.new_head is not None:
        found += person_checks.same_names(ctx, {"new_head": told.new_head})
        found += person_checks.number_conflicts(ctx, {"new_head": (told.new_head.number, None)})["new_head"]
    return found


def _nhi_head(told: ChangeEntry, seen: Seen) -> list[Finding]:
    article = "国民健康保険法施行規則10条の2"
    found = [
        warning(
            "change.premiums_to_confirm",
            "new_head_person_id",
            "保険料の完納は、この画面では確かめられません。収納の担当に確認し、結果を備考に記録してください。",
            "Whether all premiums are paid cannot be seen here. Ask the collection desk and note the answer.",
            article,
        )
    ]
    if seen.head_id in seen.insured_on(told.event_on):
        found.append(
            refusal(
                "change.head_is_not_nominal",
                "new_head_person_id",
                "今の世帯主は加入中です。国保上の世帯主の変更は、世帯主が加入していない世帯だけが対象です。"
                "世帯主が替わるときは、世帯主変更の届出で処理してください。",
                "The head is insured himself; a head for NHI only is for a household whose head is not.",
                article,
            )
        )
    return found


def _merge(told: ChangeEntry, seen: Seen, other: Seen) -> list[Finding]:
    moving = set(told.person_ids)
    left = {period.person_id for period in other.remaining_periods(told.event_on, moving)}
    if other.household_id == seen.household_id:
        return [
            refusal(
                "change.same_household",
                "other_household_id",
                "合併する二つの世帯が同じ世帯です。相手の世帯を選び直してください。",
                "Both households are the same. Choose the other one.",
                "国民健康保険法施行規則9条",
            )
        ]
    if other.head_id in moving and left:
        return [without_head("persons", len(left))]
    return []


def _head_of(group: list[ChangedPerson]) -> int | None:
    return next((row.person_id for row in group if row.relationship == "head"), None)


def _path(told: ChangeEntry) -> str:
    return {
        ChangeKind.NAME: "persons",
        ChangeKind.ADDRESS: "new_address",
        ChangeKind.HEAD: "new_head_person_id",
        ChangeKind.NHI_HEAD: "new_head_person_id",
        ChangeKind.SPLIT: "persons",
        ChangeKind.MERGE: "persons",
        ChangeKind.RESIDENCE: "persons",
        ChangeKind.STUDENT: "persons",
        ChangeKind.MY_NUMBER: "persons",
    }[ChangeKind(told.kind)]
