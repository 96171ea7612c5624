"""Runs of the assessment: begun, approved by another, put in force; who changes, and why (D1, D3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from models.assessment import APPROVED, COMPUTING, PARTS, READY, STATES, AssessmentRun
from models.household import Household
from models.job import Job
from models.staff import names_of
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.jobs import may_see_job
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES
from services import audit
from services.assessing import run_figures, run_pages, runs
from services.assessing.comparing import CAUSES, SAME
from services.assessing.summing import CLASSES, REDUCTIONS
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

PAGE_SIZE = 50
FURTHEST_PAGE = 2_000
NOBODY = (0, 0, 0, 0)  # of a cause that was not known yet when a run was summed up


register_count(run_pages.to_count)


@dataclass(frozen=True)
class Cause:
    """One line of the comparison."""

    code: int
    words: str
    households: int
    more: int
    less: int
    difference: int


class AssessmentView(BaseView):
    """The runs, and one of them."""

    route_base = "/premium/runs"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("assessment.read")
    def list(self) -> Any:
        """All runs, the latest first."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("assessment.run")
    def begin(self) -> Any:
        """Begin a run over the city."""

        def deed(ctx: Context) -> Done:
            run = runs.begin(ctx, request.form.get("year", 0, type=row_id) or 0)
            told = (
                "仮算定を始めました。計算が終わるとここで見られます。",
                "Begun. It shows here when computed.",
            )
            return Done(told, url_for("AssessmentView.show", run_id=run.id))

        return carry_out(deed, self._list)

    @expose("/<int:run_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, run_id: int) -> Any:
        """What a run comes to, beside what is in force."""
        return self._show(run_id)

    @expose("/<int:run_id>/changes", methods=["GET"])
    @requires("assessment.read")
    def changes(self, run_id: int) -> Any:
        """The households that change, those that change most first."""
        cause = request.args.get("cause", type=row_id)
        cause = cause if cause in CAUSES else None
        page = min(max(request.args.get("page", 1, type=row_id) or 1, 1), FURTHEST_PAGE)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = run_pages.get(ctx, run_id)
            rows = run_pages.list_changes(ctx, run_id, cause, (page - 1) * PAGE_SIZE, PAGE_SIZE + 1)
            numbers = run_pages.household_numbers(ctx, [row.household_id for row in rows])
            audit.listed(ctx, "assessments", len(rows))
            return self.render_template(
                "assessment/changes.html",
                title=t(f"賦課 {run.number} で変わる世帯", f"Households that change by {run.number}"),
                run=run,
                rows=rows[:PAGE_SIZE],
                more=len(rows) > PAGE_SIZE,
                page=page,
                cause=cause,
                numbers=numbers,
                causes=_words_of_causes(),
            )

    @expose("/<int:run_id>/approve", methods=["POST"])
    @requires("assessment.decide")
    def approve(self, run_id: int) -> Any:
        """Approve it, with each unverified figure."""
        form = request.form
        return self._carry_out(
            run_id,
            lambda ctx: runs.approve(ctx, run_id, form.getlist("accepted"), form.get("words", "")),
            ("承認しました。", "Approved."),
        )

    @expose("/<int:run_id>/final", methods=["POST"])
    @requires("assessment.run")
    def make_final(self, run_id: int) -> Any:
        """Put it in force."""
        return self._carry_out(
            run_id,
            lambda ctx: runs.make_final(ctx, run_id),
            (
                "確定しました。すべての世帯の保険料が、この賦課になりました。",
                "It is in force for all households.",
            ),
        )

    @expose("/<int:run_id>/discard", methods=["POST"])
    @requires("assessment.run")
    def discard(self, run_id: int) -> Any:
        """Give it up; a household is computed anew where a reduction is not in its premium yet."""

        def deed(ctx: Context) -> Done:
            run = runs.discard(ctx, run_id)
            told = ("破棄しました。保険料は変わっていません。", "Discarded. No premium has changed.")
            if run.id != run_id:
                told = (
                    f"破棄し、決定した減免を入れて {run.number} として計算し直しました。承認を待ちます。",
                    f"Discarded, and computed anew as {run.number} with the reduction that was decided.",
                )
            return Done(told, url_for("AssessmentView.show", run_id=run.id))

        return carry_out(deed, partial(self._show, run_id))

    def _carry_out(self, run_id: int, deed: Callable[[Context], Any], told: tuple[str, str]) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            return Done(told, url_for("AssessmentView.show", run_id=run_id))

        return carry_out(carried, partial(self._show, run_id))

    def _list(self, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = run_pages.list_runs(ctx)
            return self.render_template(
                "assessment/list.html",
                title=t("保険料の賦課", "Assessment of the premium"),
                runs=found,
                names=names_of(ctx.session, {one.begun_by_id for one in found} - {None}),
                years=run_figures.years(ctx),
                year_of=FiscalYear,
                states=_states(),
                refused=refused,
            )

    def _show(self, run_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = run_pages.get(ctx, run_id)
            job = ctx.session.get(Job, run.job_id) if run.job_id else None
            by = {run.begun_by_id, run.decided_by_id, run.ended_by_id} - {None}
            return self.render_template(
                "assessment/show.html",
                title=t(f"賦課 {run.number}", f"Run {run.number}"),
                run=run,
                year=FiscalYear(run.fiscal_year),
                household=ctx.session.get(Household, run.household_id) if run.household_id else None,
                job=job,
                may_see_job=may_see_job(ctx, job),
                names=names_of(ctx.session, by),
                states=_states(),
                refused=refused,
                accepted=set(request.form.getlist("accepted")),
                typed=request.form.get("words", ""),
                unverified=[(name, run.parameters[name]) for name in run_figures.unverified(run)],
                own=run.begun_by_id is not None and run.begun_by_id == ctx.actor.staff_id,
                may_approve=run.state == READY and can("assessment.decide"),
                may_end=run.state == APPROVED and can("assessment.run"),
                may_discard=run.state in {COMPUTING, READY, APPROVED} and can("assessment.run"),
                **(_summary(run) if run.summary else {"summary": None}),
            )


def _summary(run: AssessmentRun) -> dict[str, Any]:
    """The sums of a run, ready to be shown."""
    summary = run.summary
    after, before = summary["distribution"]
    return {
        "summary": summary,
        "causes": list(_causes(run)),
        "parts": [
            (t(*PART_NAMES[part]), summary["parts"][part], summary["capped"][part])
            for part in PARTS
            if f"municipal/premium/{part}/cap" in run.parameters
        ],
        "reductions": [
            (
                t(f"{one // 10}割" if one else "なし", f"{one} %" if one else "none"),
                *summary["reductions"][str(one)],
            )
            for one in REDUCTIONS
        ],
        "classes": list(zip(_classes(), after, before, strict=True)),
        "most": max([*after, *before, 1]),
        "changed": sum(summary["causes"].get(str(one), NOBODY)[0] for one in CAUSES if one != SAME),
    }


def _causes(run: AssessmentRun) -> Iterator[Cause]:
    for code, words in CAUSES.items():
        yield Cause(code, t(*words), *run.summary["causes"].get(str(code), NOBODY))


def _classes() -> list[str]:
    """The classes of a year's premium in words, in ten thousands of yen."""
    tens = [f"{one // 10_000}" for one in CLASSES]
    lower = ["0", *tens]
    named = [t(f"{low}〜{high}万円", f"{low}–{high}0k") for low, high in zip(lower, tens, strict=False)]
    return [*named, t(f"{tens[-1]}万円〜", f"{tens[-1]}0k –")]


def _words_of_causes() -> dict[int, str]:
    return {code: t(*words) for code, words in CAUSES.items()}


def _states() -> dict[str, tuple[str, str]]:
    return {state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()}
