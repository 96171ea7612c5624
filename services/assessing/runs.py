"""Runs: begun by one, computed step by step, approved by another, in force at once (D1, D3).

A run is computed by a job of steps, each a range of households in one transaction, from the record as known
when it was begun; it can be stopped and goes on where it was. Until one change of its row makes it final,
nobody owes anything by it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import delete, select

from models import columns
from models.assessment import (
    APPROVED,
    CITY,
    COMPUTING,
    DISCARDED,
    FINAL,
    HOUSEHOLD,
    READY,
    AssessedPerson,
    Assessment,
    AssessmentRun,
)
from models.audit.tags import Tag
from models.exemption import list_in_force
from models.series import take
from rules.periods import FiscalYear
from services import audit, jobs
from services.assessing import comparing, reductions_held, run_figures, run_states, summing
from services.assessing.computing import compute
from services.assessing.register_facts import Range, read_facts
from services.assessing.run_pages import last_household
from services.context import Context
from services.errors import RuleBroken
from services.job_kinds import Progress, Skipped, Work
from services.pensions.collected import overpaid_more
from services.statute import all_law
from services.two_people import LONGEST_REASON, must_be_somebody_else, must_not_be_borrowed

KIND: Final = "assess"
CHIEF: Final = "section_chief"
# Household ids of one step. PostgreSQL reads through the tables of persons once a step; while SQLite takes a
# step, nobody else writes.
AT_ONCE: Final = {"postgresql": 100_000, "sqlite": 10_000}
FIRST_YEAR: Final = 2008  # since when the parts are levied as they are (高齢者の医療の確保に関する法律)
_IMPOSSIBLE: Final = (
    "所得の金額が正しくないため、賦課していません。所得の記録を確かめてください。",
    "An amount of income cannot be, so nothing was assessed. Check the incomes on record.",
)


class ParametersNotAccepted(RuleBroken):
    """A final run needs each unverified figure to be accepted by its name."""

    code = "parameters_not_accepted"


def begin(
    ctx: Context, fiscal_year: int, household_id: int | None = None, begun_by_id: int | None = None
) -> AssessmentRun:
    """Begin a run over the city, or over one household, as the record stands now.

    The city is computed by a job; one household at once. `begun_by_id` is whoever prepared it, where another
    one's decision begins it (unless told, the actor): he is not the one who approves it.

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
    # Two that begin at once wait here for one another, and for whoever approves a figure of the year.
    number = take(ctx.session, run_states.series_of(fiscal_year))
    terms = run_figures.figures(all_law(ctx), year)
    due = run_figures.due_days(ctx, year)
    run_figures.must_be_in_time(ctx, due[0])
    run_states.must_be_the_only_one(ctx, fiscal_year, household_id)
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
        late_due_on=run_figures.late_due_on(ctx),
        parameters=run_figures.told_parameters(terms) | _of_exemptions(ctx, fiscal_year, household_id),
        base_id=base.last_id,
        begun_at=ctx.at,
        begun_by_id=begun_by_id or ctx.actor.staff_id,
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


def again(ctx: Context, fiscal_year: int, household_id: int, begun_by_id: int | None = None) -> AssessmentRun:
    """Compute a household anew after a change; what was computed before it and not decided yet is given up.

    Raises:
        RuleBroken: as for `begin`; a computation that was approved and is not in force yet stays.
    """
    statement = select(AssessmentRun.id).where(
        AssessmentRun.household_id == household_id,
        AssessmentRun.fiscal_year == fiscal_year,
        AssessmentRun.state == READY,
    )
    for run_id in ctx.session.scalars(statement).all():
        _give_up(ctx, run_id)
    return begin(ctx, fiscal_year, household_id, begun_by_id)


