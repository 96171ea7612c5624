"""A form as it was sent, to be read and printed (N8)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import form_pages
from services import cases
from services.unit_of_work import unit_of_work
from workflows import case_entries


class CaseEntryView(BaseView):
    """The print view of a form."""

    route_base = "/cases"
    default_view = "show"
    section = "InboxView.list"

    @expose("/<int:case_id>/entries/<int:entry_id>", methods=["GET"])
    @requires("case.read")
    def show(self, case_id: int, entry_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = cases.read(ctx, case_id)
            sent = case_entries.read(ctx, page, entry_id)
            form = form_pages.page(ctx, sent.form, sent.values)
            return self.render_template(
                "case/entry.html",
                title=form.title or t(sent.form.task.title_ja, sent.form.task.title_en),
                page=page,
                sent=sent,
                form=form,
                who=page.names.get(sent.entry.by_id, "") if sent.entry.by_id else "",
            )
