"""Many tasks of the inbox at once: first what would come of each, then what came of it (N2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from services.errors import ServiceError
from services.unit_of_work import unit_of_work
from workflows import bulk_tasks, case_pages
from workflows.bulk_tasks import Line

NAMES = {
    bulk_tasks.TAKE: ("まとめて引き受ける", "Take many"),
    bulk_tasks.GIVE_BACK: ("まとめて箱に戻す", "Give many back"),
}


class BulkView(BaseView):
    """What is done to the ticked tasks of the inbox."""

    route_base = "/inbox/chosen"
    default_view = "preview"
    section = "InboxView.list"

    @expose("/preview", methods=["POST"])
    @requires("task.take")
    def preview(self) -> Any:
        """Which of them would be done and which not, and why; nothing is changed."""
        return self._page(_lines(), is_done=False)

    @expose("/", methods=["POST"])
    @requires("task.take")
    def run(self) -> Any:
        """Do it, each task in a transaction of its own, and tell what came of each."""
        return self._page([_carry_out(line) for line in _lines()], is_done=True)

    def _page(self, lines: list[Line], *, is_done: bool) -> Any:
        deed = _deed()
        return self.render_template(
            "inbox/chosen.html",
            title=t(*NAMES[deed]),
            deed=deed,
            lines=lines,
            good=sum(line.why is None for line in lines),
            is_done=is_done,
            procedures={slug: t(*names) for slug, names in case_pages.SHARED.items()},
        )


def _deed() -> str:
    return request.form.get("deed", "")


def _lines() -> list[Line]:
    ids = request.form.getlist("row", type=row_id)
    with unit_of_work(current_actor(), clock.now()) as ctx:
        return bulk_tasks.preview(ctx, _deed(), ids)


def _carry_out(line: Line) -> Line:
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            bulk_tasks.carry_out(ctx, _deed(), line.item_id)
    except ServiceError as refused:
        return replace(line, why=(refused.message_ja, refused.message_en))
    return replace(line, why=None)
