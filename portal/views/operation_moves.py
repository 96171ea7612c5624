"""Moving running cases to another version: what it would mean, a first part, the rest (stack.md 2.5)."""

from __future__ import annotations

import secrets
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import operation_pages
from services.context import Context
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows.engine.comparison import ASPECTS
from workflows.operating import moving, versions
from workflows.operating.run_pages import MOST_CASES
from workflows.operating.versions import Version

FIRST_PART = 5
KINDS = {
    "added": ("追加", "added", "done"),
    "removed": ("削除", "removed", "stopped"),
    "renamed": ("識別子の変更", "renamed", "draft"),
    "changed": ("変更", "changed", "waiting"),
}


class OperationMoveView(BaseView):
    """The check before a move, and the move."""

    route_base = "/operations/moves"
    default_view = "check"
    section = "OperationCaseView.list"

    @expose("/<slug>", methods=["GET"])
    @requires("operations.migrate")
    def check(self, slug: str) -> Any:
        """What moving the running cases of a version to another would mean."""
        before = request.args.get("before", type=row_id)
        after = request.args.get("after", type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self._check(ctx, slug, before, after)

    @expose("/<slug>", methods=["POST"])
    @requires("operations.migrate")
    def move(self, slug: str) -> Any:
        """Move the first few, or all; each case is checked again as it is then."""
        before = request.form.get("before", type=row_id)
        after = request.form.get("after", type=row_id)
        try:
            where = operation_pages.start("migrate", **self._wish(slug, before or 0, after or 0))
        except ServiceError as refused:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                message = t(refused.message_ja, refused.message_en)
                return self._check(ctx, slug, before, after, message), 422
        return redirect(where, code=303)

    def _wish(self, slug: str, before: int, after: int) -> dict[str, Any]:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            old, new = (versions.get_version(ctx, slug, number) for number in (before, after))
            case_ids = [case.id for case in moving.cases_on(ctx, slug, old.hash, MOST_CASES)]
            if request.form.get("part") == "first":
                most = request.form.get("first", FIRST_PART, type=row_id)
                can = [one.case_id for one in versions.survey(ctx, slug, old, new).can]
                case_ids = can[:most]
        return {"case_ids": case_ids, "slug": slug, "from_hash": old.hash, "to_hash": new.hash}

    def _check(self, ctx: Context, slug: str, before: int | None, after: int | None, error: str = "") -> Any:
        found = versions.list_versions(ctx, slug)
        old, new = _pair(found, before, after)
        survey = versions.survey(ctx, slug, old, new) if old and new else None
        name = operation_pages.titles(ctx).get(slug, slug)
        return self.render_template(
            "operations/move.html",
            title=t(f"案件の版の移行 — {name}", f"Move cases to another version — {name}"),
            slug=slug,
            name=name,
            found=found,
            survey=survey,
            old=old,
            new=new,
            kinds=KINDS,
            aspects=ASPECTS,
            first_part=FIRST_PART,
            error=error,
            deed_key=secrets.token_urlsafe(24),
            back=url_for("OperationCaseView.list", slug=slug),
        )


def _pair(
    found: list[Version], before: int | None, after: int | None
) -> tuple[Version | None, Version | None]:
    """The versions that were chosen; else the newest that may take cases, and the oldest that has some."""
    targets = [one for one in found if one.state != "draft"]
    new = next((one for one in targets if one.number == after), targets[0] if targets else None)
    sources = [one for one in found if new is not None and one.number != new.number]
    running = [one for one in reversed(sources) if one.running]
    old = next((one for one in sources if one.number == before), running[0] if running else None)
    return old, new
