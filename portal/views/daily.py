"""The list of a day for the chief: notifications by kind, certificates with serials, on screen and paper."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.certificate import KINDS
from models.notification import WAYS
from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.pdf_answers import dress, new_key, pdf_answer, print_at_once, said_in_pane, sent_deed
from rules.eras import DateNotUnderstood, format_short, parse_date
from services import audit, daily_list, deeds, documents, print_register
from services.cases import STATES
from services.print_queue import DELIVERIES
from services.unit_of_work import unit_of_work

ONE_DAY = timedelta(days=1)
LONGEST_DATE = 20


class DailyView(BaseView):
    """One day of one's office."""

    route_base = "/daily"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("report.daily")
    def list(self) -> Any:
        """The day that is asked for; today without a wish."""
        typed = request.args.get("day", "")[:LONGEST_DATE]
        day, why = _day(typed)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            told = daily_list.read(ctx, day)
            found = len(told.notifications) + len(told.certificates)
            audit.listed(ctx, f"day_list:{day.isoformat()}", found)
        page = self.render_template(
            "daily/list.html",
            title=t("日次の一覧", "Lists of the day"),
            before=(day - ONE_DAY).isoformat(),
            after=(day + ONE_DAY).isoformat() if day < clock.today() else None,
            typed=typed if why else format_short(day),
            why=why,
            told=told,
            kinds=_kinds(told),
            certificate_kinds=Counter(t(*KINDS[one.row.kind]) for one in told.certificates),
            kind_of=_kind_of,
            certificate_kind={kind: t(*words) for kind, words in KINDS.items()},
            ways={way: t(*words) for way, words in WAYS.items()},
            states={state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()},
            grounds={ground: t(*words) for ground, words in daily_list.GROUNDS.items()},
            deliveries={way: t(f"{ja}待ち", f"To go: {en.lower()}") for way, (ja, en) in DELIVERIES.items()},
            out={kind: t(*words) for kind, words in daily_list.OUT.items()},
            key=new_key(),
        )
        return page, 422 if why else 200

    @expose("/preview.pdf", methods=["GET"])
    @requires("report.daily")
    def preview(self) -> Any:
        """The list on paper, marked 見本・無効."""
        day, _ = _day(request.args.get("day", "")[:LONGEST_DATE])
        with unit_of_work(current_actor(), clock.now()) as ctx:
            content = documents.dressed(daily_list.paper(ctx, daily_list.read(ctx, day)), dress(ctx))
            print_register.previewed(ctx, f"day_list:{day.isoformat()}")
        rendered = documents.render([documents.Sheet(0, content)], preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, f"day-{day.isoformat()}-preview.pdf")

    @expose("/", methods=["POST"])
    @requires("report.daily")
    def print(self) -> Any:
        """Print the list as it stands, and open the PDF."""
        key, body = sent_deed()
        day, _ = _day(request.form.get("day", "")[:LONGEST_DATE])
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            asked = None
            if where is None:
                asked = daily_list.ask(ctx, day)
                where = url_for("DailyView.sheet", request_id=asked.id)
                deeds.remember(ctx, key, body, where)
        trouble = print_at_once(asked.id) if asked is not None else None
        if trouble is not None:
            flash(t(trouble.message_ja, trouble.message_en), "danger")
            where = url_for("DailyView.list", day=day.isoformat())
        return redirect(where, code=303)

    @expose("/prints/<int:request_id>.pdf", methods=["GET"])
    @requires("report.daily")
    def sheet(self, request_id: int) -> Any:
        """The very bytes of a list that was printed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            pdf = print_register.pdf_of_request(ctx, request_id, {daily_list.DOCUMENT})
        return pdf_answer(pdf, f"day-list-{request_id}.pdf")


def _kind_of(one: daily_list.Received) -> str:
    """What was notified, with its reason, in the language of the screen."""
    ja, en = one.title
    if one.reason is None:
        return t(ja, en)
    return t(f"{ja}({one.reason.name})", f"{en} ({one.reason.name_en or one.reason.name})")


def _kinds(told: daily_list.Day) -> dict[str, tuple[int, int]]:
    """Of each kind the number of notifications and of persons, in the order of the list."""
    found: dict[str, tuple[int, int]] = {}
    for one in told.notifications:
        cases, persons = found.get(_kind_of(one), (0, 0))
        found[_kind_of(one)] = (cases + 1, persons + one.persons)
    return found


def _day(typed: str) -> tuple[date, str]:
    """The day typed in any form; today and why, where it is none."""
    if not typed:
        return clock.today(), ""
    try:
        return parse_date(typed), ""
    except DateNotUnderstood as wrong:
        return clock.today(), t(wrong.message_ja, "This is no date. Write 2026-11-23 or R8.11.23.")
