"""The section chief's board: load by person, age of tasks, bottlenecks by step; pictures and equal tables."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES, TASK_ROLES
from services import board
from services.board import AGES
from services.unit_of_work import unit_of_work


class BoardView(BaseView):
    """How the office stands."""

    route_base = "/board"
    default_view = "show"

    @expose("/", methods=["GET"])
    @requires("board.read")
    def show(self) -> Any:
        """The whole office at one look."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            told = board.read(ctx, TASK_ROLES)
            return self.render_template(
                "board/show.html",
                title=t("仕事の状況", "How work stands"),
                told=told,
                ages=_ages(),
                role_names={slug: t(role.ja, role.en) for slug, role in ROLES.items()},
            )


def _ages() -> list[str]:
    """The classes of age in words."""
    until = [t(f"〜{days}日", f"–{days} d") for days in AGES]
    return [*until, t(f"{AGES[-1] + 1}日〜", f"{AGES[-1] + 1}+ d")]
