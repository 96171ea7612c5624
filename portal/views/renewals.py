"""Renewals of certificates: tried, approved by another, issued, printed in order (C2, C3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import current_app, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.certificate import KINDS
from models.job import Job
from models.renewal import APPROVED, COMPUTING, FINAL, ISSUING, OUTCOMES, READY, STATES
from models.staff import names_of
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.jobs import may_see_job
from portal.views.pdf_answers import new_key
from portal.views.persons import registry_limit
from rules.eras import format_long
from services import audit
from services.renewing import issuing, pages, runs
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

FURTHEST_PAGE = 10_000
SOON_DAYS = 62
LIMITS: Mapping[str, str] = {
    "通常の有効期限": "Usual last day",
    "75歳の誕生日の前日": "Day before the 75th birthday",
    "70歳に達した月の末日": "End of the month of reaching 70",
    "在留期間の満了日": "End of the period of stay",
    "法令の上限": "Longest by law",
    "資格喪失日の前日": "Day before the loss",
    "学生の証明の期限": "End of the proof of study",
    "被保険者証の経過措置の終わり": "End of the transition",
}
PRINT_STATES = {
    "waiting": ("印刷待ち", "To print", "waiting"),
    "printed": ("確認待ち", "To check", "waiting"),
    "done": ("済み", "Done", "done"),
    "cancelled": ("取消", "Cancelled", "stopped"),
}


register_count(runs.to_count)


class RenewalView(BaseView):
    """The renewals, and one of them."""

    route_base = "/certificates/renewals"
    default_view = "list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("renewal.read")
    def list(self) -> Any:
        """All renewals, the latest first."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("renewal.run")
    def begin(self) -> Any:
        """Begin a trial."""

        def deed(ctx: Context) -> Done:
            run = runs.begin(ctx, _day(request.form.get("term", "")))
            told = (
                "試しを始めました。終わるとここで見られます。",
                "The trial is begun. It shows here when ready.",
            )
            return Done(told, url_for("RenewalView.show", run_id=run.id))

        return carry_out(deed, self._list)

    @expose("/<int:run_id>", methods=["GET"])
    @requires("renewal.read")
    def show(self, run_id: int) -> Any:
        """What a renewal gives, and how far it is."""
        return self._show(run_id)

    @expose("/<int:run_id>/rows", methods=["GET"])
    @requires("renewal.read")
    def rows(self, run_id: int) -> Any:
        """Who gets what, or why nothing."""
        told = {name: request.args.get(name, "")[:40] for name in ("outcome", "kind", "limit")}
        page = _page()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = runs.get(ctx, run_id)
            found, count = pages.list_rows(ctx, run, told["outcome"], told["kind"], told["limit"], page)
            audit.listed(ctx, f"renewal_run:{run.id}", len(found))
            return self.render_template(
                "renewal/rows.html",
                title=t(f"更新 {run.number} の対象", f"Whom renewal {run.number} concerns"),
                run=run,
                rows=found,
                count=count,
                told=told,
                page=page,
                more=page * pages.PAGE_SIZE < count,
                narrowed=_narrowed(told),
                **_words(),
            )

    @expose("/<int:run_id>/letters", methods=["GET"])
    @requires("renewal.read")
    def letters(self, run_id: int) -> Any:
        """The control list: the letters in the order of the envelopes, and where each stands."""
        page = _page()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = runs.get(ctx, run_id)
            found, count = pages.list_letters(ctx, run, page)
            audit.listed(ctx, f"renewal_run:{run.id}", len(found))
            return self.render_template(
                "renewal/letters.html",
                title=t(f"更新 {run.number} の管理表", f"Control list of renewal {run.number}"),
                run=run,
                letters=found,
                count=count,
                page=page,
                last_page=max(1, -(-count // pages.PAGE_SIZE)),
                areas=pages.count_areas(ctx, run),
                states={state: (t(ja, en), kind) for state, (ja, en, kind) in PRINT_STATES.items()},
                **_words(),
            )

    @expose("/<int:run_id>/approve", methods=["POST"])
    @requires("renewal.decide")
    def approve(self, run_id: int) -> Any:
        """Approve a trial."""
        return self._carry_out(
            run_id,
            lambda ctx: runs.approve(ctx, run_id, request.form.get("words", "")),
            ("承認しました。証交付担当が交付できます。", "Approved. A certificate clerk can issue now."),
        )

    @expose("/<int:run_id>/issue", methods=["POST"])
    @requires("renewal.run")
    def issue(self, run_id: int) -> Any:
        """Issue what was approved."""
        return self._carry_out(
            run_id,
            lambda ctx: issuing.start(ctx, run_id),
            ("交付を始めました。", "The certificates are being issued."),
        )

    @expose("/<int:run_id>/print", methods=["POST"])
    @requires("renewal.run")
    def print(self, run_id: int) -> Any:
        """Send the letters that wait to the worker that lays them out."""
        demo = current_app.extensions["portal_settings"].demo
        key = f"renewal:{run_id}:{request.form.get('deed_key', '')[:64]}"

        def deed(ctx: Context) -> Done:
            asked = issuing.ask_for_print(ctx, run_id, key, demo=demo)
            told = (
                f"地区順のPDF {len(asked)}本の作成を始めました。進みは裏側の処理で見られます。",
                f"{len(asked)} PDFs in order of area are being made. Background work shows how far they are.",
            )
            return Done(told, url_for("RenewalView.letters", run_id=run_id))

        return carry_out(deed, partial(self._show, run_id))

    @expose("/<int:run_id>/discard", methods=["POST"])
    @requires("renewal.run")
    def discard(self, run_id: int) -> Any:
        """Give it up."""
        return self._carry_out(
            run_id,
            lambda ctx: runs.discard(ctx, run_id),
            ("破棄しました。証は交付していません。", "Given up. Nothing was issued."),
        )

    def _carry_out(self, run_id: int, deed: Callable[[Context], Any], told: tuple[str, str]) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            return Done(told, url_for("RenewalView.show", run_id=run_id))

        return carry_out(carried, partial(self._show, run_id))

    def _list(self, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            found = runs.list_runs(ctx)
            coming, running = runs.terms(ctx)
            return self.render_template(
                "renewal/list.html",
                title=t("証の一斉更新", "Renewal of certificates"),
                runs=found,
                names=names_of(ctx.session, {one.begun_by_id for one in found} - {None}),
                terms=[
                    (
                        coming,
                        t(f"{format_long(coming)}から(次の期間)", f"from {coming} (the next term)"),
                    ),
                    (
                        running,
                        t(
                            f"{format_long(running)}から(いまの期間の不足分)",
                            f"from {running} (what is missing in this term)",
                        ),
                    ),
                ],
                states=_states(),
                refused=refused,
            )

    def _show(self, run_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            run = runs.get(ctx, run_id)
            job = ctx.session.get(Job, run.job_id) if run.job_id else None
            by = {run.begun_by_id, run.decided_by_id, run.ended_by_id} - {None}
            issued = run.state in {ISSUING, FINAL}
            return self.render_template(
                "renewal/show.html",
                title=t(f"証の一斉更新 {run.number}", f"Renewal {run.number}"),
                run=run,
                job=job,
                may_see_job=may_see_job(ctx, job),
                names=names_of(ctx.session, by),
                states=_states(),
                refused=refused,
                typed=request.form.get("words", ""),
                early=(run.term_on - ctx.today).days > SOON_DAYS,
                own=run.begun_by_id is not None and run.begun_by_id == ctx.actor.staff_id,
                may_approve=run.state == READY and can("renewal.decide"),
                may_issue=run.state == APPROVED and can("renewal.run"),
                may_discard=run.state in {COMPUTING, READY, APPROVED} and can("renewal.run"),
                may_print=run.state == FINAL and can("renewal.run"),
                left_out=pages.count_left_out(ctx, run) if issued else 0,
                areas=pages.count_areas(ctx, run) if issued else [],
                key=new_key(),
                **_words(),
            )


def _page() -> int:
    return min(max(request.args.get("page", 1, type=row_id) or 1, 1), FURTHEST_PAGE)


def _day(typed: str) -> date:
    """The first day of a term as the form sends it; a day that is none fits no term."""
    try:
        return date.fromisoformat(typed[:10])
    except ValueError:
        return date.min


def _narrowed(told: dict[str, str]) -> str:
    words = _words()
    parts = (
        words["outcomes"].get(told["outcome"], ""),
        words["kinds"].get(told["kind"], ""),
        words["limit_of"](told["limit"]) if told["limit"] else "",
    )
    return t("・", ", ").join(part for part in parts if part)


def _words() -> dict[str, Any]:
    return {
        "kinds": {kind: t(*words) for kind, words in KINDS.items()},
        "outcomes": {one: t(*words) for one, words in OUTCOMES.items()}
        | {pages.LEFT_OUT: t("交付しなかった", "Left out")},
        "limit_of": _limit_of,
    }


def _limit_of(ja: str) -> str:
    """What sets a last day, in the language of the screen; the rules say it in Japanese."""
    return t(ja, LIMITS.get(ja, ja))


def _states() -> dict[str, tuple[str, str]]:
    return {state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()}
