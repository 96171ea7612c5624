"""Who is away from when to when, and who stands in for him (N2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.security.roles import BOOK, ROLES
from portal.views.carrying_out import Done, carry_out, is_again
from portal.views.fields import typed_day
from services import absences, staffing
from services.absence_rules import Wish
from services.context import Context
from services.staffing import CHIEF, Colleague
from services.unit_of_work import unit_of_work

LONGEST_DATE = 20
WITH_DEPUTY = (
    "不在を登録しました。期間になると、代理の人の受信箱にも仕事が出ます。",
    "The absence is on record. In that time the deputy finds the tasks in his inbox as well.",
)
WITHOUT_DEPUTY = ("不在を登録しました。代理はいません。", "The absence is on record, without a deputy.")


class AbsenceView(BaseView):
    """One's own absences, and for the section chief those of the office."""

    route_base = "/absences"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("absence.set")
    def list(self) -> Any:
        """What is on record and not over, and the form for one more."""
        return self._page()

    @expose("/", methods=["POST"])
    @requires("absence.set")
    def record(self) -> Any:
        """Put an absence on record."""

        def deed(ctx: Context) -> Done:
            row = absences.record(ctx, BOOK, _wish(ctx))
            words = WITH_DEPUTY if row.deputy_id is not None else WITHOUT_DEPUTY
            return Done(words, url_for("AbsenceView.list"))

        return carry_out(deed, self._page)

    @expose("/<int:absence_id>/call-off", methods=["POST"])
    @requires("absence.set")
    def call_off(self, absence_id: int) -> Any:
        """Take it back, or end it."""
        where = url_for("AbsenceView.list")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(where, code=303)
            absences.call_off(ctx, absence_id)
        flash(t("不在を取り消しました。代理も終わりました。", "The absence is called off."), "success")
        return redirect(where, code=303)

    def _page(self, error: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            people = staffing.of_office(ctx.session, ctx.actor.office_id, ctx.today)
            whose = request.values.get("user", type=row_id) or ctx.actor.staff_id or 0
            return self.render_template(
                "absence/list.html",
                title=t("不在と代理", "Absences and deputies"),
                lines=absences.read(ctx),
                today=ctx.today,
                is_chief=CHIEF in ctx.actor.own_roles,
                me=ctx.actor.staff_id,
                whose=whose,
                people=[(one.user_id, one.name) for one in people if one.roles & ROLES_OF_TASKS],
                deputies=_choices(absences.candidates(ctx, BOOK, people, whose)),
                typed=request.form,
                error=error,
            )


ROLES_OF_TASKS = frozenset(slug for slug, role in ROLES.items() if "absence.set" in role.grants)


def _wish(ctx: Context) -> Wish:
    begin = _day("from_on") or ctx.today
    return Wish(
        user_id=request.form.get("user", type=row_id) or ctx.actor.staff_id or 0,
        from_on=begin,
        until_on=_day("until_on") or begin,
        deputy_id=request.form.get("deputy", type=row_id),
    )


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()[:LONGEST_DATE]
    return typed_day(text) if text else None


def _choices(found: list[Colleague]) -> list[tuple[int, str]]:
    """Each with his roles and what waits for him."""
    return [
        (
            one.user_id,
            t(
                f"{one.name}({_roles(one)}・手元{one.waiting}件)",
                f"{one.name} ({_roles(one)}, {one.waiting} tasks)",
            ),
        )
        for one in found
    ]


def _roles(one: Colleague) -> str:
    return " / ".join(t(role.ja, role.en) for slug, role in ROLES.items() if slug in one.roles)
