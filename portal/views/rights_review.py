"""The list of who holds which right, to be confirmed once a year and to be printed (棚卸, M11, M18)."""

from __future__ import annotations

from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder.baseviews import BaseView, expose

from models.staff import names_of
from portal import clock
from portal.language import lazy, t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.template_tools import moment
from portal.views.carrying_out import Done, carry_out
from portal.views.staff import SECTION, TABS
from services import rights_review
from services.rights_review import NEEDED, NEEDLESS
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

VERDICTS = {NEEDED: ("必要", "Needed", "done"), NEEDLESS: ("不要", "Needless", "overdue")}


class RightsReviewView(BaseView):
    """Everybody's rights in the reader's reach."""

    route_base = "/rights/review"
    default_view = "list"
    section = "StaffView.list"
    section_title, tabs = SECTION, TABS
    name = lazy("権限の棚卸", "Review of rights")

    @expose("/", methods=["GET"])
    @requires("rights.read")
    def list(self) -> Any:
        """Who holds what, since when and by whose decision, his last sign-in, the last confirmation."""
        return self._list()

    def _list(self, refused: str = "", refused_id: int = 0) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            rows = rights_review.read(ctx)
            names = names_of(ctx.session, [row.confirmed.by_id for row in rows if row.confirmed])
        return self.render_template(
            "rights/review.html",
            title=str(self.name),
            view=self,
            today=clock.today(),
            rows=[
                (row, [t(ROLES[r].ja, ROLES[r].en) if r in ROLES else r for r in row.roles]) for row in rows
            ],
            logins={
                row.user_id: moment(row.last_login.replace(tzinfo=UTC)) for row in rows if row.last_login
            },
            names=names,
            verdicts=VERDICTS,
            due=sum(row.is_due for row in rows),
            refused=refused,
            refused_id=refused_id,
            typed=request.form,
        )

    @expose("/<int:user_id>", methods=["POST"])
    @requires("rights.confirm")
    def confirm(self, user_id: int) -> Any:
        """Say whether somebody needs what he holds."""
        verdict, words = request.form.get("verdict", ""), request.form.get("words", "")
        goal = url_for("RightsReviewView.list", _anchor=f"staff-{user_id}")

        def deed(ctx: Context) -> Done:
            rights_review.confirm(ctx, user_id, verdict, words)
            return Done(("棚卸の結果を記録しました。", "The confirmation is on record."), goal)

        return carry_out(deed, partial(self._list, refused_id=user_id))


def _role(slug: str) -> str:
    """A role by its name; one that is no longer there by its slug."""
    return t(ROLES[slug].ja, ROLES[slug].en) if slug in ROLES else slug
