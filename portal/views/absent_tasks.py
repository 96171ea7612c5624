"""All tasks of a colleague, handed to another or back to the queue: the prospect, then what came of each."""

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
from portal.views import procedure_titles
from services import staffing
from services.errors import NotFound, ServiceError
from services.staffing import Colleague
from services.unit_of_work import unit_of_work
from workflows import absent_tasks
from workflows.bulk_tasks import Line


class AbsentTasksView(BaseView):
    """What somebody has in hand."""

    route_base = "/staff-tasks"
    default_view = "choose"
    section = "AbsenceView.list"

    @expose("/<int:user_id>", methods=["GET"])
    @requires("task.take")
    def choose(self, user_id: int) -> Any:
        """To whom the tasks would go, and which could not; nothing is changed."""
        lines, total, people = _read(user_id, request.args.get("to", type=row_id))
        return self._page(user_id, lines, total, people, is_done=False)

    @expose("/<int:user_id>", methods=["POST"])
    @requires("task.take")
    def run(self, user_id: int) -> Any:
        """Hand them over, each in a transaction of its own, and tell what came of each."""
        to_id = request.form.get("to", type=row_id)
        wanted = set(request.form.getlist("row", type=row_id))
        lines, _, people = _read(user_id, to_id)
        chosen = [line for line in lines if line.item_id in wanted]
        done = [_carry_out(user_id, line, to_id, people) for line in chosen]
        return self._page(user_id, done, len(done), people, is_done=True)

    def _page(
        self, user_id: int, lines: list[Line], total: int, people: list[Colleague], *, is_done: bool
    ) -> Any:
        to_id = request.values.get("to", type=row_id)
        names = {one.user_id: one.name for one in people}
        if user_id not in names:
            raise NotFound("この職員は、この課・窓口にいません。", "He does not work in this office.")
        return self.render_template(
            "absence/tasks.html",
            title=t(f"{names[user_id]}さんの仕事を回す", f"Hand over the tasks of {names[user_id]}"),
            user_id=user_id,
            lines=lines,
            total=total,
            good=sum(line.why is None for line in lines),
            to_id=to_id,
            to_name=names.get(to_id or 0, ""),
            people=[one for one in people if one.user_id != user_id and one.is_here],
            is_done=is_done,
            procedures=_titles(lines),
        )


def _read(user_id: int, to_id: int | None) -> tuple[list[Line], int, list[Colleague]]:
    with unit_of_work(current_actor(), clock.now()) as ctx:
        people = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
        lines, total = absent_tasks.preview(ctx, user_id, to_id, people)
    return lines, total, people


def _titles(lines: list[Line]) -> dict[str, str]:
    with unit_of_work(current_actor(), clock.now()) as ctx:
        return procedure_titles.titles(ctx, [line.procedure for line in lines])


def _carry_out(user_id: int, line: Line, to_id: int | None, people: list[Colleague]) -> Line:
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            absent_tasks.carry_out(ctx, user_id, line.item_id, to_id, people)
    except ServiceError as refused:
        return replace(line, why=(refused.message_ja, refused.message_en))
    return replace(line, why=None)
