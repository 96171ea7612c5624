"""Acquisition of eligibility (資格取得届): check, register, certificates (docs/procedures/acquisition.md)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.enrolment import Enrolment
from models.household import Household, get_head
from models.notification import Notification
from models.person import PersonRecord, list_current
from rules.derivation import Decision
from rules.eligibility import acquisition as rule
from rules.eligibility.acquisition import Acquisition, AcquisitionFacts, AcquisitionReason
from rules.eligibility.insured_periods import InsuredPeriod, ResidencePeriod
from rules.eras import PartialDate
from services import (
    addresses,
    city,
    eligibility,
    households,
    joining,
    notifications,
    number_linking,
    office_calendar,
    persons,
    resident_kinds,
)
from services.certificates.family import Family, read_family
from services.certificates.issuing import issue_to
from services.city import Settings
from services.context import Context
from services.eligibility import PeriodStart
from services.entries.acquisition import LISTED, AcquisitionEntry, JoiningPerson, read
from services.entries.reading import Entry
from services.findings import Finding, Registered, Severity, from_rule, refuse_when_any
from services.outside_register import OUTSIDE
from services.persons import PersonFacts
from services.statute import law_on

COUNTER, POST = "counter", "post"


def check(ctx: Context, entry: Entry) -> list[Finding]:
    """What stands against the notification, field by field; nothing is written."""
    told = read(entry)
    decisions = _decide_all(ctx, told)
    return [*joining.findings(ctx, told, decisions[0].result.coverage_start_on), *_law(decisions)]


def register(
    ctx: Context, notification: Notification, entry: Entry, delivery: str | None = None
) -> Registered:
    """Write persons, household, periods, numbers and certificates, all of it or nothing.

    Raises:
        RegistrationRefused: a check found a refusal.
    """
    told = read(entry)
    decisions = _decide_all(ctx, told)
    start_on = min(decision.result.coverage_start_on for decision in decisions)
    findings = [*joining.findings(ctx, told, start_on), *_law(decisions)]
    refuse_when_any(findings)
    joined = _Joined(told, notification, start_on, decisions)
    settled = city.read(ctx.session)
    begun = households.begin(ctx, start_on, settled) if told.household_id is None else None
    people = _take_in(ctx, joined)
    family = _settle(ctx, joined, people, begun, settled.on(ctx.today))
    periods = _open(ctx, joined, family.household_id, people)
    _confirm_numbers(ctx, joined, people)
    notification.household_id = notification.household_id or family.household_id
    notifications.link_persons(ctx, notification.id, [*people.ids, people.head_id], people.new_ids)
    way = delivery or (COUNTER if notification.way == COUNTER else POST)
    issued = issue_to(ctx, family, periods, notification, way)
    told_of = [one.message_ja for one in findings if one.severity is Severity.WARNING]
    return Registered(
        household_id=family.household_id,
        person_ids=tuple(people.ids),
        certificate_ids=issued.certificate_ids,
        print_request_ids=issued.print_request_ids,
        messages=(*told_of, *issued.messages),
        trace=tuple(step for decision in decisions for step in decision.trace()),
    )


@dataclass(frozen=True)
class _Joined:
    told: AcquisitionEntry
    notification: Notification
    start_on: date
    decisions: list[Decision[Acquisition]]


@dataclass(frozen=True)
class _People:
    ids: list[int]
    head_id: int
    new_ids: frozenset[int]
    records: Mapping[int, PersonRecord]


def _law(decisions: list[Decision[Acquisition]]) -> list[Finding]:
    """The rules' findings; what is said of the whole notification is said once."""
    found: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for place, decision in enumerate(decisions):
        for one in from_rule(f"persons.{place}", decision.result.refusals, decision.result.cautions):
            whole = one.code.startswith("notification.") or one.code == "acquisition.over_two_years"
            if whole and (one.code, one.message_ja) in seen:
                continue
            seen.add((one.code, one.message_ja))
            found.append(
                Finding(one.code, one.severity, "event_on", one.message_ja, one.message_en, one.article)
                if whole
                else one
            )
    return found


def _decide_all(ctx: Context, told: AcquisitionEntry) -> list[Decision[Acquisition]]:
    closed = office_calendar.closed_days(ctx.session, told.event_on)
    law = law_on(told.event_on)
    known = [row.person_id for row in told.persons if row.person_id is not None]
    periods = eligibility.insured_periods(ctx.session, known)
    return [
        rule.decide(_facts(ctx, told, row, closed, periods.get(row.person_id or 0, ())), law)
        for row in told.persons
    ]


def _facts(
    ctx: Context,
    told: AcquisitionEntry,
    row: JoiningPerson,
    closed: frozenset[date],
    periods: tuple[InsuredPeriod, ...],
) -> AcquisitionFacts:
    stay = None
    if row.entered_on is not None and row.residence_expires_on is not None:
        stay = ResidencePeriod(row.entered_on, row.residence_expires_on, row.longer_stay_proved)
    return AcquisitionFacts(
        reason=told.reason,
        event_on=told.event_on,
        received_on=told.received_on,
        considered_on=ctx.today,
        birth=PartialDate.parse_iso(row.person.birth_date),
        moved_within_prefecture=told.moved_within_prefecture,
        kept_acquired_on=told.kept_acquired_on,
        periods=periods,
        residence=stay,
        closed_days=closed,
    )


