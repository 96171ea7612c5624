"""The statement of one page of a search: who is found, in which order, and what a row shows.

A start of a key is written as a range, for a prepared LIKE cannot use the index; keys compare byte by
byte (collation C), so the index gives the order as well. The next page begins after the last person of this
one: his place in the order is read again from his id, so that no key stands in an address. A statement is
built once for each combination of fields and run with the values of the search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, Household, HouseholdMember
from models.person import AddressRecord, Person, PersonRecord, SearchKey
from services.protection import places_hidden
from services.search_terms import Wanted

PAGE = 25  # persons on a page
CAP = 1_000  # persons that are counted at most
HIGHEST = "\U0010ffff"  # nothing that is typed sorts behind it
WHOLE_DATE = len("1980-04-02")
TODAY: Any = bindparam("today", type_=Date)
Found = Select[int, str]


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after a person, or before one when going back."""

    after: int | None = None
    before: int | None = None

    @property
    def kind(self) -> str:
        """first, after or before."""
        if self.before is not None:
            return "before"
        return "first" if self.after is None else "after"


@dataclass(frozen=True)
class Shape:
    """Which fields a search uses, and how; searches of one shape share a statement."""

    fields: frozenset[str]
    inside: bool
    whole_date: bool
    cursor: str

    def without(self, *fields: str) -> Shape:
        """What is left to ask when some fields are answered."""
        return Shape(self.fields - set(fields), self.inside, self.whole_date, self.cursor)

    def has(self, *fields: str) -> list[str]:
        """Those of the fields that are used."""
        return [field for field in fields if field in self.fields]


def page_of(wanted: Wanted, day: date, cursor: Cursor) -> tuple[Select[Any], dict[str, Any]]:
    """The statement for the persons of a page and one more, and its values.

    Somebody with several households, numbers or periods comes in several rows.
    """
    used = frozenset(name for name, value in vars(wanted).items() if value)
    shape = Shape(used - {"inside"}, wanted.inside, len(wanted.born) == WHOLE_DATE, cursor.kind)
    person = cursor.after if cursor.before is None else cursor.before
    return _statement(shape), {"today": day, "person": person, **_values(wanted)}


def _values(wanted: Wanted) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        name: getattr(wanted, name) for name in ("number", "branch", "household", "addressee")
    }
    for name in ("name", "kana", "written", "born", "address"):
        start = getattr(wanted, name)
        escaped = start.replace("/", "//").replace("%", "/%").replace("_", "/_")
        values |= {f"{name}_from": start, f"{name}_to": start + HIGHEST, f"{name}_like": f"%{escaped}%"}
    return values


@lru_cache(maxsize=256)
def _statement(shape: Shape) -> Select[Any]:
    driver, rest = _driver(shape)
    hits = driver.subquery()
    page = _narrowed(select(hits.c.person_id, hits.c.place), hits.c.person_id, rest)
    total: Any = literal(None)
    if shape.cursor == "first":
        total = _counted(shape)
    else:
        again = driver.subquery()
        person: Any = bindparam("person", type_=Integer)
        place = select(func.min(again.c.place)).where(again.c.person_id == person).scalar_subquery()
        here, there = tuple_(hits.c.place, hits.c.person_id), tuple_(place, person)
        page = page.where(here < there if shape.cursor == "before" else here > there)
    backwards = shape.cursor == "before"
    shown = page.order_by(*_order(hits, backwards=backwards)).limit(PAGE + 1).cte("shown")
    return _with_details(shown, total).order_by(*_order(shown, backwards=backwards))


def _order(of: Any, *, backwards: bool) -> list[Any]:
    return [column.desc() if backwards else column.asc() for column in (of.c.place, of.c.person_id)]


def _counted(shape: Shape) -> Any:
    """How many persons there are, at most `CAP`; in no order, so that the index alone answers."""
    driver, rest = _driver(shape, in_order=False)
    hits = driver.subquery()
    some = _narrowed(select(hits.c.person_id, hits.c.place), hits.c.person_id, rest).limit(CAP + 1)
    persons = func.count(distinct(some.subquery().c.person_id))
    return select(case((func.count() > CAP, CAP), else_=persons)).scalar_subquery()


def _driver(shape: Shape, *, in_order: bool = True) -> tuple[Found, Shape]:
    """The condition that finds fewest, as (person_id, place in the order), and what it leaves over.

    Every person stands in it once; without `in_order` he may stand there by each of his names.
    """
    if shape.has("number"):
        return _by_number(shape), shape.without("number", "branch")
    if shape.has("addressee"):
        found = select(Person.id.label("person_id"), literal("").label("place"))
        return found.where(Person.addressee_number == bindparam("addressee")), shape.without("addressee")
    if shape.has("household"):
        found = select(HouseholdMember.person_id, literal("").label("place"))
        return found.where(_belongs()).distinct(), shape.without("household")
    if shape.has("born") and (shape.whole_date or not shape.has("name", "kana")):
        found = select(PersonRecord.person_id, PersonRecord.birth_date.label("place"))
        return found.where(_born()), shape.without("born")
    if shape.has("name", "kana"):
        texts = shape.has("kana", "written") or ["name"]
        return _by_name(texts, inside=shape.inside, in_order=in_order), shape.without(*texts)
    found = select(AddressRecord.person_id, _by_hand(AddressRecord.address_search).label("place"))
    return found.where(_lives_at()), shape.without("address")


