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
from portal.views.pdf_answers import dress, new_key, pdf_answer, said_in_pane, sent_ids
from portal.views.persons import registry_limit
from portal.views.premium_words import shown, title_of, value_of
from portal.views.print_queue import kind_label
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES, REDUCTION
from services import documents, print_register
from services.assessing import household_page, run_figures, runs
from services.premium_notices import asking
from services.premium_notices.slips import dues_of
from services.print_queue import DELIVERIES
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.document import PrintRequest
    from services.assessing.household_page import Page, Told
    from services.context import Context


NO_NUMBER = "(番号は印刷のときに付きます)"
PAPER_STATES = {
    "waiting": ("印刷待ち", "To print", "waiting"),
    "printed": ("確認待ち", "To check", "waiting"),
    "done": ("済み", "Done", "done"),
}


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

    @expose("/<int:household_id>/notice.pdf", methods=["GET"])
    @requires("certificate.print")
    def notice(self, household_id: int) -> Any:
        """The letter with its slips as it would be printed, marked 見本・無効."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = asking.read(ctx, household_id)
            content = asking.build(found, asking.letter_of(found, NO_NUMBER, ctx), asking.slip_law(ctx))
            paper = asking.to_be_looked_at(ctx, found, documents.dressed(content, dress(ctx)))
            print_register.previewed(ctx, f"household:{household_id}")
        rendered = documents.render([documents.Sheet(0, paper)], preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, f"notice-{household_id}.pdf")

    @expose("/<int:household_id>/letter", methods=["POST"])
    @requires("certificate.print")
    def letter(self, household_id: int) -> Any:
        """Put the letter into the print queue, with or without its slips."""
        with_slips = request.form.get("slips") == "yes"
        return carry_out(
            lambda ctx: _asked(asking.ask_letter(ctx, household_id, with_slips=with_slips)),
            lambda words: self._show(household_id, words),
        )

    @expose("/<int:household_id>/slips", methods=["POST"])
    @requires("certificate.print")
    def slips(self, household_id: int) -> Any:
        """Put slips of single instalments into the print queue."""
        numbers, by_post = sent_ids("instalment"), request.form.get("way") == "post"
        return carry_out(
            lambda ctx: _asked(asking.ask_slips(ctx, household_id, numbers, by_post=by_post)),
            lambda words: self._show(household_id, words),
        )

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
                papers=asking.papers_of(ctx, household_id) if can("certificate.print") else [],
                dues=list(dues_of(page.told)) if page.told else [],
                ticked=set(request.form.getlist("instalment")),
                kind_label=kind_label,
                paper_states=PAPER_STATES,
                deliveries=DELIVERIES,
                key=new_key(),
            )


def _asked(paper: PrintRequest) -> Done:
    told = (
        "印刷待ちに入れました。見本を確かめて印刷してください。",
        "It waits in the print queue. Look at it and print it.",
    )
    return Done(told, url_for("PrintQueueView.list", kind=paper.document))


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
