"""Acting ex officio (職権処理): the monthly lists, what a decision would do, and the decision (B1)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.ex_officio import STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from rules.calendar_months import add_months
from rules.eras import format_long
from rules.periods import month_start
from services import audit, deeds, ex_officio
from services.batch import deciding
from services.batch.deciding import Considered, Wish
from services.context import Context
from services.errors import ServiceError
from services.ex_officio import KINDS
from services.unit_of_work import unit_of_work

MONTHS_BACK, MONTHS_AHEAD = 11, 3
DATE, HEAD = "date-", "head-"
LONGEST_ID = 18


register_count(ex_officio.to_count)


@dataclass(frozen=True)
class Typed:
    """What the chief has typed into a list: rows chosen, dates as typed, ground and number."""

    chosen: frozenset[int]
    dates: Mapping[int, str]
    heads: Mapping[int, int]
    ground: str
    decision_number: str
    because: str


class ExOfficioView(BaseView):
    """The lists of a month and their decision."""

    route_base = "/ex-officio"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("ex_officio.decide")
    def list(self) -> Any:
        """The list of a kind and a month."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self._list(ctx, *_place(request.args))

    @expose("/make", methods=["POST"])
    @requires("ex_officio.decide")
    def make(self) -> Any:
        """Make a list, or bring it up to date."""
        kind, month = _place(request.form)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            made = ex_officio.make_list(ctx, kind, month)
        flash(
            t(
                f"一覧を作りました。新しく載った人 {made.added}人、該当しなくなった人 {made.gone}人。",
                f"The list is made: {made.added} new, {made.gone} no longer on it.",
            ),
            "success",
        )
        return redirect(_address(kind, month), code=303)

    @expose("/preview", methods=["POST"])
    @requires("ex_officio.decide")
    def preview(self) -> Any:
        """What a decision would do with each row; nothing is written."""
        kind, month = _place(request.form)
        typed = _typed(request.form)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            try:
                considered = deciding.consider(ctx, _wish(typed))
            except ServiceError as refused:
                message = t(refused.message_ja, refused.message_en)
                return self._list(ctx, kind, month, typed, message), 422
            audit.listed(ctx, f"ex_officio:{kind}", len(considered))
            return self._result(kind, month, typed, considered, done=False)

    @expose("/decide", methods=["POST"])
    @requires("ex_officio.decide")
    def decide(self) -> Any:
        """Decide, and tell the truth about each row."""
        kind, month = _place(request.form)
        typed = _typed(request.form)
        key, body = (
            request.form.get("deed_key", ""),
            deeds.fingerprint(list(request.form.items(multi=True))),
        )
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            if where is not None:
                return redirect(where, code=303)
            considered = deciding.decide(ctx, _wish(typed))
            deeds.remember(ctx, key, body, _address(kind, month))
        return self._result(kind, month, typed, considered, done=True)

    @expose("/leave-out", methods=["POST"])
    @requires("ex_officio.decide")
    def leave_out(self) -> Any:
        """Take rows off the list with a reason."""
        kind, month = _place(request.form)
        typed = _typed(request.form)

        def deed(ctx: Context) -> Done:
            left = deciding.leave_out(ctx, sorted(typed.chosen), typed.because)
            return Done((f"{left}人を対象外にしました。", f"{left} left out."), _address(kind, month))

        def again(message: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                return self._list(ctx, kind, month, typed, message)

        return carry_out(deed, again)

    def _list(self, ctx: Context, kind: str, month: date, typed: Typed | None = None, error: str = "") -> Any:
        rows = ex_officio.read(ctx, kind, month)
        told = typed or Typed(
            frozenset(one.row.id for one in rows if _is_plain(one)),
            {one.row.id: one.row.event_on.isoformat() for one in rows if one.row.event_on},
            {},
            "",
            "",
            "",
        )
        counts = ex_officio.count_by_kind(ctx, month)
        return self.render_template(
            "ex_officio/list.html",
            title=t("職権処理", "Ex officio"),
            kind=kind,
            told=KINDS[kind],
            month=month,
            months=_months(ctx.today, month),
            tabs=[
                (
                    f"{t(one.ja, one.en)} {counts[name].get('listed', 0)}",
                    _address(name, month),
                    name == kind,
                )
                for name, one in KINDS.items()
            ],
            rows=rows,
            was_made=bool(counts[kind]),
            open_rows=any(one.row.state in {"listed", "decided"} for one in rows),
            typed=told,
            error=error,
            states=STATES,
            limit=ex_officio.SHOWN,
        )

    def _result(
        self, kind: str, month: date, typed: Typed, considered: Sequence[Considered], *, done: bool
    ) -> Any:
        passed = [one for one in considered if one.passes]
        return self.render_template(
            "ex_officio/result.html",
            title=t("職権の決定", "Decision ex officio"),
            kind=kind,
            told=KINDS[kind],
            month=month,
            typed=typed,
            passed=passed,
            refused=[one for one in considered if not one.passes],
            done=done,
            deed_key=secrets.token_urlsafe(24),
            back=_address(kind, month),
        )


def _is_plain(one: ex_officio.Listed) -> bool:
    return one.row.state == "listed" and not one.row.needs_decision


def _place(given: Mapping[str, str]) -> tuple[str, date]:
    """The kind and the month that an address names; the first list and this month without them."""
    kind = given.get("kind") or next(iter(KINDS))
    ex_officio.get_kind(kind)
    try:
        month = date.fromisoformat(f"{given.get('month', '')}-01")
        format_long(month)  # a month before the eras is none
    except ValueError:
        return kind, month_start(clock.today())
    return kind, month


def _address(kind: str, month: date) -> str:
    return url_for("ExOfficioView.list", kind=kind, month=f"{month:%Y-%m}")


def _months(today: date, chosen: date) -> list[tuple[str, str]]:
    first = month_start(today)
    found = {add_months(first, step) for step in range(-MONTHS_BACK, MONTHS_AHEAD + 1)} | {chosen}
    return [
        (f"{one:%Y-%m}", t(f"{format_long(one).removesuffix('1日')}({one:%Y-%m})", f"{one:%Y-%m}"))
        for one in sorted(found)
    ]


def _typed(form: Any) -> Typed:
    """What was typed; ids that are no numbers are left out."""
    return Typed(
        chosen=frozenset(int(one) for one in form.getlist("row") if _is_id(one)),
        dates={row_id: value.strip() for row_id, value in _by_row(form, DATE)},
        heads={row_id: int(value) for row_id, value in _by_row(form, HEAD) if _is_id(value)},
        ground=form.get("ground", "").strip(),
        decision_number=form.get("decision_number", "").strip(),
        because=form.get("because", "").strip(),
    )


def _by_row(form: Any, prefix: str) -> list[tuple[int, str]]:
    """The fields of rows, `prefix<id>`, by the id of the row."""
    return [
        (int(name.removeprefix(prefix)), value)
        for name, value in form.items(multi=True)
        if name.startswith(prefix) and _is_id(name.removeprefix(prefix)) and value
    ]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _wish(typed: Typed) -> Wish:
    """The wish of the chief.

    Raises:
        RuleBroken: a date cannot be read.
    """
    dates = {}
    for row_id, text in typed.dates.items():
        if row_id in typed.chosen and text:
            dates[row_id] = typed_day(text)
    return Wish(sorted(typed.chosen), typed.ground, typed.decision_number, dates, typed.heads)
