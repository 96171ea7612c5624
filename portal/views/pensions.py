"""Lists of whom a deduction from a pension concerns: made by one, approved by another, searched (D1, B4).

What was searched for may be a name: it is sealed into the session, the address holds a word for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.pension_deduction import ACTS, APPROVED, OPEN, STATES
from models.staff import names_of
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security import remembered
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.jobs import may_see_job
from portal.views.pdf_answers import new_key
from portal.views.pension_words import check_words, month_words
from portal.views.persons import registry_limit
from rules.periods import FiscalYear
from rules.premium.pension_deduction import APRIL, OCTOBER
from services.assessing import run_figures
from services.pensions import entries, letters_of_list, lists
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context
    from services.pensions.letters_of_list import AskedOfList

FURTHEST_PAGE = 1_000
SEARCH, LONGEST_SEARCH = "pensions", 60
OUTCOMES = {
    lists.ALL: ("すべて", "All"),
    lists.CONCERNED: ("対象になる世帯", "Concerned"),
    lists.NOT_CONCERNED: ("対象にならない世帯", "Not concerned"),
}

register_count(entries.to_count)


class PensionView(BaseView):
    """Candidates of a year, and what waits for a second person."""

    route_base = "/premium/pensions"
    default_view = "list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("assessment.read")
    def list(self) -> Any:
        """The lists that were made, and the entries that wait."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("assessment.run")
    def make(self) -> Any:
        """Look at everybody of whom a payer told something."""

        def deed(ctx: Context) -> Done:
            year = request.form.get("year", 0, type=row_id) or 0
            made = lists.make(ctx, year, request.form.get("month", 0, type=row_id) or 0)
            told = (
                "候補を調べています。調べ終わって別の人(課長)が承認すると始まります。",
                "The households are being looked at. It begins once another approves the list.",
            )
            return Done(told, url_for("PensionView.show", list_id=made.id))

        return carry_out(deed, self._list)

    @expose("/lists/<int:list_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, list_id: int) -> Any:
        """Its households with every condition that fails, searched by number or name."""
        return self._show(list_id)

    @expose("/lists/<int:list_id>", methods=["POST"])
    @requires("assessment.read")
    def find(self, list_id: int) -> Any:
        """Keep what was typed, and lead to the list searched for it."""
        typed = " ".join(request.form.get("q", "").split())[:LONGEST_SEARCH]
        word = remembered.keep(SEARCH, {"q": typed}) if typed else None
        outcome = request.form.get("outcome") or None
        goal = url_for("PensionView.show", list_id=list_id, outcome=outcome, s=word)
        return redirect(goal, code=303)

    @expose("/lists/<int:list_id>/decide", methods=["POST"])
    @requires("assessment.decide")
    def decide(self, list_id: int) -> Any:
        """Begin the deductions, or refuse the list."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            made = lists.decide(ctx, list_id, approve=approve, words=request.form.get("words", "")[:401])
            return Done(_said(approve, made.concerned), url_for("PensionView.show", list_id=list_id))

        return carry_out(deed, lambda words: self._show(list_id, words))

    @expose("/lists/<int:list_id>/letters", methods=["POST"])
    @requires("certificate.print")
    def letters(self, list_id: int) -> Any:
        """Put the letters of everybody on it into the print queue."""

        def deed(ctx: Context) -> Done:
            asked = letters_of_list.ask_of_list(ctx, list_id)
            rest = _left_out(asked)
            more = (
                f"残り{asked.left:,}件は続けて入れています。" if asked.left else "",
                f"The other {asked.left:,} follow." if asked.left else "",
            )
            told = (
                f"通知書{asked.asked:,}件を印刷待ちに入れました。{rest[0]}{more[0]}",
                f"{asked.asked:,} letters wait in the print queue. {rest[1]}{more[1]}",
            )
            return Done(told, url_for("PensionView.show", list_id=list_id))

        return carry_out(deed, lambda words: self._show(list_id, words))

    def _list(self, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = lists.list_lists(ctx)
            number = _page("waiting")
            waiting = entries.waiting(ctx, number)
            years = run_figures.years(ctx)
            return self.render_template(
                "pension/list.html",
                title=t("年金からの特別徴収", "Deductions from pensions"),
                lists=found,
                waiting=waiting,
                number=number,
                more=waiting.found > number * entries.ROWS,
                names=names_of(ctx.session, {one.made_by_id for one in found}),
                years=[FiscalYear(years[0].year + 1), *years] if years else [],
                now=FiscalYear.containing(ctx.today).year,
                months=[(OCTOBER, month_words(OCTOBER)), (APRIL, month_words(APRIL))],
                month_words=month_words,
                year_of=FiscalYear,
                states=_states(),
                acts={key: t(*words) for key, words in ACTS.items()},
                may_make=can("assessment.run"),
                refused=refused,
                key=new_key(),
            )

    def _show(self, list_id: int, refused: str = "") -> Any:
        outcome = request.args.get("outcome", lists.ALL)
        word, number = request.args.get("s"), _page("page")
        kept = remembered.recall(SEARCH, word)
        words = kept["q"] if kept else ""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = lists.read(ctx, list_id, outcome, words, number)
            work = letters_of_list.work_of(ctx, page.of)
            year = FiscalYear(page.of.fiscal_year)
            return self.render_template(
                "pension/show.html",
                title=t(
                    f"{year.label_ja} {month_words(page.of.month)}の候補",
                    f"{month_words(page.of.month)}, fiscal year {year.year}",
                ),
                page=page,
                number=number,
                more=page.found > number * lists.ROWS,
                outcome=outcome,
                outcomes={code: t(*words) for code, words in OUTCOMES.items()},
                typed=words,
                word=word if kept else None,
                forgotten=bool(word) and kept is None,
                is_open=page.of.state == OPEN,
                stands_still=lists.stands_still(page.of, work),
                work=work,
                may_see_work=may_see_job(ctx, work),
                reasons_of=lambda row: [
                    check_words(code) for code in lists.failing_codes(row.failing, page.of.month)
                ],
                names=names_of(ctx.session, {page.of.made_by_id, page.of.decided_by_id} - {None}),
                states=_states(),
                own=current_actor().staff_id,
                may_decide=can("assessment.decide"),
                may_print=page.of.state == APPROVED and page.of.concerned > 0 and can("certificate.print"),
                refused=refused,
                key=new_key(),
            )


def _page(name: str) -> int:
    return min(max(request.args.get(name, 1, type=row_id) or 1, 1), FURTHEST_PAGE)


def _left_out(asked: AskedOfList) -> tuple[str, str]:
    """How many households got no letter, and why."""
    nobody = asked.nobody and (
        f"宛先がなく頼めない世帯 {asked.nobody:,}件。",
        f"{asked.nobody:,} have nobody to tell. ",
    )
    ended = asked.ended and (
        f"保険料が下がり、先に中止の登録が必要な世帯 {asked.ended:,}件。",
        f"The premium of {asked.ended:,} went down: enter their stop first. ",
    )
    told = [words for words in (nobody, ended) if words]
    return "".join(ja for ja, _ in told), "".join(en for _, en in told)


def _states() -> dict[str, tuple[str, str]]:
    return {key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()}


def _said(approve: bool, concerned: int) -> tuple[str, str]:
    if not approve:
        return "差し戻しました。何も変わっていません。", "Refused: nothing has changed."
    return (
        f"承認しました。{concerned:,}世帯の年金からの差引きを決定しています。",
        f"Approved: {concerned:,} deductions are being decided.",
    )