def _take_in(ctx: Context, joined: _Joined) -> _People:
    """New persons are created in the order told; those on record are revised where the paper says more."""
    told, notification = joined.told, joined.notification
    new = [row for row in told.persons if row.person_id is None]
    facts = [_person_facts(told, row) for row in new]
    if told.head is not None:
        head, kind = told.head, resident_kinds.kind_of(None, outside=told.outside_register)
        facts.append(PersonFacts(head.name, head.birth_date, head.sex, head.kana, kind, phone=told.phone))
    created = persons.create_all(ctx, facts, notification)
    fresh = iter(created)
    ids = [row.person_id or next(fresh).id for row in told.persons]
    changes = {row.person_id: _changes(row) for row in told.persons if row.person_id is not None}
    for one, kind in _kinds(ctx, told, changes).items():
        changes[one]["resident_kind"] = kind
    records = persons.revise_all(ctx, changes, joined.start_on, notification)
    records |= {person.id: person.records[0] for person in created}
    head_id = created[-1].id if told.head is not None else _head_id(told, ids)
    return _People(ids, head_id, frozenset(person.id for person in created), records)


def _head_id(told: AcquisitionEntry, ids: list[int]) -> int:
    if told.head_kind == LISTED:
        return next(ids[place] for place, row in enumerate(told.persons) if row.relationship == "head")
    if told.head_person_id is None:
        raise ValueError("the form asks for the head")
    return told.head_person_id


def _person_facts(told: AcquisitionEntry, row: JoiningPerson) -> PersonFacts:
    person = row.person
    return PersonFacts(
        name=person.name,
        birth_date=person.birth_date,
        sex=person.sex,
        name_kana=person.kana,
        phone=told.phone if row.relationship == "head" else None,
        resident_kind=resident_kinds.kind_of(row.residence_status, outside=told.outside_register),
        residence_status=row.residence_status,
        residence_expires_on=row.residence_expires_on,
        has_insurance_card_registration=row.has_registered_card,
        needs_help=row.needs_help,
    )


def _kinds(ctx: Context, told: AcquisitionEntry, known: Collection[int]) -> dict[int, str]:
    """How those on record stand to the resident register from now on, where the notification says it."""
    if told.outside_register:
        return dict.fromkeys(known, OUTSIDE)
    return resident_kinds.coming_back(ctx, known) if told.reason == AcquisitionReason.MOVED_IN else {}


def _changes(row: JoiningPerson) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "name": row.person.name,
        "sex": row.person.sex,
        "has_insurance_card_registration": row.has_registered_card,
        "needs_help": row.needs_help,
    }
    if row.person.kana:
        changes["name_kana"] = row.person.kana
    if row.residence_status:
        changes |= {
            "residence_status": row.residence_status,
            "residence_expires_on": row.residence_expires_on,
        }
    return changes


def _settle(
    ctx: Context, joined: _Joined, people: _People, begun: Household | None, today: Settings
) -> Family:
    """The household with its members and head from the first day, and where they live."""
    told, notification, start_on = joined.told, joined.notification, joined.start_on
    related = {people.head_id: "head"}
    related |= {one: row.relationship for one, row in zip(people.ids, told.persons, strict=True)}
    moving = [*people.ids, *([people.head_id] if people.head_id in people.new_ids else [])]
    ids = list(dict.fromkeys(moving))
    moved = addresses.move_all(ctx, ids, told.address, start_on, notification, newcomers=people.new_ids)
    if begun is not None:
        households.found(ctx, begun, related, people.head_id, start_on, notification)
        places = {one: moved[one] for one in people.new_ids}
        records = _with_head(ctx, people)
        return Family(begun.cards[0], people.head_id, records, today, places, is_new=True)
    if told.household_id is None:
        raise AssertionError("without a household told one was begun")
    households.add_members(ctx, told.household_id, related, start_on, notification)
    head = get_head(ctx.session, told.household_id, start_on)
    if head is None or head.person_id != people.head_id:
        households.set_head(ctx, told.household_id, people.head_id, start_on, notification)
    return read_family(ctx, told.household_id, people.ids)


def _with_head(ctx: Context, people: _People) -> Mapping[int, PersonRecord]:
    if people.head_id in people.records:
        return people.records
    return {**people.records, **list_current(ctx.session, [people.head_id])}


def _open(ctx: Context, joined: _Joined, household_id: int, people: _People) -> list[Enrolment]:
    starts = [
        PeriodStart(person_id, decision.result.acquired_on, decision.result.coverage_start_on)
        for person_id, decision in zip(people.ids, joined.decisions, strict=True)
    ]
    return eligibility.open_periods(
        ctx, household_id, starts, joined.told.reason, joined.notification, newcomers=people.new_ids
    )


def _confirm_numbers(ctx: Context, joined: _Joined, people: _People) -> None:
    told = {
        person_id: row.person.number for row, person_id in zip(joined.told.persons, people.ids, strict=True)
    }
    if joined.told.head is not None:
        told[people.head_id] = joined.told.head.number
    number_linking.write_all(ctx, told, joined.notification, newcomers=people.new_ids)
