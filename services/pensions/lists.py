"""The list of whom a deduction concerns: made by one, approved by another, then begun for all of it (B4, D1).

A list holds every household of which a payer told something, with each condition that fails. Its approval
looks at each household again: who is not concerned any more is left out and stays on the list with why. Where
somebody else, another assessment or another amount would be decided than was read, nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from models.audit.tags import Tag
from models.household import Household
from models.job import CANCELLED, DONE, FAILED, Job, find_by_key, lock
from models.pension_deduction import (
    BEGIN,
    DECIDING,
    OPEN,
    PROVISIONAL,
    REFUSED,
    PensionCandidate,
    PensionDeduction,
    PensionFact,
    PensionList,
)
from models.person import PersonRecord, list_current
from models.series import take
from rules.law import ParameterNotInForce
from rules.periods import FiscalYear
from rules.premium import collection
from rules.premium import pension_deduction as rule
from rules.premium.collection import Collection
from services import audit, jobs, two_people
from services.assessing import comparing, run_pages
from services.context import Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.pensions.candidates import Looked, households_told, look_at
from services.pensions.collected import calendar_of, terms_of

ROWS: Final = 50
ALL, CONCERNED, NOT_CONCERNED = "", "yes", "no"
CHIEF: Final = "section_chief"
FILL, BEGIN_ALL = "pension.list.fill", "pension.list.begin"
_NO_HEAD: Final = 1 << rule.CHECKS.index(rule.HEAD_INSURED)


@dataclass(frozen=True)
class Page:
    """A list, one page of its households with who heads them."""

    of: PensionList
    rows: Sequence[PensionCandidate]
    found: int
    numbers: dict[int, str]
    records: dict[int, PersonRecord]


def make(ctx: Context, fiscal_year: int, month: int) -> PensionList:
    """Have every household looked at of which a payer told something; another person approves what comes out.

    The looking is a job: the list is whole, and can be approved, once that is done.

    Raises:
        RuleBroken: the months can not be reached any more, nothing is assessed, or the year has no figures.
        SomebodyElseWasFaster: such a list waits already, or its approval is under way or stands still.
    """
    if ctx.actor.staff_id is None:
        raise NotAllowed("担当者としてサインインしてください。", "Sign in as one of the staff.")
    _checked(ctx, fiscal_year, month)
    _must_be_the_only_one(ctx, fiscal_year, month)  # at once: who begins one holds the row until all is begun
    hold(ctx, fiscal_year, month)
    _must_be_the_only_one(ctx, fiscal_year, month)
    made = PensionList(
        fiscal_year=fiscal_year,
        month=month,
        decided_on=ctx.today,
        made_at=ctx.at,
        made_by_id=ctx.actor.staff_id,
        made_by_number=ctx.actor.staff_number,
    )
    ctx.session.add(made)
    ctx.session.flush()
    total = len(households_told(ctx, year_looked_at(made)))
    jobs.ask(ctx, FILL, f"{FILL}:{made.id}", {"list": made.id}, total=total)
    tell(ctx, Tag.PENSION_LIST_MADE, made)
    return made


def decide(ctx: Context, list_id: int, *, approve: bool, words: str) -> PensionList:
    """Have the deductions of everybody concerned begun, or refuse the list, with a reason.

    Beginning them is a job, all or none: where what was read has changed by then, it refuses the list. An
    approved list whose job was cancelled or has failed can be refused still; the job begins nothing any more.

    Raises:
        NotFound: there is no such list.
        NotAllowed: the actor made it, by account or by staff number, or has the role in an emergency only.
        SomebodyElseWasFaster: it was decided meanwhile.
        RuleBroken: no reason was given, the list is not whole yet, or the months cannot be reached any more.
    """
    two_people.must_not_be_borrowed(ctx, CHIEF)
    made = _locked(ctx, list_id, approve=approve)
    two_people.must_be_somebody_else(ctx, [made.made_by_id])
    made.words = two_people.reason_of(words)
    if approve:
        _must_be_whole(ctx, made)
        _checked(ctx, made.fiscal_year, made.month)
        jobs.ask(ctx, BEGIN_ALL, f"{BEGIN_ALL}:{made.id}", {"list": made.id}, total=made.concerned)
    made.state, made.decided_at = (DECIDING if approve else REFUSED), ctx.at
    made.decided_by_id, made.decided_by_number = ctx.actor.staff_id, ctx.actor.staff_number
    tell(ctx, Tag.PENSION_LIST_APPROVED if approve else Tag.PENSION_LIST_REFUSED, made)
    return made


def fill(ctx: Context, made: PensionList) -> None:
    """Look at everybody of whom a payer told something, and put the answers on a list."""
    put_down(ctx, made, households_told(ctx, year_looked_at(made)))


def put_down(ctx: Context, made: PensionList, household_ids: Sequence[int]) -> None:
    """Look at some households, and put the answers on a list."""
    looked = look_at(ctx, FiscalYear(made.fiscal_year), made.month, household_ids)
    rows = [_row(ctx, made, one) for one in looked]
    ctx.session.add_all(rows)
    ctx.session.flush()
    made.households += len(rows)
    made.concerned += sum(not row.failing for row in rows)


def year_looked_at(made: PensionList) -> FiscalYear:
    """The year whose assessments a list looks at: for April the one before."""
    return FiscalYear(made.fiscal_year - (made.month == rule.APRIL))


def work_of(ctx: Context, made: PensionList) -> Job | None:
    """The job by which a list is made or its deductions begin, while it is not done; None else."""
    kind = {OPEN: FILL, DECIDING: BEGIN_ALL}.get(made.state)
    job = find_by_key(ctx.session, f"{kind}:{made.id}") if kind else None
    return job if job is not None and job.state != DONE else None


def stands_still(made: PensionList, job: Job | None) -> bool:
    """Whether the work of an approved list was cancelled or has failed, so that it may be refused still."""
    return made.state == DECIDING and job is not None and job.state in {CANCELLED, FAILED}


def hold(ctx: Context, fiscal_year: int, month: int) -> None:
    """Let those who make or begin lists of a year and month wait here for one another."""
    take(ctx.session, f"pension_list:{fiscal_year}-{month}")


def _must_be_the_only_one(ctx: Context, fiscal_year: int, month: int) -> None:
    same = select(PensionList.id).where(
        PensionList.fiscal_year == fiscal_year,
        PensionList.month == month,
        PensionList.state.in_((OPEN, DECIDING)),
    )
    if ctx.session.scalars(same.limit(1)).first() is not None:
        raise SomebodyElseWasFaster(
            "同じ年度・開始月の候補一覧が、確認待ちか承認の処理中です。それが決定されるか差し戻されてから作ってください。",
            "A list of the same year and month waits or is under way. Have it decided or refused first.",
        )


def _must_be_whole(ctx: Context, made: PensionList) -> None:
    if work_of(ctx, made) is not None:
        raise RuleBroken(
            "候補をまだ調べ終わっていないため、承認できません。処理の画面で進みを確かめてください。",
            "Not every household was looked at yet. See on the page of the job how far it is.",
        )


def list_lists(ctx: Context) -> list[PensionList]:
    """The lists, the latest first."""
    return list(ctx.session.scalars(select(PensionList).order_by(PensionList.id.desc()).limit(100)))


def read(ctx: Context, list_id: int, outcome: str, words: str, page: int) -> Page:
    """One page of a list: all, or who is or is not concerned; found by number of the household or name.

    Raises:
        NotFound: there is no such list.
    """
    made = ctx.session.get(PensionList, list_id)
    if made is None:
        raise _unknown()
    statement = select(PensionCandidate).where(PensionCandidate.list_id == list_id)
    if outcome == CONCERNED:
        statement = statement.where(PensionCandidate.failing == 0)
    elif outcome == NOT_CONCERNED:
        statement = statement.where(PensionCandidate.failing != 0)
    if wanted := "".join(words.split()):
        home = select(Household.id).where(Household.household_number.endswith(wanted, autoescape=True))
        name = func.replace(func.replace(PersonRecord.name, " ", ""), "\u3000", "")
        who = select(PersonRecord.person_id).where(
            PersonRecord.superseded_at.is_(None), name.startswith(wanted, autoescape=True)
        )
        statement = statement.where(
            PensionCandidate.household_id.in_(home) | PensionCandidate.person_id.in_(who)
        )
    found = ctx.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(PensionCandidate.household_id).offset((page - 1) * ROWS).limit(ROWS)
    rows = list(ctx.session.scalars(ordered))
    numbers = run_pages.household_numbers(ctx, {one.household_id for one in rows})
    records = list_current(ctx.session, {one.person_id for one in rows})
    audit.listed(ctx, f"pension_list:{list_id}", len(rows))
    return Page(made, rows, found, numbers, records)


def failing_codes(failing: int, month: int) -> list[str]:
    """The conditions that do not hold, out of the bits of a row."""
    codes = rule.CHECKS if month == rule.APRIL else rule.CHECKS[:-1]
    return [code for place, code in enumerate(codes) if failing >> place & 1]


def _checked(ctx: Context, fiscal_year: int, month: int) -> FiscalYear:
    now = FiscalYear.containing(ctx.today).year
    if month not in {rule.APRIL, rule.OCTOBER} or not now - 1 <= fiscal_year <= now + 1:
        raise RuleBroken("年度と開始月を選んでください。", "Choose the year and the month.")
    year = FiscalYear(fiscal_year)
    of_year = fiscal_year - 1 if month == rule.APRIL else fiscal_year
    if not comparing.base_of(ctx.session, of_year).runs:
        raise RuleBroken(
            f"{FiscalYear(of_year).label_ja}の賦課が確定していないため、候補を調べられません。賦課を確定してください。",
            "Nothing is assessed for that year. Make a run final first.",
        )
    try:
        terms = terms_of(ctx, year)
    except ParameterNotInForce as missing:
        raise RuleBroken(
            f"{year.label_ja}の基準値「{missing.name}」がないため、候補を調べられません。基準値の登録を依頼してください。",
            f"There is no value of {missing.name} in that year. Have it entered.",
        ) from missing
    days = rule.pay_days(year, terms.pay_day)
    place = rule.MONTHS.index(month)
    if rule.first_open(days, ctx.today, terms.lead_months) > (place if month == rule.APRIL else 5):
        raise RuleBroken(
            f"年金保険者への依頼は{terms.lead_months}か月前までのため、{year.label_ja}の{month}月からの特別徴収には"
            "間に合いません。次の開始月を選んでください。",
            "Its payers cannot be told in time any more. Choose the next month to begin.",
        )
    return year


def _row(ctx: Context, made: PensionList, one: Looked) -> PensionCandidate:
    failing = _bits(one.checks, of=False) or _bits(one.checks, of=None)
    row = PensionCandidate(
        list_id=made.id,
        household_id=one.household_id,
        person_id=one.person_id,
        run_id=one.run.id,
        failing=failing,
        premium=one.applicant.premium,
        annual=one.fact.annual if one.fact else 0,
        care_premium=one.fact.care_premium if one.fact else 0,
        first_yen=0,
        each_yen=0,
    )
    if not failing:
        begun = _parts(ctx, made, one)
        if begun is None:
            row.failing = 1 << rule.CHECKS.index(rule.OWES)
        else:
            half = slice(0, rule.PROVISIONAL) if made.month == rule.APRIL else slice(rule.PROVISIONAL, None)
            taken = [yen for yen in begun.deducted[half] if yen]
            row.first_yen, row.each_yen = taken[0], taken[-1]
    return row


def _bits(checks: Sequence[rule.Check], *, of: bool | None) -> int:
    """A bit for each condition with this answer. What cannot be told counts only where nothing else fails."""
    return sum(1 << place for place, check in enumerate(checks) if check.holds is of)


def _parts(ctx: Context, made: PensionList, one: Looked) -> Collection | None:
    """How the year would be collected; None where nothing of it is left to deduct."""
    if made.month == rule.APRIL:
        return collection.begin_provisionally(one.applicant.last_february or 0)
    terms = terms_of(ctx, FiscalYear(made.fiscal_year))
    late = one.collected.late_due_on if one.collected else one.run.late_due_on
    try:
        return collection.begin(one.parts, calendar_of(one.run, terms, made.decided_on, late))
    except ValueError:
        return None


def begin_all(ctx: Context, made: PensionList) -> list[int]:
    """Decide the deductions of everybody on a list whom they still concern; answers their households.

    Raises:
        RuleBroken: the months cannot be reached any more, or a person, an assessment or an amount is no more
            what stands on the list.
    """
    year = _checked(ctx, made.fiscal_year, made.month)
    made.decided_on = ctx.today
    statement = select(PensionCandidate).where(
        PensionCandidate.list_id == made.id, PensionCandidate.failing == 0
    )
    rows = {row.household_id: row for row in ctx.session.scalars(statement)}
    begun, changed = [], 0
    for one in look_at(ctx, year, made.month, list(rows)):
        row, told = rows.pop(one.household_id), _row(ctx, made, one)
        parts = None if told.failing else _parts(ctx, made, one)
        if parts is not None and _decides(row) != _decides(told):
            changed += 1
        elif parts is not None and one.fact is not None:
            ctx.session.add(_decision(ctx, made, one, one.fact, parts))
            begun.append(one.household_id)
        _carry_over(row, told)
    for row in rows.values():  # whom nobody heads any more
        row.failing, row.first_yen, row.each_yen = _NO_HEAD, 0, 0
    if changed:
        raise _no_more_as_read(changed)
    made.concerned = len(begun)
    return begun


def tell_begun(ctx: Context, made: PensionList, household_ids: Sequence[int]) -> None:
    """Tell at each household that its deduction was decided, and by which list."""
    detail = {"act": BEGIN, "list": made.id, "year": made.fiscal_year, "month": made.month}
    for home in household_ids:
        audit.record(ctx, Tag.PENSION_APPROVED, f"household:{home}", detail=detail)


def _decides(row: PensionCandidate) -> tuple[int, ...]:
    """What the approval of a row decides: whose pension, by which assessment, how much."""
    return row.person_id, row.run_id, row.first_yen, row.each_yen


def _no_more_as_read(households: int) -> RuleBroken:
    return RuleBroken(
        f"候補を調べたあとに、{households:,}世帯で世帯主・賦課・差引額のどれかが変わりました。"
        "まだ何も決定していません。この一覧を差し戻し、調べ直した一覧を確かめてから承認してください。",
        f"The head, the assessment or the amount of {households:,} households has changed since the list was "
        "made. Nothing was decided. Refuse this list, have it made anew, look again and approve that one.",
    )


def _carry_over(row: PensionCandidate, told: PensionCandidate) -> None:
    for name in ("run_id", "failing", "premium", "annual", "care_premium", "first_yen", "each_yen"):
        setattr(row, name, getattr(told, name))


def _decision(
    ctx: Context, made: PensionList, one: Looked, fact: PensionFact, parts: Collection
) -> PensionDeduction:
    is_provisional = made.month == rule.APRIL
    return PensionDeduction(
        household_id=one.household_id,
        person_id=one.person_id,
        fiscal_year=made.fiscal_year,
        kind=PROVISIONAL if is_provisional else BEGIN,
        payer_code=fact.payer_code,
        run_id=None if is_provisional else one.run.id,
        list_id=made.id,
        **columns_of(parts),
        late_due_on=None if is_provisional else one.run.late_due_on,
        decided_on=ctx.today,
        decided_at=ctx.at,
        decided_by_id=made.decided_by_id,
    )


def columns_of(parts: Collection) -> dict[str, object]:
    """How a year is collected, as the columns of a decision."""
    return {
        "deducted": list(parts.deducted),
        "regular": list(parts.regular),
        "late_before": parts.late_before,
        "late": parts.late,
        "overpaid": parts.overpaid,
        "goes_on": parts.goes_on,
        "is_settled": parts.is_settled,
    }


def _locked(ctx: Context, list_id: int, *, approve: bool) -> PensionList:
    statement = select(PensionList).where(PensionList.id == list_id).with_for_update()
    made = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if made is None:
        raise _unknown()
    if made.state != OPEN and (approve or not stands_still(made, _held_work(ctx, made))):
        raise SomebodyElseWasFaster(
            "この候補一覧はもう決定されています。画面を開き直してください。",
            "This list was decided meanwhile. Open the page again.",
        )
    return made


def _held_work(ctx: Context, made: PensionList) -> Job | None:
    """The work of a list, held so that nobody tries it again meanwhile."""
    job = work_of(ctx, made)
    return lock(ctx.session, job.id) if job is not None else None


def _unknown() -> NotFound:
    return NotFound("この候補一覧はありません。一覧から開き直してください。", "There is no such list.")


def tell(ctx: Context, tag: Tag, made: PensionList) -> None:
    """Record what became of a list."""
    detail = {
        "list": made.id,
        "year": made.fiscal_year,
        "month": made.month,
        "households": made.households,
        "concerned": made.concerned,
    }
    audit.record(ctx, tag, f"pension_list:{made.id}", detail=detail)
