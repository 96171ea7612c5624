"""The confirmation list (確認リスト): held Individual Numbers, and the second person's decision (A7, M07)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.confirmation import KINDS, OPEN, SOURCES, STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.pdf_answers import dress, new_key, pdf_answer, print_at_once, said_in_pane, sent_deed
from services import confirmation_list, deeds, documents, print_register
from services.confirmation_list import RELEASED
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

ALL = "all"


register_count(confirmation_list.to_count)


class ConfirmationView(BaseView):
    """The list, one row, and its decision."""

    route_base = "/confirmations"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("confirmation.read")
    def list(self) -> Any:
        """The rows of a state and a kind; what is to be checked without a wish."""
        state, kind = _chosen(request.args)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            rows = confirmation_list.list_rows(ctx, state, kind)
            counts = confirmation_list.count_by_kind(ctx, state)
        return self.render_template(
            "confirmation/list.html",
            title=t("確認リスト", "Confirmation list"),
            rows=rows,
            state=state,
            kind=kind,
            tabs=[
                (t(ja, en), url_for("ConfirmationView.list", state=name, kind=kind or None), name == state)
                for name, (ja, en, _) in {**STATES, ALL: ("すべて", "All", "")}.items()
            ],
            kinds=[(name, f"{t(ja, en)} {counts.get(name, 0)}") for name, (ja, en) in KINDS.items()],
            total=sum(counts.values()),
            limit=confirmation_list.SHOWN,
            key=new_key(),
            **_words(),
        )

    @expose("/<int:row_id>", methods=["GET"])
    @requires("confirmation.read")
    def show(self, row_id: int) -> Any:
        """One row, with both persons beside one another."""
        return self._page(row_id)

    @expose("/<int:row_id>", methods=["POST"])
    @requires("confirmation.decide")
    def decide(self, row_id: int) -> Any:
        """Release or reject."""
        outcome, reason = request.form.get("outcome", ""), request.form.get("reason", "")
        where = url_for("ConfirmationView.show", row_id=row_id)
        done = Done(
            ("解除しました。", "Released.") if outcome == RELEASED else ("却下しました。", "Rejected."), where
        )

        def deed(ctx: Context) -> Done:
            confirmation_list.decide(ctx, row_id, outcome, reason)
            return done

        return carry_out(deed, partial(self._page, row_id, typed=reason))

    @expose("/preview.pdf", methods=["GET"])
    @requires("confirmation.read")
    def preview(self) -> Any:
        """The list on paper, marked 見本・無効."""
        state, kind = _chosen(request.args)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            rows = confirmation_list.list_rows(ctx, state, kind)
            content = documents.dressed(confirmation_list.paper(ctx, rows, state, kind), dress(ctx))
            print_register.previewed(ctx, confirmation_list.DOCUMENT)
        rendered = documents.render([documents.Sheet(0, content)], preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, "confirmation-list-preview.pdf")

    @expose("/", methods=["POST"])
    @requires("confirmation.read")
    def print(self) -> Any:
        """Print the list as it stands, and open the PDF."""
        key, body = sent_deed()
        state, kind = _chosen(request.form)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            asked = None
            if where is None:
                asked = confirmation_list.ask(ctx, state, kind)
                where = url_for("ConfirmationView.sheet", request_id=asked.id)
                deeds.remember(ctx, key, body, where)
        trouble = print_at_once(asked.id) if asked is not None else None
        if trouble is not None:
            flash(t(trouble.message_ja, trouble.message_en), "danger")
            where = url_for("ConfirmationView.list", state=state, kind=kind or None)
        return redirect(where, code=303)

    @expose("/prints/<int:request_id>.pdf", methods=["GET"])
    @requires("confirmation.read")
    def sheet(self, request_id: int) -> Any:
        """The very bytes of a list that was printed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            pdf = print_register.pdf_of_request(ctx, request_id, {confirmation_list.DOCUMENT})
        return pdf_answer(pdf, f"confirmation-list-{request_id}.pdf")

    def _page(self, row_id: int, error: str = "", typed: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = confirmation_list.read(ctx, row_id)
        return self.render_template(
            "confirmation/show.html",
            title=t("確認リスト", "Confirmation list"),
            page=page,
            row=page.listed.row,
            may_decide=can("confirmation.decide") and page.why_not is None,
            error=error,
            typed=typed,
            key=new_key(),
            **_words(),
        )


def _chosen(given: Mapping[str, str]) -> tuple[str, str]:
    """The state and kind of a filter; what is neither is no wish."""
    state, kind = given.get("state", ""), given.get("kind", "")
    return state if state in STATES or state == ALL else OPEN, kind if kind in KINDS else ""


def _words() -> dict[str, Any]:
    return {
        "states": {name: (t(ja, en), kind) for name, (ja, en, kind) in STATES.items()},
        "kind_words": {name: t(*words) for name, words in KINDS.items()},
        "sources": {name: t(*words) for name, words in SOURCES.items()},
    }
