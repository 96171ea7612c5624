"""Scans of a case: put in, and taken out as a download only (B6, T23)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.document import INFECTED, QUARANTINED
from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.said_again import said_again
from services import attachments, scanning
from services.errors import RuleBroken
from services.scanning import Look
from services.unit_of_work import unit_of_work


class AttachmentView(BaseView):
    """The scans of one case."""

    route_base = "/cases"
    default_view = "show"

    @expose("/<int:case_id>/attachments", methods=["POST"])
    @requires("attachment.add")
    def add(self, case_id: int) -> Any:
        name, content = _sent()
        seen = scanning.look(content)
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                attachments.add(ctx, case_id, request.form.get("kind", ""), name, content, seen)
        except RuleBroken as refused:
            return said_again(refused, "CaseView.show", case_id=case_id)
        flash(*_said(seen))
        return redirect(url_for("CaseView.show", case_id=case_id), code=303)

    @expose("/<int:case_id>/attachments/<int:attachment_id>", methods=["GET"])
    @requires("attachment.read")
    def show(self, case_id: int, attachment_id: int) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            row, content = attachments.read(ctx, case_id, attachment_id)
            name, media_type = attachments.name_shown(ctx, row), row.media_type
        answer = Response(content, mimetype=media_type)
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer


def _said(seen: Look) -> tuple[str, str]:
    """What is told of a file by what the virus scanner said of it."""
    if seen.state == INFECTED:
        ja = f"ウイルス({seen.infection})が見つかったため、このファイルは保存しませんでした。"
        en = f"A virus ({seen.infection}) was found; the file was not kept. "
        more = (
            "管理者に知らせ、紙から読み取り直してください。",
            "Tell an administrator and scan the paper again.",
        )
        return t(ja + more[0], en + more[1]), "danger"
    if seen.state == QUARANTINED:
        ja = "添付しました。ウイルス検査が応答しないため、検査が終わるまで開けず、案件も進みません。"
        en = "Attached, in quarantine: the virus scanner does not answer. It opens once it was found clean."
        return t(ja, en), "warning"
    return t("添付しました。", "Attached."), "success"


def _sent() -> tuple[str, bytes]:
    """The name and the bytes of the file that was sent, as much of it as may be kept and one more."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    content = file.stream.read(attachments.LARGEST + 1)
    file.close()
    return file.filename or "", content
