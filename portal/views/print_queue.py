"""The clerk's print queue: look, print one or many as one PDF, check, print again, hand over (C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.certificate import EVENTS, KINDS
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.pdf_answers import dress, new_key, pdf_answer, said_in_pane, sent_deed, sent_ids
from printing.documents import DOCUMENTS
from services import (
    audit,
    deeds,
    documents,
    handing_over,
    mass_printing,
    print_queue,
    print_register,
    print_runs,
)
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.print_queue import DELIVERIES, STATES, WAITING, Wish
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.document import PrintRequest
    from services.context import Context
    from services.documents import Rendered

TRAYS = {documents.CARDS: ("台紙", "Carrier sheet"), documents.PLAIN: ("A4", "A4")}


register_count(print_queue.to_count)


def kind_label(document: str) -> str:
    """The name of a kind of paper in the language of the screen; a certificate is called as elsewhere."""
    if document in KINDS:
        return t(*KINDS[document])
    kind = DOCUMENTS.get(document)
    return t(kind.title_ja, kind.title_en) if kind else document


class PrintQueueView(BaseView):
    """What waits to be printed, to be checked, to be handed over."""

    route_base = "/print"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("certificate.print")
    def list(self) -> Any:
        """The queue of one's office."""
        return self._list(_wish())

    @expose("/requests/<int:request_id>/preview.pdf", methods=["GET"])
    @requires("certificate.print")
    def preview(self, request_id: int) -> Any:
        """The page itself, marked 見本・無効."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            chosen = print_queue.choose(ctx, [request_id])
            sheets, refused = documents.prepare(ctx, chosen, dress(ctx))
            sheets = print_register.to_be_looked_at(ctx, chosen, sheets)
            print_register.previewed(ctx, f"print_request:{request_id}")
        rendered = documents.render(sheets, refused, preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, f"preview-{request_id}.pdf")

    @expose("/run", methods=["POST"])
    @requires("certificate.print")
    def run(self) -> Any:
        """Print what was ticked as one PDF: a few at once, many by a worker."""
        key, body = sent_deed()
        ids = sent_ids("paper")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            if where is None:
                waiting = _waiting(ctx, ids)
                where = _ask_worker(ctx, key, body, waiting)
            if where is None:
                sheets, refused = documents.prepare(ctx, waiting, dress(ctx))
        if where is None:
            rendered = documents.render(sheets, refused)
            where = self._record(key, body, rendered, skipped=len(ids) - len(waiting))
        return redirect(where, code=303)

    @expose("/runs", methods=["GET"])
    @requires("certificate.print")
    def runs(self) -> Any:
        """The register of prints."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            lines = print_register.list_runs(ctx)
        return self.render_template(
            "print/runs.html", title=t("刷った記録", "Register of prints"), lines=lines, **_words()
        )

    @expose("/runs/<int:run_id>", methods=["GET"])
    @requires("certificate.print")
    def show_run(self, run_id: int) -> Any:
        """One run: its pages, and what came out wrong."""
        return self._run(run_id)

    @expose("/runs/<int:run_id>/sheets.pdf", methods=["GET"])
    @requires("certificate.print")
    def sheets(self, run_id: int) -> Any:
        """The very bytes that were printed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            pdf = print_register.pdf_of(ctx, run_id)
        return pdf_answer(pdf, f"run-{run_id}.pdf")

    @expose("/runs/<int:run_id>/reprint", methods=["POST"])
    @requires("certificate.reprint")
    def reprint(self, run_id: int) -> Any:
        """Print again what came out wrong, with its reason."""
        key, body = sent_deed()
        ids = sent_ids("wrong")
        pages = _pages()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            where = deeds.find_done(ctx, key, body)
            if where is None:
                ids = print_register.on_pages(ctx, run_id, *pages) if pages else ids
                chosen = print_register.of_run(ctx, run_id, ids)
                sheets, refused = documents.prepare(ctx, chosen, dress(ctx))
        if where is None:
            rendered = documents.render(sheets, refused)
            try:
                where = self._record(key, body, rendered, again=(run_id, request.form.get("reason", "")))
            except print_runs.ReasonMissing as missing:
                return self._run(run_id, missing, ids), 422
        return redirect(where, code=303)

    @expose("/runs/<int:run_id>/done", methods=["POST"])
    @requires("certificate.print")
    def check(self, run_id: int) -> Any:
        """Say that the sheets of a run came out right, but those ticked as wrong."""
        wrong = set(sent_ids("wrong"))
        with unit_of_work(current_actor(), clock.now()) as ctx:
            right = [one for one in print_register.read(ctx, run_id).unchecked if one not in wrong]
            done = print_runs.finish(ctx, right)[0] if right else []
        _tell_done(len(done), len(wrong))
        if wrong or not done:
            return redirect(url_for("PrintQueueView.show_run", run_id=run_id), code=303)
        return redirect(url_for("PrintQueueView.list", state=print_queue.TO_HAND_OVER), code=303)

    @expose("/done", methods=["POST"])
    @requires("certificate.print")
    def done(self) -> Any:
        """Say that the ticked papers came out right."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            ready, left = print_runs.finish(ctx, sent_ids("paper"))
        _tell_done(len(ready), len(left))
        return redirect(url_for("PrintQueueView.list", state=print_queue.PRINTED), code=303)

    @expose("/hand-over", methods=["POST"])
    @requires("certificate.print")
    def hand_over(self) -> Any:
        """Say that the ticked papers went out, over the counter or by post."""
        way = handing_over.COUNTER if request.form.get("way") == handing_over.COUNTER else handing_over.POST
        ids = sent_ids("paper")
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                told = handing_over.hand_over(ctx, ids, way, request.form.get("photo_paper", ""))
        except handing_over.PhotoIdMissing as missing:
            return self._list(Wish(state=print_queue.TO_HAND_OVER), missing, ids), 422
        if told.done:
            words = (
                ("%d件を窓口で渡したと記録しました。", "%d handed over at the counter.")
                if way == handing_over.COUNTER
                else ("%d件を郵送したと記録しました。", "%d posted.")
            )
            flash(t(*words) % len(told.done), "success")
        for _, ja, en in told.left:
            flash(t(f"1件は記録していません:{ja}。", f"One was not recorded: {en}."), "warning")
        return redirect(url_for("PrintQueueView.list", state=print_queue.TO_HAND_OVER), code=303)

    @expose("/requests/<int:request_id>/strike-off", methods=["POST"])
    @requires("certificate.print")
    def strike_off(self, request_id: int) -> Any:
        """Take a paper off the queue that nobody needs any more."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            print_queue.cancel(ctx, request_id, request.form.get("reason", ""))
        flash(t("印刷の依頼を取り消しました。", "The paper was struck off the queue."), "success")
        return redirect(url_for("PrintQueueView.list"), code=303)

    def _list(self, wish: Wish, refused: RuleBroken | None = None, ticked: Sequence[int] = ()) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = print_queue.read(ctx, wish)
            audit.listed(ctx, f"print_queue:{wish.state}", len(page.rows))
            photo_papers = handing_over.photo_papers(ctx) if wish.state == print_queue.TO_HAND_OVER else []
        return self.render_template(
            "print/queue.html",
            title=t("証の交付 — 印刷", "Certificates — print queue"),
            page=page,
            photo_papers=photo_papers,
            refused=refused,
            ticked=set(ticked),
            key=new_key(),
            address=_address(wish),
            **_words(),
        )

    def _run(self, run_id: int, refused: RuleBroken | None = None, ticked: Sequence[int] = ()) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = print_register.read(ctx, run_id)
            audit.listed(ctx, f"print_run:{run_id}", len(page.leaves))
        return self.render_template(
            "print/run.html",
            title=t("刷った紙を確かめる", "Check the sheets"),
            page=page,
            refused=refused,
            ticked=set(ticked),
            key=new_key(),
            **_words(),
        )

    def _record(
        self,
        key: str,
        body: str,
        rendered: Rendered,
        *,
        skipped: int = 0,
        again: tuple[int, str] | None = None,
    ) -> str:
        ids = [*(one.request_id for one in rendered.sheets), *(one.request_id for one in rendered.refused)]
        with unit_of_work(current_actor(), clock.now()) as ctx:
            print_queue.choose(ctx, ids, lock=True)  # a page sent twice waits here for its first sending
            where = deeds.find_done(ctx, key, body)
            if where is not None:
                return where
            run = (
                print_runs.reprint(ctx, again[0], rendered, again[1])
                if again
                else print_runs.record(ctx, rendered)
            )
            where = (
                url_for("PrintQueueView.show_run", run_id=run.id) if run else url_for("PrintQueueView.list")
            )
            deeds.remember(ctx, key, body, where)
        _tell_printed(len(rendered.sheets), len(rendered.refused), skipped)
        return where


def _pages() -> tuple[int, int] | None:
    """The range of pages that is to be printed again; None where papers were ticked."""
    if not request.form.get("by_page"):
        return None
    first = request.form.get("first_page", 0, type=row_id) or 0
    return first, request.form.get("last_page", first, type=row_id) or first


def _wish() -> Wish:
    state = request.args.get("state", WAITING)
    return Wish(
        state=state if state in STATES else WAITING,
        kind=request.args.get("kind", "")[:40],
        area=request.args.get("area", "")[:7],
        delivery=request.args.get("delivery", "")[:10],
        page=max(1, request.args.get("page", 1, type=row_id)),
    )


def _address(wish: Wish) -> Any:
    """Make the address of this list with something changed: `address(kind="…")`."""

    def made(**changes: Any) -> str:
        values = {
            "state": wish.state,
            "kind": wish.kind,
            "area": wish.area,
            "delivery": wish.delivery,
        } | changes
        return url_for("PrintQueueView.list", **{name: value for name, value in values.items() if value})

    return made


def _words() -> dict[str, Any]:
    return {
        "kind_label": kind_label,
        "why_not": documents.why_not,
        "states": {state: t(*words) for state, words in STATES.items()},
        "deliveries": {way: t(*words) for way, words in DELIVERIES.items()},
        "trays": {tray: t(*words) for tray, words in TRAYS.items()},
        "event_label": {kind: t(*words) for kind, words in EVENTS.items()},
    }


def _waiting(ctx: Context, ids: Any) -> Any:
    rows = [row for row in print_queue.choose(ctx, ids) if row.state == WAITING]
    if not rows:
        raise SomebodyElseWasFaster(
            "選んだ紙は、別の人が刷ったか取り消したため、もう印刷待ちではありません。一覧を開き直してください。",
            "What you chose no longer waits: somebody else printed or cancelled it. Open the list again.",
        )
    return rows


def _ask_worker(ctx: Context, key: str, body: str, waiting: Sequence[PrintRequest]) -> str | None:
    """Where many papers are being printed by a worker; None where they are few."""
    if len(waiting) <= mass_printing.AT_A_TIME:
        return None
    demo = current_app.extensions["portal_settings"].demo
    job = mass_printing.ask(ctx, key, waiting, demo=demo)
    where = url_for("JobView.show", job_id=job.id)
    deeds.remember(ctx, key, body, where)
    return where


def _tell_printed(printed: int, refused: int, skipped: int) -> None:
    if printed:
        flash(
            t(
                f"{printed}件を一つのPDFにしました。印刷した紙を見て、正しければ「済みにする」を押してください。",
                f"{printed} papers are in one PDF. Print it, look at the sheets, and mark them as done.",
            ),
            "success",
        )
    if refused:
        flash(
            t(
                f"{refused}件は印刷できず、印刷待ちに残しました。理由は一覧にあります。",
                f"{refused} could not be printed and still wait. The list says why.",
            ),
            "warning",
        )
    if skipped:
        flash(
            t(
                f"{skipped}件は、もう印刷待ちではなかったため刷っていません。",
                f"{skipped} no longer waited and were not printed.",
            ),
            "warning",
        )


def _tell_done(done: int, left: int) -> None:
    if done:
        flash(
            t(
                f"{done}件を済みにしました。証は「交付待ち」に移りました。",
                f"{done} marked as done. Certificates now wait to be handed over.",
            ),
            "success",
        )
    if left:
        flash(
            t(
                f"{left}件は済みにしていません。",
                f"{left} were not marked as done.",
            ),
            "warning",
        )
