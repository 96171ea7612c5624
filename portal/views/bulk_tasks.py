"""Many tasks of the inbox at once: first what would come of each, then what came of it (N2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views import procedure_titles
from rules.eras import DateNotUnderstood, parse_date
from services import staffing
from services.context import Context
from services.errors import NotFound, ServiceError
from services.staffing import Colleague
from services.unit_of_work import unit_of_work
from workflows import bulk_tasks
from workflows.bulk_tasks import HAND_TO, PUT_OFF, Aim, Line
from workflows.engine.putting_off import FollowUpRefused, working_day

WORKING_DAYS = (1, 2, 3, 5, 10)
DOERS = frozenset(slug for slug, role in ROLES.items() if "task.take" in role.grants)


@dataclass(frozen=True)
class Words:
    """What is said of a deed; `%d` stands for a number of tasks."""

    title: tuple[str, str]
    will: tuple[str, str]
    done: tuple[str, str]
    button: tuple[str, str]
    to_be: tuple[str, str]
    was: tuple[str, str]


WORDS = {
    bulk_tasks.TAKE: Words(
        ("まとめて引き受ける", "Take many"),
        ("%d件を引き受けます。", "%d will be taken."),
        ("%d件を引き受けました。", "%d taken."),
        ("%d件を引き受ける", "Take %d"),
        ("引き受けます", "To be taken"),
        ("引き受けました", "Taken"),
    ),
    bulk_tasks.GIVE_BACK: Words(
        ("まとめて箱に戻す", "Give many back"),
        ("%d件を箱に戻します。", "%d will be given back."),
        ("%d件を箱に戻しました。", "%d given back."),
        ("%d件を箱に戻す", "Give %d back"),
        ("戻します", "To be given back"),
        ("戻しました", "Given back"),
    ),
    HAND_TO: Words(
        ("まとめて同僚に回す", "Hand many to a colleague"),
        ("%d件を回します。", "%d will be handed on."),
        ("%d件を回しました。", "%d handed on."),
        ("%d件を回す", "Hand %d on"),
        ("回します", "To be handed on"),
        ("回しました", "Handed on"),
    ),
    PUT_OFF: Words(
        ("まとめて後日にする", "Put many off"),
        ("%d件を後日にします。", "%d will be put off."),
        ("%d件を後日にしました。", "%d put off."),
        ("%d件を後日にする", "Put %d off"),
        ("後日にします", "To be put off"),
        ("後日にしました", "Put off"),
    ),
    bulk_tasks.PUT_BACK: Words(
        ("まとめて後日をやめる", "Put many off no longer"),
        ("%d件をいまの箱に戻します。", "%d will stand in their boxes again."),
        ("%d件をいまの箱に戻しました。", "%d stand in their boxes again."),
        ("%d件の後日をやめる", "Put %d off no longer"),
        ("いまの箱に戻します", "To stand in its box"),
        ("いまの箱に戻しました", "In its box again"),
    ),
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
        try:
            aim, lines = _looked_at()
        except FollowUpRefused as refused:
            _, lines = _looked_at(without_aim=True)
            return self._page(lines, Aim(), is_done=False, refused=refused), 422
        return self._page(lines, aim, is_done=False)

    @expose("/", methods=["POST"])
    @requires("task.take")
    def run(self) -> Any:
        """Do it, each task in a transaction of its own, and tell what came of each."""
        aim, lines = _looked_at()
        return self._page([_carry_out(line, aim) for line in lines], aim, is_done=True)

    def _page(
        self, lines: list[Line], aim: Aim, *, is_done: bool, refused: FollowUpRefused | None = None
    ) -> Any:
        deed = _deed()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            people = _to_choose(ctx) if deed == HAND_TO and not is_done else []
            procedures = procedure_titles.titles(ctx, [line.procedure for line in lines])
            days = [(days, working_day(ctx, days)) for days in WORKING_DAYS if deed == PUT_OFF]
        return self.render_template(
            "inbox/chosen.html",
            title=t(*WORDS[deed].title),
            words=WORDS[deed],
            deed=deed,
            aim=aim,
            is_aimed=deed not in {HAND_TO, PUT_OFF} or aim != Aim(),
            people=people,
            days=days,
            refused=t(refused.message_ja, refused.message_en) if refused else "",
            typed=request.form.get("until", ""),
            lines=lines,
            good=sum(line.why is None for line in lines),
            is_done=is_done,
            procedures=procedures,
            role_names={slug: t(role.ja, role.en) for slug, role in ROLES.items()},
        )


def _deed() -> str:
    return request.form.get("deed", "")


def _looked_at(*, without_aim: bool = False) -> tuple[Aim, list[Line]]:
    """What is aimed at, and what would come of each of the chosen tasks."""
    ids = request.form.getlist("row", type=row_id)
    with unit_of_work(current_actor(), clock.now()) as ctx:
        aim = Aim() if without_aim else _aim(ctx)
        return aim, bulk_tasks.preview(ctx, _deed(), ids, aim)


def _aim(ctx: Context) -> Aim:
    to = request.form.get("to", type=row_id)
    typed = request.form.get("until", "").strip()
    if _deed() == HAND_TO and to is not None:
        return Aim(to=_colleague(ctx, to))
    return Aim(until=_day(typed)) if _deed() == PUT_OFF and typed else Aim()


def _day(typed: str) -> date:
    try:
        return parse_date(typed)
    except DateNotUnderstood as wrong:
        raise FollowUpRefused(
            "日付として読めません。R8.12.4 のように入力してください。",
            "This is no date. Type it like R8.12.4 or 2026-12-04.",
        ) from wrong


def _to_choose(ctx: Context) -> list[Colleague]:
    """Whoever may take tasks, the actor himself last."""
    found = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    return sorted(
        (one for one in found if one.roles & DOERS), key=lambda one: one.user_id == ctx.actor.staff_id
    )


def _colleague(ctx: Context, user_id: int) -> Colleague:
    found = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
    one = next((one for one in found if one.user_id == user_id), None)
    if one is None:
        raise NotFound(
            "この職員は、きょうこの課・窓口に配属されていません。一覧から別の職員を選んでください。",
            "This person does not work in this office today. Choose another one from the list.",
        )
    return one


def _carry_out(line: Line, aim: Aim) -> Line:
    try:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            bulk_tasks.carry_out(ctx, _deed(), line.item_id, aim)
    except ServiceError as refused:
        return replace(line, why=(refused.message_ja, refused.message_en))
    return replace(line, why=None)
