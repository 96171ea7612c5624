"""The share of the cost of persons of 70 to 74: entered with the paper seen, checked by another (C1, B4).

国民健康保険法42条1項3号・4号, 施行令27条の2: the city itself settles the share. What stood on record is
closed and stays readable (ADR 0003). The record of a person tells what holds today: no day to come is
entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from models.audit.tags import Tag
from models.certificate import Certificate
from models.circumstance_entry import OPEN
from models.enrolment import list_periods
from models.person import Person, PersonRecord, list_current
from models.share_entry import (
    ShareEntry,
    find_in_force,
    list_approved,
    list_of_person,
    list_open,
    since_of,
)
from models.staff import names_of
from rules.ages import birthday_on, share_from
from rules.benefits.income_class import ELDER_AGE, FULL_SHARE, LATE_ELDERLY_AGE, LOW_SHARE
from rules.eligibility.birth_dates import birth_for_ages
from rules.eras import DateNotUnderstood, format_long, parse_date
from services import audit, persons, two_people
from services.certificates import events
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from services.statute import law_on

SHARES: Final = (LOW_SHARE, FULL_SHARE)
ROLE: Final = "verifier"
EXAMPLE: Final = "所得情報の画面、基準収入額適用申請書"
Words = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """What somebody types: the share in tenths, its first day, the papers seen."""

    share: str = ""
    day: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Page:
    """The share of a person on record and since when, what was entered, and who did so.

    `since` is None where no entry told it. `others`: certificates that are out and bear another share.
    """

    record: PersonRecord
    since: date | None
    may_bear: bool
    is_merged: bool
    entries: Sequence[ShareEntry]
    others: Sequence[Certificate]
    staff: Mapping[int, str]


def span_of(record: PersonRecord, day: date) -> tuple[date, date]:
    """The first day of the share of 70 to 74, and the 75th birthday, from which there is none any more."""
    law = law_on(day)
    birth = birth_for_ages(record.birth, law)
    return share_from(birth, law.integer(ELDER_AGE)), birthday_on(birth, law.integer(LATE_ELDERLY_AGE))


def may_bear(record: PersonRecord, day: date) -> bool:
    """Whether a certificate of the person bears a share on a day: from the month after 70 up to 75."""
    first, end = span_of(record, day)
    return first <= day < end


def since(ctx: Context, record: PersonRecord, moment: datetime | None = None) -> date | None:
    """Since when the share of a record, as known at a moment, holds; None where no entry told it."""
    approved = list_approved(ctx.session, [record.person_id], moment)
    return since_of(approved[record.person_id], record.copay_share)


def shares_on(ctx: Context, records: Mapping[int, PersonRecord], day: date) -> dict[int, int | None]:
    """The share of several persons (records by id) on a day: that on record, and of past days the one before.

    Before everything that was entered it is what was known before, nothing as well; else that on record.
    """
    shares = {one: record.copay_share for one, record in records.items()}
    if day >= ctx.today:
        return shares
    told = {one for one, share in shares.items() if share is not None}
    for person_id, approved in list_approved(ctx.session, told).items():
        began = since_of(approved, shares[person_id])
        if began is None or began <= day:
            continue
        entry = find_in_force(approved, day)
        shares[person_id] = entry.share if entry else _share_before(ctx, approved[-1])
    return shares


def _share_before(ctx: Context, entry: ShareEntry) -> int | None:
    """The share that stood on record right before an entry was approved."""
    statement = select(PersonRecord.copay_share).where(
        PersonRecord.person_id == entry.person_id,
        PersonRecord.recorded_at < entry.decided_at,
        or_(PersonRecord.superseded_at.is_(None), PersonRecord.superseded_at >= entry.decided_at),
    )
    return ctx.session.scalars(statement.order_by(PersonRecord.id).limit(1)).first()


def read(ctx: Context, person_id: int) -> Page:
    """The share of a person and what was entered of it; looking at it is recorded.

    Raises:
        PersonUnknown: nobody with this id is on record.
    """
    record = persons.get(ctx, person_id)
    entries = list_of_person(ctx.session, person_id)
    by = {one.entered_by_id for one in entries} | {one.decided_by_id for one in entries}
    audit.record(ctx, Tag.PERSON_READ, f"person:{person_id}", detail={"tab": "share"})
    return Page(
        record,
        since(ctx, record),
        may_bear(record, ctx.today),
        _is_merged(ctx, person_id),
        entries,
        bearing_another(ctx, record),
        names_of(ctx.session, by - {None}),
    )


def bearing_another(ctx: Context, record: PersonRecord) -> list[Certificate]:
    """Certificates of a person that are out, still hold and bear another share than that on record."""
    return [
        one
        for one in events.list_out(ctx, record.person_id)
        if record.copay_share
        and one.contents.get("copay_share") not in {None, record.copay_share}
        and (one.expires_on is None or one.expires_on >= ctx.today)
    ]


def waiting(ctx: Context) -> tuple[Sequence[ShareEntry], Mapping[int, PersonRecord]]:
    """What waits for a second person, and whose it is; looking at it is recorded."""
    found = list_open(ctx.session)
    audit.listed(ctx, "share_entries", len(found))
    return found, list_current(ctx.session, {one.person_id for one in found})


def to_count(actor: Actor, today: date) -> Wanted:
    """How many entries wait for whoever may check them, for the sidebar."""
    del today
    if ROLE not in actor.own_roles:
        return {}
    return {"shares": select(func.count(ShareEntry.id)).where(ShareEntry.state == OPEN)}


def enter(ctx: Context, person_id: int, told: Told) -> ShareEntry:
    """Enter the share of a person; it waits for a second person.

    Raises:
        PersonUnknown: nobody with this id is on record.
        RuleBroken: the person is not of 70 to 74, or his record was made part of another one.
        EntryRefused: what was told cannot be, each fault at its field.
        SomebodyElseWasFaster: an entry for this person waits already, or his record changed this moment.
    """
    persons.hold(ctx, [person_id])
    record = persons.get(ctx, person_id)
    _must_be_possible(ctx, record)
    entry = _read(ctx, record, told)
    two_people.sign_entered(ctx, entry)
    try:
        with ctx.session.begin_nested():
            ctx.session.add(entry)
    except IntegrityError:
        raise SomebodyElseWasFaster(
            "この方の負担割合の登録が確認を待っています。その結果を待つか、取り下げてから登録してください。",
            "An entry for this person waits already. Wait for it, or take it back first.",
        ) from None
    _tell(ctx, Tag.SHARE_ENTERED, entry)
    return entry


def decide(ctx: Context, entry_id: int, *, approve: bool, words: str) -> ShareEntry:
    """Put what another one entered on record, or refuse it, with a reason.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: the actor entered it, by account or by staff number, or has the role in an emergency only.
        SomebodyElseWasFaster: it was decided meanwhile, or the record of the person changed this moment.
        RuleBroken: no reason was given, or by the record of today it cannot be any more.
    """
    two_people.must_not_be_borrowed(ctx, ROLE)
    entry = _held_entry(ctx, entry_id) if approve else _open_entry(ctx, entry_id)
    two_people.must_be_somebody_else(ctx, [entry.entered_by_id])
    entry.words = two_people.reason_of(words)
    if approve:
        _put_on_record(ctx, entry)
    two_people.sign_decided(ctx, entry, approve=approve)
    _tell(ctx, Tag.SHARE_APPROVED if approve else Tag.SHARE_REFUSED, entry)
    return entry


def withdraw(ctx: Context, entry_id: int) -> ShareEntry:
    """Take back what one entered oneself.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: another one entered it.
        SomebodyElseWasFaster: it was decided.
    """
    entry = _open_entry(ctx, entry_id)
    two_people.sign_withdrawn(ctx, entry)
    _tell(ctx, Tag.SHARE_WITHDRAWN, entry)
    return entry


def person_of(ctx: Context, entry_id: int) -> int:
    """Of which person an entry is.

    Raises:
        NotFound: there is no such entry.
    """
    entry = ctx.session.get(ShareEntry, entry_id)
    if entry is None:
        raise _unknown()
    return entry.person_id


def _read(ctx: Context, record: PersonRecord, told: Told) -> ShareEntry:
    errors: dict[str, Words] = {}
    share = next((one for one in SHARES if told.share == str(one)), None)
    if share is None:
        errors["share"] = ("2割か3割を選んでください。", "Choose 20 % or 30 %.")
    day = None
    try:
        day = parse_date(told.day)
    except DateNotUnderstood as refused:
        errors["day"] = (refused.message_ja, "Type a day like 2026-08-01 or R8.8.1.")
    if day is not None:
        _must_hold(ctx, record, share, day, errors)
        if share == record.copay_share and day == since(ctx, record):
            errors.setdefault(
                "share",
                (
                    "この割合は、同じ日からすでに登録されています。",
                    "This share is on record already, from the same day.",
                ),
            )
    evidence = two_people.evidence_of(told.evidence, EXAMPLE, errors)
    if errors or share is None or day is None:
        raise EntryRefused(errors)
    return ShareEntry(person_id=record.person_id, share=share, from_on=day, evidence=evidence, state=OPEN)


def _must_hold(
    ctx: Context, record: PersonRecord, share: int | None, day: date, errors: dict[str, Words]
) -> None:
    """The first day lies within 70 to 74, not after today, and the person is insured on it.

    Another share than that on record does not begin before it: the record tells the share of today.
    """
    first, end = span_of(record, ctx.today)
    began = since(ctx, record)
    if day > ctx.today:
        errors["day"] = (
            "今日より後の日です。記録にあるのは今日の割合なので、その日になってから登録してください。",
            "This day is to come. The record tells the share of today: enter it on that day.",
        )
    elif not first <= day < end:
        errors["day"] = (
            f"この方の負担割合は{format_long(first)}から75歳の誕生日の前日までのものです。日付を確かめてください。",
            f"The share of this person begins on {first} and ends with the day before 75. Check the day.",
        )
    elif not any(one.covers(day) for one in list_periods(ctx.session, record.person_id)):
        errors["day"] = (
            "この日に国保に加入していません。資格の履歴と日付を確かめてください。",
            "The person was not insured here on this day. Check the periods and the day.",
        )
    elif began is not None and day < began and share not in {None, record.copay_share}:
        errors["day"] = _before_that_on_record(record.copay_share, began)


def _before_that_on_record(share: int | None, began: date) -> Words:
    ja = (
        f"記録では{format_long(began)}から{share}割です。それより前からの別の割合を登録すると、今日の割合が書き換わり"
        f"ます。今の割合が誤りなら、まず同じ日({format_long(began)})からの正しい割合を登録し、承認されてから前の日に"
        "改めてください。すでに終わった期間の割合は登録できません。"
    )
    en = (
        f"On record are {share}0 % since {began}. Another share from before would overwrite that of today. "
        f"If that is wrong, enter the right one from {began} first, and the earlier day once it is approved. "
        "The share of a time that is over cannot be entered."
    )
    return ja, en


def _must_be_possible(ctx: Context, record: PersonRecord) -> None:
    if _is_merged(ctx, record.person_id):
        raise RuleBroken(
            "この記録は、同じ方の記録に統合されました。統合先の記録で登録し直してください。",
            "This record was made part of another one of the same person. Enter the share there.",
        )
    if not may_bear(record, ctx.today):
        first, end = span_of(record, ctx.today)
        raise RuleBroken(
            f"この方は、今日は70歳から74歳までの負担割合の対象ではありません(対象は{format_long(first)}から"
            f"{format_long(end)}の前日まで)。生年月日を確かめてください。",
            f"No share of 70 to 74 holds for this person today: it begins on {first} and ends before {end}. "
            "Check the date of birth.",
        )


def _is_merged(ctx: Context, person_id: int) -> bool:
    statement = select(Person.merged_into_id).where(Person.id == person_id)
    return ctx.session.scalars(statement).one() is not None


def _put_on_record(ctx: Context, entry: ShareEntry) -> None:
    """Revise the record of the person from the day told; refused where it cannot be so any more."""
    record = persons.get(ctx, entry.person_id)
    _must_be_possible(ctx, record)
    errors: dict[str, Words] = {}
    _must_hold(ctx, record, entry.share, entry.from_on, errors)
    if errors:
        raise EntryRefused(errors)
    persons.revise(ctx, entry.person_id, {"copay_share": entry.share}, entry.from_on, None)


def _held_entry(ctx: Context, entry_id: int) -> ShareEntry:
    """An open entry whose person nobody else changes: the person is held first, as a merge holds both."""
    held = person_of(ctx, entry_id)
    persons.hold(ctx, [held])
    entry = _open_entry(ctx, entry_id)
    if entry.person_id != held:
        raise SomebodyElseWasFaster(
            "この方の記録が、いま別の記録と統合されました。画面を開き直し、残った記録で確かめてください。",
            "The record of this person was merged this moment. Open the page again, check the record kept.",
        )
    return entry


def _open_entry(ctx: Context, entry_id: int) -> ShareEntry:
    statement = select(ShareEntry).where(ShareEntry.id == entry_id).with_for_update()
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


def _tell(ctx: Context, tag: Tag, entry: ShareEntry) -> None:
    audit.record(ctx, tag, f"person:{entry.person_id}", detail={"entry": entry.id})
