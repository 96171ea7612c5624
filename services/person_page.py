"""The page of a person: what is known, or was known on a past day, and every row that ever was (A1, A3).

The Individual Number is not read here; the page says only whether one is on record (A5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models import person
from models.audit.tags import Tag
from models.certificate import Certificate
from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, Household, HouseholdHead, HouseholdMember
from models.notification import Notification, NotificationPerson
from models.person import AddressRecord, Person, PersonRecord
from models.protection import PlaceRelease
from models.staff import names_of
from models.vault import find_confirmed_of
from rules.ages import ages_possible_on
from services import audit, place_releases, registry_pages, share_entries
from services.context import Context
from services.errors import PersonUnknown
from services.persons import FACTS
from services.protection import hides_places, is_protected
from services.registry_pages import Knowledge, Paper, ReasonNames, Told

TABS = ("eligibility", "certificates", "addresses", "household", "cases", "records")


@dataclass(frozen=True)
class Home:
    """A household to which the person belongs or which he heads, from when to when."""

    household: Household
    row: HouseholdMember | HouseholdHead

    @property
    def heads(self) -> bool:
        return isinstance(self.row, HouseholdHead)


@dataclass(frozen=True)
class Number:
    """Symbol, number and branch under which the person is or was insured."""

    card: CardNumber
    branch: str

    @property
    def text(self) -> str:
        return f"{self.card.symbol} {self.card.number}-{self.branch}".strip()


@dataclass(frozen=True)
class Superseding:
    """One row of the record: what it says, when it was written and by which notification, when it ended.

    `changed` are the facts that differ from the row before it: (name, before, after).
    """

    kind: str
    row: Any
    household_number: str
    by: str
    number: str
    ended_by: str
    changed: Sequence[tuple[str, Any, Any]] = ()


@dataclass(frozen=True)
class PersonPage:
    """All that the page shows. `record` is None where the person was not on record yet on that day."""

    person: Person
    knowledge: Knowledge
    record: PersonRecord | None
    ages: tuple[int, int] | None
    is_protected: bool
    hides_places: bool
    release: PlaceRelease | None
    kept: Person | None
    gone: Sequence[Person]
    has_number: bool
    addresses: Sequence[AddressRecord]
    periods: Sequence[Enrolment]
    homes: Sequence[Home]
    numbers: Sequence[Number]
    papers: Sequence[Paper]
    told: Sequence[Told]
    history: Sequence[Superseding]
    reasons: ReasonNames
    may_bear_share: bool
    share_since: date | None

    @property
    def residence(self) -> AddressRecord | None:
        """Where he lives on the day."""
        return self._address("residence")

    @property
    def mailing(self) -> AddressRecord | None:
        """Where he wants letters on the day (送付先)."""
        return self._address("mailing")

    @property
    def home(self) -> Home | None:
        """The household to which he belongs on the day."""
        rows = [one for one in self.homes if not one.heads and self.knowledge.in_force(one.row)]
        return rows[-1] if rows else None

    @property
    def heads_home(self) -> bool:
        """Whether he heads his household on the day."""
        return any(one.heads and self.knowledge.in_force(one.row) for one in self.homes)

    @property
    def number(self) -> Number | None:
        """The number of his household on the day, else the last one he had."""
        here = [one for one in self.numbers if self.home and one.card.household_id == self.home.household.id]
        fitting = [one for one in here if self.knowledge.in_force(one.card)]
        return next(iter([*fitting, *reversed(self.numbers)]), None)

    @property
    def period(self) -> Enrolment | None:
        """The period that holds the day; None where he is not insured."""
        return next((row for row in self.periods if row.covers(self.knowledge.day)), None)

    @property
    def last_period(self) -> Enrolment | None:
        """The newest period that was not cancelled."""
        return next((row for row in reversed(self.periods) if not row.cancelled), None)

    def _address(self, kind: str) -> AddressRecord | None:
        rows = [row for row in self.addresses if row.kind == kind and self.knowledge.in_force(row)]
        return rows[-1] if rows else None


def read(ctx: Context, person_id: int, as_of: date | None = None, tab: str = TABS[0]) -> PersonPage:
    """Everything of a person; that it was read is recorded.

    Raises:
        PersonUnknown: nobody with this id is on record.
        DayNotYetKnown: `as_of` is still to come.
    """
    knowledge = registry_pages.knowledge_of(ctx, as_of)
    shown = _person(ctx, person_id)
    rows = _rows(ctx, person_id)
    believed = {kind: [row for row in found if knowledge.holds(row)] for kind, found in rows.items()}
    record = registry_pages.newest(believed["person"])
    protected = hides_places(ctx, person_id)
    release = place_releases.find_in_force(ctx, person_id) if protected else None
    hidden = protected and release is None
    number = find_confirmed_of(ctx.session, person_id)
    papers = registry_pages.list_papers(ctx.session, Certificate.person_id == person_id, knowledge)
    concerned = select(NotificationPerson.notification_id).where(NotificationPerson.person_id == person_id)
    told = registry_pages.list_told(ctx, Notification.id.in_(concerned), knowledge)
    households = _households(ctx, [*rows["membership"], *rows["headship"]])
    lived = sorted([*believed["membership"], *believed["headship"]], key=lambda row: (row.from_on, row.id))
    detail = {"tab": tab, "as_of": as_of.isoformat() if as_of else None}
    if release is not None:
        detail["release"] = str(release.id)
    purpose = release.purpose if release is not None else ""
    audit.record(ctx, Tag.PERSON_READ, f"person:{person_id}", detail=detail, purpose=purpose)
    return PersonPage(
        person=shown,
        knowledge=knowledge,
        record=record,
        ages=_ages(record, knowledge.day) if record else None,
        is_protected=_is_protected(ctx, rows["person"], record, knowledge.day),
        hides_places=hidden,
        release=release,
        kept=ctx.session.get(Person, shown.merged_into_id) if shown.merged_into_id else None,
        gone=ctx.session.scalars(select(Person).where(Person.merged_into_id == person_id)).all(),
        has_number=number is not None and knowledge.had(number.confirmed_at or number.created_at),
        addresses=[]
        if hidden
        else sorted(believed["address"], key=lambda row: (row.from_on or date.min, row.id)),
        periods=sorted(believed["period"], key=lambda row: (row.acquired_on, row.id)),
        homes=[Home(households[row.household_id], row) for row in lived],
        numbers=_numbers(ctx, person_id, knowledge.day),
        papers=papers,
        told=told,
        history=_history(ctx, rows, households, knowledge) if tab == "records" else (),
        reasons=registry_pages.reason_names(ctx.session),
        may_bear_share=record is not None and share_entries.may_bear(record, knowledge.day),
        share_since=(
            share_entries.since(ctx, record, knowledge.moment) if record and record.copay_share else None
        ),
    )


def find_by_addressee_number(ctx: Context, number: str) -> int | None:
    """The person of an address number; that it was looked for is recorded."""
    found = person.find_by_addressee_number(ctx.session, number)
    audit.record(ctx, Tag.PERSON_SEARCHED, detail={"by": ["number"], "found": int(found is not None)})
    return found


def _person(ctx: Context, person_id: int) -> Person:
    person = ctx.session.get(Person, person_id)
    if person is None:
        raise PersonUnknown(
            "この方は登録されていません。検索し直してください。",
            "This person is not on record. Search again.",
        )
    return person


def _rows(ctx: Context, person_id: int) -> Mapping[str, Sequence[Any]]:
    """Every row of the record, superseded ones included, oldest first; one statement a table."""
    tables: dict[str, Any] = {
        "person": PersonRecord,
        "address": AddressRecord,
        "period": Enrolment,
        "membership": HouseholdMember,
        "headship": HouseholdHead,
    }
    return {
        kind: ctx.session.scalars(select(table).where(table.person_id == person_id).order_by(table.id)).all()
        for kind, table in tables.items()
    }


def _households(ctx: Context, rows: Sequence[HouseholdMember | HouseholdHead]) -> dict[int, Household]:
    ids = {row.household_id for row in rows}
    if not ids:
        return {}
    return {row.id: row for row in ctx.session.scalars(select(Household).where(Household.id.in_(ids)))}


def _numbers(ctx: Context, person_id: int, day: date) -> list[Number]:
    statement = (
        select(CardNumber, BranchNumber.branch)
        .join(BranchNumber, BranchNumber.card_number_id == CardNumber.id)
        .where(BranchNumber.person_id == person_id, CardNumber.from_on <= day)
        .order_by(CardNumber.from_on, CardNumber.id)
    )
    return [Number(card, branch) for card, branch in ctx.session.execute(statement)]


def _is_protected(ctx: Context, rows: Sequence[PersonRecord], record: PersonRecord | None, day: date) -> bool:
    """Whether a measure is in force today, or was on the day shown."""
    now = registry_pages.newest([row for row in rows if row.superseded_at is None])
    return any(one is not None and is_protected(one, on) for one, on in ((now, ctx.today), (record, day)))


def _ages(record: PersonRecord, day: date) -> tuple[int, int]:
    """The age on the day, or on the day of death; two where the date of birth is known in part."""
    return ages_possible_on(record.birth, min(day, record.died_on) if record.died_on else day)


def _history(
    ctx: Context,
    rows: Mapping[str, Sequence[Any]],
    households: Mapping[int, Household],
    knowledge: Knowledge,
) -> list[Superseding]:
    """Every row written up to the day, the newest first, beside the one that it replaced."""
    told = [
        (kind, row, before)
        for kind, found in rows.items()
        for row, before in _beside_the_one_before(kind, found)
        if knowledge.had(row.recorded_at)
    ]
    names = names_of(ctx.session, (row.recorded_by_id for _, row, _ in told))
    numbers = registry_pages.numbers_of(
        ctx.session,
        [one for _, row, _ in told for one in (row.notification_id, row.superseded_by_notification_id)],
    )
    told.sort(key=lambda one: (one[1].recorded_at, one[0], one[1].id), reverse=True)
    return [
        Superseding(
            kind=kind,
            row=row,
            household_number=(
                households[row.household_id].household_number if hasattr(row, "household_id") else ""
            ),
            by=names.get(row.recorded_by_id, ""),
            number=numbers.get(row.notification_id, ""),
            ended_by=numbers.get(row.superseded_by_notification_id, ""),
            changed=_changed(kind, row, before),
        )
        for kind, row, before in told
    ]


def _beside_the_one_before(kind: str, rows: Sequence[Any]) -> list[tuple[Any, Any | None]]:
    """Each row with the one before it of the same period, the same address, the same household."""
    thread = _THREADS[kind]
    last: dict[Any, Any] = {}
    pairs = []
    for row in rows:
        pairs.append((row, last.get(thread(row))))
        last[thread(row)] = row
    return pairs


_THREADS: dict[str, Callable[[Any], Any]] = {
    "person": lambda row: row.person_id,
    "address": lambda row: (row.kind, row.from_on),
    "period": lambda row: row.period_key,
    "membership": lambda row: (row.household_id, row.from_on),
    "headship": lambda row: (row.household_id, row.from_on),
}
_COMPARED = {
    "person": FACTS,
    "address": ("address", "building", "postal_code", "from_on", "until_on"),
    "period": (
        *("acquired_on", "acquisition_reason", "lost_on", "loss_reason", "coverage_end_on", "cancelled"),
        "residence_exception",
    ),
    "membership": ("relationship_code", "from_on", "until_on"),
    "headship": ("from_on", "until_on", "nhi_only"),
}


def _changed(kind: str, row: Any, before: Any | None) -> list[tuple[str, Any, Any]]:
    if before is None:
        return []
    pairs = [(name, getattr(before, name), getattr(row, name)) for name in _COMPARED[kind]]
    return [(name, old, new) for name, old, new in pairs if old != new]
