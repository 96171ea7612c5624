"""Letters and payment slips of a district or a whole run: counted, begun, followed, bundle by bundle (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, request, url_for
from flask_appbuilder import BaseView, expose

from models.job import STATES
from models.staff import names_of
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.jobs import may_see_job
from portal.views.pdf_answers import new_key
from rules.periods import FiscalYear
from services import audit, documents
from services.premium_notices import bundle_pages, bundles
from services.premium_notices.districts import HIDDEN
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

NOWHERE = "none"  # the area of those whose places are hidden, in an address of this page
FURTHEST_PAGE = 1_000


class PremiumNoticeView(BaseView):
    """What was printed of runs in force, and what can be."""

    route_base = "/premium/notices"
    default_view = "list"
    section = "PrintQueueView.list"

    @expose("/", methods=["GET"])
    @requires("certificate.print")
    def list(self) -> Any:
        """Choose a run and a district; see how many there are."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("certificate.print")
    def begin(self) -> Any:
        """Have a worker print them."""
        form = request.form
        typed = form.get("area", "")[:10]
        area = HIDDEN if typed == NOWHERE else typed or bundles.ALL
        demo = current_app.extensions["portal_settings"].demo

        def deed(ctx: Context) -> Done:
            run_id = form.get("run", 0, type=row_id) or 0
            slips = form.get("slips") == "yes"
            job = bundles.ask(ctx, form.get("deed_key", "")[:64], run_id, area, with_slips=slips, demo=demo)
            told = (
                "印刷を始めました。束ごとにPDFができます。",
                "Begun. Each bundle becomes a PDF of its own.",
            )
            return Done(told, url_for("PremiumNoticeView.show", job_id=job.id))

        return carry_out(deed, self._list)

    @expose("/<int:job_id>", methods=["GET"])
    @requires("certificate.print")
    def show(self, job_id: int) -> Any:
        """How far it is: bundles with their PDF, who was left out, who could not be printed."""
        page_number = min(max(request.args.get("page", 1, type=row_id) or 1, 1), FURTHEST_PAGE)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = bundle_pages.read(ctx, job_id, page_number)
            audit.listed(ctx, f"premium_notices:{job_id}", len(page.bundles))
            return self.render_template(
                "premium/notices_job.html",
                title=t(f"通知書の印刷 {page.job.id}", f"Print of letters {page.job.id}"),
                page=page,
                may_see_job=may_see_job(ctx, page.job),
                page_number=page_number,
                year=FiscalYear(page.run.fiscal_year),
                names=names_of(ctx.session, {page.job.asked_by_id} - {None}),
                states={state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()},
                area_words=_area,
                left_out={code: t(*words) for code, words in bundles.LEFT_OUT.items()},
                why_not=documents.why_not,
            )

    def _list(self, refused: str = "") -> Any:
        wanted = request.values.get("run", type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            choice = bundle_pages.choose(ctx, wanted)
            return self.render_template(
                "premium/notices.html",
                title=t("通知書・納付書をまとめて印刷", "Print letters and slips of many"),
                choice=choice,
                jobs=bundle_pages.list_jobs(ctx),
                states={state: (t(ja, en), kind) for state, (ja, en, kind) in STATES.items()},
                year_of=FiscalYear,
                refused=refused,
                typed=request.form.get("area", ""),
                nowhere=NOWHERE,
                area_words=_area,
                key=new_key(),
            )


def _area(area: str) -> str:
    """A postal area in the language of the screen."""
    if area == bundles.ALL:
        return t("すべての地区", "All districts")
    return bundles.area_words(area) if area else t(bundles.AREA_UNKNOWN, "Households without a district")
