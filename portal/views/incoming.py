"""Files that come in: taken, looked at with their faults or their preview, decided by another person (J5)."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose

from interchange.incoming.sources import sources
from models.incoming import STATES, IncomingFile
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.pdf_answers import new_key
from services.context import Context
from services.errors import RuleBroken
from services.incoming import decisions, differences, pages, taking
from services.incoming.comparing import OUTCOMES
from services.unit_of_work import unit_of_work

MOST_CONTROL = 4_096
register_count(decisions.to_count)


class IncomingView(BaseView):
    """The list of files, one file, and what is done with it."""

    route_base = "/incoming"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("incoming.read")
    def list(self) -> Any:
        """All files, the newest first."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("incoming.take")
    def take(self) -> Any:
        """Take a file with what its sender says of it."""

        def deed(ctx: Context) -> Done:
            source = taking.get_source(request.form.get("source", ""))
            file, control = request.files.get("file"), request.files.get("control")
            if file is None or not file.filename:
                raise RuleBroken("ファイルを選んでください。", "Choose a file.")
            told = taking.read_told(
                request.form, control.stream.read(MOST_CONTROL) if control is not None else b""
            )
            name = file.filename.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
            taken = taking.take(ctx, source, told, name, file.stream)
            return _taken(taken)

        return carry_out(deed, self._list)

    @expose("/<int:file_id>", methods=["GET"])
    @requires("incoming.read")
    def show(self, file_id: int) -> Any:
        """One file: its checks, its faults, its preview, its differences."""
        return self._show(file_id)

    @expose("/of-case/<int:case_id>", methods=["GET"])
    @requires("incoming.read")
    def of_case(self, case_id: int) -> Any:
        """The file whose differences a case settles."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            file_id = differences.file_of_case(ctx.session, case_id)
        return redirect(url_for("IncomingView.show", file_id=file_id), code=303)

    @expose("/<int:file_id>", methods=["POST"])
    @requires("incoming.decide")
    def decide(self, file_id: int) -> Any:
        """Let it be applied, or refuse it."""

        def deed(ctx: Context) -> Done:
            goal = url_for("IncomingView.show", file_id=file_id)
            if request.form.get("outcome") == "apply":
                file = decisions.let_apply(ctx, file_id)
                goal = url_for("JobView.show", job_id=file.job_id)
                return Done(("反映を始めました。", "It is being applied."), goal)
            decisions.refuse(ctx, file_id, request.form.get("words", ""))
            return Done(("採用しませんでした。何も反映していません。", "Refused; nothing was applied."), goal)

        return carry_out(deed, lambda refused: self._show(file_id, refused))

    @expose("/<int:file_id>/differences", methods=["POST"])
    @requires("incoming.settle")
    def settle(self, file_id: int) -> Any:
        """Record what was made of the differences that were ticked."""

        def deed(ctx: Context) -> Done:
            chosen = request.form.getlist("difference", type=row_id)
            count = differences.settle(ctx, file_id, chosen, request.form.get("words", ""))
            goal = url_for("IncomingView.show", file_id=file_id)
            return Done((f"差異{count}件を処理済みにしました。", f"{count} differences are settled."), goal)

        return carry_out(deed, lambda refused: self._show(file_id, refused))

    def _list(self, refused: str = "") -> Any:
        state, source = request.args.get("state", ""), request.args.get("source", "")
        state, source = state if state in STATES else "", source if source in sources() else ""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            files, names = pages.list_files(ctx, state, source)
            following = pages.next_sequences(ctx)
        return self.render_template(
            "incoming/list.html",
            title=t("データの受取り", "Incoming data"),
            files=files,
            names=names,
            state=state,
            chosen=source,
            following=following,
            refused=refused,
            typed=request.form,
            key=new_key(),
            limit=pages.SHOWN,
            **_words(),
        )

    def _show(self, file_id: int, refused: str = "") -> Any:
        leaf = max(request.args.get("page", 1, type=int) or 1, 1)
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = pages.read(ctx, file_id, min(leaf, 100_000))
        return self.render_template(
            "incoming/show.html",
            title=t(page.source.ja, page.source.en),
            page=page,
            file=page.file,
            outcomes=[(name, t(*words)) for name, words in OUTCOMES.items()],
            why={code: t(*words) for code, words in differences.WORDS.items()},
            may_decide=can("incoming.decide") and not page.is_own,
            may_settle=can("incoming.settle"),
            refused=refused,
            typed=request.form,
            key=new_key(),
            per_page=pages.FAULTS_SHOWN,
            **_words(),
        )


def _taken(file: IncomingFile) -> Done:
    if file.errors:
        words = "ファイルを隔離しました。理由を確かめてください。", "The file is in quarantine. See why."
        return Done(words, url_for("IncomingView.show", file_id=file.id), "danger")
    goal = url_for("JobView.show", job_id=file.job_id)
    return Done(("受け取りました。検査しています。", "Taken; it is being checked."), goal)


def _words() -> dict[str, Any]:
    return {
        "states": {name: (t(ja, en), kind) for name, (ja, en, kind) in STATES.items()},
        "sources": {one.id: one for one in sources().values()},
    }
