"""Circumstances of persons: entered with the paper seen, checked by another, then reassessed (D1, B4).

Corrected, ended and taken off as entries of their own; what stood on record is closed and stays readable
(ADR 0003). An approval computes anew what the households of the person owe in each year that is assessed;
the section chief decides on that as on any assessment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from models.assessment import CIRCUMSTANCES, AssessmentRun, PremiumCircumstance
from models.audit.tags import Tag
from models.base import known
from models.circumstance_entry import (
    CANCEL,
    CORRECT,
    END,
    NEW,
    OPEN,
    CircumstanceEntry,
    list_circumstances,
    list_of_household,
    list_open,
)
from models.enrolment import Enrolment, list_periods
from models.household import Household
from models.person import PersonRecord, get_current, list_current
from models.staff import names_of
from rules.eligibility.birth_dates import birth_for_ages
from rules.eras import DateNotUnderstood, parse_date
from rules.periods import FiscalYear
from rules.premium.circumstances import (
    BIRTH,
    FORMER_DEPENDANT,
    UNEMPLOYED,
    Applicant,
    Circumstance,
    Claim,
    faults,
)
from services import audit, two_people
from services.assessing import comparing, run_figures, run_pages, runs
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import HouseholdUnknown, NotFound, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from services.statute import law_on

MAN: Final = "1"
ROLE: Final = "verifier"
Words = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What somebody types; `target` is the row on record that is corrected, ended or taken off."""

    act: str
    person: int
    kind: str
    day: str
    until: str
    is_multiple: bool
    leaving_reason: str
    evidence: str
    target: int | None = None


@dataclass(frozen=True)
class Page:
    """A household: who belongs to it, what stands on record of them, what was entered."""

    household: Household
    persons: Mapping[int, PersonRecord]
    rows: Sequence[PremiumCircumstance]
    entries: Sequence[CircumstanceEntry]
    staff: Mapping[int, str]


@dataclass(frozen=True)
class Decided:
    """What came of a decision: the entry, and the computations that the chief now decides."""

    entry: CircumstanceEntry
    begun: Sequence[AssessmentRun]


