"""Who may see where somebody under a protective measure (支援措置) lives: one place decides it (H14).

Hidden are addresses of every kind and period, and the telephone, of him and of everybody who is in a
household with him today: what is read of one tells where the other lives. Letters still reach the safe place:
printing asks the record, not this module.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from models.household import HouseholdMember
from models.person import Person, PersonRecord
from services.context import Context


def is_protected(record: PersonRecord, day: date) -> bool:
    """Whether a protective measure (支援措置) is in force on a day; without an end it goes on."""
    until = record.protective_measure_until
    return record.protective_measure and (until is None or until >= day)


def hides_places(ctx: Context, person_id: int) -> bool:
    """Whether addresses and telephone of a person are kept from the reader.

    Nobody sees them, whatever his role, and on no past day either. A release opens the person's page alone,
    to who asked for it (`services/place_releases.py`).
    """
    return person_id in list_hidden(ctx, [person_id])


def list_hidden(ctx: Context, person_ids: Collection[int]) -> frozenset[int]:
    """Those of the persons whose addresses and telephone are kept from the reader, in one statement."""
    if not person_ids:
        return frozenset()
    return frozenset(ctx.session.scalars(_hidden(), {"ids": list(person_ids), "today": ctx.today}))


@cache
def _hidden() -> Select[int]:
    """The statement of `list_hidden`, asked by most deeds: building it takes longer than asking it."""
    today = bindparam("today", type_=Date)
    named = Person.id.in_(bindparam("ids", expanding=True))
    return select(Person.id).where(named, places_hidden(Person.id, today))


def list_marked(ctx: Context, person_ids: Collection[int]) -> frozenset[int]:
    """Those of the persons who are under a measure themselves."""
    if not person_ids:
        return frozenset()
    statement = select(Person.id).where(Person.id.in_(person_ids), _marked(Person.id, ctx.today))
    return frozenset(ctx.session.scalars(statement))


def list_every_hidden(ctx: Context) -> frozenset[int]:
    """Everybody whose addresses and telephone are hidden today; for files about many persons."""
    own, others = aliased(HouseholdMember), aliased(HouseholdMember)
    beside = select(others.person_id).where(
        _marked(own.person_id, ctx.today),
        _belongs(own, ctx.today),
        others.household_id == own.household_id,
        _belongs(others, ctx.today),
    )
    marked = select(Person.id).where(_marked(Person.id, ctx.today))
    return frozenset(ctx.session.scalars(beside)) | frozenset(ctx.session.scalars(marked))


def list_beside(ctx: Context, person_id: int) -> set[int]:
    """A person and whoever belongs to a household with him today."""
    own, others = aliased(HouseholdMember), aliased(HouseholdMember)
    statement = select(others.person_id).where(
        own.person_id == person_id,
        _belongs(own, ctx.today),
        others.household_id == own.household_id,
        _belongs(others, ctx.today),
    )
    return {person_id, *ctx.session.scalars(statement)}


def places_hidden(who: Any, today: Any) -> ColumnElement[bool]:
    """The same as a condition on the id of a person, by today's knowledge."""
    own, others = aliased(HouseholdMember), aliased(HouseholdMember)
    beside = exists().where(
        own.person_id == who,
        _belongs(own, today),
        others.household_id == own.household_id,
        _belongs(others, today),
        _marked(others.person_id, today),
    )
    return or_(_marked(who, today), beside)


def _marked(who: Any, today: Any) -> ColumnElement[bool]:
    record = aliased(PersonRecord)
    until = record.protective_measure_until
    return exists().where(
        record.person_id == who,
        record.superseded_at.is_(None),
        record.protective_measure.is_(True),
        or_(until.is_(None), until >= today),
    )


def _belongs(row: Any, today: Any) -> ColumnElement[bool]:
    ends = or_(row.until_on.is_(None), row.until_on >= today)
    return and_(row.superseded_at.is_(None), row.from_on <= today, ends)
