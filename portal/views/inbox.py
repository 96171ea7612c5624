"""The inbox: what waits for whom, the soonest first (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.notification import WAYS
from portal import clock
from portal.frame import counts_for, register_counter
from portal.language import t
from portal.row_ids import row_id
from portal.security import remembered
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.security.roles import ROLES
from services import audit, inbox, saved_filters
from services.inbox import AGES, BOXES, Choice, Filters
from services.unit_of_work import unit_of_work
from workflows import case_pages

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from services.context import Actor

BOX_NAMES = {
    "mine": ("自分", "Mine"),
    "group": ("グループ", "My groups"),
    "free": ("未割当", "Unassigned"),
    "overdue": ("期限超過", "Overdue"),
}
DUE_NAMES = {
    "late": ("期限超過", "Overdue"),
    "today": ("今日まで", "Today"),
    "soon": ("3日以内", "Within 3 days"),
    "later": ("その先", "Later"),
    "none": ("期限なし", "Without a date"),
}
IN_ADDRESS = tuple(field.name for field in fields(Filters) if field.name != "text")
LONGEST_TEXT = 60


@register_counter
def count(session: Session, actor: Actor, today: date) -> Mapping[str, int]:
    """The counts of the sidebar and of the tabs, for those who have an inbox."""
    return inbox.count(session, actor, today) if can("inbox.open") else {}


class InboxView(BaseView):
    """One's own and one's groups' tasks."""

    route_base = "/inbox"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("inbox.open")
    def list(self) -> Any:
        """A box, narrowed by filters; what was typed is found again by a word in the address."""
        counts = counts_for(current_actor())
        box = request.args.get("box", "")
        if box not in BOXES:
            box = "mine" if counts["inbox.mine"] else "group"
        word = request.args.get("s")
        filters = filters_of(request.args, word)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = inbox.read(ctx, box, filters, request.args.get("after", type=row_id))
            audit.listed(ctx, f"inbox:{box}", len(page.rows))
            return self.render_template(
                "inbox/list.html",
                title=t("受信箱", "Inbox"),
                box=box,
                box_name=t(*BOX_NAMES[box]),
                tabs=_tabs(box, counts),
                page=page,
                filters=filters,
                chosen=address_of(box, filters, word if filters.text else None),
                saved=saved_filters.read(ctx),
                here=(box, filters),
                groups=[(slug, t(ROLES[slug].ja, ROLES[slug].en)) for slug in _groups(ctx.actor)],
                longest_name=saved_filters.LONGEST_NAME,
                age_options=[(age, t(f"{days}日以上", f"{days} days or more")) for age, days in AGES.items()],
                options={name: _options(name, found) for name, found in page.choices.items()},
                due_options=[(value, t(*names)) for value, names in DUE_NAMES.items()],
                procedures={slug: t(*names) for slug, names in case_pages.SHARED.items()},
                read_at=ctx.at,
                read_on=ctx.today,
                role_names={slug: t(role.ja, role.en) for slug, role in ROLES.items()},
                ways=WAYS,
                supervises=bool(ctx.actor.roles & inbox.SUPERVISORS),
            )

    @expose("/", methods=["POST"])
    @requires("inbox.open")
    def find(self) -> Any:
        """Look inside the box; the text is sealed into the session, not written into the address."""
        text = request.form.get("text", "").strip()[:LONGEST_TEXT]
        word = remembered.keep("inbox", {"text": text}) if text else None
        box = request.form.get("box", "group")
        values: dict[str, Any] = address_of(box, _filters(request.form), word)
        return redirect(url_for("InboxView.list", **values), code=303)


def filters_of(given: Mapping[str, str], word: str | None) -> Filters:
    """What narrows the list: of an address or a form, and of what was typed, found by its word."""
    kept = remembered.recall("inbox", word) or {}
    return replace(_filters(given), text=kept.get("text", ""))


def _groups(actor: Actor) -> Sequence[str]:
    """The roles of the inbox with which somebody may share a filter."""
    return saved_filters.groups(actor, [slug for slug, role in ROLES.items() if "inbox.open" in role.grants])


def _filters(given: Mapping[str, str]) -> Filters:
    return Filters(**{name: given.get(name, "")[:LONGEST_TEXT] for name in IN_ADDRESS})


def address_of(box: str, filters: Filters, word: str | None) -> dict[str, str]:
    """The arguments of the address that shows this list again."""
    chosen = {name: getattr(filters, name) for name in IN_ADDRESS if getattr(filters, name)}
    return {"box": box, **chosen, **({"s": word} if word else {})}


def _tabs(box: str, counts: Mapping[str, int]) -> list[tuple[str, str, bool]]:
    return [
        (f"{t(*names)} {counts[f'inbox.{name}']}", url_for("InboxView.list", box=name), name == box)
        for name, names in BOX_NAMES.items()
    ]


def _options(name: str, found: Sequence[Choice]) -> list[tuple[str, str]]:
    return [(one.value, f"{_label(name, one)} {one.count}") for one in found if one.value]


def _label(name: str, choice: Choice) -> str:
    if name == "procedure" and choice.value in case_pages.SHARED:
        return t(*case_pages.SHARED[choice.value])
    if name == "district":
        return f"〒{choice.value[:3]}-{choice.value[3:]}"
    if name == "assignee" and choice.value == "free":
        return t("未割当", "Unassigned")
    return t(choice.ja, choice.en)
