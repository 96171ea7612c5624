"""Finding persons in a register of 300,000: prefixes as ranges, pages by key, counts that stop (A6).

One statement finds a page and reads all that a row of the result shows; its cost does not grow with the
number of the page (performance.md, section 3). The Individual Number is not reachable from here.
Somebody under a protective measure (支援措置), and who is in a household with him, is never found by an
address and shows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row

from models.audit.tags import Tag
from models.person import PersonRecord
from rules.ages import age_on
from rules.eras import PartialDate
from services import audit
from services.context import Context
from services.protection import is_protected
from services.search_statements import CAP, PAGE, Cursor, page_of
from services.search_terms import Wanted


@dataclass(frozen=True)
class FoundPerson:
    """A row of the result. `address` is None where a protective measure hides it.

    `standing` is insured, lost, future (not begun yet) or none; `lost_on` the first day not insured any more.
    """

    person_id: int
    name: str
    name_kana: str
    other_name: str
    birth: PartialDate
    age: int | None
    sex: str
    died_on: date | None
    is_protected: bool
    address: str | None
    household_id: int | None
    household_number: str
    card: str
    branch: str
    standing: str
    lost_on: date | None


@dataclass(frozen=True)
class Found:
    """A page of persons. `total` is known on the first page and ends at `CAP` (`is_capped`)."""

    persons: Sequence[FoundPerson]
    wanted: Wanted
    total: int | None
    has_next: bool
    has_previous: bool

    @property
    def is_capped(self) -> bool:
        return self.total is not None and self.total >= CAP

    @property
    def first_id(self) -> int | None:
        return self.persons[0].person_id if self.persons else None

    @property
    def last_id(self) -> int | None:
        return self.persons[-1].person_id if self.persons else None


NOWHERE = Cursor()


def find(ctx: Context, attempts: Sequence[Wanted], cursor: Cursor = NOWHERE) -> Found:
    """A page of the first attempt that finds somebody; who searched, by what and how many is recorded."""
    found = Found((), attempts[-1], 0, has_next=False, has_previous=False)
    for wanted in attempts:
        found = _page(ctx, wanted, cursor)
        if found.persons:
            break
    detail = {"by": found.wanted.kinds, "found": found.total, "page": cursor.kind}
    audit.record(ctx, Tag.PERSON_SEARCHED, detail=detail)
    return found


def _page(ctx: Context, wanted: Wanted, cursor: Cursor) -> Found:
    rows: dict[int, list[Row[Any]]] = {}
    for row in ctx.session.execute(*page_of(wanted, ctx.today, cursor)):
        rows.setdefault(row.person_id, []).append(row)
    total = next((same[0].total for same in rows.values()), 0 if cursor.kind == "first" else None)
    persons = [_person(same, ctx.today) for same in rows.values()]
    more = len(persons) > PAGE
    persons = persons[:PAGE]
    backwards = cursor.kind == "before"
    if backwards:
        persons.reverse()
    return Found(
        persons=persons,
        wanted=wanted,
        total=total,
        has_next=backwards or more,
        has_previous=more if backwards else cursor.kind == "after",
    )


def _person(same: Sequence[Row[Any]], day: date) -> FoundPerson:
    """One person from his rows: household, number there (else the last one), standing."""
    record: PersonRecord = same[0].PersonRecord
    home = next((row for row in same if row.household_id is not None), same[0])
    card = max(
        (row for row in same if row.card_id is not None),
        key=lambda row: (row.card_household_id == home.household_id, row.card_id),
        default=None,
    )
    standing, lost_on = _standing({(row.acquired_on, row.lost_on) for row in same if row.acquired_on}, day)
    born = record.birth.as_date()
    return FoundPerson(
        person_id=record.person_id,
        name=record.name,
        name_kana=record.name_kana,
        other_name=record.alias_name or record.name_latin or "",
        birth=record.birth,
        age=age_on(born, record.died_on or day) if born else None,
        sex=record.sex,
        died_on=record.died_on,
        is_protected=is_protected(record, day),
        address=None if home.hides_places else f"{home.address or ''} {home.building or ''}".strip(),
        household_id=home.household_id,
        household_number=home.household_number or "",
        card=f"{card.symbol} {card.number}".strip() if card else "",
        branch=card.branch if card else "",
        standing=standing,
        lost_on=lost_on,
    )


def _standing(periods: set[tuple[date, date | None]], day: date) -> tuple[str, date | None]:
    if not periods:
        return "none", None
    if any(acquired <= day and (lost is None or day < lost) for acquired, lost in periods):
        return "insured", None
    if any(acquired > day for acquired, _ in periods):
        return "future", None
    return "lost", max(lost for _, lost in periods if lost is not None)
