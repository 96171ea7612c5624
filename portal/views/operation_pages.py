"""What the pages of operations share: their tabs, titles of procedures, doing the first items of a wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from sqlalchemy import func, select

from models.incident import Incident
from portal import clock
from portal.extensions import db
from portal.frame import register_count
from portal.language import t
from portal.security.access import can
from portal.security.actor import current_actor
from services import deeds
from services.context import Context
from services.counts import Wanted
from services.unit_of_work import unit_of_work
from workflows.operating import background, runs, versions
from workflows.operating.reach import within
from workflows.studio import planned_publishing

if TYPE_CHECKING:
    from datetime import date

    from models.operation import OperationRun
    from services.context import Actor

AT_ONCE = 20  # so many items are done while one waits; more go to a worker
DAYS = (1, 7, 30, 90, 365)


@register_count
def to_count(actor: Actor, _today: date) -> Wanted:
    """The open incidents, for the sidebar and the tab of those who may see them.

    With them the plans of a definition that failed, for the administrator to look at.
    """
    if not can("operations.read"):
        return {}
    reach = within(Context(db.session(), actor, clock.now()), Incident.office_id)
    return {
        "operations": select(func.count(Incident.id)).where(Incident.state == "open", *reach),
        "definitions": select(func.nullif(planned_publishing.count_unseen(actor.staff_id), 0)),
    }


def tabs(here: str, incidents: int) -> list[tuple[str, str, bool]]:
    """The pages of operations."""
    return [
        (t("案件", "Cases"), url_for("OperationCaseView.list"), here == "cases"),
        (
            t(f"障害 {incidents}", f"Incidents {incidents}"),
            url_for("OperationIncidentView.list"),
            here == "incidents",
        ),
        (t("滞留と所要日数", "Where cases stand"), url_for("OperationMapView.show"), here == "map"),
        (t("操作の記録", "What was done"), url_for("OperationRunView.list"), here == "runs"),
    ]


def titles(ctx: Context) -> dict[str, str]:
    """The titles of all procedures in the language of the screen."""
    return {slug: t(*names) for slug, names in versions.titles(ctx).items()}


def chosen(name: str = "row") -> list[int]:
    """The rows that were ticked."""
    return [
        int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit() and len(one) < 10
    ]


def sent_before(ctx: Context, key: str, body: str) -> str | None:
    """Where this page led when it was sent before."""
    return deeds.find_done(ctx, key, body)


def page_key() -> tuple[str, str]:
    """The key of the page that was sent, and the hash of what it holds."""
    return request.form.get("deed_key", ""), deeds.fingerprint(list(request.form.items(multi=True)))


def start(kind: str, **wish: Any) -> str:
    """Write a wish down, do its first items at once and leave the rest to a worker; the address of its page.

    The page sent twice is done once.
    """
    key, body = page_key()
    with unit_of_work(current_actor(), clock.now()) as ctx:
        where = deeds.find_done(ctx, key, body)
        if where is not None:
            return where
        run = runs.begin(ctx, kind, **wish)
        where = url_for("OperationRunView.show", run_id=run.id)
        deeds.remember(ctx, key, body, where)
        run_id = run.id
    carry_on(run_id)
    return where


def carry_on(run_id: int) -> None:
    """Do what waits of a run: a few at once, each in its own transaction; many by a worker."""
    with unit_of_work(current_actor(), clock.now()) as ctx:
        run = runs.get(ctx, run_id)
        if runs.counted(ctx, run).waiting > AT_ONCE:
            background.ask(ctx, run)
            return
    for _ in range(AT_ONCE):
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if runs.do_next(ctx, run_id) is None:
                return


def told(run: OperationRun, names: Mapping[str, str], numbers: Mapping[str, int]) -> str:
    """A wish in a few words: 版の移行: 資格取得届 第1版 → 第2版."""
    words = t(*runs.KINDS[run.kind])
    if run.to_hash:
        before, after = numbers.get(run.from_hash, "?"), numbers.get(run.to_hash, "?")
        place = t(f"第{before}版 → 第{after}版", f"version {before} → {after}")
        return f"{words}: {names.get(run.slug, run.slug)} {place}"
    return words


def told_in(words: Mapping[str, Sequence[str]], without: str = "") -> list[tuple[str, str]]:
    """The values of a filter with what they are called; `without` is what holds where nothing is chosen."""
    return [("" if value == without else value, t(told[0], told[1])) for value, told in words.items()]
