"""The register as the rules read it: who was insured in which household, with incomes and circumstances (D1).

Read set by set as known at one moment, so that a run that goes on tomorrow computes from the same record.
A head who is not insured counts (擬制世帯主), and so does a member now in the late-elderly scheme
(特定同一世帯所属者). An adult of whom no income was ever told counts as undeclared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import Integer, Select, and_, case, cast, func, or_, select, union
from sqlalchemy.orm import Session

from models.assessment import BIRTH, FORMER_DEPENDANT, UNEMPLOYED, PremiumCircumstance
from models.base import known
from models.columns import Column, Columns, day_number, read
from models.enrolment import Enrolment
from models.exemption import PremiumExemption, in_force_at
from models.household import HouseholdHead, HouseholdMember
from models.income import UNDECLARED, Income
from models.person import PersonRecord
from rules.eligibility.birth_dates import birth_for_ages
from rules.eras import PartialDate
from rules.law import LawAt
from rules.periods import FiscalYear
from rules.premium import dated_facts
from rules.premium.dated_facts import ADULT, NEVER, Births, DatedFacts, Periods

LATE_ELDERLY: Final = "05"  # reason of loss: 75, or 65 with a disability (法6条8号)
OTHER_INSURANCE: Final = ("02", LATE_ELDERLY)  # reasons of loss by 法6条1号-8号
_KINDS: Final = (UNEMPLOYED, FORMER_DEPENDANT, BIRTH)


@dataclass(frozen=True)
class Range:
    """Households from the first to the last id, both inclusive."""

    first: int
    last: int


@dataclass(frozen=True)
class RegisterFacts:
    """The facts of a range of households, and whose they are. Rows as in `facts`."""

    facts: DatedFacts
    households: Column
    persons: Column


def read_facts(
    session: Session, year: FiscalYear, law: LawAt, within: Range, as_of: datetime
) -> RegisterFacts:
    """Read the households of a range that owe in the year, as known at `as_of`; the others are left out."""
    periods = read(session, _periods(year, within, as_of))
    heads = read(session, _heads(year, within, as_of))
    members = read(session, _former_members(within, as_of))
    births = _births_of(law, periods, heads)
    gathered = _Gathered(year, periods, heads, members)
    persons, households = gathered.person, gathered.household
    return RegisterFacts(
        _dated(session, gathered, births[np.searchsorted(births[:, 0], persons), 1], within, as_of),
        households,
        persons,
    )


class _Gathered:
    """Who counts for which household: rows of persons, in the order of their households."""

    def __init__(self, year: FiscalYear, periods: Columns, heads: Columns, members: Columns) -> None:
        """Gather them, and leave out households without an insured month in the year."""
        self.year = year
        charged = dated_facts.charged_months(year, _as_periods(periods, np.arange(len(periods["person"]))))
        owing = np.unique(periods["household"][charged > 0])
        first = _first_days(year, periods, owing)
        head = _of(heads, owing, first)
        at_head = (head["start"] <= head["on"]) & (head["on"] <= head["end"])
        former, began = _former(periods, members, owing, first)
        mine = np.isin(periods["household"], owing) & (charged > 0)
        pairs = [
            (periods["household"][mine], periods["person"][mine]),
            (head["household"][at_head], head["person"][at_head]),
            former,
        ]
        keys = np.concatenate([_key(*pair) for pair in pairs])
        self.keys = np.unique(keys)
        self.household_ids = self.keys >> 32
        self.person = self.keys & 0xFFFFFFFF
        self.household = owing
        self.place = np.searchsorted(owing, self.household_ids)
        self.is_head = np.isin(self.keys, _latest_heads(head, at_head))
        self.is_former_member = np.isin(self.keys, _key(*former))
        self.began = began
        in_year = periods["lost"] > dated_facts.day_number(year.first_on)
        here = np.isin(_key(periods["household"], periods["person"]), self.keys) & in_year
        rows = np.searchsorted(self.keys, _key(periods["household"], periods["person"])[here])
        order = np.argsort(rows, kind="stable")
        self.periods = _as_periods({name: one[here][order] for name, one in periods.items()}, rows[order])


def _key(household: Column, person: Column) -> Column:
    return household << 32 | person


def _as_periods(periods: Columns, person: Column) -> Periods:
    return Periods(person, periods["acquired"], periods["lost"], periods["other"].astype(np.bool_))


def _first_days(year: FiscalYear, periods: Columns, owing: Column) -> Column:
    """The day of the test of each household that owes: 1 April, or when it began to owe in the year."""
    places = np.searchsorted(owing, periods["household"])
    known_ones = np.isin(periods["household"], owing)
    first = np.full(len(owing), NEVER, dtype=np.int64)
    taken = known_ones & (periods["lost"] > dated_facts.day_number(year.first_on))
    np.minimum.at(first, places[taken], periods["acquired"][taken])
    return np.maximum(first, dated_facts.day_number(year.first_on))


def _of(rows: Columns, owing: Column, on: Column) -> Columns:
    """The rows of households that owe, each with its day of the test."""
    mine = np.isin(rows["household"], owing)
    kept = {name: column[mine] for name, column in rows.items()}
    return kept | {"on": on[np.searchsorted(owing, kept["household"])]}


def _latest_heads(head: Columns, at_head: Any) -> Column:
    """One head for each household: of several in force on the day the one recorded last."""
    keys = _key(head["household"][at_head], head["person"][at_head])
    households = head["household"][at_head]
    order = np.lexsort((head["row"][at_head], households))
    last = np.r_[households[order][1:] != households[order][:-1], True] if len(order) else order.astype(bool)
    return keys[order][last]


def _former(
    periods: Columns, members: Columns, owing: Column, first: Column
) -> tuple[tuple[Column, Column], Column]:
    """Members now in the late-elderly scheme on the day of the test, and the month in which that began."""
    elders = periods["elder"] == 1
    rows = _of({name: column[elders] for name, column in periods.items()}, owing, first)
    member = _of(members, owing, first)
    keys, ends = _key(member["household"], member["person"]), member["end"]
    order = np.lexsort((ends, keys))
    keys, ends = keys[order], ends[order]
    wanted = _key(rows["household"], rows["person"])
    place = np.searchsorted(keys, wanted, side="right") - 1
    until = np.where(place >= 0, ends[place], -1) if len(keys) else np.full(len(wanted), -1)
    found = (place >= 0) & (keys[place] == wanted) if len(keys) else np.zeros(len(wanted), dtype=np.bool_)
    stays = found & (until >= np.maximum(rows["lost"], rows["on"]))
    began = np.full(len(owing), NEVER, dtype=np.int64)
    lost_in = dated_facts.end_months(_as_periods(rows, np.arange(len(wanted))))
    np.minimum.at(began, np.searchsorted(owing, rows["household"][stays]), lost_in[stays])
    now = stays & (rows["lost"] <= rows["on"])
    return (rows["household"][now], rows["person"][now]), began


def _births_of(law: LawAt, *columns: Columns) -> Column:
    """Persons and the days from which their ages count, ordered by person (`birth_for_ages`)."""
    together = np.concatenate(
        [np.stack([one["person"], one["year"], one["month"], one["day"]], axis=1) for one in columns]
    )
    rows = np.unique(together, axis=0)
    person, year, month, day = rows.T
    known_ones = (month > 0) & (day > 0)
    start = ((year - 1970) * 12 + np.maximum(month, 1) - 1).astype("M8[M]").astype("M8[D]").astype(np.int64)
    birth = start + np.maximum(day, 1) - 1
    for place in np.flatnonzero(~known_ones):
        told = PartialDate(int(year[place]), int(month[place]), int(day[place]))
        birth[place] = dated_facts.day_number(birth_for_ages(told, law))
    return np.stack([person, birth], axis=1)


def _dated(
    session: Session, gathered: _Gathered, birth: Column, within: Range, as_of: datetime
) -> DatedFacts:
    year, persons = gathered.year, gathered.person
    told = _incomes(read(session, _income_rows(year, within, as_of)), persons)
    circumstances = read(session, _circumstances(year, within, as_of))
    births = circumstances["kind"] == _KINDS.index(BIRTH)
    periods = gathered.periods
    insured = dated_facts.insured_months(year, periods, len(persons))
    specified, continuing = dated_facts.specified_months(year, gathered.began, insured, gathered.place)
    is_adult = dated_facts.reached_in(birth, ADULT) < dated_facts.first_month(year)
    return DatedFacts(
        household=gathered.place,
        birth=birth,
        is_head=gathered.is_head,
        is_former_member=gathered.is_former_member,
        salary=told["salary"],
        pension=told["pension"],
        other_income=told["other"],
        test_addition=told["addition"],
        is_declared=(told["declared"] == 1) | ((told["declared"] < 0) & ~is_adult),
        is_earner_anyway=np.zeros(len(persons), dtype=np.bool_),
        is_unemployed=_has(circumstances, UNEMPLOYED, persons),
        is_former_dependant=_has(circumstances, FORMER_DEPENDANT, persons),
        periods=periods,
        births=_births(circumstances, births, persons),
        specified=specified,
        continuing=continuing,
        exempted=_exempted(read(session, _exemptions(year, within, as_of)), gathered.household),
    )


def _exempted(rows: Columns, households: Column) -> Column:
    """What was decided for each household on application, in yen of the year."""
    taken = np.zeros(len(households), dtype=np.int64)
    mine = np.isin(rows["household"], households)
    np.add.at(taken, np.searchsorted(households, rows["household"][mine]), rows["amount"][mine])
    return taken


def _incomes(rows: Columns, persons: Column) -> Columns:
    """What each person was told to have earned; `declared` is -1 where nothing was told."""
    order = np.argsort(rows["person"], kind="stable")
    ids = rows["person"][order]
    place = np.minimum(np.searchsorted(ids, persons), max(len(ids) - 1, 0))
    found = ids[place] == persons if len(ids) else np.zeros(len(persons), dtype=np.bool_)
    names = ("salary", "pension", "other", "addition")
    told = {
        name: np.where(found, rows[name][order][place], 0) if len(ids) else np.zeros(len(persons), np.int64)
        for name in names
    }
    declared = np.where(found, rows["declared"][order][place], -1) if len(ids) else np.full(len(persons), -1)
    return told | {"declared": declared}


def _has(circumstances: Columns, kind: str, persons: Column) -> Any:
    return np.isin(persons, circumstances["person"][circumstances["kind"] == _KINDS.index(kind)])


def _births(circumstances: Columns, taken: Any, persons: Column) -> Births:
    """Births at each row of the mother: she may stand in two households of the year."""
    pairs = [
        (row, day, several)
        for mother, day, several in zip(
            *(circumstances[name][taken].tolist() for name in ("person", "start", "several")), strict=True
        )
        for row in np.flatnonzero(persons == mother).tolist()
    ]
    rows = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 3)
    return Births(rows[:, 0], rows[:, 1], rows[:, 2].astype(np.bool_))


def _birth_columns() -> list[Any]:
    return [
        cast(func.substr(PersonRecord.birth_date, first, length), Integer).label(name)
        for name, first, length in (("year", 1, 4), ("month", 6, 2), ("day", 9, 2))
    ]


def _beside_records(statement: Select[Any], person: Any, as_of: datetime) -> Select[Any]:
    """Join what is known of the person."""
    joined = statement.join(PersonRecord, PersonRecord.person_id == person)
    return known(joined, PersonRecord, as_of)


def _periods(year: FiscalYear, within: Range, as_of: datetime) -> Select[Any]:
    ended = func.coalesce(Enrolment.lost_on, Enrolment.coverage_end_on)
    elder = Enrolment.loss_reason == LATE_ELDERLY
    statement = select(
        Enrolment.household_id.label("household"),
        Enrolment.person_id.label("person"),
        day_number(Enrolment.acquired_on).label("acquired"),
        func.coalesce(day_number(ended), NEVER).label("lost"),
        case((Enrolment.loss_reason.in_(OTHER_INSURANCE), 1), else_=0).label("other"),
        case((elder, 1), else_=0).label("elder"),
        *_birth_columns(),
    ).where(
        Enrolment.household_id.between(within.first, within.last),
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= year.last_on,
        or_(ended.is_(None), ended >= year.first_on, elder),
    )
    statement = _beside_records(known(statement, Enrolment, as_of), Enrolment.person_id, as_of)
    return statement.order_by(Enrolment.household_id, Enrolment.person_id, Enrolment.acquired_on)


def _heads(year: FiscalYear, within: Range, as_of: datetime) -> Select[Any]:
    statement = select(
        HouseholdHead.id.label("row"),
        HouseholdHead.household_id.label("household"),
        HouseholdHead.person_id.label("person"),
        day_number(HouseholdHead.from_on).label("start"),
        func.coalesce(day_number(HouseholdHead.until_on), NEVER).label("end"),
        *_birth_columns(),
    ).where(
        HouseholdHead.household_id.between(within.first, within.last),
        HouseholdHead.from_on <= year.last_on,
        or_(HouseholdHead.until_on.is_(None), HouseholdHead.until_on >= year.first_on),
    )
    return _beside_records(known(statement, HouseholdHead, as_of), HouseholdHead.person_id, as_of)


def _former_members(within: Range, as_of: datetime) -> Select[Any]:
    """How long those who moved to the late-elderly scheme belong to the household."""
    statement: Any = (
        select(
            HouseholdMember.household_id.label("household"),
            HouseholdMember.person_id.label("person"),
            func.coalesce(day_number(HouseholdMember.until_on), NEVER).label("end"),
        )
        .join(
            Enrolment,
            and_(
                Enrolment.household_id == HouseholdMember.household_id,
                Enrolment.person_id == HouseholdMember.person_id,
            ),
        )
        .where(
            HouseholdMember.household_id.between(within.first, within.last),
            Enrolment.loss_reason == LATE_ELDERLY,
            Enrolment.cancelled.is_(False),
        )
    )
    return known(known(statement, HouseholdMember, as_of), Enrolment, as_of)


def _persons_of(within: Range) -> Any:
    """Whoever was ever insured in, or headed, a household of the range."""
    return union(
        *(
            select(one.person_id).where(one.household_id.between(within.first, within.last))
            for one in (Enrolment, HouseholdHead)
        )
    )


def _income_rows(year: FiscalYear, within: Range, as_of: datetime) -> Select[Any]:
    """Incomes of the calendar year before; income without a gross amount counts among the others."""
    untold_salary = case((Income.salary_gross == 0, Income.salary_income), else_=0)
    untold_pension = case((Income.pension_gross == 0, Income.pension_income), else_=0)
    statement = select(
        Income.person_id.label("person"),
        Income.salary_gross.label("salary"),
        Income.pension_gross.label("pension"),
        (Income.besides + untold_salary + untold_pension).label("other"),
        Income.test_addition.label("addition"),
        case((Income.declaration_kind == UNDECLARED, 0), else_=1).label("declared"),
    ).where(Income.income_year == year.year - 1, Income.person_id.in_(_persons_of(within)))
    return known(statement, Income, as_of)


def _exemptions(year: FiscalYear, within: Range, as_of: datetime) -> Any:
    """Reductions decided for the year and not taken back (減免)."""
    return select(
        PremiumExemption.household_id.label("household"), PremiumExemption.amount.label("amount")
    ).where(
        PremiumExemption.household_id.between(within.first, within.last),
        PremiumExemption.fiscal_year == year.year,
        in_force_at(as_of),
    )


def _circumstances(year: FiscalYear, within: Range, as_of: datetime) -> Select[Any]:
    """What lowers the premium in the year; a birth may reach over its end, and from the year before."""
    kind = PremiumCircumstance.kind
    early, late = date(year.year - 1, 12, 1), date(year.year + 1, 7, 31)
    statement = select(
        PremiumCircumstance.person_id.label("person"),
        case(*((kind == name, place) for place, name in enumerate(_KINDS)), else_=-1).label("kind"),
        day_number(PremiumCircumstance.from_on).label("start"),
        case((PremiumCircumstance.is_multiple, 1), else_=0).label("several"),
    ).where(
        PremiumCircumstance.person_id.in_(_persons_of(within)),
        or_(
            and_(kind == BIRTH, PremiumCircumstance.from_on.between(early, late)),
            and_(
                kind != BIRTH,
                PremiumCircumstance.from_on <= year.last_on,
                or_(PremiumCircumstance.until_on.is_(None), PremiumCircumstance.until_on >= year.first_on),
            ),
        ),
    )
    return known(statement, PremiumCircumstance, as_of)
