"""The ledger of media: registering, and each step of a use from the request to the disposal (L6, X15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request, url_for
from flask_appbuilder import BaseView, expose
from itsdangerous import BadSignature, URLSafeSerializer

from interchange import sealed_file
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from portal.views.pdf_answers import dress, new_key, pdf_answer, print_at_once, said_in_pane
from services import documents, print_register
from services.context import JST, Context
from services.contracting.receivers import receivers
from services.errors import RuleBroken
from services.media import ledger, paper, uses
from services.media.ledger import DESTROYING, KINDS
from services.media.paper import STATES
from services.media.uses import CopiedFile, Wish
from services.unit_of_work import unit_of_work

SALT = "medium-passphrase"

register_count(ledger.to_count)


class MediumView(BaseView):
    """The ledger, one medium, and each step of its use."""

    route_base = "/media"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("media.read")
    def list(self) -> Any:
        """All media of the office; what is over its time first."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("media.keep")
    def add(self) -> Any:
        """Register a medium."""
        form = request.form

        def deed(ctx: Context) -> Done:
            row = ledger.add(
                ctx,
                form.get("number", ""),
                form.get("kind", ""),
                form.get("serial", ""),
                form.get("place", ""),
            )
            return Done(("媒体を登録しました。", "Registered."), url_for("MediumView.show", medium_id=row.id))

        return carry_out(deed, self._list)

    @expose("/<int:medium_id>", methods=["GET"])
    @requires("media.read")
    def show(self, medium_id: int) -> Any:
        """One medium with its uses."""
        return self._show(medium_id)

    @expose("/<int:medium_id>/uses", methods=["POST"])
    @requires("media.ask")
    def ask(self, medium_id: int) -> Any:
        """Ask to copy personal data to it."""
        return self._carry_out(
            medium_id,
            lambda ctx: uses.ask(ctx, medium_id, _wish()),
            ("複製を申請しました。課長が決定します。", "Asked for; the section chief decides."),
        )

    @expose("/<int:medium_id>/uses/<int:use_id>/decision", methods=["POST"])
    @requires("media.decide")
    def decide(self, medium_id: int, use_id: int) -> Any:
        """Approve or refuse."""
        approves = request.form.get("outcome") == "approve"
        return self._carry_out(
            medium_id,
            lambda ctx: uses.decide(ctx, medium_id, use_id, request.form.get("words", ""), approves=approves),
            ("承認しました。", "Approved.") if approves else ("承認しませんでした。", "Refused."),
        )

    @expose("/<int:medium_id>/uses/<int:use_id>/copy", methods=["GET"])
    @requires("media.ask")
    def prepare(self, medium_id: int, use_id: int) -> Any:
        """The passphrase, shown once, and the form that takes the file."""
        return self._prepare(medium_id, use_id)

    @expose("/<int:medium_id>/uses/<int:use_id>/copy", methods=["POST"])
    @requires("media.ask")
    def copy(self, medium_id: int, use_id: int) -> Any:
        """Seal the file and give it out, once."""
        name, content = _sent()
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                records = request.form.get("records", 0, type=row_id) or 0
                file = CopiedFile(name, content, _passphrase_of(use_id), records)
                sealed = uses.copy(ctx, medium_id, use_id, file)
        except RuleBroken as refused:
            return self._prepare(medium_id, use_id, t(refused.message_ja, refused.message_en)), 422
        answer = Response(sealed, mimetype="application/octet-stream")
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.enc"
        return answer

    @expose("/<int:medium_id>/uses/<int:use_id>/step", methods=["POST"])
    @requires("media.read")
    def step(self, medium_id: int, use_id: int) -> Any:
        """What only the carrier does: take the medium, bring it back; he or who asked may give it up."""
        steps: dict[str, tuple[Callable[[Context], Any], tuple[str, str]]] = {
            "receive": (lambda ctx: uses.receive(ctx, medium_id, use_id), ("受け取りました。", "Received.")),
            "bring": (
                lambda ctx: uses.bring_back(ctx, medium_id, use_id),
                ("返却しました。別の人が受け取りを確かめます。", "Brought back; another one takes it."),
            ),
            "drop": (
                lambda ctx: uses.drop(ctx, medium_id, use_id),
                ("申請を取りやめました。媒体は、また使えます。", "Taken back; the medium is free again."),
            ),
        }
        deed, told = steps[_chosen(steps)]
        return self._carry_out(medium_id, deed, told)

    @expose("/<int:medium_id>/uses/<int:use_id>/keeping", methods=["POST"])
    @requires("media.keep")
    def keep(self, medium_id: int, use_id: int) -> Any:
        """What the keeper does: hand it over, take it back, wipe it."""
        words = request.form.get("words", "")
        steps: dict[str, tuple[Callable[[Context], Any], tuple[str, str]]] = {
            "hand": (
                lambda ctx: uses.hand_over(ctx, medium_id, use_id),
                ("引き渡しました。運ぶ人が受領を記録します。", "Handed over; the carrier confirms it."),
            ),
            "take": (
                lambda ctx: uses.take_back(ctx, medium_id, use_id),
                ("返却を確かめ、保管庫に戻しました。", "Taken back and locked away."),
            ),
            "wipe": (
                lambda ctx: uses.wipe(ctx, medium_id, use_id, words),
                ("消去を記録しました。", "Wiped."),
            ),
        }
        deed, told = steps[_chosen(steps)]
        return self._carry_out(medium_id, deed, told)

    @expose("/<int:medium_id>/disposal", methods=["POST"])
    @requires("media.keep")
    def destroy(self, medium_id: int) -> Any:
        """Destroy it, or witness that it was."""
        if request.form.get("deed") == "witness":
            told = ("廃棄の立会いを記録しました。", "Witnessed.")
            return self._carry_out(medium_id, lambda ctx: ledger.witness(ctx, medium_id), told)
        way, words = request.form.get("way", ""), request.form.get("words", "")
        return self._carry_out(
            medium_id,
            lambda ctx: ledger.destroy(ctx, medium_id, way, words),
            ("廃棄を記録しました。立ち会った人が確認を記録します。", "Destroyed; the witness confirms it."),
        )

    @expose("/<int:medium_id>/form-preview.pdf", methods=["GET"])
    @requires("media.read")
    def preview(self, medium_id: int) -> Any:
        """The form on paper, marked 見本・無効."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            content = documents.dressed(paper.paper(ctx, ledger.read(ctx, medium_id)), dress(ctx))
            print_register.previewed(ctx, paper.DOCUMENT)
        rendered = documents.render([documents.Sheet(0, content)], preview=True)
        if rendered.pdf is None:
            return said_in_pane(self.render_template("print/cannot.html", why=rendered.refused[0], bare=True))
        return pdf_answer(rendered.pdf, "medium-record-preview.pdf")

    @expose("/<int:medium_id>/form", methods=["POST"])
    @requires("media.read")
    def print(self, medium_id: int) -> Any:
        """Print the form as it stands."""

        def deed(ctx: Context) -> Done:
            asked = paper.ask(ctx, medium_id)
            goal = url_for("MediumView.sheet", medium_id=medium_id, request_id=asked.id)
            printed.append(asked.id)
            return Done(("電子媒体確認(報告)表を印刷しました。", "The form is printed."), goal)

        printed: list[int] = []
        answer = carry_out(deed, partial(self._show, medium_id))
        trouble = print_at_once(printed[0]) if printed else None
        if trouble is not None:
            return self._show(medium_id, t(trouble.message_ja, trouble.message_en)), 422
        return answer

    @expose("/<int:medium_id>/form/<int:request_id>.pdf", methods=["GET"])
    @requires("media.read")
    def sheet(self, medium_id: int, request_id: int) -> Any:
        """The very bytes of a form that was printed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            ledger.get(ctx, medium_id)
            pdf = print_register.pdf_of_request(ctx, request_id, {paper.DOCUMENT})
        return pdf_answer(pdf, f"medium-record-{request_id}.pdf")

    def _carry_out(self, medium_id: int, deed: Callable[[Context], Any], told: tuple[str, str]) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            return Done(told, url_for("MediumView.show", medium_id=medium_id))

        return carry_out(carried, partial(self._show, medium_id))

    def _list(self, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            lines = ledger.list_all(ctx)
        return self.render_template(
            "medium/list.html",
            title=t("電子媒体", "Media"),
            lines=lines,
            refused=refused,
            typed=request.form,
            **_words(),
        )

    def _show(self, medium_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = ledger.read(ctx, medium_id)
            carriers, firms = uses.carriers(ctx), receivers(ctx)
        return self.render_template(
            "medium/show.html",
            title=page.line.medium.number,
            page=page,
            medium=page.line.medium,
            use=page.line.use,
            names=page.names,
            carriers=carriers,
            receivers=firms,
            refused=refused,
            typed=request.form,
            me=current_actor().staff_id,
            may_ask=can("media.ask"),
            may_keep=can("media.keep"),
            may_decide=can("media.decide"),
            **_words(),
        )

    def _prepare(self, medium_id: int, use_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            use = uses.may_copy(ctx, medium_id, use_id)
            medium = use.medium
        passphrase = sealed_file.new_passphrase()
        return self.render_template(
            "medium/copy.html",
            title=t("媒体への複製", "Copy to a medium"),
            use=use,
            medium=medium,
            passphrase=passphrase,
            signed=_signer().dumps([use_id, passphrase]),
            refused=refused,
        )


def _signer() -> URLSafeSerializer:
    """Passphrases are made here, never by who copies."""
    return URLSafeSerializer(current_app.secret_key or "", salt=SALT)


def _passphrase_of(use_id: int) -> str:
    try:
        told, passphrase = _signer().loads(request.form.get("passphrase", "")[:400])
    except (BadSignature, ValueError, TypeError):
        told, passphrase = 0, ""
    if told != use_id:
        raise RuleBroken(
            "画面が古くなっています。もう一度開いて、新しい合言葉を控えてください。",
            "This page is out of date. Open it again and note the new passphrase.",
        )
    return str(passphrase)


def _chosen(steps: dict[str, Any]) -> str:
    """Which step was pressed.

    Raises:
        RuleBroken: none that there is.
    """
    name = request.form.get("step", "")
    if name not in steps:
        raise RuleBroken("操作を選んでください。", "Choose what to do.")
    return name


def _wish() -> Wish:
    form = request.form
    day = typed_day(form.get("due_on", ""))
    try:
        at = datetime.strptime(form.get("due_time", "").strip(), "%H:%M").time()  # noqa: DTZ007 - a time of day
    except ValueError as error:
        raise RuleBroken(
            "返却の時刻を 17:00 のように入力してください。", "Type the time like 17:00."
        ) from error
    return Wish(
        what=form.get("what", ""),
        why=form.get("why", ""),
        from_place=form.get("from_place", ""),
        to_place=form.get("to_place", ""),
        carrier_id=form.get("carrier", 0, type=row_id) or 0,
        due_at=datetime.combine(day, at, JST),
        link_id=(form.get("receiver", 0, type=row_id) or 0) if form.get("receiver") else None,
    )


def _sent() -> tuple[str, bytes]:
    """The file that was sent, as much of it as may be copied and one more byte."""
    file = request.files.get("file")
    if file is None:
        return "", b""
    content = file.stream.read(uses.LARGEST + 1)
    file.close()
    return (file.filename or "file").replace("\\", "/").rsplit("/", maxsplit=1)[-1][:100], content


def _words() -> dict[str, Any]:
    return {
        "kinds": {code: t(*words) for code, words in KINDS.items()},
        "destroying": {code: t(*words) for code, words in DESTROYING.items()},
        "states": {code: (t(ja, en), kind) for code, (ja, en, kind) in STATES.items()},
        "new_key": new_key,
        "is_late": lambda use: ledger.is_late(use, clock.now()),
        "back_by": f"{uses.BACK_BY:%H:%M}",
    }