def read(ctx: Context, household_id: int) -> Page:
    """What is known of the persons of a household; looking at it is recorded.

    Raises:
        HouseholdUnknown: there is no such household.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise HouseholdUnknown("この世帯はありません。", "There is no such household.")
    entries = list_of_household(ctx.session, household_id)
    people = _persons_of(ctx, household_id) | {one.person_id for one in entries}
    by = {one.entered_by_id for one in entries} | {one.decided_by_id for one in entries}
    audit.record(ctx, Tag.ASSESSMENT_READ, f"household:{household_id}")
    return Page(
        household,
        list_current(ctx.session, people),
        list_circumstances(ctx.session, people),
        entries,
        names_of(ctx.session, by - {None}),
    )


def waiting(
    ctx: Context,
) -> tuple[Sequence[CircumstanceEntry], Mapping[int, PersonRecord], Mapping[int, str]]:
    """What waits for a second person: the entries, the persons, the numbers of the households."""
    found = list_open(ctx.session)
    audit.listed(ctx, "circumstances", len(found))
    records = list_current(ctx.session, {one.person_id for one in found})
    return found, records, run_pages.household_numbers(ctx, {one.household_id for one in found})


def to_count(actor: Actor, today: date) -> Wanted:
    """How many entries wait for whoever may check them, for the sidebar."""
    del today
    if ROLE not in actor.own_roles:
        return {}
    return {"circumstances": select(func.count(CircumstanceEntry.id)).where(CircumstanceEntry.state == OPEN)}


def enter(ctx: Context, household_id: int, told: Told) -> CircumstanceEntry:
    """Enter a circumstance, or that one is corrected, ended or taken off; it waits for a second person.

    Raises:
        HouseholdUnknown: there is no such household.
        NotFound: what is corrected is not on record of this household.
        EntryRefused: what was told cannot be, each fault at its field.
        SomebodyElseWasFaster: an entry of the same kind for this person waits already.
    """
    if ctx.session.get(Household, household_id) is None:
        raise HouseholdUnknown("この世帯はありません。", "There is no such household.")
    people = _persons_of(ctx, household_id)
    target = _target(ctx, told, people)
    entry = _read(ctx, told, people, target)
    entry.household_id = household_id
    two_people.sign_entered(ctx, entry)
    try:
        with ctx.session.begin_nested():
            ctx.session.add(entry)
    except IntegrityError:
        raise SomebodyElseWasFaster(
            "この人の同じ事由の登録が確認を待っています。その結果を待つか、取り下げてから登録してください。",
            "An entry of the same kind waits already. Wait for it, or take it back first.",
        ) from None
    _tell(ctx, Tag.CIRCUMSTANCE_ENTERED, entry)
    return entry


def decide(ctx: Context, entry_id: int, *, approve: bool, words: str) -> Decided:
    """Put what another one entered on record and compute the household anew, or refuse it, with a reason.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: the actor entered it, by account or by staff number, or has the role in an emergency only.
        SomebodyElseWasFaster: it was decided, or what it corrects was changed meanwhile.
        RuleBroken: no reason was given, or by the record of today it cannot be any more.
    """
    two_people.must_not_be_borrowed(ctx, ROLE)
    entry = _open_entry(ctx, entry_id)
    two_people.must_be_somebody_else(ctx, [entry.entered_by_id])
    entry.words = two_people.reason_of(words)
    two_people.sign_decided(ctx, entry, approve=approve)
    begun: list[AssessmentRun] = []
    if approve:
        first, last = _put_on_record(ctx, entry)
        ctx.session.flush()
        begun = _reassess(ctx, entry.person_id, first, last)
    _tell(ctx, Tag.CIRCUMSTANCE_APPROVED if approve else Tag.CIRCUMSTANCE_REFUSED, entry, runs=len(begun))
    return Decided(entry, begun)


def withdraw(ctx: Context, entry_id: int) -> CircumstanceEntry:
    """Take back what one entered oneself.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: another one entered it.
        SomebodyElseWasFaster: it was decided.
    """
    entry = _open_entry(ctx, entry_id)
    two_people.sign_withdrawn(ctx, entry)
    _tell(ctx, Tag.CIRCUMSTANCE_WITHDRAWN, entry)
    return entry


def household_of(ctx: Context, entry_id: int) -> int:
    """Of which household an entry is.

    Raises:
        NotFound: there is no such entry.
    """
    entry = ctx.session.get(CircumstanceEntry, entry_id)
    if entry is None:
        raise _unknown()
    return entry.household_id


def _persons_of(ctx: Context, household_id: int) -> set[int]:
    """Whoever is or was insured in the household, as known today."""
    statement = select(Enrolment.person_id).where(
        Enrolment.household_id == household_id, Enrolment.cancelled.is_(False)
    )
    return set(ctx.session.scalars(known(statement, Enrolment)))


def _target(ctx: Context, told: Told, people: set[int]) -> PremiumCircumstance | None:
    if told.act == NEW and told.target is None:
        return None
    row = ctx.session.get(PremiumCircumstance, told.target or 0)
    if told.act not in {CORRECT, END, CANCEL} or row is None or row.person_id not in people:
        raise NotFound("この事由はありません。画面を開き直してください。", "There is no such circumstance.")
    _must_be_current(row)
    return row


def _read(
    ctx: Context, told: Told, people: set[int], target: PremiumCircumstance | None
) -> CircumstanceEntry:
    errors: dict[str, Words] = {}
    person = target.person_id if target else told.person
    kind = target.kind if target else told.kind
    if person not in people:
        errors["person"] = ("この世帯の加入者から選んでください。", "Choose one of this household.")
    if kind not in CIRCUMSTANCES:
        errors["kind"] = ("事由を選んでください。", "Choose the circumstance.")
    evidence = two_people.evidence_of(told.evidence, "雇用保険受給資格者証", errors)
    entry = CircumstanceEntry(
        person_id=person,
        act=told.act,
        kind=kind,
        evidence=evidence,
        corrects_id=target.id if target else None,
        state=OPEN,
    )
    if told.act == CANCEL and target is not None:
        entry.from_on, entry.until_on, entry.is_multiple = target.from_on, target.until_on, target.is_multiple
    else:
        claim = _claim(told, kind, target, errors)
        if claim is not None and not errors:
            made = claim.circumstance
            entry.from_on, entry.until_on, entry.is_multiple = made.from_on, made.until_on, made.is_multiple
            entry.leaving_reason = claim.leaving_reason
            _must_hold(ctx, person, claim, target, errors)
    if errors:
        raise EntryRefused(errors)
    return entry


def _claim(
    told: Told, kind: str, target: PremiumCircumstance | None, errors: dict[str, Words]
) -> Claim | None:
    """What is claimed; an end keeps the beginning of what it ends."""
    day = shown_day(target) if told.act == END and target else _day(told.day, "day", errors)
    until = _day(told.until, "until", errors) if told.act == END else None
    if told.act == CORRECT and target and kind == FORMER_DEPENDANT:
        until = target.until_on
    if told.act == END and kind == BIRTH:
        errors["until"] = (
            "産前産後の免除は月数が決まっています。間違いのときは「訂正」か「取消」を選んでください。",
            "The months of a birth are fixed. Correct it, or take it off.",
        )
    if day is None or (told.act == END and until is None) or kind not in CIRCUMSTANCES:
        return None
    reason = told.leaving_reason if kind == UNEMPLOYED else ""
    return Claim(kind, day, told.is_multiple and kind == BIRTH, reason, until)


def _must_hold(
    ctx: Context, person_id: int, claim: Claim, target: PremiumCircumstance | None, errors: dict[str, Words]
) -> None:
    """The checks of the rules, and that a year that it touches can still be assessed (法110条の2)."""
    record = get_current(ctx.session, person_id)
    periods = [
        (one.acquired_on, one.lost_on or one.coverage_end_on)
        for one in list_periods(ctx.session, person_id)
        if not one.cancelled
    ]
    others = [
        as_circumstance(one)
        for one in list_circumstances(ctx.session, [person_id])
        if target is None or one.id != target.id
    ]
    applicant = Applicant(birth_for_ages(record.birth, law_on(ctx.today)), record.sex != MAN, periods, others)
    for field, ja, en in faults(claim, applicant, ctx.today):
        errors.setdefault(field, (ja, en))
    first, last = claim.circumstance.touches
    if (
        not any(year.first_on <= last and first <= year.last_on for year in run_figures.years(ctx))
        and last < ctx.today
    ):
        errors.setdefault(
            "day",
            (
                "この期間の年度は、賦課を変えられる期限が過ぎています(国民健康保険法110条の2)。日付を確かめてください。",
                "The years that it touches can no longer be assessed (art. 110-2). Check the day.",
            ),
        )


def as_circumstance(row: PremiumCircumstance) -> Circumstance:
    """A row on record as the rules read it."""
    return Circumstance(row.kind, row.from_on, row.until_on, row.is_multiple)


def shown_day(row: PremiumCircumstance | CircumstanceEntry) -> date:
    """The day as people know it: of leaving work, of joining, of birth or the day due."""
    return row.from_on - timedelta(days=1) if row.kind == UNEMPLOYED else row.from_on


def _day(typed: str, field: str, errors: dict[str, Words]) -> date | None:
    try:
        return parse_date(typed)
    except DateNotUnderstood as refused:
        errors[field] = (refused.message_ja, "Type a day like 2026-04-01 or R8.4.1.")
        return None


def _put_on_record(ctx: Context, entry: CircumstanceEntry) -> tuple[date, date]:
    """Close what it corrects, add what it tells; the first and last day whose premium changes."""
    touched = []
    if entry.corrects_id is not None:
        before = ctx.session.get_one(PremiumCircumstance, entry.corrects_id, with_for_update=True)
        _must_be_current(before)
        touched.append(as_circumstance(before).touches)
        before.supersede(ctx.at, None)
        ctx.session.flush()
    if entry.act != CANCEL:
        _must_still_hold(ctx, entry)
        row = PremiumCircumstance(
            person_id=entry.person_id,
            kind=entry.kind,
            from_on=entry.from_on,
            until_on=entry.until_on,
            is_multiple=entry.is_multiple,
            recorded_at=ctx.at,
            recorded_by_id=entry.entered_by_id,
        )
        ctx.session.add(row)
        ctx.session.flush()
        entry.made_id = row.id
        touched.append(as_circumstance(row).touches)
    return min(first for first, _ in touched), max(last for _, last in touched)


def _must_still_hold(ctx: Context, entry: CircumstanceEntry) -> None:
    errors: dict[str, Words] = {}
    until = entry.until_on if entry.act == END or entry.kind == FORMER_DEPENDANT else None
    claim = Claim(entry.kind, shown_day(entry), entry.is_multiple, entry.leaving_reason, until)
    _must_hold(ctx, entry.person_id, claim, None, errors)
    if errors:
        raise EntryRefused(errors)


def _reassess(ctx: Context, person_id: int, first: date, last: date) -> list[AssessmentRun]:
    """Compute anew what is assessed of the years touched, for each household in which he is insured then."""
    begun = []
    for year in run_figures.years(ctx):
        if last < year.first_on or year.last_on < first or not comparing.base_of(ctx.session, year.year).runs:
            continue
        begun += [runs.again(ctx, year.year, one) for one in _households_of(ctx, person_id, year)]
    return begun


def _households_of(ctx: Context, person_id: int, year: FiscalYear) -> list[int]:
    ended = func.coalesce(Enrolment.lost_on, Enrolment.coverage_end_on)
    statement = (
        select(Enrolment.household_id)
        .where(
            Enrolment.person_id == person_id,
            Enrolment.cancelled.is_(False),
            Enrolment.acquired_on <= year.last_on,
            or_(ended.is_(None), ended > year.first_on),
        )
        .distinct()
    )
    return sorted(ctx.session.scalars(known(statement, Enrolment)))


def _must_be_current(row: PremiumCircumstance) -> None:
    if row.superseded_at is not None:
        raise SomebodyElseWasFaster(
            "この事由はほかの人が変更しました。画面を開き直して、いまの内容を確かめてください。",
            "Somebody has changed this meanwhile. Open the page again.",
        )


def _open_entry(ctx: Context, entry_id: int) -> CircumstanceEntry:
    statement = select(CircumstanceEntry).where(CircumstanceEntry.id == entry_id).with_for_update()
    entry = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if entry is None:
        raise _unknown()
    if entry.state != OPEN:
        raise SomebodyElseWasFaster(
            "この登録はもう決定されています。画面を開き直してください。",
            "This entry was decided meanwhile. Open the page again.",
        )
    return entry


def _unknown() -> NotFound:
    return NotFound("この登録はありません。一覧から開き直してください。", "There is no such entry.")


def _tell(ctx: Context, tag: Tag, entry: CircumstanceEntry, **detail: int) -> None:
    kind = "childbirth" if entry.kind == BIRTH else entry.kind
    told = {"kind": kind, "act": entry.act, "entry": entry.id} | detail
    audit.record(ctx, tag, f"person:{entry.person_id}", detail=told)
