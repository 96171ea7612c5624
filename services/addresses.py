"""Where persons live and want letters, by date; nothing is overwritten (A1, ADR 0003)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.base import in_force, known
from models.notification import Notification
from models.person import AddressRecord
from rules.kana import address_search_key
from services import audit
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
) -> AddressRecord:
    """Record the address of a person from `from_on` on; the one before ends on the day before."""
    believed = list(
        ctx.session.scalars(
            known(
                select(AddressRecord).where(AddressRecord.person_id == person_id, AddressRecord.kind == kind),
                AddressRecord,
            )
        )
    )
    for row in believed:
        if row.until_on is None or row.until_on >= from_on:
            _end(ctx, row, from_on - ONE_DAY, notification)
    moved = _row(ctx, person_id, kind, facts, from_on, None, notification)
    ctx.session.add(moved)
    audit.record(
        ctx,
        Tag.REGISTER_CHANGED,
        f"person:{person_id}",
        detail={"deed": "moved", "kind": kind, "notification": notification.id if notification else None},
    )
    ctx.session.flush()
    return moved


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


def facts_of(row: AddressRecord) -> AddressFacts:
    return AddressFacts(row.address, row.postal_code, row.building, row.mailing_name, row.previous_address)


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
