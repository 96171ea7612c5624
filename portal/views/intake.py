"""Taking a notification in: what happened, which papers, the form, and the case has begun (B1, B2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from forms.refusals import FieldError
from forms.rendering import as_typed
from forms.validation import FormRefused
from portal import clock
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import form_pages
from portal.views.pdf_answers import new_key, sent_deed
from services import deeds, drafts, hidden_entries, intake
from services.context import Context
from services.errors import RegistrationRefused
from services.unit_of_work import unit_of_work
from workflows import own_procedures, papers
from workflows.engine import runner


class IntakeView(BaseView):
    """「引っ越してきた」 at the counter, until the case has its number."""

    route_base = "/notifications/new"
    default_view = "choose"

    @expose("/", methods=["GET"])
    @requires("notification.submit")
    def choose(self) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "intake/choose.html",
                title=t("届出を受ける", "Take a notification"),
                groups=intake.list_reasons(ctx),
                own=own_procedures.list_procedures(ctx),
                deed_key=new_key(),
                drafts=(rows := drafts.list_intakes(ctx)),
                draft_titles=intake.titles_of(ctx, rows, current_language()),
                household=request.args.get("household", type=row_id),
                person=request.args.get("person", type=row_id),
            )

    @expose("/procedures/<slug>/begin", methods=["POST"])
    @requires("notification.submit")
    def begin(self, slug: str) -> Any:
        """Begin a case of a procedure that the office has drawn itself."""
        key, body = sent_deed()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            if where is None:
                where = url_for("CaseView.show", case_id=own_procedures.begin(ctx, slug).case_id)
                deeds.remember(ctx, key, body, where)
        flash(
            t("手続を始めました。つづきをこの画面で行います。", "The case has begun. Go on here."), "success"
        )
        return redirect(where, code=303)

    @expose("/<procedure>/<reason>", methods=["GET"])
    @requires("notification.submit")
    def show(self, procedure: str, reason: str) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            draft = drafts.find_intake(ctx, request.args.get("draft", type=row_id))
            household = request.args.get("household", type=row_id)
            form = runner.intake_form(ctx, procedure, reason)
            cancelled = request.args.get("notification", type=row_id)
            person = request.args.get("person", type=row_id)
            asked = [paper.code for paper in papers.to_ask(ctx, procedure, reason) if paper.is_must]
            first = {
                **form.defaults,
                **form.fixed,
                **intake.prefill(ctx, procedure, household, asked, cancelled, person),
            }
            values = hidden_entries.as_shown(ctx, draft.data) if draft else as_typed(form.schema, first)
            return self._page(ctx, procedure, reason, values, draft_id=draft.id if draft else None)

    @expose("/<procedure>/<reason>", methods=["POST"])
    @requires("notification.submit")
    def submit(self, procedure: str, reason: str) -> Any:
        pairs = list(request.form.items(multi=True))
        draft_id = request.form.get("draft_id", type=row_id)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            form = runner.intake_form(ctx, procedure, reason)
            raw, errors = form_pages.read(ctx, form, pairs)
            if request.form.get("deed") == "draft":
                drafts.save_intake(ctx, procedure, reason, raw, draft_id)
                return _draft_saved()
        try:
            form_pages.refuse_when_any(form, raw, errors, clock.today())
            return self._start(procedure, reason, raw)
        except (FormRefused, RegistrationRefused) as refused:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                told = form_pages.errors_of(refused)
                return self._page(ctx, procedure, reason, raw, told, draft_id), 422

    def _start(self, procedure: str, reason: str, raw: Mapping[str, Any]) -> Any:
        key, body = sent_deed()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            if where is None:
                drafts.discard_intake(ctx, request.form.get("draft_id", type=row_id))
                received = {"office_id": ctx.actor.office_id}
                done = runner.start(ctx, procedure, reason, raw, received)
                where = url_for("CaseView.show", case_id=done.case_id)
                deeds.remember(ctx, key, body, where)
        flash(
            t(
                "届出を受け付けました。つづきをこの画面で行います。",
                "The notification is taken in. Go on here.",
            ),
            "success",
        )
        return redirect(where, code=303)

    def _page(
        self,
        ctx: Context,
        procedure: str,
        reason: str,
        values: Mapping[str, Any],
        errors: Sequence[FieldError] = (),
        draft_id: int | None = None,
    ) -> Any:
        form = runner.intake_form(ctx, procedure, reason)
        told, household = intake.get_reason(ctx, procedure, reason), intake.household_of(values)
        return self.render_template(
            "intake/form.html",
            title=f"{t(told.words, told.words_en)} — {t(told.name, told.name_en)}",
            procedure=procedure,
            reason=told,
            form=form_pages.page(ctx, form, values, errors),
            papers=papers.to_ask(ctx, procedure, reason),
            has_time_limit=intake.has_time_limit(procedure, reason),
            household=intake.household_beside(ctx, household) if household else None,
            deed_key=new_key(),
            draft_id=draft_id,
        )


def _draft_saved() -> Any:
    flash(t("下書きを保存しました。続きはこの画面から開けます。", "Draft saved. Go on from here."), "success")
    return redirect(url_for("IntakeView.choose"), code=303)