def _by_name(texts: Sequence[str], *, inside: bool, in_order: bool) -> Found:
    """By a key; somebody whom several keys match stands where the first of them stands."""
    if inside:
        found = select(SearchKey.person_id, func.min(SearchKey.key).label("place"))
        return found.where(_holds(SearchKey.key, texts, inside=True)).group_by(SearchKey.person_id)
    found = select(SearchKey.person_id, SearchKey.key.label("place"))
    found = found.where(_holds(SearchKey.key, texts, inside=False))
    if not in_order:
        return found
    other = aliased(SearchKey)
    earlier = exists().where(
        other.person_id == SearchKey.person_id,
        _holds(_by_hand(other.key), texts, inside=False),
        or_(other.key < SearchKey.key, and_(other.key == SearchKey.key, other.id < SearchKey.id)),
    )
    return found.where(~earlier)


def _by_hand(column: Any) -> Any:
    """A key that is compared row by row: an index on it would be read from one end to the other."""
    return column.concat("")


def _by_number(shape: Shape) -> Found:
    statement = (
        select(BranchNumber.person_id, BranchNumber.branch.label("place"))
        .join(CardNumber, CardNumber.id == BranchNumber.card_number_id)
        .where(CardNumber.number == bindparam("number"))
    )
    return statement.where(BranchNumber.branch == bindparam("branch")) if shape.has("branch") else statement


def _narrowed(page: Found, who: Any, rest: Shape) -> Found:
    """What else was asked for, as conditions on a person found."""
    if rest.has("household"):
        page = page.where(exists().where(HouseholdMember.person_id == who, _belongs()))
    if rest.has("born"):
        page = page.where(exists().where(PersonRecord.person_id == who, _born()))
    for texts in (rest.has("name"), rest.has("kana", "written")):
        if texts:
            named = _holds(SearchKey.key, texts, inside=rest.inside)
            page = page.where(exists().where(SearchKey.person_id == who, named))
    if rest.has("address"):
        page = page.where(exists().where(AddressRecord.person_id == who, _lives_at()))
    if rest.has("insured_only"):
        page = page.where(exists().where(Enrolment.person_id == who, _insured()))
    return page


def _starts(column: Any, name: str) -> ColumnElement[bool]:
    return and_(column >= bindparam(f"{name}_from"), column < bindparam(f"{name}_to"))


def _like(column: Any, name: str) -> ColumnElement[bool]:
    return column.like(bindparam(f"{name}_like"), escape="/")  # type: ignore[no-any-return]


def _holds(column: Any, texts: Sequence[str], *, inside: bool) -> ColumnElement[bool]:
    """That a key begins with one of the texts, or holds one."""
    return or_(*(_like(column, name) if inside else _starts(column, name) for name in texts))


def _in_force(of: Any) -> ColumnElement[bool]:
    """A row that is believed and holds today."""
    return and_(
        of.superseded_at.is_(None),
        or_(of.from_on.is_(None), of.from_on <= TODAY),
        or_(of.until_on.is_(None), of.until_on >= TODAY),
    )


def _belongs() -> ColumnElement[bool]:
    household = select(Household.id).where(Household.household_number == bindparam("household"))
    return and_(
        HouseholdMember.household_id == household.scalar_subquery(), HouseholdMember.superseded_at.is_(None)
    )


def _born() -> ColumnElement[bool]:
    return and_(PersonRecord.superseded_at.is_(None), _starts(PersonRecord.birth_date, "born"))


def _lives_at() -> ColumnElement[bool]:
    """Lives there today and hides it not: an address never tells where a protected person is."""
    return and_(
        AddressRecord.kind == "residence",
        _in_force(AddressRecord),
        _like(AddressRecord.address_search, "address"),
        ~places_hidden(AddressRecord.person_id, TODAY),
    )


def _insured() -> ColumnElement[bool]:
    return and_(
        Enrolment.superseded_at.is_(None),
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= TODAY,
        or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > TODAY),
    )


def _with_details(shown: Any, total: Any) -> Select[Any]:
    """Who it is, where he lives and in which household, his numbers and periods, of the page only."""
    who = shown.c.person_id
    lives, belongs, period = AddressRecord, HouseholdMember, Enrolment
    return (
        select(
            who,
            total.label("total"),
            PersonRecord,
            lives.address,
            lives.building,
            places_hidden(who, TODAY).label("hides_places"),
            belongs.household_id,
            Household.household_number,
            CardNumber.id.label("card_id"),
            CardNumber.household_id.label("card_household_id"),
            CardNumber.symbol,
            CardNumber.number,
            BranchNumber.branch,
            period.acquired_on,
            period.lost_on,
        )
        .select_from(shown)
        .join(PersonRecord, and_(PersonRecord.person_id == who, PersonRecord.superseded_at.is_(None)))
        .outerjoin(lives, and_(lives.person_id == who, lives.kind == "residence", _in_force(lives)))
        .outerjoin(belongs, and_(belongs.person_id == who, _in_force(belongs)))
        .outerjoin(Household, Household.id == belongs.household_id)
        .outerjoin(BranchNumber, BranchNumber.person_id == who)
        .outerjoin(CardNumber, CardNumber.id == BranchNumber.card_number_id)
        .outerjoin(
            period,
            and_(period.person_id == who, period.superseded_at.is_(None), period.cancelled.is_(False)),
        )
    )
