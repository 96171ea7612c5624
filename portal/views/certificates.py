"""Certificates of a person or a household: state, what happened, and what is written down of them (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.certificate import EVENTS, KINDS
from portal import clock
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.pdf_answers import new_key, sent_deed
from services import certificate_book, deeds, handing_over, returned_post
from services.errors import NotFound
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

TAKEN_BACK = {"undelivered", "returned", "lost"}
LONGEST_SERIAL = 30
STATE_KINDS = {
    "issued": "draft",
    "printed": "waiting",
    "spoiled": "back",
    "handed_over": "done",
    "posted": "done",
    "undelivered": "back",
    "not_returned": "overdue",
}
TOLD = {
    "handed_over": (
        "窓口で渡したと記録しました。",
        "Recorded: handed over at the counter.",
    ),
    "posted": ("郵送したと記録しました。", "Recorded: posted."),
    "undelivered": (
        "返戻(不着)を記録しました。住所を確かめ、渡すか送り直すまで手元に置いてください。",
        "Recorded: came back. Check the address; it stays here until handed over or posted again.",
    ),
    "letter": (
        "お受取りのお願いの手紙を印刷待ちに入れました。",
        "The letter waits in the print queue.",
    ),
    "returned": (
        "回収を記録しました。この証はもう使えません。",
        "Recorded: collected. It is no longer valid.",
    ),
    "lost": (
        "紛失を記録しました。新しい証は再交付の届出で交付します。",
        "Recorded: lost. A new one is issued by a reissue.",
    ),
}


class CertificateView(BaseView):
    """Certificates after their issue."""

    route_base = "/certificates"
    default_view = "search"
    section = "PrintQueueView.list"

    @expose("/", methods=["GET"])
    @requires("certificate.read")
    def search(self) -> Any:
        """The box for a serial, and what came back undelivered."""
        return self._search()

    @expose("/", methods=["POST"])
    @requires("certificate.read")
    def find(self) -> Any:
        """To the certificate of a serial."""
        typed = request.form.get("serial", "")[:LONGEST_SERIAL]
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                row = certificate_book.find_serial(ctx, typed)
        except NotFound as none:
            return self._search(typed, t(none.message_ja, none.message_en)), 404
        return redirect(url_for("CertificateView.show", certificate_id=row.id), code=303)

    @expose("/persons/<int:person_id>", methods=["GET"])
    @requires("certificate.read")
    def of_person(self, person_id: int) -> Any:
        """All certificates of a person."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            person, lines = certificate_book.of_person(ctx, person_id)
        return self._list(t(f"{person.name}さんの証", f"Certificates of {person.name}"), lines)

    @expose("/households/<int:household_id>", methods=["GET"])
    @requires("certificate.read")
    def of_household(self, household_id: int) -> Any:
        """All certificates of a household."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            household, lines = certificate_book.of_household(ctx, household_id)
        number = household.household_number
        return self._list(t(f"世帯 {number} の証", f"Certificates of household {number}"), lines)

    @expose("/<int:certificate_id>", methods=["GET"])
    @requires("certificate.read")
    def show(self, certificate_id: int) -> Any:
        """One certificate with its line of events."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = certificate_book.read(ctx, certificate_id)
            photo_papers = handing_over.photo_papers(ctx)
        row = page.line.certificate
        return self.render_template(
            "certificate/show.html",
            title=f"{t(*KINDS[row.kind])} {row.serial}",
            page=page,
            photo_papers=photo_papers,
            may_give=can("certificate.print") and "posted" in page.deeds,
            may_take=can("certificate.receive"),
            key=new_key(),
            **_words(),
        )

    @expose("/<int:certificate_id>/given", methods=["POST"])
    @requires("certificate.print")
    def give(self, certificate_id: int) -> Any:
        """Say that it went out."""
        way = handing_over.COUNTER if request.form.get("way") == handing_over.COUNTER else handing_over.POST

        def deed(ctx: Context) -> str:
            handing_over.hand_over_one(ctx, certificate_id, way, request.form.get("photo_paper", ""))
            return "handed_over" if way == handing_over.COUNTER else "posted"

        return self._do(certificate_id, deed)

    @expose("/<int:certificate_id>/taken-back", methods=["POST"])
    @requires("certificate.receive")
    def take_back(self, certificate_id: int) -> Any:
        """Say that it came back, was collected or lost."""
        kind = request.form.get("kind", "")
        if kind not in TAKEN_BACK:
            raise NotFound("この操作はありません。画面を開き直してください。", "There is no such deed.")

        def deed(ctx: Context) -> str:
            handing_over.take_back(ctx, certificate_id, kind, request.form.get("reason", ""))
            return kind

        return self._do(certificate_id, deed)

    @expose("/<int:certificate_id>/letter", methods=["POST"])
    @requires("certificate.print")
    def ask_to_collect(self, certificate_id: int) -> Any:
        """Ask for the letter that tells the household of a certificate that came back."""

        def deed(ctx: Context) -> str:
            returned_post.ask(ctx, certificate_id)
            return "letter"

        return self._do(certificate_id, deed)

    def _do(self, certificate_id: int, deed: Any) -> Any:
        key, body = sent_deed()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            handing_over.get(ctx, certificate_id, lock=True)  # a page sent twice waits here for the first
            where = deeds.find_done(ctx, key, body)
            if where is None:
                told = deed(ctx)
                where = url_for("CertificateView.show", certificate_id=certificate_id)
                deeds.remember(ctx, key, body, where)
                flash(t(*TOLD[told]), "success")
        return redirect(where, code=303)

    def _search(self, typed: str = "", why: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            lines = certificate_book.came_back(ctx)
        return self.render_template(
            "certificate/search.html",
            title=t("証を探す", "Find a certificate"),
            typed=typed,
            why=why,
            lines=lines,
            today=clock.today(),
            **_words(),
        )

    def _list(self, title: str, lines: Any) -> Any:
        return self.render_template(
            "certificate/list.html", title=title, lines=lines, today=clock.today(), **_words()
        )


def _words() -> dict[str, Any]:
    return {
        "kinds": {kind: t(*words) for kind, words in KINDS.items()},
        "event_label": {kind: t(*words) for kind, words in EVENTS.items()},
        "state_kind": lambda kind: STATE_KINDS.get(kind, "stopped"),
    }
