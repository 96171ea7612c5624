"""What stands against joining a household: who the persons are, where else, who heads it (A2, A7, H15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import in_force, known
from models.household import HouseholdMember, get_head
from models.person import PersonRecord, list_current
from rules.eligibility.acquisition import AcquisitionReason
from services import households, person_checks
from services.context import Context
from services.entries.acquisition import LISTED, AcquisitionEntry, JoiningPerson
from services.errors import HouseholdUnknown
from services.findings import Finding, refusal, warning


def findings(ctx: Context, told: AcquisitionEntry, start_on: date) -> list[Finding]:
    """All findings of an acquisition that are not the law's own."""
    rows = {f"persons.{place}": row for place, row in enumerate(told.persons)}
    chosen = {*(row.person_id for row in told.persons), told.head_person_id} - {None}
    records = list_current(ctx.session, [one for one in chosen if one is not None]) if chosen else {}
    references = {path: (row.person.number, row.person_id) for path, row in rows.items()}
    unknown = {path: row.person for path, row in rows.items() if row.person_id is None}
    if told.head is not None:
        unknown["head"] = told.head
        references["head"] = (told.head.number, None)
    numbers = person_checks.number_conflicts(ctx, references)
    found = _household(ctx, told, start_on, records)
    for path, row in rows.items():
        found += _person(row, path, records, numbers[path])
    found += numbers.get("head", [])
    found += person_checks.same_names(ctx, unknown)
    found += person_checks.numbers_told_twice(
        ctx, [(path, number) for path, (number, _) in references.items()]
    )
    return [*found, *_elsewhere(ctx, told, start_on), *_registered_by_moving_in(told)]


def _person(
    row: JoiningPerson, path: str, records: Mapping[int, PersonRecord], numbers: list[Finding]
) -> list[Finding]:
    if row.person_id is None:
        return numbers
    record = records.get(row.person_id)
    if record is None:
        return [person_checks.unknown(f"{path}.person_id")]
    return [*person_checks.agrees_with_record(row.person, record, path), *_dead(record, path), *numbers]


def _dead(record: PersonRecord, path: str) -> list[Finding]:
    if record.died_on is None:
        return []
    return [
        refusal(
            "person.dead",
            f"{path}.person_id",
            "選んだ方は死亡として登録されています。別の方を選んでいないか確かめてください。"
            "死亡の登録が誤りのときは、その届出を先に取り消してください。",
            "The person chosen is on record as dead. Did you choose another one? If the death was recorded "
            "by mistake, cancel that notification first.",
        )
    ]


def _household(
    ctx: Context, told: AcquisitionEntry, start_on: date, records: Mapping[int, PersonRecord]
) -> list[Finding]:
    found: list[Finding] = []
    if told.head_person_id is not None and told.head_kind != LISTED:
        record = records.get(told.head_person_id)
        found = [person_checks.unknown("head_person_id")] if record is None else _dead(record, "head")
    if told.household_id is None:
        return found
    try:
        households.get(ctx, told.household_id)
    except HouseholdUnknown as error:
        return [*found, refusal(error.code, "household_id", error.message_ja, error.message_en)]
    head = get_head(ctx.session, told.household_id, start_on)
    if head is not None and head.person_id != told.head_person_id:
        found.append(
            warning(
                "household.head_changes",
                "head_kind",
                "この届出で、入る世帯の世帯主が替わります。保険料の納付義務者と通知の宛先が、"
                "加入の日から新しい世帯主になります。世帯主変更の届出として正しいか確かめてください。",
                "The household gets another head by this notification, from the day of joining. "
                "Check whether this is meant.",
                "国民健康保険法施行規則10条の2",
            )
        )
    return found


def _elsewhere(ctx: Context, told: AcquisitionEntry, start_on: date) -> list[Finding]:
    """Nobody belongs to two households: who is in another one leaves it by a change first."""
    chosen = [(f"persons.{place}.person_id", row.person_id) for place, row in enumerate(told.persons)]
    chosen.append(("head_person_id", told.head_person_id))
    ids = [person_id for _, person_id in chosen if person_id is not None]
    others = _memberships(ctx.session, ids, start_on) if ids else {}
    return [
        refusal(
            "household.in_another",
            path,
            "この方は、その日に別の国保世帯の世帯員です。一人が二つの世帯に入ることはできません。"
            "その世帯に入る届出であれば世帯を選び直し、世帯を移る届出であれば先に世帯変更を処理してください。",
            "This person belongs to another household on that day. Choose that household, "
            "or record the change of household first.",
            "国民健康保険法施行規則9条",
        )
        for path, person_id in chosen
        if person_id is not None and others.get(person_id, told.household_id) != told.household_id
    ]


def _registered_by_moving_in(told: AcquisitionEntry) -> list[Finding]:
    """Who moves in is registered here by that (住民基本台帳法22条): he cannot stand outside as well."""
    if not (told.outside_register and told.reason == AcquisitionReason.MOVED_IN):
        return []
    return [
        refusal(
            "acquisition.moved_in_unregistered",
            "outside_register",
            "転入した方は、転入届によりこの市に住民登録があります。住民登録がないまま加入する方は、"
            "取得の事由を選び直し、住民登録がある方は「住民登録がない」の印を外してください。",
            "Who moves in is in the resident register by that. Choose another reason, or take the mark away.",
            "住民基本台帳法22条",
        )
    ]


def _memberships(session: Session, person_ids: Sequence[int], day: date) -> dict[int, int]:
    statement = select(HouseholdMember).where(HouseholdMember.person_id.in_(person_ids))
    rows = session.scalars(in_force(known(statement, HouseholdMember), HouseholdMember, day))
    return {row.person_id: row.household_id for row in rows}
