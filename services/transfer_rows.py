"""What stands in a transfer: the rows of the chosen items of the dictionary, one for each eligibility period.

Each item that can be sent has its expression here; what has none is not held, whatever an approval says. One
statement, read in parts; dates are YYYYMMDD, flags 1 or 0, nothing is an empty text (J1, J2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from interchange.dictionary import catalog
from models.enrolment import Enrolment
from models.household import BranchNumber, CardNumber, Household, HouseholdHead
from models.person import AddressRecord, Person, PersonRecord
from rules.ages import reaches_on
from rules.data_use import gate
from rules.eras import PartialDate
from rules.periods import month_end
from services import city, protection
from services.context import Context
from services.outside_register import OUTSIDE
from services.person_bits import PersonBits

AT_ONCE = 5_000
REMEMBERED = 50_000  # values whose text is remembered: days come again and again
LTC_FROM, LTC_UNTIL = 40, 65

Head = aliased(Person, name="head_person")
EXPRESSIONS: Mapping[str, Any] = {
    "addressee_number": Person.addressee_number,
    "resident_kind": PersonRecord.resident_kind,
    "name": PersonRecord.name,
    "name_kana": PersonRecord.name_kana,
    "alias_name": PersonRecord.alias_name,
    "name_latin": PersonRecord.name_latin,
    "sex": PersonRecord.sex,
    "birth_date": PersonRecord.birth_date,
    "died_on": PersonRecord.died_on,
    "copayment_rate": PersonRecord.copay_share,
    "postal_code": AddressRecord.postal_code,
    "address": AddressRecord.address,
    "address_building": AddressRecord.building,
}
OF_INSURED: Mapping[str, Any] = {
    "nhi_household_number": Household.household_number,
    "head_addressee_number": Head.addressee_number,
    "head_kind": case(
        (HouseholdHead.person_id.is_(None), literal("")),
        (HouseholdHead.person_id == Person.id, literal("1")),
        else_=literal("2"),
    ),
    "card_symbol": CardNumber.symbol,
    "card_number": CardNumber.number,
    "branch_number": BranchNumber.branch,
    "acquired_on": Enrolment.acquired_on,
    "acquisition_reason": Enrolment.acquisition_reason,
    "lost_on": Enrolment.lost_on,
    "loss_reason": Enrolment.loss_reason,
    "coverage_start_on": Enrolment.coverage_start_on,
    "coverage_end_on": Enrolment.coverage_end_on,
    "facility_exception_kind": case(
        (Enrolment.residence_exception == "facility", literal("1")), else_=literal("0")
    ),
    "ltc_category2_flag": PersonRecord.birth_date,
    "insurer_number": literal(""),
}


@dataclass(frozen=True)
class Wanted:
    """Which persons and items a run reads; `person_id` is the one person of a run for an event."""

    items: tuple[str, ...]
    person_range: str
    month: date
    with_places: bool
    person_id: int | None = None


@dataclass
class Told:
    """What was read: whom, and how many had their places left out."""

    persons: PersonBits = field(default_factory=PersonBits)
    hidden: PersonBits = field(default_factory=PersonBits)


def held(person_range: str) -> frozenset[str]:
    """The items that can be sent of these persons."""
    known = set(EXPRESSIONS) if person_range in gate.ALONE else {*EXPRESSIONS, *OF_INSURED}
    return frozenset(one for one in known if catalog.items()[one].held is not None)


def read(ctx: Context, wanted: Wanted, told: Told) -> Iterator[list[str]]:
    """The rows as texts, in the order of address numbers; `told` is filled on the way."""
    day = min(ctx.today, month_end(wanted.month))
    writers = [_writer(ctx, one, day) for one in wanted.items]
    places = [n for n, one in enumerate(wanted.items) if catalog.items()[one].mask == catalog.PROTECTIVE]
    hidden = protection.list_every_hidden(ctx) if places and not wanted.with_places else frozenset()
    statement = query(wanted, day).execution_options(yield_per=AT_ONCE)
    for row in ctx.session.execute(statement):
        person_id = row[0]
        told.persons.add(person_id)
        values = [write(value) for write, value in zip(writers, row[1:], strict=True)]
        if person_id in hidden:
            told.hidden.add(person_id)
            for place in places:
                values[place] = ""
        yield values


def query(wanted: Wanted, day: date) -> Select[Any]:
    """The one statement of a run: the person, then the items in their order."""
    expressions = [{**EXPRESSIONS, **OF_INSURED}[one] for one in wanted.items]
    current = and_(PersonRecord.person_id == Person.id, PersonRecord.superseded_at.is_(None))
    if wanted.person_range == "outside_register":
        statement = select(Person.id, *expressions).join(PersonRecord, current)
        chosen: ColumnElement[bool] = PersonRecord.resident_kind == OUTSIDE
        if wanted.person_id is not None:
            chosen = and_(chosen, Person.id == wanted.person_id)
    elif wanted.person_range == "asked_about":
        statement = select(Person.id, *expressions).join(PersonRecord, current)
        chosen = Person.id == wanted.person_id if wanted.person_id is not None else false()
    else:
        statement = select(Person.id, *expressions)
        statement = _with_insurance(statement.join(PersonRecord, current), day)
        chosen = _in_range(wanted.person_range, wanted.month, day)
    if any(catalog.items()[one].held == ("address_record", _column(one)) for one in wanted.items):
        statement = statement.outerjoin(AddressRecord, AddressRecord.id == _residence(day))
    return statement.where(chosen).order_by(Person.addressee_number)


def _column(item: str) -> str:
    place = catalog.items()[item].held
    return place[1] if place else ""


def _with_insurance(statement: Select[Any], day: date) -> Select[Any]:
    """The period, the household with its head on the day, and the numbers of the card in force."""
    heads = and_(
        HouseholdHead.household_id == Enrolment.household_id,
        HouseholdHead.superseded_at.is_(None),
        HouseholdHead.from_on <= day,
        or_(HouseholdHead.until_on.is_(None), HouseholdHead.until_on >= day),
    )
    cards = and_(CardNumber.household_id == Enrolment.household_id, CardNumber.until_on.is_(None))
    branches = and_(BranchNumber.card_number_id == CardNumber.id, BranchNumber.person_id == Person.id)
    return (
        statement.join(Enrolment, Enrolment.person_id == Person.id)
        .join(Household, Household.id == Enrolment.household_id)
        .outerjoin(HouseholdHead, heads)
        .outerjoin(Head, Head.id == HouseholdHead.person_id)
        .outerjoin(CardNumber, cards)
        .outerjoin(BranchNumber, branches)
        .where(Enrolment.superseded_at.is_(None), Enrolment.cancelled.is_(False))
    )


def _in_range(person_range: str, month: date, day: date) -> ColumnElement[bool]:
    """Which periods are meant. A day of loss is the first day not insured any more."""
    if person_range == "insured_now":
        ends = or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > day)
        return and_(Enrolment.acquired_on <= day, ends)
    if person_range == "insured_in_month":
        ends = or_(Enrolment.lost_on.is_(None), Enrolment.lost_on >= month)
        return and_(Enrolment.acquired_on <= month_end(month), ends)
    return Enrolment.id.is_not(None) if person_range == "ever_insured" else false()


def _residence(day: date) -> Any:
    """The newest address of residence of a person on a day."""
    row = aliased(AddressRecord)
    return (
        select(func.max(row.id))
        .where(
            row.person_id == Person.id,
            row.kind == "residence",
            row.superseded_at.is_(None),
            or_(row.from_on.is_(None), row.from_on <= day),
            or_(row.until_on.is_(None), row.until_on >= day),
        )
        .scalar_subquery()
    )


def _writer(ctx: Context, item: str, day: date) -> Callable[[Any], str]:
    """How the value of an item is written."""
    if item == "insurer_number":
        number = city.settings_on(ctx.session, day).insurer.number
        return lambda _value: number
    if item == "ltc_category2_flag":
        return lru_cache(REMEMBERED)(lambda birth: "1" if _is_category_2(birth, day) else "0")
    if item == "birth_date":
        return lambda value: value.replace("-", "")
    return _text


def _is_category_2(birth: str, day: date) -> bool:
    """From the day before the 40th birthday to the day before the 65th (介護保険法9条2号)."""
    born = PartialDate.parse_iso(birth).latest
    return reaches_on(born, LTC_FROM) <= day < reaches_on(born, LTC_UNTIL)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _other_text(value)


@lru_cache(REMEMBERED)
def _other_text(value: Any) -> str:
    """A flag, a day or a number as a text."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:%Y%m%d}" if isinstance(value, date) else str(value)


def columns(chosen: Sequence[str] | frozenset[str]) -> tuple[str, ...]:
    """Items in the order of the dictionary."""
    return tuple(sorted(chosen, key=lambda one: catalog.items()[one].number))
