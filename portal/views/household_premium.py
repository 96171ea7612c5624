"""The premium of one household: why so much, two assessments line by line, computed anew (D3, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.assessment import LEVIES, PARTS, STATES
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.persons import registry_limit
from portal.views.premium_words import shown, title_of, value_of
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES, REDUCTION
from services.assessing import household_page, run_figures, runs
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.assessing.household_page import Page, Told
    from services.context import Context


class HouseholdPremiumView(BaseView):
    """What a household owes, and how it came to be."""

    route_base = "/premium/households"
    default_view = "show"
    section = "PersonView.search"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/<int:household_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, household_id: int) -> Any:
        """The assessment in force, or that of a run, beside another one."""
        return self._show(household_id)

    @expose("/<int:household_id>/again", methods=["POST"])
    @requires("assessment.run")
    def again(self, household_id: int) -> Any:
        """Compute it anew from the record of today; somebody else approves it."""

        def deed(ctx: Context) -> Done:
            run = runs.begin(ctx, request.form.get("year", 0, type=row_id) or 0, household_id)
            told = (
                "計算し直しました。課長が承認すると確定します。",
                "Computed anew; it is in force once approved.",
            )
            return Done(told, url_for("HouseholdPremiumView.show", household_id=household_id, run=run.id))

        return carry_out(deed, lambda words: self._show(household_id, words))

    def _show(self, household_id: int, refused: str = "") -> Any:
        run_id, other_id = request.args.get("run", type=row_id), request.args.get("with", type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = household_page.read(ctx, household_id, run_id, other_id)
            return self.render_template(
                "assessment/household.html",
                title=t(
                    f"世帯 {page.household.household_number} の保険料",
                    f"Premium of household {page.household.household_number}",
                ),
                page=page,
                told=page.told,
                year=FiscalYear(page.told.run.fiscal_year) if page.told else None,
                year_of=FiscalYear,
                years=run_figures.years(ctx),
                in_force=household_page.is_in_force(page),
                states={state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()},
                parts=list(_parts(page.told)) if page.told else [],
                reduction=list(_reduction(page.told)) if page.told else [],
                derivation=list(_derivation(page, page.told)) if page.told else [],
                differences=list(_differences(page)),
                refused=refused,
                today=ctx.today,
                may_run=can("assessment.run"),
            )


def _name(page: Page, person_id: int | None) -> str:
    record = page.records.get(person_id) if person_id is not None else None
    return record.name if record else ""


def _parts(told: Told) -> Iterator[dict[str, Any]]:
    for part in PARTS:
        if f"municipal/premium/{part}/cap" in told.run.parameters:
            yield {"name": t(*PART_NAMES[part])} | {
                levy: getattr(told.row, f"{part}_{levy}") for levy in LEVIES
            }


def _reduction(told: Told) -> Iterator[tuple[str, str]]:
    for line in told.lines:
        if line.name in REDUCTION:
            yield t(line.figure.title_ja, line.figure.title_en), value_of(line)


def _derivation(page: Page, told: Told) -> Iterator[Any]:
    for line in told.lines:
        yield shown(line, _name(page, told.persons[line.person]) if line.person is not None else "")


def _differences(page: Page) -> Iterator[dict[str, str]]:
    for one in page.differences:
        yield {
            "who": _name(page, one.person_id),
            "title": title_of(one.line),
            "before": value_of(one.before) if one.before else "—",
            "after": value_of(one.after) if one.after else "—",
            "rule": t(one.line.figure.rule_ja, one.line.figure.rule_en),
        }
