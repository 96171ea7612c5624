"""Choosing a row for a form: a few words in, at most twenty rows out, never the whole table (T10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from models.audit.tags import Tag
from models.base import in_force, known
from models.household import Household, HouseholdHead
from models.masters import Municipality, OtherInsurer
from models.notification import Notification
from models.person import Person, PersonRecord
from rules.eras import format_short
from rules.kana import kana_search_key, name_search_key
from services import audit, search
from services.context import Context
from services.errors import NotFound
from services.search_terms import NotSearchable, read_box

MOST = 20
LARGEST_ID = 2**31 - 1  # a larger number is no row's, and would break in the database


@dataclass(frozen=True)
class Choice:
    """A row to choose: the value for the form, its name, and what tells it from its like."""

    value: str
    label: str
    more_ja: str = ""
    more_en: str = ""


def find(ctx: Context, kind: str, text: str) -> Sequence[Choice]:
    """The rows of a kind that fit the words; looking up people is recorded.

    Raises:
        NotFound: there is no such kind.
        NotSearchable: the words cannot be looked for.
    """
    if kind not in _KINDS:
        raise NotFound("この種類の検索はありません。", "There is nothing of this kind to look up.")
    if not text.strip():
        raise NotSearchable("探す言葉を入力してください。", "Type what to look for.")
    return _KINDS[kind](ctx, text.strip())[:MOST]


def _persons(ctx: Context, text: str) -> list[Choice]:
    found = search.find(ctx, read_box(text, ctx.today))
    gone = _merged(ctx, [person.person_id for person in found.persons])
    return [
        Choice(
            value=str(person.person_id),
            label=f"{person.name}({format_short(person.birth)})",
            more_ja=f"{_where(person, '保護対象')} {_number(person)}".strip(),
            more_en=f"{_where(person, 'protected')} {_number(person)}".strip(),
        )
        for person in found.persons
        if person.person_id not in gone
    ]


def _merged(ctx: Context, person_ids: Sequence[int]) -> frozenset[int]:
    """Records that were made part of another one: nothing new is written to them."""
    statement = select(Person.id).where(Person.id.in_(person_ids), Person.merged_into_id.is_not(None))
    return frozenset(ctx.session.scalars(statement)) if person_ids else frozenset()


def _where(person: search.FoundPerson, hidden: str) -> str:
    return hidden if person.address is None else person.address


def _number(person: search.FoundPerson) -> str:
    return f"{person.card}-{person.branch}" if person.card else ""


def _households(ctx: Context, text: str) -> list[Choice]:
    """The households of the persons found, each once, with its head."""
    found = search.find(ctx, read_box(text, ctx.today))
    numbers = {one.household_id: one for one in reversed(found.persons) if one.household_id is not None}
    heads = _heads(ctx, list(numbers))
    return [
        Choice(
            value=str(household_id),
            label=f"{one.household_number} {heads.get(household_id, '')}".strip(),
            more_ja=one.card,
            more_en=one.card,
        )
        for household_id, one in sorted(numbers.items(), key=lambda pair: pair[1].household_number)
    ]


def _heads(ctx: Context, household_ids: Sequence[int]) -> dict[int, str]:
    heads = known(select(HouseholdHead).where(HouseholdHead.household_id.in_(household_ids)), HouseholdHead)
    here = in_force(heads, HouseholdHead, ctx.today).subquery()
    statement = (
        select(here.c.household_id, PersonRecord.name)
        .join(PersonRecord, PersonRecord.person_id == here.c.person_id)
        .where(PersonRecord.superseded_at.is_(None))
    )
    return {row.household_id: row.name for row in ctx.session.execute(statement)}


def _insurers(ctx: Context, text: str) -> list[Choice]:
    key = name_search_key(text)
    statement = (
        select(OtherInsurer)
        .where(OtherInsurer.active.is_(True))
        .where(
            or_(
                OtherInsurer.insurer_number.startswith(key, autoescape=True),
                OtherInsurer.name.contains(text, autoescape=True),
            )
        )
        .order_by(OtherInsurer.insurer_number)
        .limit(MOST)
    )
    rows = ctx.session.scalars(statement)
    return [Choice(row.insurer_number, f"{row.insurer_number} {row.name}") for row in rows]


def _municipalities(ctx: Context, text: str) -> list[Choice]:
    """By code, name with or without the prefecture, or kana."""
    rows = ctx.session.scalars(
        select(Municipality).where(Municipality.active.is_(True)).order_by(Municipality.code)
    )
    key, sound = name_search_key(text), kana_search_key(text)
    return [
        Choice(row.code, f"{row.code} {row}")
        for row in rows
        if row.code.startswith(key)
        or key in name_search_key(f"{row.prefecture}{row.name}")
        or (sound and kana_search_key(row.name_kana).startswith(sound))
    ]


def _notifications(ctx: Context, text: str) -> list[Choice]:
    """By the start of the number, in the actor's office."""
    number = name_search_key(text).upper()
    statement = (
        select(Notification)
        .where(Notification.office_id == ctx.actor.office_id)
        .where(Notification.number.startswith(number, autoescape=True))
        .order_by(Notification.number.desc())
        .limit(MOST)
    )
    rows = ctx.session.scalars(statement).all()
    audit.record(ctx, Tag.PERSON_SEARCHED, detail={"by": ["notification"], "found": len(rows)})
    return [
        Choice(
            value=str(row.id),
            label=row.number,
            more_ja=f"{format_short(row.received_on)} 受付",
            more_en=f"received {format_short(row.received_on)}",
        )
        for row in rows
    ]


def not_on_record(ctx: Context, entry: Mapping[str, Any]) -> list[str]:
    """The paths of an entry whose id of a person, a household or a notification is not on record.

    What was typed around the look-up is found so. A notification counts in the actor's office alone.
    """
    told: dict[str, dict[str, int]] = {}
    for path, number in _ids(entry):
        kind = next(one for one in _ENDINGS if path.endswith(one))
        told.setdefault(kind, {})[path] = number
    known = {
        kind: set(
            ctx.session.scalars(_ENDINGS[kind](ctx, {one for one in ids.values() if one <= LARGEST_ID}))
        )
        for kind, ids in told.items()
    }
    return [path for kind, ids in told.items() for path, number in ids.items() if number not in known[kind]]


def _ids(entry: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, int]]:
    for name, value in entry.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from _ids(value, f"{path}.")
        elif isinstance(value, list):
            rows = [(place, row) for place, row in enumerate(value) if isinstance(row, Mapping)]
            for place, row in rows:
                yield from _ids(row, f"{path}.{place}.")
        elif isinstance(value, int) and name.endswith(tuple(_ENDINGS)):
            yield path, value


_ENDINGS: dict[str, Callable[[Context, set[int]], Select[int]]] = {
    "person_id": lambda _ctx, ids: select(Person.id).where(Person.id.in_(ids)),
    "household_id": lambda _ctx, ids: select(Household.id).where(Household.id.in_(ids)),
    "notification_id": lambda ctx, ids: (
        select(Notification.id)
        .where(Notification.office_id == ctx.actor.office_id)
        .where(Notification.id.in_(ids))
    ),
}
_KINDS: dict[str, Callable[[Context, str], list[Choice]]] = {
    "person": _persons,
    "household": _households,
    "insurer": _insurers,
    "municipality": _municipalities,
    "notification": _notifications,
}
