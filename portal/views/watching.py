"""Watchdogs on the screen: what they look for, what they found, who sees to it (issue 7, item 6)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.watch import FINDING_STATES, OPEN
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.persons import registry_limit
from services.unit_of_work import unit_of_work
from services.watching import findings

if TYPE_CHECKING:
    from services.context import Context

PAGE_SIZE = 50
FURTHEST_PAGE = 2_000

register_count(findings.to_count)


class WatchView(BaseView):
    """The watchdogs, and what each found."""

    route_base = "/watch"
    default_view = "list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("watch.read")
    def list(self) -> Any:
        """All watchdogs on duty: last look, what waits, what was settled."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("watch.run")
    def look(self) -> Any:
        """Let them look now."""

        def deed(ctx: Context) -> Done:
            job = findings.ask(ctx)
            words = ("見張りを始めました。", "The watchdogs look now.")
            return Done(words, url_for("JobView.show", job_id=job.id))

        return carry_out(deed, self._list)

    @expose("/<key>", methods=["GET"])
    @requires("watch.read")
    def show(self, key: str) -> Any:
        """The findings of one of them."""
        state = request.args.get("state", OPEN)
        state = state if state in FINDING_STATES else OPEN
        page = min(max(request.args.get("page", 1, type=row_id) or 1, 1), FURTHEST_PAGE)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            watchdog = findings.get(ctx, key)
            rows = findings.list_findings(ctx, key, state, (page - 1) * PAGE_SIZE, PAGE_SIZE + 1)
            return self.render_template(
                "watch/show.html",
                title=t(*watchdog.name),
                watchdog=watchdog,
                rows=rows[:PAGE_SIZE],
                more=len(rows) > PAGE_SIZE,
                page=page,
                state=state,
                states=_states(),
            )

    @expose("/findings/<int:finding_id>", methods=["GET"])
    @requires("watch.read")
    def finding(self, finding_id: int) -> Any:
        """One finding."""
        return self._finding(finding_id)

    @expose("/findings/<int:finding_id>/take", methods=["POST"])
    @requires("watch.settle")
    def take(self, finding_id: int) -> Any:
        """Take it up, or give it back."""

        def deed(ctx: Context) -> Done:
            row = findings.take_up(ctx, finding_id)
            words = (
                ("担当になりました。", "It is yours.") if row.taken_by_id else ("戻しました。", "Given back.")
            )
            return Done(words, url_for("WatchView.finding", finding_id=finding_id))

        return carry_out(deed, partial(self._finding, finding_id))

    @expose("/findings/<int:finding_id>/settle", methods=["POST"])
    @requires("watch.settle")
    def settle(self, finding_id: int) -> Any:
        """Say what was found out."""

        def deed(ctx: Context) -> Done:
            row = findings.settle(ctx, finding_id, request.form.get("words", "")[:401])
            words = (
                "処理済みにしました。原因が残っている間は、もう出ません。",
                "Settled: it is not opened again as long as its cause stands.",
            )
            return Done(words, url_for("WatchView.show", key=row.watchdog))

        return carry_out(deed, partial(self._finding, finding_id))

    def _list(self, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "watch/list.html",
                title=t("見張り", "Watchdogs"),
                standings=findings.standings(ctx),
                refused=refused,
                may_run=can("watch.run"),
            )

    def _finding(self, finding_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            one = findings.read_one(ctx, finding_id)
            watchdog = findings.all_of(ctx).get(one.row.watchdog)
            return self.render_template(
                "watch/finding.html",
                title=t(*watchdog.name) if watchdog else t("停止した見張り", "A watchdog switched off"),
                one=one,
                watchdog=watchdog,
                states=_states(),
                refused=refused,
                own=current_actor().staff_id,
                may_settle=can("watch.settle"),
            )


def _states() -> dict[str, tuple[str, str]]:
    return {key: (t(ja, en), kind) for key, (ja, en, kind) in FINDING_STATES.items()}
