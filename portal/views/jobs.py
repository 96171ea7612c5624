"""Background work in the browser: how far it is, what was left out, cancel, try again; the calendar."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.job import DONE, STATES, Job
from portal import clock
from portal.extensions import db
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from services import job_pages, mass_printing, periodic
from services.context import Context
from services.incoming import decisions, taking
from services.job_pages import ALL, MINE
from services.unit_of_work import unit_of_work
from services.watching import findings

SWITCHED = {
    True: ("定期処理を再開しました。", "The regular work is on."),
    False: (
        "定期処理を止めました。再開するまで始まりません。",
        "The regular work is off until it is switched on.",
    ),
}
SUBJECTS = {
    "person": ("個人", "Person"),
    "household": ("世帯", "Household"),
    "case": ("案件", "Case"),
    "transfer": ("移転の定義", "Transfer"),
    "transfer_refusal": ("拒否の記録", "Refusal"),
    "network_question": ("他保険の照会", "Question to the network"),
    "watch": ("見張り", "Watchdog"),
    "ex_officio": ("職権の確認", "Ex officio"),
}
ENDED = "job-ended"  # what a page listens for (templates/job/under_way.html)
OVERSEERS = frozenset({"administrator", "section_chief", "auditor"})


register_count(job_pages.to_count)


class JobView(BaseView):
    """One's own work and, for those who oversee it, all."""

    route_base = "/jobs"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("job.read")
    def list(self) -> Any:
        """The newest first."""
        actor = current_actor()
        oversees = bool(actor.own_roles & OVERSEERS)
        box = request.args.get("box", ALL if oversees else MINE)
        box = box if box in {MINE, ALL} and oversees else MINE
        state = request.args.get("state", "")
        before = request.args.get("before", type=row_id)
        page = job_pages.list_jobs(_reading(), box, state, before)
        return self.render_template(
            "job/list.html",
            title=t("裏側の処理", "Background work"),
            page=page,
            box=box,
            state=state if state in STATES else "",
            states=STATES,
            oversees=oversees,
            first=before is None,
            rest=words_of_rest,
        )

    @expose("/<int:job_id>", methods=["GET"])
    @requires("job.read")
    def show(self, job_id: int) -> Any:
        """One job."""
        return self.render_template("job/show.html", swapped=False, **_page(job_id))

    @expose("/<int:job_id>/progress", methods=["GET"])
    @requires("job.read")
    def progress(self, job_id: int) -> Any:
        """The part of a page that is asked for again and again (portal/security/passive.py).

        Once the work has ended the answer raises `job-ended` on the page, which then may load itself anew.
        """
        page = _page(job_id)
        answer = make_response(self.render_template("job/progress.html", swapped=True, **page))
        if not page["shown"].is_open:
            answer.headers["HX-Trigger"] = ENDED
        return answer

    @expose("/<int:job_id>/cancel", methods=["POST"])
    @requires("job.change")
    def cancel(self, job_id: int) -> Any:
        """Cancel it: at once while it waits, after the step in hand while it runs."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            job = job_pages.cancel(ctx, job_id)
        ended = job.ended_at is not None
        flash(
            t("処理を中止しました。", "The work was cancelled.")
            if ended
            else t("いまの一歩が終わったら中止します。", "It is cancelled after the step in hand."),
            "success",
        )
        return redirect(url_for("JobView.show", job_id=job_id), code=303)

    @expose("/<int:job_id>/retry", methods=["POST"])
    @requires("job.change")
    def retry(self, job_id: int) -> Any:
        """Let it go on from where it was kept last."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            job_pages.retry(ctx, job_id)
        flash(t("続きからやり直します。", "It goes on from where it was."), "success")
        return redirect(url_for("JobView.show", job_id=job_id), code=303)


class CalendarView(BaseView):
    """The regular work: when, with what result, switched on or off, run now."""

    route_base = "/calendar"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("calendar.read")
    def list(self) -> Any:
        """The whole calendar."""
        return self._list()

    @expose("/<name>/switch", methods=["POST"])
    @requires("calendar.change")
    def switch(self, name: str) -> Any:
        """Switch one on or off, with a reason."""
        enabled = request.form.get("enabled") == "yes"

        def deed(ctx: Context) -> Done:
            periodic.switch(ctx, name, enabled=enabled, because=request.form.get("because", ""))
            return Done(SWITCHED[enabled], url_for("CalendarView.list"))

        return carry_out(deed, partial(self._list, name))

    @expose("/<name>/run", methods=["POST"])
    @requires("calendar.change")
    def run(self, name: str) -> Any:
        """Run one now, out of its turn."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            job_id = periodic.run_now(ctx, name).id
        flash(t("処理を頼みました。まもなく始まります。", "It was asked for and begins soon."), "success")
        return redirect(url_for("JobView.show", job_id=job_id), code=303)

    def _list(self, name: str = "", refused: str = "") -> Any:
        return self.render_template(
            "job/calendar.html",
            title=t("定期処理", "Regular work"),
            lines=periodic.read(_reading()),
            states=STATES,
            refused=refused,
            refused_name=name,
            because=request.form.get("because", ""),
        )


def _reading() -> Context:
    """A context that only reads: what polls must not keep the worker from writing."""
    return Context(db.session(), current_actor(), clock.now())


def _page(job_id: int) -> dict[str, Any]:
    ctx = _reading()
    shown = job_pages.read(ctx, job_id)
    return {
        "title": t(shown.ja, shown.en),
        "shown": shown,
        "job": shown.job,
        "skips": job_pages.skips(ctx, job_id) if shown.job.skipped else [],
        "subject_of": _subject_words,
        "rest": words_of_rest,
        "result": _result(shown.job),
    }


def _subject_words(subject: str) -> str:
    """What was left out, as people call it: its kind, and its number on record."""
    kind, _, number = subject.partition(":")
    return f"{t(*SUBJECTS[kind])} {number}" if kind in SUBJECTS else subject


def _result(job: Job) -> tuple[str, str] | None:
    """Where what a job has made is seen, and what that is called; None where there is no such page."""
    if job.kind in {taking.CHECK, decisions.APPLY} and can("incoming.read"):
        where = url_for("IncomingView.show", file_id=job.payload["file"])
        return where, t("受け取ったファイルを見る", "See the file")
    if job.kind == findings.KIND and job.state == DONE and can("watch.read"):
        return url_for("WatchView.list"), t("見張りの結果を見る", "See what was found")
    run_id = job.checkpoint.get("run")
    if job.kind != mass_printing.KIND or run_id is None or not can("certificate.print"):
        return None
    where = url_for("PrintQueueView.show_run", run_id=run_id)
    return where, t("刷った紙を確かめる", "Check the sheets")


def may_see_job(ctx: Context, job: Job | None) -> bool:
    """Whether the page of a job is there for this person (templates/job/under_way.html)."""
    return job is not None and can("job.read") and job_pages.may_see(ctx, job.id)


def words_of_rest(left: timedelta | None) -> str:
    """How long it will take, roughly."""
    if left is None:
        return ""
    minutes = round(left.total_seconds() / 60)
    if minutes < 1:
        return t("残り1分未満", "less than a minute left")
    if minutes < 60:
        return t(f"残り約{minutes}分", f"about {minutes} min left")
    return t(f"残り約{minutes // 60}時間{minutes % 60}分", f"about {minutes // 60} h {minutes % 60} min left")
