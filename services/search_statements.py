"""The statement of one page of a search: who is found, in which order, and what a row shows.

A start of a key is written as a range, for a prepared LIKE cannot use the index; keys compare byte by
byte (collation C), so the index gives the order as well. The next page begins after the last person of this
one: his place in the order is read again from his id, so that no key stands in an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from models.base import in_force, known
from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, Household, HouseholdMember
from models.person import AddressRecord, Person, PersonRecord, SearchKey
from services.search_terms import Wanted

PAGE = 25  # persons on a page
CAP = 1_000  # persons that are counted at most
LAST_CODE, SURROGATES, AFTER_SURROGATES = 0x10FFFF, 0xD800, 0xE000


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after a person, or before one when going back."""

    after: int | None = None
    before: int | None = None

    @property
    def is_first(self) -> bool:
        return self.after is None and self.before is None


def page_of(wanted: Wanted, day: date, cursor: Cursor) -> Select[Any]:
    """The persons of a page and one more, each with what a row shows; several rows where he has several."""
    driver = _driver(wanted, day)
    hits = driver.subquery()
    page = _narrowed(select(hits.c.person_id, hits.c.place), hits, wanted, day)
    if not cursor.is_first:
        page = _moved(page, hits, driver.subquery(), cursor)
    backwards = cursor.before is not None
    order = [column.desc() if backwards else column.asc() for column in (hits.c.place, hits.c.person_id)]
    found = page.order_by(*order).limit(CAP + 1 if cursor.is_first else PAGE + 1).cte("found")
    total = select(func.count()).select_from(found).scalar_subquery() if cursor.is_first else literal(None)
    order = [column.desc() if backwards else column.asc() for column in (found.c.place, found.c.person_id)]
    shown = (
        select(found.c.person_id, found.c.place, total.label("total"))
        .order_by(*order)
        .limit(PAGE + 1)
        .cte("shown")
    )
    order = [column.desc() if backwards else column.asc() for column in (shown.c.place, shown.c.person_id)]
    return _with_details(shown, day).order_by(*order)


def starts_with(column: Any, start: str) -> ColumnElement[bool]:
    """That a text begins so, as a range on an index in byte order."""
    last = ord(start[-1]) + 1
    if last > LAST_CODE:
        return and_(column >= start)
    code = AFTER_SURROGATES if last == SURROGATES else last
    return and_(column >= start, column < start[:-1] + chr(code))


def _driver(wanted: Wanted, day: date) -> Select[int, str]:
    """The condition that finds fewest, as (person_id, place in the order), every person once."""
    if wanted.number or wanted.household or wanted.addressee:
        return _by_number(wanted)
    if len(wanted.born) == len("1980-04-02") or (wanted.born and not (wanted.name or wanted.kana)):
        return select(PersonRecord.person_id, PersonRecord.birth_date.label("place")).where(*_born(wanted))
    if wanted.name or wanted.kana:
        return _by_name(wanted)
    return select(AddressRecord.person_id, AddressRecord.address_search.label("place")).where(
        *_lives_at(wanted, day)
    )


def _by_name(wanted: Wanted) -> Select[int, str]:
    """By a key; somebody whom several keys match stands where the first of them stands."""
    text = wanted.kana or wanted.name
    other = aliased(SearchKey)
    earlier = exists().where(
        other.person_id == SearchKey.person_id,
        _matches(other.key, text, inside=wanted.inside),
        or_(other.key < SearchKey.key, and_(other.key == SearchKey.key, other.id < SearchKey.id)),
    )
    return select(SearchKey.person_id, SearchKey.key.label("place")).where(
        _matches(SearchKey.key, text, inside=wanted.inside), ~earlier
    )


def _by_number(wanted: Wanted) -> Select[int, str]:
    if wanted.number:
        statement = (
            select(BranchNumber.person_id, BranchNumber.branch.label("place"))
            .join(CardNumber, CardNumber.id == BranchNumber.card_number_id)
            .where(CardNumber.number == wanted.number)
        )
        return statement.where(BranchNumber.branch == wanted.branch) if wanted.branch else statement
    if wanted.household:
        return (
            select(HouseholdMember.person_id, literal("").label("place"))
            .join(Household, Household.id == HouseholdMember.household_id)
            .where(Household.household_number == wanted.household, HouseholdMember.superseded_at.is_(None))
            .distinct()
        )
    return select(Person.id.label("person_id"), literal("").label("place")).where(
        Person.addressee_number == wanted.addressee
    )


