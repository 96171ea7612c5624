"""What a payer of pensions told, and that a deduction ends: entered by one, checked by another (B4, D1).

What stood on record is closed and stays readable (ADR 0003). A stop reaches the first pension whose payer can
still be told; the rest of the year is asked for by instalments. A pension is on record of whom it was told:
where another one heads the household meanwhile, it is entered anew.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.assessment import find_in_force
from models.audit.tags import Tag
from models.base import known
from models.household import Household
from models.pension_deduction import (
    OPEN,
    STOP,
    TELL,
    PensionDeduction,
    PensionEntry,
    PensionFact,
    list_decisions,
)
from models.person import PersonRecord, list_current
from rules.eras import DateNotUnderstood, parse_date
from rules.periods import FiscalYear
from rules.premium import collection
from rules.premium.collection import Calendar
from rules.premium.pension_deduction import pay_days
from services import audit, city, two_people
from services.assessing import run_figures, run_pages
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import HouseholdUnknown, NotFound, RuleBroken, SomebodyElseWasFaster
from services.parameter_reading import EntryRefused
from services.pensions.collected import Collected, as_decided, calendar_of, of_rows, terms_of
from services.pensions.lists import columns_of
from services.premium_notices.heads import persons_of

MOST_PENSION, MOST_CARE = 20_000_000, 500_000  # yen of a year; only catch slips of the pen
ROLE: Final = "verifier"
CODE_AND_NAME: Final = 2
REASONS: Final = {
    "transfer": ("口座振替を選んだ", "Account transfer was chosen"),
    "left": ("加入をやめた・75歳になる", "Not insured any more, or 75"),
    "members": ("世帯に65歳未満または75歳以上の加入者が入った", "Somebody of another age joined"),
    "premium": ("保険料が下がった", "The premium went down"),
    "pension": ("年金の停止・担保・減額など", "The pension is stopped, pledged or smaller"),
    "other": ("その他", "Other"),
}
ROWS: Final = 50
Words = tuple[str, str]


@dataclass(frozen=True)
class Waiting:
    """One page of what waits for a second person, of how many, whose it is, and of which households."""

    rows: Sequence[PensionEntry]
    found: int
    records: Mapping[int, PersonRecord]
    numbers: Mapping[int, str]


@dataclass(frozen=True)
class Told:
    """What somebody types; amounts and days as typed."""

    act: str
    year: int
    payer_code: str = ""
    pension_code: str = ""
    annual: str = ""
    care_premium: str = ""
    is_care_deducted: bool = False
    transfer_from: str = ""
    reason: str = ""
    evidence: str = ""


def payers(ctx: Context) -> dict[str, str]:
    """Who pays pensions, by code of three digits (特別徴収義務者コード), as the city has settled them.

    Raises:
        SettingMissing: the city has none.
        RuleBroken: one of them has no name after its code.
    """
    text = city.settings_on(ctx.session, ctx.today).text("premium/pension_deduction/payers")
    told = [one.split(maxsplit=1) for one in text.split("、") if one.strip()]
    if wrong := [one[0] for one in told if len(one) != CODE_AND_NAME]:
        raise RuleBroken(
            f"設定「年金の支払者」の「{wrong[0]}」は、番号と名前のあいだに空白がありません。"
            "「101 支払者の名前」の形に直すよう、管理者に依頼してください。",
            f"In the setting of payers of pensions, “{wrong[0]}” has no blank between code and name. "
            "Have an administrator write it like “101 name”.",
        )
    return {code: name.strip() for code, name in told}


def waiting(ctx: Context, page: int) -> Waiting:
    """One page of what waits for a second person, the oldest first; looking at it is recorded."""
    which = PensionEntry.state == OPEN
    statement = select(PensionEntry).where(which).order_by(PensionEntry.id)
    rows = list(ctx.session.scalars(statement.offset((page - 1) * ROWS).limit(ROWS)))
    audit.listed(ctx, "pension_entries", len(rows))
    return Waiting(
        rows,
        ctx.session.scalar(select(func.count(PensionEntry.id)).where(which)) or 0,
        list_current(ctx.session, {one.person_id for one in rows}),
        run_pages.household_numbers(ctx, {one.household_id for one in rows}),
    )


def to_count(actor: Actor, today: date) -> Wanted:
    """How many entries wait for whoever may check them, for the sidebar."""
    del today
    if ROLE not in actor.own_roles:
        return {}
    return {"pensions": select(func.count(PensionEntry.id)).where(PensionEntry.state == OPEN)}


def enter(ctx: Context, household_id: int, told: Told) -> PensionEntry:
    """Enter what a payer told of the head of a household, or that his deduction ends; another one checks it.

    Raises:
        HouseholdUnknown: there is no such household, or nobody heads it.
        EntryRefused: what was told cannot be, each fault at its field.
        SomebodyElseWasFaster: such an entry waits already.
    """
    entry = _read(ctx, household_id, told, head_of(ctx, household_id))
    two_people.sign_entered(ctx, entry)
    try:
        with ctx.session.begin_nested():
            ctx.session.add(entry)
    except IntegrityError:
        raise SomebodyElseWasFaster(
            "この世帯の同じ登録が確認を待っています。その結果を待つか、取り下げてから登録してください。",
            "The same entry waits already. Wait for it, or take it back first.",
        ) from None
    _tell(ctx, Tag.PENSION_ENTERED, entry)
    return entry


def decide(ctx: Context, entry_id: int, *, approve: bool, words: str) -> PensionEntry:
    """Put what another one entered on record, or refuse it, with a reason.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: the actor entered it, by account or by staff number, or has the role in an emergency only.
        SomebodyElseWasFaster: it was decided meanwhile.
        RuleBroken: no reason was given, another one heads the household, or there is nothing to stop.
    """
    two_people.must_not_be_borrowed(ctx, ROLE)
    entry = _open_entry(ctx, entry_id)
    two_people.must_be_somebody_else(ctx, [entry.entered_by_id])
    entry.words = two_people.reason_of(words)
    two_people.sign_decided(ctx, entry, approve=approve)
    if approve and entry.act == TELL:
        _put_on_record(ctx, entry)
    elif approve:
        _stop(ctx, entry)
    _tell(ctx, Tag.PENSION_APPROVED if approve else Tag.PENSION_REFUSED, entry)
    return entry


def withdraw(ctx: Context, entry_id: int) -> PensionEntry:
    """Take back what one entered oneself.

    Raises:
        NotFound: there is no such entry.
        NotAllowed: another one entered it.
        SomebodyElseWasFaster: it was decided.
    """
    entry = _open_entry(ctx, entry_id)
    two_people.sign_withdrawn(ctx, entry)
    _tell(ctx, Tag.PENSION_WITHDRAWN, entry)
    return entry


def household_of(ctx: Context, entry_id: int) -> int:
    """Of which household an entry is.

    Raises:
        NotFound: there is no such entry.
    """
    entry = ctx.session.get(PensionEntry, entry_id)
    if entry is None:
        raise _unknown()
    return entry.household_id


def head_of(ctx: Context, household_id: int) -> int:
    """Who heads a household.

    Raises:
        HouseholdUnknown: there is no such household, or nobody heads it.
    """
    head = persons_of(ctx, [household_id]).get(household_id)
    if ctx.session.get(Household, household_id) is None or head is None:
        raise HouseholdUnknown(
            "この世帯がないか、世帯主がいません。世帯の記録を確かめてください。",
            "There is no such household, or nobody heads it.",
        )
    return head


def standing(ctx: Context, household_id: int, fiscal_year: int) -> Collected | None:
    """How a year of a household is collected where a deduction was decided; None where none was."""
    decided = list_decisions(ctx.session, [household_id], fiscal_year).get(household_id)
    if not decided:
        return None
    in_force = find_in_force(ctx.session, household_id, fiscal_year)
    if in_force is None:
        return as_decided(decided[-1], terms_of(ctx, FiscalYear(fiscal_year)))
    run, row = in_force
    return of_rows(ctx, run, [row]).get(household_id)


def can_stop(told: Collected | None) -> bool:
    """Whether a stop is still to be decided: a deduction goes on, or a lower premium asks for it."""
    return told is not None and told.decision.kind != STOP


def _read(ctx: Context, household_id: int, told: Told, head: int) -> PensionEntry:
    errors: dict[str, Words] = {}
    now = FiscalYear.containing(ctx.today).year
    if told.year not in {now - 1, now, now + 1}:
        errors["year"] = ("年度を選んでください。", "Choose the fiscal year.")
    entry = PensionEntry(
        household_id=household_id,
        person_id=head,
        fiscal_year=told.year,
        act=told.act,
        evidence=two_people.evidence_of(told.evidence, "年金保険者の通知", errors),
        state=OPEN,
    )
    if told.act == TELL:
        _read_pension(ctx, told, entry, errors)
    elif told.act == STOP:
        if told.reason not in REASONS:
            errors["reason"] = ("中止する理由を選んでください。", "Choose why it ends.")
        entry.reason = told.reason
        if not errors and not can_stop(standing(ctx, household_id, told.year)):
            errors["year"] = _nothing_to_stop()
    else:
        errors["act"] = ("登録する内容を選んでください。", "Choose what to enter.")
    if errors:
        raise EntryRefused(errors)
    return entry


def _read_pension(ctx: Context, told: Told, entry: PensionEntry, errors: dict[str, Words]) -> None:
    entry.payer_code, entry.pension_code = told.payer_code, _digits(told.pension_code)
    if told.payer_code not in payers(ctx):
        errors["payer_code"] = ("年金の支払者を選んでください。", "Choose who pays the pension.")
    if entry.pension_code and not (entry.pension_code.isdecimal() and len(entry.pension_code) == 4):
        errors["pension_code"] = (
            "年金コードは数字4桁です。分からなければ空けます。",
            "Four digits, or empty.",
        )
    entry.annual = _yen(told.annual, "annual", MOST_PENSION, errors)
    entry.care_premium = _yen(told.care_premium, "care_premium", MOST_CARE, errors)
    entry.is_care_deducted = told.is_care_deducted
    entry.transfer_from = None
    if told.transfer_from.strip():
        try:
            entry.transfer_from = _near(parse_date(told.transfer_from), told.year, errors)
        except DateNotUnderstood as refused:
            errors["transfer_from"] = (refused.message_ja, "Type a day like 2026-04-01 or R8.4.1.")
    if not errors and entry.care_premium > entry.annual:
        errors["care_premium"] = (
            "介護保険料が年金の額を超えています。単位と桁を確かめてください。",
            "The care premium is more than the pension. Check unit and digits.",
        )


def _near(day: date, year: int, errors: dict[str, Words]) -> date:
    """The day, which is in the year, the one before or the one after: others are slips of the pen."""
    if not year - 1 <= FiscalYear.containing(day).year <= year + 1:
        errors["transfer_from"] = (
            "年度の前後1年以内の日を入力してください。もっと前から口座振替の人は、年度の4月1日を入力します。",
            "Type a day of the year, the one before or after. Of who chose it earlier, type its 1 April.",
        )
    return day


def _digits(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).strip()


def _yen(typed: str, field: str, most: int, errors: dict[str, Words]) -> int:
    text = _digits(typed).replace(",", "").removesuffix("円")
    if not text.isdecimal() or not text.isascii():
        errors[field] = ("1年分の額を円で入力してください(例 1,200,000)。", "Type yen of a year.")
        return 0
    if int(text[:12]) > most or len(text) > 9:
        errors[field] = (f"{most:,}円までです。単位と桁を確かめてください。", f"At most {most:,} yen.")
        return 0
    return int(text)


def _put_on_record(ctx: Context, entry: PensionEntry) -> None:
    if head_of(ctx, entry.household_id) != entry.person_id:
        raise RuleBroken(
            "登録のあとに世帯主が変わりました。この登録は変わる前の世帯主の年金のものです。"
            "差し戻して、いまの世帯主の通知で登録し直してください。",
            "The head of the household has changed since it was entered, and this is the pension of the one "
            "before. Refuse it, and have the notice of today's head entered.",
        )
    statement = select(PensionFact).where(
        PensionFact.person_id == entry.person_id, PensionFact.fiscal_year == entry.fiscal_year
    )
    for before in ctx.session.scalars(known(statement, PensionFact).with_for_update()):
        before.supersede(ctx.at, None)
    ctx.session.flush()
    ctx.session.add(
        PensionFact(
            person_id=entry.person_id,
            fiscal_year=entry.fiscal_year,
            payer_code=entry.payer_code,
            pension_code=entry.pension_code,
            annual=entry.annual,
            care_premium=entry.care_premium,
            is_care_deducted=entry.is_care_deducted,
            transfer_from=entry.transfer_from,
            recorded_at=ctx.at,
            recorded_by_id=entry.entered_by_id,
        )
    )
    ctx.session.flush()


def _stop(ctx: Context, entry: PensionEntry) -> None:
    told = standing(ctx, entry.household_id, entry.fiscal_year)
    if told is None or not can_stop(told):
        raise RuleBroken(*_nothing_to_stop())
    in_force = find_in_force(ctx.session, entry.household_id, entry.fiscal_year)
    year = FiscalYear(entry.fiscal_year)
    terms = terms_of(ctx, year)
    if in_force is None:
        due = run_figures.due_days(ctx, year)
        days = pay_days(year, terms.pay_day)
        calendar = Calendar(due, days, terms.unit, terms.unit, terms.lead_months, ctx.today)
    else:
        calendar = calendar_of(in_force[0], terms, ctx.today, told.late_due_on)
    parts = collection.stop(told.parts, calendar)
    ctx.session.add(
        PensionDeduction(
            household_id=entry.household_id,
            person_id=told.decision.person_id,
            fiscal_year=entry.fiscal_year,
            kind=STOP,
            payer_code=told.decision.payer_code,
            run_id=in_force[0].id if in_force else None,
            entry_id=entry.id,
            **columns_of(parts),
            late_due_on=run_figures.late_due_on(ctx) if in_force else None,
            reason=entry.reason,
            decided_on=ctx.today,
            decided_at=ctx.at,
            decided_by_id=ctx.actor.staff_id,
        )
    )
    ctx.session.flush()


def _nothing_to_stop() -> Words:
    return (
        "この年度に、中止する特別徴収がありません。年度を確かめてください。",
        "There is no deduction of that year to stop. Check the year.",
    )


def _open_entry(ctx: Context, entry_id: int) -> PensionEntry:
    statement = select(PensionEntry).where(PensionEntry.id == entry_id).with_for_update()
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


def _tell(ctx: Context, tag: Tag, entry: PensionEntry) -> None:
    detail = {"act": entry.act, "entry": entry.id, "year": entry.fiscal_year}
    audit.record(ctx, tag, f"household:{entry.household_id}", detail=detail)
