"""Receipts of the premium's trial: found by number, printed as they were, computed again (issue 7, D4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.parameters import amount_in_words
from portal.views.pdf_answers import dress, pdf_answer, said_in_pane
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES
from services import documents, premium_receipts
from services.errors import NotFound
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.context import Context
    from services.premium_receipts import Again
    from services.premium_trial import Trial

LONGEST = 20


class PremiumReceiptView(BaseView):
    """What was told at the counter, under its number."""

    route_base = "/premium/receipts"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("premium.trial")
    def list(self) -> Any:
        """Find a receipt by its number; the newest that one made oneself."""
        typed = request.args.get("number", "")[:LONGEST]
        refused = ""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            latest = premium_receipts.latest(ctx)
            try:
                found = premium_receipts.number_of(ctx, typed) if typed else ""
            except NotFound as error:
                found, refused = "", t(error.message_ja, error.message_en)
        if found:
            return redirect(url_for("PremiumReceiptView.show", number=found), code=303)
        page = self.render_template(
            "premium/receipts.html",
            title=t("試算書(控え)", "Receipts of trials"),
            typed=typed,
            refused=refused,
            latest=latest,
            years={one.id: FiscalYear(one.fiscal_year) for one in latest},
        )
        return page, 404 if refused else 200

    @expose("/<number>", methods=["GET"])
    @requires("premium.trial")
    def show(self, number: str) -> Any:
        """A receipt, computed again: equal, or what differs and why."""
        return self._show(number)

    def _show(self, number: str, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            receipt = premium_receipts.read(ctx, number)
            again = premium_receipts.again(ctx, receipt)
            household_number = premium_receipts.household_number(ctx, receipt)
        return self.render_template(
            "premium/receipt.html",
            title=t(f"試算書 {receipt.number}", f"Receipt {receipt.number}"),
            receipt=receipt,
            paper=premium_receipts.content(receipt),
            year=FiscalYear(receipt.fiscal_year),
            again=again,
            household_number=household_number,
            refused=refused,
            parts=[] if again.today is None else list(_differences(again.kept, again.today)),
            amount=amount_in_words,
            by_rules=again.kept.total - receipt.total,
            by_law=_by_law(again),
        )

    @expose("/<number>/household", methods=["POST"])
    @requires("premium.trial")
    def link(self, number: str) -> Any:
        """Tie it to the household for which it was made."""

        def deed(ctx: Context) -> Done:
            receipt = premium_receipts.link(ctx, number, request.form.get("household", "")[:LONGEST])
            words = (
                "世帯と結び付けました。賦課が定めた額より違うときは見張りが知らせます。",
                "Tied to the household: a watchdog tells where the bill differs.",
            )
            return Done(words, url_for("PremiumReceiptView.show", number=receipt.number))

        return carry_out(deed, lambda words: self._show(number, words))

    @expose("/<number>/paper.pdf", methods=["GET"])
    @requires("premium.trial")
    def paper(self, number: str) -> Any:
        """The receipt as a PDF, as it was on its day."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            content = premium_receipts.paper_of(ctx, number)
            sheet = documents.Sheet(0, documents.dressed(content, dress(ctx)))
        rendered = documents.render([sheet])
        if rendered.pdf is None:
            why = [t(one.message_ja, one.message_en) for one in rendered.refused]
            return said_in_pane(self.render_template("letter_text/no_preview.html", why=why, bare=True))
        return pdf_answer(rendered.pdf, f"{number}.pdf")


def _by_law(again: Again) -> int:
    return 0 if again.today is None else again.today.total - again.kept.total


def _differences(kept: Trial, today: Trial) -> Iterator[tuple[str, int, int]]:
    """The parts whose amount is another today: name, whole yen then and now."""
    for part in dict.fromkeys((*kept.terms.parts, *today.terms.parts)):
        before, after = (one.yen_of(part) for one in (kept, today))
        if before != after:
            yield t(*PART_NAMES[part]), before, after
