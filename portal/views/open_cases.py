"""What the page of a case says by itself: that it is open, and that it was left (N2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.security.access import requires
from portal.security.actor import current_actor
from services import open_cases
from services.unit_of_work import unit_of_work


class OpenCaseView(BaseView):
    """Who else has a case open; no sign of life of whoever sits before it (portal/security/passive.py)."""

    route_base = "/cases"
    default_view = "tell"

    @expose("/<int:case_id>/open", methods=["POST"])
    @requires("case.read")
    def tell(self, case_id: int) -> Any:
        """It is open here; who else has it open is answered."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "case/open.html", told_at=ctx.at.isoformat(), others=open_cases.tell(ctx, case_id)
            )

    @expose("/<int:case_id>/left", methods=["POST"])
    @requires("case.read")
    def leave(self, case_id: int) -> Any:
        """It was left; nobody waits for an answer."""
        told_at = _moment(request.form.get("told_at", ""))
        with unit_of_work(current_actor(), clock.now()) as ctx:
            open_cases.leave(ctx, case_id, told_at)
        return "", 204


def _moment(text: str) -> datetime | None:
    """A moment as it was told with the answer before; None of anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
