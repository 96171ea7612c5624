"""Where persons live and want letters, by date; nothing is overwritten (A1, ADR 0003)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import in_force, known
from models.notification import Notification
from models.person import AddressRecord, PersonRecord
from rules.kana import address_search_key
from services import audit, outside_register
from services.context import Context
from services.recorded import origin

ONE_DAY = timedelta(days=1)
RESIDENCE, MAILING, SAFE = "residence", "mailing", "safe"


@dataclass(frozen=True)
class AddressFacts:
    """One address as it is written on letters."""

    address: str
    postal_code: str | None = None
    building: str | None = None
    mailing_name: str | None = None
    previous_address: str | None = None


def move(
    ctx: Context,
    person_id: int,
    facts: AddressFacts,
    from_on: date,
    notification: Notification | None,
    kind: str = RESIDENCE,
) -> None:
    """Record the address of a person from `from_on` on; the one before ends on the day before."""
    move_all(ctx, [person_id], facts, from_on, notification, kind)


def move_all(
    ctx: Context,
    person_ids: Sequence[int],
    facts: AddressFacts,
    from_on: date,
    notification: Notification | None,
    kind: str = RESIDENCE,
    newcomers: Collection[int] = (),
) -> dict[int, AddressRecord]:
    """Record one address for several persons from `from_on` on; who lives there already stays as he is.

    Of `newcomers`, who were taken in by this very deed, nothing is on record that could be asked for.
    Returns the new rows by person.
    """
    return move_each(ctx, dict.fromkeys(person_ids, facts), from_on, notification, kind, newcomers)


def move_each(
    ctx: Context,
    told: Mapping[int, AddressFacts],
    from_on: date,
    notification: Notification | None,
    kind: str = RESIDENCE,
    newcomers: Collection[int] = (),
) -> dict[int, AddressRecord]:
    """Record the address of each person, as `move_all` does."""
    believed, kinds = _believed(ctx.session, told.keys() - set(newcomers), from_on, kind)
    made: dict[int, AddressRecord] = {}
    for person_id, facts in told.items():
        ahead = believed[person_id]
        if len(ahead) == 1 and _lives_there(ahead[0], facts, from_on):
            continue
        for row in ahead:
            _end(ctx, row, from_on - ONE_DAY, notification)
        made[person_id] = _row(ctx, person_id, kind, facts, from_on, None, notification)
        detail = {"deed": "moved", "kind": kind, "notification": notification.id if notification else None}
        audit.record(ctx, Tag.REGISTER_CHANGED, f"person:{person_id}", detail=detail)
    ctx.session.add_all(made.values())
    if kind == RESIDENCE:
        outside_register.ask_where(ctx, ((one, kinds[one]) for one in made if one in kinds))
    return made


def move_on(
    ctx: Context, told: Mapping[int, AddressFacts], from_on: date, notification: Notification | None
) -> None:
    """Record where each person lives from a day on; where he lived until then is kept as the previous one."""
    homes = current_of(ctx.session, list(told), from_on)
    facts = {
        one: with_previous(place, homes[one].address if one in homes else None) for one, place in told.items()
    }
    move_each(ctx, facts, from_on, notification)


def _believed(
    session: Session, person_ids: Collection[int], from_on: date, kind: str
) -> tuple[dict[int, list[AddressRecord]], dict[int, str]]:
    """The addresses of persons that reach `from_on` or begin later, and how each person is registered."""
    found: dict[int, list[AddressRecord]] = defaultdict(list)
    kinds: dict[int, str] = {}
    if person_ids:
        of_kind = and_(
            AddressRecord.person_id == PersonRecord.person_id,
            AddressRecord.kind == kind,
            AddressRecord.superseded_at.is_(None),
        )
        statement = (
            select(PersonRecord.person_id, PersonRecord.resident_kind, AddressRecord)
            .outerjoin(AddressRecord, of_kind)
            .where(PersonRecord.person_id.in_(person_ids), PersonRecord.superseded_at.is_(None))
        )
        for person_id, resident_kind, row in session.execute(statement):
            kinds[person_id] = resident_kind
            if row is not None and (row.until_on is None or row.until_on >= from_on):
                found[person_id].append(row)
    return found, kinds


def current(session: Session, person_id: int, day: date, kind: str = RESIDENCE) -> AddressRecord | None:
    """Where the person lives (or wants letters) on a day, as known today."""
    return current_of(session, [person_id], day, kind).get(person_id)


def current_of(
    session: Session, person_ids: list[int], day: date, kind: str = RESIDENCE
) -> dict[int, AddressRecord]:
    """The addresses of several persons on a day, in one statement."""
    statement = select(AddressRecord).where(
        AddressRecord.person_id.in_(person_ids), AddressRecord.kind == kind
    )
    rows = session.scalars(
        in_force(known(statement, AddressRecord), AddressRecord, day).order_by(AddressRecord.id)
    )
    return {row.person_id: row for row in rows}


def all_of(session: Session, person_ids: list[int], day: date) -> dict[int, dict[str, AddressRecord]]:
    """All addresses of several persons on a day by kind, in one statement."""
    statement = select(AddressRecord).where(AddressRecord.person_id.in_(person_ids))
    found: dict[int, dict[str, AddressRecord]] = defaultdict(dict)
    for row in session.scalars(
        in_force(known(statement, AddressRecord), AddressRecord, day).order_by(AddressRecord.id)
    ):
        found[row.person_id][row.kind] = row
    return found


def facts_of(row: AddressRecord) -> AddressFacts:
    return AddressFacts(row.address, row.postal_code, row.building, row.mailing_name, row.previous_address)


def _lives_there(row: AddressRecord, facts: AddressFacts, day: date) -> bool:
    begun = row.from_on is None or row.from_on <= day
    return begun and row.until_on is None and not is_elsewhere(row, facts)


def _end(ctx: Context, row: AddressRecord, last_day: date, notification: Notification | None) -> None:
    """Close a row: until when, as a row of its own; nothing is left of one that began later."""
    row.supersede(ctx.at, notification.id if notification else None)
    if row.from_on is None or row.from_on <= last_day:
        ctx.session.add(
            _row(ctx, row.person_id, row.kind, facts_of(row), row.from_on, last_day, notification)
        )


def _row(
    ctx: Context,
    person_id: int,
    kind: str,
    facts: AddressFacts,
    from_on: date | None,
    until_on: date | None,
    notification: Notification | None,
) -> AddressRecord:
    return AddressRecord(
        person_id=person_id,
        kind=kind,
        from_on=from_on,
        until_on=until_on,
        postal_code=facts.postal_code,
        address=facts.address,
        building=facts.building,
        mailing_name=facts.mailing_name,
        previous_address=facts.previous_address,
        address_search=address_search_key(facts.address + (facts.building or "")),
        **origin(ctx, notification),
    )


def is_elsewhere(row: AddressRecord, facts: AddressFacts) -> bool:
    """Whether an address told differs from the one on record."""
    told = address_search_key(facts.address + (facts.building or ""))
    return (row.address_search, row.postal_code) != (told, facts.postal_code)


def with_previous(facts: AddressFacts, previous: str | None) -> AddressFacts:
    """The same address, with where the person came from."""
    return replace(facts, previous_address=previous)
