"""Runs: begun by one, computed step by step, approved by another, in force at once (D1, D3).

A run is computed by a job of steps, each a range of households in one transaction, from the record as known
when it was begun; it can be stopped and goes on where it was. Until one change of its row makes it final,
nobody owes anything by it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, func, select

from models import columns
from models.assessment import (
    APPROVED,
    CITY,
    COMPUTING,
    DISCARDED,
    FINAL,
    HOUSEHOLD,
    INSTALMENTS,
    READY,
    AssessedPerson,
    Assessment,
    AssessmentRun,
    lock_run,
)
from models.audit.tags import Tag
from models.household import Household
from models.series import take
from rules.calendar_months import add_months
from rules.law import Certainty, Law, ParameterNotInForce
from rules.periods import FiscalYear, month_end, next_open_day
from rules.premium.instalments import due_dates
from rules.premium.terms import PremiumTerms, terms_of
from services import audit, jobs
from services.assessing import comparing, summing
from services.assessing.computing import Calendar, compute
from services.assessing.register_facts import Range, read_facts
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Progress, Skipped, Work
from services.office_calendar import closed_between
from services.staffing import CHIEF
from services.statute import all_law, law_on
from services.two_people import LONGEST_REASON, must_be_somebody_else

KIND: Final = "assess"
AT_ONCE: Final = 10_000  # household ids of one step
FIRST_YEAR: Final = 2008  # since when the parts are levied as they are (高齢者の医療の確保に関する法律)
_HEAD: Final = "municipal/premium/instalments"
_LIMIT: Final = "national/premium/limits/years_to_assess"
_IMPOSSIBLE: Final = (
    "所得の金額が正しくないため、賦課していません。所得の記録を確かめてください。",
    "An amount of income cannot be, so nothing was assessed. Check the incomes on record.",
)


class AssessmentTooLate(RuleBroken):
    """The time in which a premium of that year may be assessed is over (法110条の2)."""

    code = "assessment_too_late"


class ParametersNotAccepted(RuleBroken):
    """A final run needs each unverified figure to be accepted by its name."""

    code = "parameters_not_accepted"


class RunOvertaken(SomebodyElseWasFaster):
    """Another run of the year became final meanwhile; this one compares and pays by what was before it."""

    code = "run_overtaken"


class WrongState(SomebodyElseWasFaster):
    """The run is not in the state that the deed asks for."""

    code = "assessment_state"


def begin(ctx: Context, fiscal_year: int, household_id: int | None = None) -> AssessmentRun:
    """Begin a run over the city, or over one household, as the record stands now.

    The city is computed by a job; one household at once.

    Raises:
        RuleBroken: the year has no figures, or a run of the same is open already.
        AssessmentTooLate: the year may not be assessed any more.
    """
    if not FIRST_YEAR <= fiscal_year <= FiscalYear.containing(ctx.today).year:
        raise RuleBroken(
            "年度が正しくありません。一覧から年度を選んでください。",
            "There is no such fiscal year to assess. Choose one of the list.",
        )
    year = FiscalYear(fiscal_year)
    terms = _terms(all_law(ctx), year)
    due = _due_dates(ctx, year)
    _must_be_in_time(ctx, due[0])
    # Two that begin at once wait here for one another.
    number = take(ctx.session, f"assessment:{fiscal_year}")
    _must_be_the_only_one(ctx, fiscal_year, household_id)
    base = comparing.base_of(ctx.session, fiscal_year)
    run = AssessmentRun(
        number=f"{fiscal_year}-{number:04}",
        fiscal_year=fiscal_year,
        scope=CITY if household_id is None else HOUSEHOLD,
        household_id=household_id,
        state=COMPUTING,
        as_of=ctx.at,
        decided_on=ctx.today,
        due_dates=[day.isoformat() for day in due],
        late_due_on=_late_due_on(ctx),
        parameters=told_parameters(terms),
        base_id=base.last_id,
        begun_at=ctx.at,
        begun_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(run)
    ctx.session.flush()
    _tell(ctx, run, Tag.ASSESSMENT_BEGUN)
    if household_id is None:
        job = jobs.ask(ctx, KIND, f"{KIND}:{run.id}", {"run": run.id}, total=last_household(ctx))
        run.job_id = job.id
    else:
        _compute(ctx, run, Range(household_id, household_id))
        _finish(ctx, run)
    return run


def step(ctx: Context, work: Work) -> Progress:
    """Compute the next range of households; after the last one sum up, and the run is ready to be looked at.

    Who discards the run waits for the step, and a step that comes later finds nothing to do.

    Raises:
        WrongState: the run is ready already.
    """
    run = _locked(ctx, int(work.payload["run"]))
    if run.state == DISCARDED:
        return Progress(
            dict(work.checkpoint),
            work.done,
            work.total,
            finished=True,
            message_ja=f"{run.number} は破棄されたため、計算を終えました。",
            message_en=f"{run.number} was discarded; nothing more is computed.",
        )
    _must_be(run, COMPUTING)
    first = int(work.checkpoint.get("next", 1))
    end = max(work.total or 0, 1)
    within = Range(first, min(first + AT_ONCE - 1, end))
    skipped = _compute(ctx, run, within)
    is_last = within.last >= end
    if is_last:
        _finish(ctx, run)
    else:
        _tell(ctx, run, Tag.ASSESSMENT_COMPUTED, upto=within.last)
    return Progress(
        {"next": within.last + 1},
        within.last,
        end,
        finished=is_last,
        skipped=skipped,
        message_ja=f"{run.number}: {run.households:,}世帯を計算しました。",
        message_en=f"{run.number}: {run.households:,} households computed.",
    )


def approve(ctx: Context, run_id: int, accepted: Collection[str], words: str = "") -> AssessmentRun:
    """Approve a run that somebody else began; each unverified figure is accepted by its name.

    A run over one household is in force with it; that over the city by `make_final`.

    Raises:
        NotFound: there is no such run.
        WrongState: it is not ready, or was decided meanwhile.
        NotAllowed: the actor began it himself.
        ParametersNotAccepted: an unverified figure is not among those accepted.
        RunOvertaken: another run of the year is in force meanwhile.
    """
    run = _locked(ctx, run_id)
    _must_be(run, READY)
    must_be_somebody_else(ctx, [run.begun_by_id])
    _must_not_be_overtaken(ctx, run)
    open_ones = unverified(run)
    if missing := [name for name in open_ones if name not in accepted]:
        raise ParametersNotAccepted(
            f"出典を確認していない基準値 {len(missing)}件が了承されていません({missing[0]} など)。"
            "一つずつ確かめて印を付けてください。",
            f"{len(missing)} unverified figures are not accepted ({missing[0]} …). Look at each and mark it.",
        )
    run.state, run.accepted = APPROVED, sorted(open_ones)
    run.decided_at, run.decided_by_id = ctx.at, ctx.actor.staff_id
    run.decided_words = " ".join(words.split())[:LONGEST_REASON]
    _tell(ctx, run, Tag.ASSESSMENT_APPROVED, accepted=len(run.accepted))
    if run.scope == HOUSEHOLD:
        _switch(ctx, run)
    return run


def make_final(ctx: Context, run_id: int) -> AssessmentRun:
    """Put an approved run in force, with all its households at once.

    Raises:
        NotFound: there is no such run.
        WrongState: it is not approved, or in force already.
        RunOvertaken: another run of the year is in force meanwhile.
    """
    run = _locked(ctx, run_id)
    _must_be(run, APPROVED)
    _must_not_be_overtaken(ctx, run)
    _switch(ctx, run)
    return run


def discard(ctx: Context, run_id: int) -> AssessmentRun:
    """Give up a run that is not in force, with all its rows.

    Raises:
        NotFound: there is no such run.
        WrongState: it is in force, or was discarded before.
    """
    run = _locked(ctx, run_id)
    _must_be(run, COMPUTING, READY, APPROVED)
    run.state, run.ended_at, run.ended_by_id = DISCARDED, ctx.at, ctx.actor.staff_id
    for table in (AssessedPerson, Assessment):
        ctx.session.execute(delete(table).where(table.run_id == run.id))
    _tell(ctx, run, Tag.ASSESSMENT_DISCARDED)
    return run


def get(ctx: Context, run_id: int) -> AssessmentRun:
    """A run.

    Raises:
        NotFound: there is no such run.
    """
    found = ctx.session.get(AssessmentRun, run_id)
    if found is None:
        raise _unknown()
    return found


def list_runs(ctx: Context, limit: int = 100) -> list[AssessmentRun]:
    """The runs, the latest first."""
    return list(ctx.session.scalars(select(AssessmentRun).order_by(AssessmentRun.id.desc()).limit(limit)))


def years(ctx: Context) -> list[FiscalYear]:
    """The fiscal years around today that have figures and may be assessed, the latest first."""
    now = FiscalYear.containing(ctx.today).year
    found = []
    for year in map(FiscalYear, (now, now - 1, now - 2)):
        try:
            terms_of(all_law(ctx), year)
            _must_be_in_time(ctx, _due_dates(ctx, year)[0])
        except (ParameterNotInForce, AssessmentTooLate):
            continue
        found.append(year)
    return found


def unverified(run: AssessmentRun) -> list[str]:
    """The figures of a run whose source was not verified, by name."""
    return sorted(
        name for name, one in run.parameters.items() if one["certainty"] != Certainty.VERIFIED.value
    )


def told_parameters(terms: PremiumTerms) -> dict[str, Any]:
    """The figures as a run keeps them."""
    return {
        name: {"value": one.value, "title": one.title, "unit": one.unit, "certainty": str(one.certainty)}
        for name, one in sorted(terms.sources.items())
    }


def _compute(ctx: Context, run: AssessmentRun, within: Range) -> tuple[Skipped, ...]:
    year, law = FiscalYear(run.fiscal_year), all_law(ctx)
    read = read_facts(ctx.session, year, law.on(year.first_on), within, run.as_of)
    base = comparing.base_of(ctx.session, run.fiscal_year)
    before = comparing.in_force(ctx.session, base, within)
    before = before | {"late_paid": comparing.late_paid(base, before, run.decided_on)}
    try:
        told = compute(read, _terms(law, year), before, _calendar(run))
    except ValueError as error:
        raise RuleBroken(
            f"市の端数の定めでは1円未満が残るため、賦課できません({error})。端数の基準値を登録してください。",
            f"A part of a yen is left ({error}). Enter the roundings of the municipality.",
        ) from error
    if told is None:
        return ()
    for name, rows in (("assessment", told.assessments), ("assessed_person", told.persons)):
        keyed = {"run_id": rows["household_id"] * 0 + run.id} | rows
        columns.add(ctx.session, name, keyed)
    run.households += len(told.assessments["household_id"])
    return tuple(Skipped(f"household:{one}", *_IMPOSSIBLE) for one in told.refused.tolist())


def _finish(ctx: Context, run: AssessmentRun) -> None:
    run.state = READY
    run.summary = summing.sum_up(ctx.session, run)
    _tell(ctx, run, Tag.ASSESSMENT_COMPUTED, total=run.summary["total"])


def _switch(ctx: Context, run: AssessmentRun) -> None:
    run.state, run.ended_at, run.ended_by_id = FINAL, ctx.at, ctx.actor.staff_id
    _tell(ctx, run, Tag.ASSESSMENT_FINAL, total=run.summary["total"])


def _tell(ctx: Context, run: AssessmentRun, tag: Tag, **detail: Any) -> None:
    told = {"year": run.fiscal_year, "scope": run.scope, "households": run.households} | detail
    audit.record(ctx, tag, f"assessment_run:{run.id}", detail=told)


def _terms(law: Law, year: FiscalYear) -> PremiumTerms:
    try:
        return terms_of(law, year)
    except ParameterNotInForce as error:
        raise RuleBroken(
            f"{year.label_ja}の基準値「{error.name}」がないため、賦課できません。基準値の登録を依頼してください。",
            f"There is no value of {error.name} in fiscal year {year.year}. Have it entered.",
        ) from error


def _due_dates(ctx: Context, year: FiscalYear) -> tuple[date, ...]:
    law = law_on(year.first_on)
    closed = closed_between(ctx.session, year.first_on, add_months(year.last_on, 2))
    count = min(law.integer(f"{_HEAD}/count"), INSTALMENTS)
    return due_dates(year, law.integer(f"{_HEAD}/first_month"), count, closed)


def _late_due_on(ctx: Context) -> date:
    """The end of the month after the decision, for what comes after the last regular instalment."""
    due = month_end(add_months(ctx.today, 1))
    return next_open_day(due, closed_between(ctx.session, due, add_months(due, 1)))


def _calendar(run: AssessmentRun) -> Calendar:
    due = tuple(date.fromisoformat(day) for day in run.due_dates)
    unit = law_on(FiscalYear(run.fiscal_year).first_on).integer(f"{_HEAD}/unit")
    return Calendar(due, sum(day <= run.decided_on for day in due), unit, run.decided_on)


def _must_be_in_time(ctx: Context, first_due: date) -> None:
    """法110条の2: not later than so many years after the day following the first due date."""
    last = add_months(first_due, 12 * law_on(ctx.today).integer(_LIMIT))
    if ctx.today > last:
        raise AssessmentTooLate(
            f"この年度の賦課ができるのは{last}までです(国民健康保険法110条の2)。期間が過ぎているため、変更できません。",
            f"The premium of that year could be assessed until {last}. It cannot be changed any more.",
            "国民健康保険法110条の2",
        )


def find_open(ctx: Context, household_id: int) -> AssessmentRun | None:
    """The run over one household that waits to be decided; None where there is none."""
    statement = select(AssessmentRun).where(
        AssessmentRun.household_id == household_id, AssessmentRun.state.in_((READY, APPROVED))
    )
    return ctx.session.scalars(statement.order_by(AssessmentRun.id.desc())).first()


def to_count(actor: Actor, today: date) -> Wanted:
    """How many runs wait for a decision, for the sidebar of who decides."""
    del today
    if CHIEF not in actor.own_roles:
        return {}
    return {"assessments": select(func.count(AssessmentRun.id)).where(AssessmentRun.state == READY)}


def household_numbers(ctx: Context, household_ids: Collection[int]) -> dict[int, str]:
    """The numbers of households by id."""
    statement = select(Household.id, Household.household_number).where(Household.id.in_(household_ids))
    return {row.id: row.household_number for row in ctx.session.execute(statement)}


def list_changes(ctx: Context, run_id: int, cause: int | None, first: int, limit: int) -> list[Assessment]:
    """The households of a run that change, most first: by one of `comparing.CAUSES`, or by any."""
    statement = select(Assessment).where(Assessment.run_id == run_id)
    if cause is None:
        statement = statement.where(Assessment.cause != comparing.SAME)
    else:
        statement = statement.where(Assessment.cause == cause)
    difference = func.abs(Assessment.total - Assessment.before_total)
    order = statement.order_by(difference.desc(), Assessment.household_id)
    return list(ctx.session.scalars(order.offset(first).limit(limit)))


def _must_be_the_only_one(ctx: Context, fiscal_year: int, household_id: int | None) -> None:
    same = select(AssessmentRun.number).where(
        AssessmentRun.fiscal_year == fiscal_year,
        AssessmentRun.household_id == household_id
        if household_id is not None
        else AssessmentRun.scope == CITY,
        AssessmentRun.state.in_((COMPUTING, READY, APPROVED)),
    )
    number = ctx.session.scalars(same.limit(1)).first()
    if number is not None:
        raise RuleBroken(
            f"同じ年度の賦課 {number} が確定していません。それを確定するか破棄してから始めてください。",
            f"Run {number} of the same year is open. Make it final or discard it first.",
        )


def _must_not_be_overtaken(ctx: Context, run: AssessmentRun) -> None:
    statement = select(AssessmentRun.number).where(
        AssessmentRun.fiscal_year == run.fiscal_year,
        AssessmentRun.state == FINAL,
        AssessmentRun.ended_at >= run.begun_at,
        AssessmentRun.id != run.id,
    )
    if run.household_id is not None:
        statement = statement.where(
            (AssessmentRun.scope == CITY) | (AssessmentRun.household_id == run.household_id)
        )
    number = ctx.session.scalars(statement.limit(1)).first()
    if number is not None:
        raise RunOvertaken(
            f"この賦課を始めたあとに、賦課 {number} が確定しました。これを破棄して計算し直してください。",
            f"Run {number} became final after this one was begun. Discard this one and compute it again.",
        )


def _must_be(run: AssessmentRun, *states: str) -> None:
    if run.state not in states:
        raise WrongState(
            f"賦課 {run.number} の状態が変わっています。画面を開き直して、いまの状態を確かめてください。",
            f"Run {run.number} has changed meanwhile. Open the page again.",
        )


def _locked(ctx: Context, run_id: int) -> AssessmentRun:
    run = lock_run(ctx.session, run_id)
    if run is None:
        raise _unknown()
    return run


def _unknown() -> NotFound:
    return NotFound("この賦課はありません。一覧から開き直してください。", "There is no such run.")


def last_household(ctx: Context) -> int:
    """The highest id of a household: up to it a run over the city goes."""
    return int(ctx.session.scalar(select(func.max(Household.id))) or 0)
