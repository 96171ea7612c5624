"""Slips and letters of a case, printed while somebody waits: 受付票, 不備通知, 書類返却書 … (C3)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.pdf_answers import dress, pdf_answer, print_at_once, sent_deed
from services import case_papers, deeds, documents, print_register
from services.errors import ServiceError
from services.unit_of_work import unit_of_work


class CasePaperView(BaseView):
    """The papers of one case."""

    route_base = "/cases"
    default_view = "preview"
    section = "InboxView.list"

    @expose("/<int:case_id>/papers/<slug>/preview.pdf", methods=["GET"])
    @requires("document.print")
    def preview(self, case_id: int, slug: str) -> Any:
        """The page itself, marked 見本・無効."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            content = documents.dressed(case_papers.preview(ctx, case_id, slug), dress(ctx))
            print_register.previewed(ctx, f"case:{case_id}")
        rendered = documents.render([documents.Sheet(0, content)], preview=True)
        if rendered.pdf is None:
            why = rendered.refused[0]
            raise ServiceError(why.message_ja, why.message_en)
        return pdf_answer(rendered.pdf, f"{slug}-preview.pdf")

    @expose("/<int:case_id>/papers/<slug>", methods=["POST"])
    @requires("document.print")
    def print(self, case_id: int, slug: str) -> Any:
        """Print it, and open the PDF."""
        key, body = sent_deed()
        trouble = None
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            asked = None
            if where is None:
                asked = case_papers.ask(ctx, case_id, slug)
                where = url_for("CasePaperView.sheet", case_id=case_id, request_id=asked.id)
                deeds.remember(ctx, key, body, where)
        if asked is not None:
            trouble = print_at_once(asked.id)
        if trouble is not None:
            flash(t(trouble.message_ja, trouble.message_en), "danger")
            return redirect(url_for("CaseView.show", case_id=case_id), code=303)
        return redirect(where, code=303)

    @expose("/<int:case_id>/papers/requests/<int:request_id>.pdf", methods=["GET"])
    @requires("document.print")
    def sheet(self, case_id: int, request_id: int) -> Any:
        """The very bytes that were printed of a paper of this case."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            case_papers.must_belong(ctx, case_id, request_id)
            pdf = print_register.pdf_of_request(ctx, request_id, case_papers.SLUGS)
        return pdf_answer(pdf, f"paper-{request_id}.pdf")
