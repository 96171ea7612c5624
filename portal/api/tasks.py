"""Tasks: listed, read with their form, taken, given back, completed; as the inbox and the case do it (N8)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder.api import expose

from portal import clock
from portal.api import reading, told
from portal.api.base import PortalApi
from portal.api.reading import NotUnderstood
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import form_pages
from portal.views.list_place import IN_ADDRESS, filters_in
from services import audit, cases, deeds, drafts, hidden_entries, inbox
from services.context import Context
from services.inbox_filters import BOXES
from services.unit_of_work import unit_of_work
from workflows import case_pages
from workflows.engine import runner


class TaskApi(PortalApi):
    """Tasks of one's own and of one's groups."""

    resource_name = "tasks"

    @expose("", methods=["GET"])
    @requires("inbox.open")
    def list(self) -> Any:
        """A page of a box, the soonest due first; narrowed as the inbox is, but never by a name."""
        box = request.args.get("box", "mine")
        if box not in BOXES or set(request.args) - {"box", "after", *IN_ADDRESS}:
            raise NotUnderstood(
                f"box は {'、'.join(BOXES)} のどれかです。ほかに {'、'.join(IN_ADDRESS)}、after が使えます。",
                f"box is one of {', '.join(BOXES)}; {', '.join(IN_ADDRESS)} and after may be given as well.",
            )
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = inbox.read(ctx, box, filters_in(request.args), request.args.get("after", type=row_id))
            audit.listed(ctx, f"inbox:{box}", len(page.rows))
            rows = [told.task(ctx, row.item) for row in page.rows]
        after = page.next_after
        narrowed: dict[str, Any] = {**request.args, "after": after}
        more = url_for("TaskApi.list", **narrowed) if after else None
        return self.response(200, box=box, total=page.total, tasks=rows, next=more)

    @expose("/<int:item_id>", methods=["GET"])
    @requires("case.read")
    def read(self, item_id: int) -> Any:
        """An open task with its form and what the form begins with: one's draft, or the first values."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            item, case, form = runner.get_task(ctx, item_id)
            page = cases.read(ctx, case.id)
            draft = drafts.find_task(ctx, item_id)
            first = {**form.defaults, **form.fixed, **case_pages.first_values(ctx, page, item)}
            values = hidden_entries.as_shown(ctx, draft.data) if draft else first
            return self.response(200, **told.task(ctx, item), form=told.form(ctx, form, values))

    @expose("/<int:item_id>/take", methods=["POST"])
    @requires("task.take")
    def take(self, item_id: int) -> Any:
        """Make a task one's own."""
        reading.sent_nothing()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.response(200, **told.task(ctx, runner.take(ctx, item_id)))

    @expose("/<int:item_id>/give-back", methods=["POST"])
    @requires("task.take")
    def give_back(self, item_id: int) -> Any:
        """Put a task back into the box of its group."""
        reading.sent_nothing()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.response(200, **told.task(ctx, runner.give_back(ctx, item_id)))

    @expose("/<int:item_id>/complete", methods=["POST"])
    @requires("task.complete")
    def complete(self, item_id: int) -> Any:
        """Finish a task with its entry, or by another way out with a reason; the same key does it once."""
        body = reading.sent({}, {"entry": dict, "outcome": str, "note": str})
        key, sent = reading.sent_deed(body)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, sent)
            if where is None:
                case_id = _complete(ctx, item_id, body)
                where = url_for("CaseApi.read", case_id=case_id)
                deeds.remember(ctx, key, sent, where)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            answer = self.response(200, **told.case(ctx, int(where.rsplit("/", 1)[1])))
        answer.headers["Content-Location"] = where
        return answer


def _complete(ctx: Context, item_id: int, body: dict[str, Any]) -> int:
    _, case, form = runner.get_task(ctx, item_id)
    outcome = body.get("outcome", "done")
    known = case_pages.references_of(ctx, case.id, form.task)
    raw, errors = form_pages.sealed(ctx, form, body.get("entry", {}), known)
    if outcome == "done":
        form_pages.refuse_when_any(form, raw, errors, ctx.today)
    drafts.discard_task(ctx, item_id)
    runner.complete(ctx, item_id, raw, outcome, body.get("note"))
    return case.id
