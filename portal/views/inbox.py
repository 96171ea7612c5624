"""The inbox: what waits for whom, the soonest first (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.notification import WAYS
from portal import clock
from portal.frame import counts_for, register_counter
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from portal.views import inbox_rows, inbox_words, list_place, procedure_titles
from portal.views.inbox_rows import Cells
from portal.views.inbox_words import BOX_NAMES, COLUMNS, DUE_NAMES, FIRST_COLUMNS
from portal.views.list_place import LONGEST_TEXT
from services import audit, inbox, list_layouts, saved_filters
from services.inbox_filters import AGES, BOXES, SUPERVISORS
from services.inbox_overview import Choice
from services.search_terms import holds_twelve_digits
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from services.context import Actor


@register_counter
def count(session: Session, actor: Actor, today: date) -> Mapping[str, int]:
    """The counts of the sidebar, for those who have an inbox; its own page has counted them already."""
    if "inbox_counts" in g:
        counted: Mapping[str, int] = g.inbox_counts
        return counted
    return inbox.count(session, actor, today) if can("inbox.open") else {}


class InboxView(BaseView):
    """One's own and one's groups' tasks."""

    route_base = "/inbox"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("inbox.open")
    def list(self) -> Any:
        """A box, narrowed by filters; what was typed is found again by a word in the address."""
        place = list_place.of(request.args, "" if request.args.get("box") in BOXES else _first_box())
        roles = {slug: t(role.ja, role.en) for slug, role in ROLES.items()}
        with unit_of_work(current_actor(), clock.now()) as ctx:
            kept = saved_filters.visible(ctx)
            page = inbox.read(ctx, place.box, place.filters, place.after, saved_filters.places(kept))
            g.inbox_counts = page.counts
            audit.listed(ctx, f"inbox:{place.box}", len(page.rows))
            procedures = procedure_titles.of_choices(page.choices["procedure"])
            columns = [name for name in page.columns or FIRST_COLUMNS if name in COLUMNS]
            may_take = can("task.take")
            cells = Cells(
                place.links(),
                columns,
                procedures,
                roles,
                {way: t(*names) for way, names in WAYS.items()},
                ctx.today,
                may_take=may_take,
                supervises=bool(ctx.actor.roles & SUPERVISORS),
            )
            return self.render_template(
                "inbox/list.html",
                title=t("受信箱", "Inbox"),
                place=place,
                box=place.box,
                box_name=t(*BOX_NAMES[place.box]),
                tabs=_tabs(place.box, page.counts),
                page=page,
                filters=place.filters,
                chosen=place.values,
                saved=saved_filters.counted(ctx, kept, page.kept),
                here=(place.box, place.filters),
                groups=[(slug, roles[slug]) for slug in _groups(ctx.actor)],
                longest_name=saved_filters.LONGEST_NAME,
                age_options=[(age, t(f"{days}日以上", f"{days} days or more")) for age, days in AGES.items()],
                options={
                    name: _options(name, found, roles, procedures) for name, found in page.choices.items()
                },
                due_options=[(value, t(*names)) for value, names in DUE_NAMES.items()],
                columns=columns,
                rows=inbox_rows.body(page.rows, columns, cells),
                may_take=may_take,
                column_names={name: t(*names) for name, names in COLUMNS.items()},
                read_at=ctx.at,
                role_names=roles,
            )

    @expose("/", methods=["POST"])
    @requires("inbox.open")
    def find(self) -> Any:
        """Look inside the box; the text is sealed into the session, not written into the address."""
        place = replace(list_place.of(request.form), after=None, word=None)
        words = [request.form.get(name, "").strip()[:LONGEST_TEXT] for name in list_place.TYPED]
        if any(holds_twelve_digits(one) for one in words):
            flash(
                t(
                    "12桁の番号では探せません(番号法)。氏名・カナ・受付番号で探してください。入力は記録していません。",
                    "Twelve digits are not searched for. Use a name, kana or the number of the case.",
                ),
                "danger",
            )
            return redirect(place.url, code=303)
        return redirect(replace(place, word=list_place.typed(*words)).url, code=303)

    @expose("/columns", methods=["POST"])
    @requires("inbox.open")
    def choose_columns(self) -> Any:
        """Keep the columns that somebody wants to see, in his order; none: as in the beginning."""
        wanted = [] if "as_before" in request.form else inbox_words.with_name(request.form.getlist("column"))
        with unit_of_work(current_actor(), clock.now()) as ctx:
            list_layouts.save(ctx, inbox.LIST_NAME, wanted, tuple(COLUMNS))
        return redirect(list_place.of(request.form).url, code=303)


def _first_box() -> str:
    """The box that opens where none is asked for: one's own, or the group's where that is empty."""
    return "mine" if counts_for(current_actor())["inbox.mine"] else "group"


def _groups(actor: Actor) -> Sequence[str]:
    """The roles of the inbox with which somebody may share a filter."""
    return saved_filters.groups(actor, [slug for slug, role in ROLES.items() if "inbox.open" in role.grants])


def _tabs(box: str, counts: Mapping[str, int]) -> list[tuple[str, str, bool]]:
    return [
        (f"{t(*names)} {counts[f'inbox.{name}']}", url_for("InboxView.list", box=name), name == box)
        for name, names in BOX_NAMES.items()
    ]


def _options(
    name: str, found: Sequence[Choice], roles: dict[str, str], procedures: dict[str, str]
) -> list[tuple[str, str]]:
    return [
        (one.value, f"{inbox_words.choice_label(name, one, roles, procedures)} {one.count}")
        for one in found
        if one.value
    ]
