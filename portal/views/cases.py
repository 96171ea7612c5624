"""The page of a case: the task in hand, whom it is about, what happened, where it stands (N2)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from forms.refusals import FieldError
from forms.rendering import as_typed
from forms.validation import FormRefused
from models.case import Case, CaseEvent, WorkItem
from models.masters import PaperKind, ReasonCode
from models.notification import WAYS
from portal import clock
from portal.errors import status_of
from portal.language import current_language, t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views import case_about, form_pages, list_place
from portal.views.carrying_out import is_again
from portal.views.list_place import Place
from portal.views.pdf_answers import sent_deed
from services import attachments, case_papers, cases, comments, deeds, drafts, hidden_entries, inbox, intake
from services.context import Context
from services.errors import NotAllowed, RegistrationRefused, SomebodyElseWasFaster
from services.inbox import Listed
from services.unit_of_work import unit_of_work
from workflows import case_decisions, case_drafts, case_entries, case_pages, case_waits
from workflows.engine import runner, taking

EVENTS = {
    "started": ("受付", "Taken in"),
    "completed": ("終了", "Done"),
    "send_back": ("差戻し", "Sent back"),
    "give_up": ("提出なし", "Not brought"),
    "caution": ("注意", "Note"),
    "timer": ("期限の知らせ", "Reminder"),
    "ended": ("手続終了", "Case ended"),
    "service": ("システムの処理", "Done by the system"),
    "suspended": ("一時停止", "Suspended"),
    "resumed": ("再開", "Resumed"),
    "migrated": ("版の移行", "Moved to another version"),
    "rewound": ("前の手順へ戻し", "Put back to an earlier step"),
    "message": ("知らせの到着", "A message came"),
    "signal": ("合図の到着", "A signal came"),
    "skipped": ("飛ばして先へ", "Passed by"),
}
WAITS = {
    "service": ("システムの処理が終わるのを待っています", "Waits for the system to finish this"),
    "timer": ("この日時になるのを待っています", "Waits for this moment"),
    "message": ("外からの知らせを待っています", "Waits for a message from outside"),
    "signal": ("全体への合図を待っています", "Waits for a signal to all cases"),
}
PRINT_STATES = {
    "waiting": ("印刷待ち", "Waiting"),
    "printed": ("印刷済・確認待ち", "Printed, to be checked"),
    "done": ("済", "Done"),
    "cancelled": ("取消", "Cancelled"),
}


class CaseView(BaseView):
    """One case, and the tasks in it."""

    route_base = "/cases"
    default_view = "show"
    section = "InboxView.list"

    @expose("/<int:case_id>", methods=["GET"])
    @requires("case.read")
    def show(self, case_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = cases.read(ctx, case_id)
            item = _one_to_do(ctx, page, request.args.get("task", type=row_id))
            return self._page(ctx, page, item)

    @expose("/<int:case_id>/tasks/<int:item_id>", methods=["POST"])
    @requires("task.complete")
    def complete(self, case_id: int, item_id: int) -> Any:
        if request.form.get("deed") == "drop_draft":
            return _drop_draft(case_id, item_id)
        try:
            return self._send(case_id, item_id)
        except SomebodyElseWasFaster as refused:
            _keep_back(case_id, item_id)
            flash(t(refused.message_ja, refused.message_en), "danger")
            return self.show(case_id), status_of(refused)

    def _send(self, case_id: int, item_id: int) -> Any:
        pairs = list(request.form.items(multi=True))
        with unit_of_work(current_actor(), clock.now()) as ctx:
            cases.must_hold(ctx, case_id, item_id)
            is_draft = request.form.get("deed") == "draft"
            done_at = None if is_draft else deeds.find_done(ctx, *sent_deed())
            if done_at is not None:  # the same page sent twice leads to the same place
                return redirect(list_place.kept(done_at, done=item_id), code=303)
            _, _, form = runner.get_task(ctx, item_id)
            known = case_pages.references_of(ctx, case_id, form.task)
            raw, errors = form_pages.read(ctx, form, pairs, known)
            if is_draft:
                drafts.save_task(ctx, item_id, raw)
                flash(t("下書きを保存しました。", "Draft saved."), "success")
                return _to_case(case_id, item_id)
        try:
            if request.form.get("outcome", "done") == "done":
                form_pages.refuse_when_any(form, raw, errors, clock.today())
            return self._complete(case_id, item_id, raw)
        except (FormRefused, RegistrationRefused) as refused:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                page = cases.read(ctx, case_id)
                item = next((one for one in page.items if one.id == item_id), None)
                return self._page(ctx, page, item, raw, form_pages.errors_of(refused)), 422

    @expose("/<int:case_id>/tasks/<int:item_id>/take", methods=["POST"])
    @requires("task.take")
    def take(self, case_id: int, item_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            cases.must_hold(ctx, case_id, item_id)
            runner.take(ctx, item_id)
        flash(t("引き受けました。", "The task is yours."), "success")
        return _to_case(case_id, item_id)

    @expose("/<int:case_id>/tasks/<int:item_id>/give-back", methods=["POST"])
    @requires("task.take")
    def give_back(self, case_id: int, item_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            cases.must_hold(ctx, case_id, item_id)
            runner.give_back(ctx, item_id)
        flash(t("グループの箱に戻しました。", "The task is back in the group's box."), "success")
        place = list_place.here()
        return redirect(place.url, code=303) if place else _to_case(case_id, item_id)

    @expose("/<int:case_id>/comments", methods=["POST"])
    @requires("case.comment")
    def comment(self, case_id: int) -> Any:
        """Say something about the case; what is refused stays in its field."""
        typed = request.form.get("comment", "")
        where = url_for("CaseView.show", case_id=case_id, _anchor="comments")
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                if is_again(ctx):
                    return redirect(where, code=303)
                named = len(comments.add(ctx, case_id, typed).mentioned)
        except comments.CommentRefused as refused:
            g.comment_typed, g.comment_error = typed, t(refused.message_ja, refused.message_en)
            return self.show(case_id), 422
        flash(
            t(f"コメントしました。{named}人に知らせました。", f"Commented; {named} told.")
            if named
            else t("コメントしました。", "Commented."),
            "success",
        )
        return redirect(where, code=303)

    @expose("/<int:case_id>/withdraw", methods=["POST"])
    @requires("case.withdraw")
    def withdraw(self, case_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            runner.withdraw(ctx, case_id, request.form.get("reason", ""))
        flash(
            t("取り下げました。台帳は変わっていません。", "Withdrawn. The registry is as it was."), "success"
        )
        return redirect(url_for("CaseView.show", case_id=case_id), code=303)

    @expose("/<int:case_id>/diagram.bpmn", methods=["GET"])
    @requires("case.read")
    def diagram(self, case_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            source = case_pages.diagram(ctx, case_id, request.args.get("process"), current_language())
        return Response(source, mimetype="application/xml")

    def _complete(self, case_id: int, item_id: int, raw: Mapping[str, Any]) -> Any:
        key, body = sent_deed()
        outcome, note = request.form.get("outcome", "done"), request.form.get("note")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            done, where = None, deeds.find_done(ctx, key, body)
            if where is None:
                where = url_for("CaseView.show", case_id=case_id)
                drafts.discard_task(ctx, item_id)
                deeds.remember(ctx, key, body, where)
                done = runner.complete(ctx, item_id, raw, outcome, note)
        if done is not None:
            told = case_pages.what_is_next(done, current_language())
            flash(told.text, told.kind)
        return redirect(list_place.kept(where, done=item_id), code=303)

    def _page(
        self,
        ctx: Context,
        page: cases.CasePage,
        item: WorkItem | None,
        values: Mapping[str, Any] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> Any:
        told = case_pages.read(ctx, page, current_language())
        form, why_not = None, None
        since: Sequence[CaseEvent] = ()
        place, papers = list_place.here(), intake.paper_kinds(ctx)
        if item is not None:
            form, why_not, since = _form(ctx, page, item, values, errors, papers)
        return self.render_template(
            "case/show.html",
            title=f"{told.title} {page.number}",
            page=page,
            told=told,
            item=item,
            form=form,
            why_not=why_not,
            since=since,
            left_drafts=_left_drafts(ctx, page, papers),
            household=(
                intake.household_beside(ctx, page.filed.household_id)
                if page.filed and page.filed.household_id
                else None
            ),
            may_delegate=_may_delegate(ctx, item),
            place=place,
            next_item=_next_in(ctx, place, item),
            here=list_place.carried(),
            comments=comments.read(ctx, page.case.id, blind=page.blind) if page.has_comments else (),
            comment_typed=g.get("comment_typed", ""),
            comment_error=g.get("comment_error", ""),
            deed_key=secrets.token_urlsafe(24),
            late=cases.late_days(item.due_on, ctx.today) if item else 0,
            may_withdraw=can("case.withdraw") and page.case.state == "open",
            me=ctx.actor.staff_id,
            outcomes=_outcomes(item),
            primary_label=_primary_label(item),
            last_note=case_pages.last_note(page),
            cancellations=_cancellations(ctx, page),
            papers=case_papers.available(page),
            decisions=case_decisions.read(ctx, page, current_language()),
            sent_forms=case_entries.readable(ctx, page),
            awaited=case_waits.read(ctx, page, current_language()),
            wait_kinds={kind: t(*words) for kind, words in WAITS.items()},
            ways=WAYS,
            differed={one.at for one in page.actions if one.kind == "differences_found"},
            events={kind: t(*words) for kind, words in EVENTS.items()},
            print_states={kind: t(*words) for kind, words in PRINT_STATES.items()},
            paper_names={code: t(ja, en) for code, ja, en in intake.paper_choices(papers)},
            scannable=intake.scannable_papers(papers),
            about=case_about.about(ctx, page.case),
            attachment_names={one.id: attachments.name_shown(ctx, one) for one in page.attachments},
        )


def _drop_draft(case_id: int, item_id: int) -> Any:
    with unit_of_work(current_actor(), clock.now()) as ctx:
        cases.must_hold(ctx, case_id, item_id)
        drafts.discard_task(ctx, item_id)
    flash(t("送らなかった入力を消しました。", "What was not sent is removed."), "success")
    return _to_case(case_id, item_id)


def _keep_back(case_id: int, item_id: int) -> None:
    """Keep what was sent to a task that somebody else has finished meanwhile, for who typed it."""
    with unit_of_work(current_actor(), clock.now()) as ctx:
        cases.must_hold(ctx, case_id, item_id)
        item = ctx.session.get_one(WorkItem, item_id)
        form = case_drafts.find_form(ctx, item, ctx.session.get_one(Case, case_id))
        if form is not None and item.state != "open":
            known = case_pages.references_of(ctx, case_id, form.task)
            pairs = list(request.form.items(multi=True))
            drafts.save_task(ctx, item_id, form_pages.without_numbers(ctx, form, pairs, known))


def _left_drafts(
    ctx: Context, page: cases.CasePage, papers: Sequence[PaperKind]
) -> Sequence[Mapping[str, Any]]:
    return [
        {
            **vars(one),
            "fields": form_pages.page(ctx, one.form, one.values, papers=papers) if one.form else None,
        }
        for one in case_drafts.left(ctx, page)
    ]


def _may_delegate(ctx: Context, item: WorkItem | None) -> bool:
    try:
        if item is not None:
            taking.may_delegate(ctx, item)
    except (NotAllowed, SomebodyElseWasFaster):
        return False
    return item is not None and can("task.take")


def _cancellations(ctx: Context, page: cases.CasePage) -> Sequence[ReasonCode]:
    """The reasons for which this completed notification could be cancelled; none where it cannot be."""
    done = page.state == "registered" and page.case.slug != "cancellation"
    return intake.cancellation_reasons(ctx) if done and can("notification.submit") else ()


def _outcomes(item: WorkItem | None) -> list[tuple[str, str]]:
    """The other ways to end a task, with what their buttons say."""
    if item is None:
        return []
    if item.element_id == "verify":
        return [("send_back", t("差し戻す", "Send back"))]
    if item.element_id == "papers_arrived":
        return [("give_up", t("提出なし・不受理にする", "Not brought: do not accept"))]
    return []


def _primary_label(item: WorkItem | None) -> str:
    """What the one primary button of a task says that it does."""
    words = {
        "confirm_identity": ("本人確認を記録する", "Record the identity check"),
        "verify": ("照合を確定する", "Confirm the verification"),
        "correct": ("訂正して照合へ送る", "Correct and send to verification"),
        "papers_arrived": ("受領を記録する", "Record the papers"),
    }
    return t(*words.get(item.element_id if item else "", ("記録する", "Record")))


def _next_in(ctx: Context, place: Place | None, item: WorkItem | None) -> Listed | None:
    """What follows in the list from which the case was opened."""
    if place is None or place.is_lost:
        return None
    passed = request.args.get("done", type=row_id) or (item.id if item else 0)
    following = inbox.find_next(ctx, place.box, place.filters, passed)
    return None if following is None or (item and following.id == item.id) else following


def _to_case(case_id: int, item_id: int) -> Any:
    """Back to the case, and to this task where the case was opened from a list."""
    url = url_for("CaseView.show", case_id=case_id)
    return redirect(list_place.kept(url, task=item_id), code=303)


def _one_to_do(ctx: Context, page: cases.CasePage, wanted: int | None) -> WorkItem | None:
    """The task to show: the one asked for, else one's own, else the first that one's role does."""
    mine = [one for one in page.items if one.assignee_id == ctx.actor.staff_id]
    fits = [one for one in page.items if one.role in ctx.actor.roles]
    chosen = [one for one in page.items if one.id == wanted]
    return next(iter([*chosen, *mine, *fits, *page.items]), None)


def _form(
    ctx: Context,
    page: cases.CasePage,
    item: WorkItem,
    values: Mapping[str, Any] | None,
    errors: Sequence[FieldError],
    papers: Sequence[PaperKind],
) -> tuple[form_pages.FormPage | None, str | None, Sequence[CaseEvent]]:
    try:
        _, _, form = runner.open_task(ctx, item)
    except (NotAllowed, SomebodyElseWasFaster) as refused:
        return None, t(refused.message_ja, refused.message_en), ()
    since: Sequence[CaseEvent] = ()
    if values is None:
        draft = drafts.find_task(ctx, item.id) if page.has_drafts else None
        since = case_drafts.since(page, draft.saved_at, ctx.actor.staff_id) if draft else ()
        first = {**form.defaults, **form.fixed, **case_pages.first_values(ctx, page, item)}
        values = hidden_entries.as_shown(ctx, draft.data) if draft else as_typed(form.schema, first)
    if not errors and item.element_id == "correct":
        errors = case_pages.differences(page)
    return form_pages.page(ctx, form, values, errors, papers), None, since
