"""Taking back what a notification recorded: its rows are closed, what it had closed is believed again (B5).

Nothing is deleted and no closed row is opened again: what is believed again is a new row, which keeps the
notification from which that knowledge came. Persons who were taken in stay on record with their address:
certificates and letters that ask for them back still need both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from models.enrolment import Enrolment
from models.household import CardNumber, HouseholdHead, HouseholdMember
from models.notification import Notification
from models.person import AddressRecord, PersonRecord, list_current
from services import eligibility, outside_register, persons
from services.context import Context

ENTITIES: tuple[type[Any], ...] = (
    PersonRecord,
    AddressRecord,
    HouseholdMember,
    HouseholdHead,
    Enrolment,
)
OF_THE_ROW = frozenset(
    {
        "id",
        "recorded_at",
        "recorded_by_id",
        "superseded_at",
        "superseded_by_notification_id",
    }
)


@dataclass(frozen=True)
class Traces:
    """The rows that a notification made and believed still, those it closed, and whom it took in."""

    made: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)
    new_person_ids: frozenset[int] = frozenset()
    new_household_ids: frozenset[int] = frozenset()
    new_period_keys: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not (self.made or self.closed)

    def of(self, rows: Sequence[Any], kind: type[Any]) -> list[Any]:
        return [row for row in rows if isinstance(row, kind)]


def traces_of(session: Session, notification_id: int) -> Traces:
    """Everything in the record that says it comes from, or was closed by, a notification."""
    made: list[Any] = []
    closed: list[Any] = []
    for entity in ENTITIES:
        made += session.scalars(select(entity).where(entity.notification_id == notification_id)).all()
        statement = select(entity).where(entity.superseded_by_notification_id == notification_id)
        closed += [row for row in session.scalars(statement) if row.notification_id != notification_id]
    return Traces(
        made,
        closed,
        _first_by(session, PersonRecord.person_id, PersonRecord, made),
        _first_by(session, HouseholdHead.household_id, HouseholdHead, made),
        _first_by(session, Enrolment.period_key, Enrolment, made),
    )


def take_back(ctx: Context, traces: Traces, cancelling: Notification) -> list[Enrolment]:
    """Close what was made, believe again what was closed; answer the periods that hold again.

    Periods that the notification opened stay on record as cancelled (資格取得取消).
    """
    kept = _kept(traces)
    believed = [row for row in traces.made if row.superseded_at is None and row not in kept]
    opened = [
        row
        for row in traces.of(believed, Enrolment)
        if row.period_key in traces.new_period_keys and not row.cancelled
    ]
    for row in believed:
        if row not in opened:
            row.supersede(ctx.at, cancelling.id)
    ctx.session.flush()
    for row in opened:
        eligibility.cancel_period(ctx, row, cancelling)
    restored = [_again(ctx, row) for row in traces.closed]
    ctx.session.add_all(restored)
    ctx.session.flush()
    for row in traces.of(restored, PersonRecord):
        persons.rebuild_search_keys(ctx.session, {row.person_id: persons.facts_of(row)})
    _tell_address_system(ctx, restored)
    _void_numbers(ctx.session, traces)
    return traces.of(restored, Enrolment)


def _tell_address_system(ctx: Context, restored: Sequence[Any]) -> None:
    """What is believed again of persons outside the resident register is an update of theirs (J1)."""
    ids = {row.person_id for row in restored if isinstance(row, PersonRecord | AddressRecord)}
    records = list_current(ctx.session, ids) if ids else {}
    outside_register.ask_where(ctx, ((one, row.resident_kind) for one, row in records.items()))


def _kept(traces: Traces) -> list[Any]:
    people = [*traces.of(traces.made, PersonRecord), *traces.of(traces.made, AddressRecord)]
    return [row for row in people if row.person_id in traces.new_person_ids]


def _again(ctx: Context, row: Any) -> Any:
    """A new row with what a closed one said; who cancelled is told by who recorded it."""
    entity = type(row)
    columns = [column.key for column in inspect(entity).column_attrs if column.key not in OF_THE_ROW]
    values = {name: getattr(row, name) for name in columns}
    return entity(**values, recorded_at=ctx.at, recorded_by_id=ctx.actor.staff_id)


def _void_numbers(session: Session, traces: Traces) -> None:
    """A number that came with a head who never was is out of use from its first day on; none is reused."""
    for head in traces.of(traces.made, HouseholdHead):
        if head.household_id in traces.new_household_ids:
            continue
        statement = select(CardNumber).where(
            CardNumber.household_id == head.household_id, CardNumber.until_on.is_(None)
        )
        given = session.scalars(statement.order_by(CardNumber.id)).all()
        if len(given) > 1 and given[-1].from_on == head.from_on:
            given[-1].until_on = head.from_on - timedelta(days=1)


def _first_by(session: Session, key: Any, entity: type[Any], made: list[Any]) -> frozenset[Any]:
    """The keys (persons, households, periods) of which the very first row was made by the notification."""
    mine = {getattr(row, key.key): row.id for row in reversed(made) if isinstance(row, entity)}
    for row in made:
        if isinstance(row, entity):
            mine[getattr(row, key.key)] = min(mine[getattr(row, key.key)], row.id)
    if not mine:
        return frozenset()
    first = select(key, func.min(entity.id)).where(key.in_(mine)).group_by(key)
    return frozenset(name for name, row_id in session.execute(first) if mine[name] == row_id)
