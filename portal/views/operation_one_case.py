"""One case before an operator: where it stands, what happened, and what he may do to it."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.staff import names_of
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import operation_pages
from portal.views.cases import EVENTS
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows.engine.comparison import ASPECTS
from workflows.operating import case_page, moving, versions
from workflows.operating.case_list import STATES
from workflows.operating.reach import must_reach

TOLD = frozenset({"migrated", "rewound", "suspended", "resumed"})  # whose notes operators write


class OperationOneCaseView(BaseView):
    """A case, and the deeds of an operator on it alone."""

    route_base = "/operations/cases"
    default_view = "show"
    section = "OperationCaseView.list"

    @expose("/<int:case_id>", methods=["GET"])
    @requires("operations.read")
    def show(self, case_id: int) -> Any:
        """The page of the case; `to` asks what moving it to that version would mean."""
        return self._show(case_id)

    @expose("/<int:case_id>/suspend", methods=["POST"])
    @requires("operations.hold")
    def suspend(self, case_id: int) -> Any:
        """Stop the case, with a reason."""
        return self._start(case_id, "suspend")

    @expose("/<int:case_id>/resume", methods=["POST"])
    @requires("operations.hold")
    def resume(self, case_id: int) -> Any:
        """Let it go on."""
        return self._start(case_id, "resume")

    @expose("/<int:case_id>/rewind", methods=["POST"])
    @requires("operations.rewind")
    def rewind(self, case_id: int) -> Any:
        """Put it back to an earlier step, with a reason."""
        return self._start(case_id, "rewind", element_id=request.form.get("target", "")[:36])

    @expose("/<int:case_id>/move", methods=["POST"])
    @requires("operations.migrate")
    def move(self, case_id: int) -> Any:
        """Move it to another version."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = case_page.read(ctx, case_id)
            after = versions.get_version(ctx, page.case.slug, request.form.get("to", 0, type=row_id))
        wish = {"slug": page.case.slug, "from_hash": page.case.definition_hash, "to_hash": after.hash}
        return self._start(case_id, "migrate", **wish)

    @expose("/<int:case_id>/take-back", methods=["POST"])
    @requires("operations.migrate")
    def take_back(self, case_id: int) -> Any:
        """Put it back on the version that it had before its last move."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = case_page.read(ctx, case_id)
        last = next((one for one in reversed(page.moves) if one.taken_back_at is None), None)
        wish = {"from_hash": last.to_hash, "to_hash": last.from_hash} if last else {}
        return self._start(case_id, "take_back", slug=page.case.slug, **wish)

    def _start(self, case_id: int, kind: str, **wish: Any) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            must_reach(ctx, case_id)
        try:
            reason = request.form.get("reason", "")
            where = operation_pages.start(kind, case_ids=[case_id], reason=reason, **wish)
        except ServiceError as refused:
            return self._show(case_id, t(refused.message_ja, refused.message_en)), 422
        return redirect(where, code=303)

    def _show(self, case_id: int, error: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = case_page.read(ctx, case_id, request.values.get("to", type=row_id))
            names = operation_pages.titles(ctx)
            people = names_of(ctx.session, [event.by_id for event in page.journal])
            hashes = {name for one in page.moves for name in (one.from_hash, one.to_hash)}
            numbers = moving.version_numbers(ctx, hashes)
        name = names.get(page.case.slug, page.case.slug)
        return self.render_template(
            "operations/case.html",
            title=t(f"{name} {page.number}", f"{name} {page.number}"),
            page=page,
            case=page.case,
            name=name,
            state=STATES[page.state],
            people=people,
            numbers=numbers,
            events={kind: t(*words) for kind, words in EVENTS.items()},
            told=TOLD,
            aspects=ASPECTS,
            reason=request.form.get("reason", ""),
            error=error,
            deed_key=secrets.token_urlsafe(24),
            back=url_for("OperationCaseView.list"),
        )
