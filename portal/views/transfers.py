"""Files that left: manifests, fetched by the recipient's section; run again; traced by the auditor (M36)."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.data_use import show_list, words
from services import transfer_files, transfer_pages
from services.batch import transferring
from services.context import Context
from services.errors import NotFound, RuleBroken
from services.unit_of_work import unit_of_work


class TransferView(BaseView):
    """One file that left."""

    route_base = "/transfers"
    default_view = "trace"
    section = "DataUseView.list"

    @expose("/<int:transfer_id>", methods=["GET"])
    @requires("transfer.read")
    def show(self, transfer_id: int) -> Any:
        """A file: its approval, its manifest, who fetched it."""
        return self._show(transfer_id)

    @expose("/<int:transfer_id>/file", methods=["POST"])
    @requires("transfer.fetch")
    def fetch(self, transfer_id: int) -> Any:
        """The file for the recipient's section."""
        return self._fetch(transfer_id, "file", "application/octet-stream")

    @expose("/<int:transfer_id>/manifest", methods=["POST"])
    @requires("transfer.fetch")
    def manifest(self, transfer_id: int) -> Any:
        """The signed manifest for the recipient's section."""
        return self._fetch(transfer_id, "manifest", "application/json")

    @expose("/run", methods=["POST"])
    @requires("transfer.run")
    def run(self) -> Any:
        """Run a transfer of a month by hand, in the background."""

        def deed(ctx: Context) -> Done:
            job = transferring.ask_one(
                ctx, request.form.get("pair", "")[:60], request.form.get("period", "")[:7]
            )
            return Done(
                ("移転を裏側の処理に渡しました。", "Handed to the background."),
                url_for("JobView.show", job_id=job.id),
            )

        return carry_out(deed, partial(show_list, self))

    @expose("/trace", methods=["GET"])
    @requires("transfer.trace")
    def trace(self) -> Any:
        """From a person to the files that held him: the question."""
        return self._trace(None, "")

    @expose("/trace", methods=["POST"])
    @requires("transfer.trace")
    def find(self) -> Any:
        """From a person to the files that held him: the answer. The number stays out of the address."""
        typed = request.form.get("number", "").strip()[:15]
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                found = transfer_pages.trace(ctx, typed)
        except NotFound as refused:
            return self._trace(None, t(refused.message_ja, refused.message_en)), 422
        return self._trace(found, "")

    def _trace(self, found: Any, refused: str) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            offices = transfer_pages.offices(ctx.session)
        return self.render_template(
            "data_use/trace.html",
            title=t("個人が移転されたファイル", "Files that held a person"),
            found=found,
            refused=refused,
            offices=offices,
            typed=request.form.get("number", ""),
            **words(),
        )

    def _fetch(self, transfer_id: int, what: str, media_type: str) -> Any:
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                fetched = transfer_files.fetch(ctx, transfer_id, what)
        except RuleBroken as refused:
            return self._show(transfer_id, t(refused.message_ja, refused.message_en)), 422
        answer = Response(fetched.pieces, mimetype=media_type)
        answer.content_length = fetched.size
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(fetched.name)}"
        return answer

    def _show(self, transfer_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = transfer_pages.read_transfer(ctx, transfer_id)
        return self.render_template(
            "data_use/transfer.html",
            title=page.transfer.file_name,
            page=page,
            one=page.transfer,
            today=clock.today(),
            may_fetch=can("transfer.fetch"),
            refused=refused,
            **words(),
        )