def _narrowed(page: Select[int, str], hits: Subquery, wanted: Wanted, day: date) -> Select[int, str]:
    """What else was asked for, as conditions on a person found."""
    who = hits.c.person_id
    page = page.where(exists().where(PersonRecord.person_id == who, *_current()))
    by_number = bool(wanted.number or wanted.household or wanted.addressee)
    if wanted.born:
        page = page.where(exists().where(PersonRecord.person_id == who, *_born(wanted)))
    for text in filter(None, (wanted.name, wanted.kana)):
        named = _matches(SearchKey.key, text, inside=wanted.inside)
        page = page.where(exists().where(SearchKey.person_id == who, named))
    if wanted.address and (by_number or wanted.born or wanted.name or wanted.kana):
        page = page.where(exists().where(AddressRecord.person_id == who, *_lives_at(wanted, day)))
    if wanted.insured_only:
        page = page.where(exists().where(Enrolment.person_id == who, *_insured(day)))
    return page


def _moved(page: Select[int, str], hits: Subquery, again: Subquery, cursor: Cursor) -> Select[int, str]:
    """Only what stands after (or before) the person at whom the last page ended."""
    person_id = cursor.after if cursor.before is None else cursor.before
    place = select(func.min(again.c.place)).where(again.c.person_id == person_id).scalar_subquery()
    here, there = tuple_(hits.c.place, hits.c.person_id), tuple_(place, literal(person_id))
    return page.where(here < there if cursor.before is not None else here > there)


def _matches(column: Any, text: str, *, inside: bool) -> ColumnElement[bool]:
    return column.contains(text, autoescape=True) if inside else starts_with(column, text)


def _current() -> list[ColumnElement[bool]]:
    return [PersonRecord.superseded_at.is_(None)]


def _born(wanted: Wanted) -> list[ColumnElement[bool]]:
    return [*_current(), starts_with(PersonRecord.birth_date, wanted.born)]


def _lives_at(wanted: Wanted, day: date) -> list[ColumnElement[bool]]:
    """Lives there today and is not protected: an address never tells where a protected person is."""
    protected = exists().where(
        PersonRecord.person_id == AddressRecord.person_id,
        *_current(),
        PersonRecord.protective_measure.is_(True),
        or_(PersonRecord.protective_measure_until.is_(None), PersonRecord.protective_measure_until >= day),
    )
    return [
        AddressRecord.kind == "residence",
        AddressRecord.superseded_at.is_(None),
        or_(AddressRecord.from_on.is_(None), AddressRecord.from_on <= day),
        or_(AddressRecord.until_on.is_(None), AddressRecord.until_on >= day),
        AddressRecord.address_search.contains(wanted.address, autoescape=True),
        ~protected,
    ]


def _insured(day: date) -> list[ColumnElement[bool]]:
    return [
        Enrolment.superseded_at.is_(None),
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= day,
        or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > day),
    ]


def _with_details(shown: Any, day: date) -> Select[Any]:
    """Who it is, where he lives and in which household, his numbers and periods, of the page only."""
    who = shown.c.person_id
    address = known(select(AddressRecord).where(AddressRecord.kind == "residence"), AddressRecord)
    lives = aliased(AddressRecord, in_force(address, AddressRecord, day).subquery())
    belongs = aliased(
        HouseholdMember,
        in_force(known(select(HouseholdMember), HouseholdMember), HouseholdMember, day).subquery(),
    )
    return (
        select(
            who,
            shown.c.total,
            PersonRecord,
            lives.address,
            lives.building,
            belongs.household_id,
            Household.household_number,
            CardNumber.id.label("card_id"),
            CardNumber.household_id.label("card_household_id"),
            CardNumber.symbol,
            CardNumber.number,
            BranchNumber.branch,
            Enrolment.acquired_on,
            Enrolment.lost_on,
        )
        .join(PersonRecord, and_(PersonRecord.person_id == who, *_current()))
        .outerjoin(lives, lives.person_id == who)
        .outerjoin(belongs, belongs.person_id == who)
        .outerjoin(Household, Household.id == belongs.household_id)
        .outerjoin(BranchNumber, BranchNumber.person_id == who)
        .outerjoin(CardNumber, CardNumber.id == BranchNumber.card_number_id)
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.person_id == who,
                Enrolment.superseded_at.is_(None),
                Enrolment.cancelled.is_(False),
            ),
        )
    )