def step(ctx: Context, work: Work) -> Progress:
    """Compute the next range of households; after the last one sum up, and the run is ready to be looked at.

    Who discards the run waits for the step, and a step that comes later finds nothing to do.

    Raises:
        WrongState: the run is ready already.
    """
    run = run_states.locked(ctx, int(work.payload["run"]))
    if run.state == DISCARDED:
        return Progress(
            dict(work.checkpoint),
            work.done,
            work.total,
            finished=True,
            message_ja=f"{run.number} は破棄されたため、計算を終えました。",
            message_en=f"{run.number} was discarded; nothing more is computed.",
        )
    run_states.must_be(run, COMPUTING)
    first = int(work.checkpoint.get("next", 1))
    end = max(work.total or 0, 1)
    at_once = AT_ONCE[ctx.session.get_bind().dialect.name]
    within = Range(first, min(first + at_once - 1, end))
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
        NotAllowed: the actor began it himself, or is section chief in an emergency only.
        ParametersNotAccepted: an unverified figure is not among those accepted.
        RunOvertaken: another run of the year is in force meanwhile.
    """
    must_not_be_borrowed(ctx, CHIEF)
    run = run_states.locked(ctx, run_id)
    run_states.must_be(run, READY)
    must_be_somebody_else(ctx, [run.begun_by_id])
    run_states.must_not_be_overtaken(ctx, run)
    open_ones = run_figures.unverified(run)
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
    run = run_states.locked(ctx, run_id)
    run_states.must_be(run, APPROVED)
    run_states.must_not_be_overtaken(ctx, run)
    _switch(ctx, run)
    return run


def discard(ctx: Context, run_id: int) -> AssessmentRun:
    """Give up a run that is not in force, with all its rows; the run that takes its place, or itself.

    A household whose premium in force does not hold yet what was decided on application (減免) is computed
    anew at once, in the name of whoever began it: it has a letter that says so, and is not billed in full.

    Raises:
        NotFound: there is no such run.
        WrongState: it is in force, or was discarded before.
        AssessmentTooLate: it would be computed anew, and the year may not be assessed any more.
    """
    run = _give_up(ctx, run_id)
    if run.household_id is None or reductions_held.are_held(ctx, run.household_id, run.fiscal_year):
        return run
    return begin(ctx, run.fiscal_year, run.household_id, run.begun_by_id)


def _give_up(ctx: Context, run_id: int) -> AssessmentRun:
    run = run_states.locked(ctx, run_id)
    run_states.must_be(run, COMPUTING, READY, APPROVED)
    run.state, run.ended_at, run.ended_by_id = DISCARDED, ctx.at, ctx.actor.staff_id
    for table in (AssessedPerson, Assessment):
        ctx.session.execute(delete(table).where(table.run_id == run.id))
    _tell(ctx, run, Tag.ASSESSMENT_DISCARDED)
    return run


def _of_exemptions(ctx: Context, fiscal_year: int, household_id: int | None) -> dict[str, Any]:
    """The figures by which reductions on application were decided that the run takes off."""
    told: dict[str, Any] = {}
    for one in list_in_force(ctx.session, fiscal_year, ctx.at, household_id):
        told |= one.parameters
    return told


def _compute(ctx: Context, run: AssessmentRun, within: Range) -> tuple[Skipped, ...]:
    year, law = FiscalYear(run.fiscal_year), all_law(ctx)
    read = read_facts(ctx.session, year, law.on(year.first_on), within, run.as_of)
    base = comparing.base_of(ctx.session, run.fiscal_year)
    before = comparing.in_force(ctx.session, base, within)
    before = before | {"late_paid": comparing.late_paid(base, before, run.decided_on)}
    try:
        told = compute(read, run_figures.figures(law, year), before, run_figures.calendar_of(run))
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
    told = summing.sum_up(ctx.session, run)
    run.summary = told | {"overpaid": told["overpaid"] + overpaid_more(ctx, run)}
    _tell(ctx, run, Tag.ASSESSMENT_COMPUTED, total=run.summary["total"])


def _switch(ctx: Context, run: AssessmentRun) -> None:
    run.state, run.ended_at, run.ended_by_id = FINAL, ctx.at, ctx.actor.staff_id
    _tell(ctx, run, Tag.ASSESSMENT_FINAL, total=run.summary["total"])


def _tell(ctx: Context, run: AssessmentRun, tag: Tag, **detail: Any) -> None:
    told = {"year": run.fiscal_year, "scope": run.scope, "households": run.households} | detail
    audit.record(ctx, tag, f"assessment_run:{run.id}", detail=told)
