"""One household and its pension: which way it pays, what the payer told, the stop, its letters (D1, B4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.pension_deduction import ACTS, KINDS, OPEN, STATES, STOP, TELL
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.household_premium import PAPER_STATES
from portal.views.pdf_answers import dress, new_key, pdf_answer, said_in_pane
from portal.views.pension_words import check_words
from portal.views.persons import registry_limit
from portal.views.print_queue import kind_label
from rules.eras import format_short
from rules.periods import FiscalYear
from rules.premium.pension_deduction import ARTICLE, MONTHS, PROVISIONAL, is_concerned
from services import documents, print_register
from services.parameter_reading import EntryRefused
from services.pensions import entries, household, letters
from services.pensions.entries import Told
from services.print_queue import DELIVERIES
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context
    from services.pensions.household import Page

LONGEST = 400
FIELDS = {
    "year": ("年度", "Fiscal year"),
    "payer_code": ("年金の支払者", "Payer of the pension"),
    "pension_code": ("年金コード", "Pension code"),
    "annual": ("年金の年額(円)", "Pension of a year (yen)"),
    "care_premium": ("介護保険料の年額(円)", "Care premium of a year (yen)"),
    "transfer_from": ("口座振替を選んだ日", "Chose account transfer on"),
    "reason": ("中止の理由", "Why it ends"),
    "evidence": ("確かめた書類", "Paper seen"),
    "act": ("登録する内容", "What to enter"),
}


class HouseholdPensionView(BaseView):
    """What a household pays out of a pension."""

    route_base = "/premium/pensions/of"
    default_view = "show"
    section = "PensionView.list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/<int:household_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, household_id: int) -> Any:
        """Which way it pays, which months and how much, and each condition."""
        return self._page(household_id)

    @expose("/<int:household_id>", methods=["POST"])
    @requires("pension.enter")
    def enter(self, household_id: int) -> Any:
        """Enter what a payer told, or that the deduction ends; another person checks it."""
        told = _told()
        errors: dict[str, tuple[str, str]] = {}

        def deed(ctx: Context) -> Done:
            try:
                entry = entries.enter(ctx, household_id, told)
            except EntryRefused as refused:
                errors.update(refused.errors)
                raise
            words = "登録しました。別の人(照合担当)が確認します。", "Entered. Another person checks it."
            return Done(words, _page_of(household_id, entry.fiscal_year))

        return carry_out(deed, lambda words: self._page(household_id, told, errors, "" if errors else words))

    @expose("/entries/<int:entry_id>/decide", methods=["POST"])
    @requires("pension.decide")
    def decide(self, entry_id: int) -> Any:
        """Put on record, or refuse, what another person entered."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            words = request.form.get("words", "")[: LONGEST + 1]
            entry = entries.decide(ctx, entry_id, approve=approve, words=words)
            return Done(_said(entry.act, approve=approve), _page_of(entry.household_id, entry.fiscal_year))

        return carry_out(deed, self._again(entry_id))

    @expose("/entries/<int:entry_id>/withdraw", methods=["POST"])
    @requires("pension.enter")
    def withdraw(self, entry_id: int) -> Any:
        """Take back what one entered oneself."""

        def deed(ctx: Context) -> Done:
            entry = entries.withdraw(ctx, entry_id)
            goal = _page_of(entry.household_id, entry.fiscal_year)
            return Done(("取り下げました。", "Taken back."), goal)

        return carry_out(deed, self._again(entry_id))

    @expose("/<int:household_id>/letter.pdf", methods=["GET"])
    @requires("certificate.print")
    def notice(self, household_id: int) -> Any:
        """The letter of the latest decision, marked 見本・無効."""
        year = request.args.get("year", 0, type=row_id) or 0
        with unit_of_work(current_actor(), clock.now()) as ctx:
            paper = documents.dressed(letters.look(ctx, household_id, year), dress(ctx))
            print_register.previewed(ctx, f"household:{household_id}")
        rendered = documents.render([documents.Sheet(0, paper)], preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, f"pension-{household_id}.pdf")

    @expose("/<int:household_id>/letter", methods=["POST"])
    @requires("certificate.print")
    def letter(self, household_id: int) -> Any:
        """Put the letter of the latest decision into the print queue."""

        def deed(ctx: Context) -> Done:
            paper = letters.ask(ctx, household_id, request.form.get("year", 0, type=row_id) or 0)
            told = (
                "印刷待ちに入れました。見本を確かめて印刷してください。",
                "It waits in the print queue. Look at it and print it.",
            )
            return Done(told, url_for("PrintQueueView.list", kind=paper.document))

        return carry_out(deed, lambda words: self._page(household_id, refused=words))

    def _again(self, entry_id: int) -> Callable[[str], Any]:
        def page(words: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                household_id = entries.household_of(ctx, entry_id)
            return self._page(household_id, refused=words)

        return page

    def _page(
        self,
        household_id: int,
        told: Told | None = None,
        errors: Mapping[str, tuple[str, str]] | None = None,
        refused: str = "",
    ) -> Any:
        year = told.year if told else request.values.get("year", 0, type=row_id) or 0
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = household.read(ctx, household_id, year)
            faults = {field: t(*words) for field, words in (errors or {}).items()}
            number = page.household.household_number
            return self.render_template(
                "pension/household.html",
                title=t(f"世帯 {number} の年金からの特別徴収", f"Pension of household {number}"),
                page=page,
                waiting=[one for one in page.entries if one.state == OPEN],
                past=[one for one in page.entries if one.state != OPEN],
                payers=entries.payers(ctx),
                typed=told if told and told.act == TELL else _typed(page),
                stopping=told if told and told.act == STOP else Told(STOP, page.year.year),
                refused_act=told.act if told else "",
                faults=faults,
                summary=[(f"f-{field}", t(*FIELDS[field]), words) for field, words in faults.items()],
                refused=refused,
                own=current_actor().staff_id,
                may_enter=can("pension.enter"),
                may_decide=can("pension.decide"),
                may_print=can("certificate.print"),
                papers=letters.papers_of(ctx, household_id) if can("certificate.print") else [],
                checks=[(check_words(one.code), one.holds) for one in page.checks],
                concerned=is_concerned(page.checks),
                year_of=FiscalYear,
                key=new_key(),
                **_words(),
            )


def _told() -> Told:
    form = request.form
    return Told(
        act=form.get("act", "")[:10],
        year=form.get("year", 0, type=row_id) or 0,
        payer_code=form.get("payer_code", "")[:3],
        pension_code=form.get("pension_code", "")[:10],
        annual=form.get("annual", "")[:20],
        care_premium=form.get("care_premium", "")[:20],
        is_care_deducted=form.get("is_care_deducted") == "yes",
        transfer_from=form.get("transfer_from", "")[:40],
        reason=form.get("reason", "")[:20],
        evidence=form.get("evidence", "")[: LONGEST + 1],
    )


def _typed(page: Page) -> Told:
    """The sheet as it stands: what is on record of the year, or empty."""
    fact = page.fact
    if fact is None:
        return Told(TELL, page.year.year, is_care_deducted=True)
    return Told(
        act=TELL,
        year=page.year.year,
        payer_code=fact.payer_code,
        pension_code=fact.pension_code,
        annual=f"{fact.annual:,}",
        care_premium=f"{fact.care_premium:,}",
        is_care_deducted=fact.is_care_deducted,
        transfer_from=format_short(fact.transfer_from) if fact.transfer_from else "",
    )


def _page_of(household_id: int, year: int) -> str:
    return url_for("HouseholdPensionView.show", household_id=household_id, year=year)


def _said(act: str, *, approve: bool) -> tuple[str, str]:
    if not approve:
        return "差し戻しました。何も変わっていません。", "Refused: nothing has changed."
    if act == STOP:
        return (
            "特別徴収の中止を決定しました。残りは納付書・口座振替の期に割り振りました。",
            "The stop was decided; the rest is asked for by instalments.",
        )
    return "承認し、記録しました。", "Approved and put on record."


def _words() -> dict[str, Any]:
    return {
        "acts": {key: t(*words) for key, words in ACTS.items()},
        "kinds": {key: t(*words) for key, words in KINDS.items()},
        "states": {key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
        "reasons": {key: t(*words) for key, words in entries.REASONS.items()},
        "fields": {field: t(*words) for field, words in FIELDS.items()},
        "provisional": MONTHS[:PROVISIONAL],
        "article": ARTICLE,
        "kind_label": kind_label,
        "paper_states": PAPER_STATES,
        "deliveries": DELIVERIES,
    }
