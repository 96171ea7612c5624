"""Persons on record: taking in, recording a change, finding who might be the same (A1, A6, ADR 0003)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import known
from models.notification import Notification
from models.person import Person, PersonRecord, SearchKey, list_current
from rules.kana import kana_search_key, name_search_key
from services import audit, outside_register
from services.context import Context
from services.errors import PersonUnknown, SomebodyElseWasFaster
from services.numbering import addressee_numbers
from services.recorded import origin


@dataclass(frozen=True)
class PersonFacts:
    """What the office knows of a person; `birth_date` as YYYY-MM-DD with 00 where unknown (H21)."""

    name: str
    birth_date: str
    sex: str
    name_kana: str = ""
    resident_kind: str = "1"
    alias_name: str | None = None
    alias_kana: str | None = None
    name_latin: str | None = None
    former_surname: str | None = None
    died_on: date | None = None
    phone: str | None = None
    nationality: str | None = None
    residence_status: str | None = None
    residence_expires_on: date | None = None
    has_insurance_card_registration: bool = False
    needs_help: bool = False
    protective_measure: bool = False
    protective_measure_until: date | None = None
    copay_share: int | None = None


FACTS = tuple(field.name for field in fields(PersonFacts))
UNKNOWN = (
    "この方は登録されていません。検索し直して、正しい方を選んでください。",
    "This person is not on record. Search again and choose the right one.",
)
NAMES = frozenset({"name", "name_kana", "alias_name", "alias_kana", "name_latin", "former_surname"})


def create(ctx: Context, facts: PersonFacts, notification: Notification | None) -> Person:
    """Take one person in, with a new address number."""
    return create_all(ctx, [facts], notification)[0]


def create_all(
    ctx: Context, several: Sequence[PersonFacts], notification: Notification | None
) -> list[Person]:
    """Take several persons in, in the order told; each comes with his first record."""
    if not several:
        return []
    session = ctx.session
    numbers = addressee_numbers(session, len(several))
    persons = [
        Person(
            addressee_number=number,
            created_at=ctx.at,
            records=[_record(ctx, asdict(facts), None, notification)],
        )
        for number, facts in zip(numbers, several, strict=True)
    ]
    session.add_all(persons)
    session.flush()
    for person, facts in zip(persons, several, strict=True):
        session.add_all(_search_keys(person.id, facts))
        audit.record(ctx, Tag.REGISTER_CHANGED, f"person:{person.id}", detail=_deed("created", notification))
    told = zip(persons, several, strict=True)
    outside_register.ask_where(ctx, ((person.id, facts.resident_kind) for person, facts in told))
    return persons


def get(ctx: Context, person_id: int) -> PersonRecord:
    """What is known today of a person.

    Raises:
        PersonUnknown: nobody with this id is on record.
    """
    statement = known(select(PersonRecord).where(PersonRecord.person_id == person_id), PersonRecord)
    row = ctx.session.scalars(statement).one_or_none()
    if row is None:
        raise PersonUnknown(*UNKNOWN)
    return row


def hold(ctx: Context, person_ids: Collection[int]) -> None:
    """Keep others from changing what is known of persons, or from merging them, until this deed has ended.

    Deeds that only name them go on. What is known is read after this.

    Raises:
        PersonUnknown: somebody is not on record.
        SomebodyElseWasFaster: what is known of one changed while this deed waited.
    """
    ids = sorted(set(person_ids))
    people = select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    if len(ctx.session.scalars(people.with_for_update(key_share=True)).all()) < len(ids):
        raise PersonUnknown(*UNKNOWN)
    rows = known(select(PersonRecord.id).where(PersonRecord.person_id.in_(ids)), PersonRecord)
    held = ctx.session.scalars(rows.order_by(PersonRecord.person_id).with_for_update(key_share=True))
    if len(held.all()) < len(ids):
        raise SomebodyElseWasFaster(
            "この方の記録が、ほかの手続でいま変わりました。画面を開き直し、記録を確かめてからもう一度行ってください。",
            "What is known of this person changed this moment. Open the page again, check, try again.",
        )


def revise(
    ctx: Context,
    person_id: int,
    changes: Mapping[str, Any],
    effective_on: date | None,
    notification: Notification | None,
) -> PersonRecord:
    """Record what is different from `effective_on` on; the rest is copied, what was known stays.

    A change that changes nothing writes nothing.

    Raises:
        PersonUnknown: nobody with this id is on record.
        ValueError: a key is no fact of a person.
    """
    return revise_all(ctx, {person_id: changes}, effective_on, notification)[person_id]


def revise_all(
    ctx: Context,
    changes: Mapping[int, Mapping[str, Any]],
    effective_on: date | None,
    notification: Notification | None,
) -> dict[int, PersonRecord]:
    """Record what is different of several persons (by id), each as `revise` does; what is known then.

    Raises:
        PersonUnknown: somebody is not on record.
        ValueError: a key is no fact of a person.
    """
    if unknown := {key for told in changes.values() for key in told} - set(FACTS):
        raise ValueError(f"not a fact of a person: {sorted(unknown)}")
    if not changes:
        return {}
    rows = list_current(ctx.session, changes)
    if set(changes) - set(rows):
        raise PersonUnknown(*UNKNOWN)
    changed = {one: _differences(rows[one], told) for one, told in changes.items()}
    touched = [one for one in changes if changed[one]]
    if not touched:
        return rows
    for one in touched:
        rows[one].supersede(ctx.at, notification.id if notification else None)
    ctx.session.flush()
    facts = {one: replace(facts_of(rows[one]), **changes[one]) for one in touched}
    for one in touched:
        rows[one] = _record(ctx, asdict(facts[one]) | {"person_id": one}, effective_on, notification)
        detail = {**_deed("revised", notification), "fields": changed[one]}
        audit.record(ctx, Tag.REGISTER_CHANGED, f"person:{one}", detail=detail)
    ctx.session.add_all(rows[one] for one in touched)
    rebuild_search_keys(ctx.session, {one: facts[one] for one in touched if NAMES & set(changed[one])})
    outside_register.ask_where(ctx, ((one, facts[one].resident_kind) for one in touched))
    return rows


def _differences(row: PersonRecord, told: Mapping[str, Any]) -> list[str]:
    return sorted(name for name, value in told.items() if getattr(row, name) != value)


def find_same(
    session: Session, told: Collection[tuple[str, str]]
) -> dict[tuple[str, str], list[PersonRecord]]:
    """Persons on record by (name, date of birth) where both are the same: shown, never merged (H15)."""
    keys = {(name_search_key(name), birth): (name, birth) for name, birth in told}
    statement = (
        select(PersonRecord, SearchKey.key)
        .join(SearchKey, SearchKey.person_id == PersonRecord.person_id)
        .where(SearchKey.kind == "name", SearchKey.key.in_([key for key, _ in keys]))
        .where(PersonRecord.birth_date.in_([birth for _, birth in keys]))
        .where(PersonRecord.superseded_at.is_(None))
        .order_by(PersonRecord.person_id)
    )
    found: dict[tuple[str, str], list[PersonRecord]] = defaultdict(list)
    for row, key in session.execute(statement):
        if (key, row.birth_date) in keys:
            found[keys[key, row.birth_date]].append(row)
    return found


def facts_of(row: PersonRecord) -> PersonFacts:
    return PersonFacts(**{name: getattr(row, name) for name in FACTS})


def rebuild_search_keys(session: Session, facts: Mapping[int, PersonFacts]) -> None:
    """Make search keys of persons anew: an index of today's knowledge that holds nothing of its own."""
    if facts:
        session.execute(delete(SearchKey).where(SearchKey.person_id.in_(facts)))
        session.add_all(key for one, known_now in facts.items() for key in _search_keys(one, known_now))


def _search_keys(person_id: int, facts: PersonFacts) -> list[SearchKey]:
    given = facts.name.replace("\u3000", " ").partition(" ")[2]
    spellings = {
        "name": name_search_key(facts.name),
        "kana": kana_search_key(facts.name_kana),
        "alias": name_search_key(facts.alias_name or ""),
        "alias_kana": kana_search_key(facts.alias_kana or ""),
        "latin": name_search_key(facts.name_latin or ""),
        "former": name_search_key(f"{facts.former_surname}{given}") if facts.former_surname else "",
    }
    return [SearchKey(person_id=person_id, kind=kind, key=key) for kind, key in spellings.items() if key]


def _record(
    ctx: Context, values: Mapping[str, Any], effective_on: date | None, notification: Notification | None
) -> PersonRecord:
    return PersonRecord(effective_on=effective_on, **origin(ctx, notification), **values)


def _deed(name: str, notification: Notification | None) -> dict[str, Any]:
    return {"deed": name, "notification": notification.id if notification else None}
