"""The one screen that shows an Individual Number: one person, one purpose, thirty seconds (M06)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security import fresh
from portal.security.access import requires
from portal.security.actor import current_actor
from services import audit, number_showing
from services.number_showing import Refusal
from services.unit_of_work import unit_of_work

SECONDS = 30
WHY: dict[Refusal, tuple[str, str]] = {
    Refusal.CLOSED: (
        "この届出の手続は終わっているため、個人番号は見られません。",
        "This case has ended, so its numbers are not shown.",
    ),
    Refusal.NOT_OWN: (
        "自分が受け付けたか、引き受けている届出の番号だけを見られます。先に仕事を引き受けてください。",
        "Numbers are shown in cases that you took in or have in hand. Take the task first.",
    ),
    Refusal.BLIND: (
        "照合する人は、紙の届出書だけを見て入力します。最初に入力された番号は見られません。",
        "Who compares enters from the paper only; the number of the first entry is not shown.",
    ),
    Refusal.PURPOSE: (
        "目的が選ばれていません。法律の一覧から選んでください。",
        "No purpose was chosen. Choose one of the list of the law.",
    ),
    Refusal.FACTOR: (
        "本人の確認から時間がたちました。もう一度確認してから表示してください。",
        "It is a while since you were recognised. Prove it again, then ask for the number.",
    ),
    Refusal.NONE: (
        "この方の個人番号は、届出に書かれておらず、登録もされていません。",
        "No number of this person was told or is on record.",
    ),
    Refusal.UNREADABLE: (
        "この番号は消去されたか、鍵がないため開けません。管理者に知らせてください。",
        "This number was erased or its key is missing. Tell an administrator.",
    ),
}
MENDED = frozenset({Refusal.PURPOSE, Refusal.FACTOR, Refusal.NONE})  # the same person may try again


class NumberView(BaseView):
    """The numbers of a case, hidden; and one of them, shown."""

    route_base = "/cases"
    default_view = "ask"
    section = "InboxView.list"

    @expose("/<int:case_id>/numbers", methods=["GET"])
    @requires("number.reveal")
    @fresh.asks_for_fresh_factor
    def ask(self, case_id: int) -> Any:
        """Who has a number in this case; no digit."""
        return self._ask(case_id)

    @expose("/<int:case_id>/numbers", methods=["POST"])
    @requires("number.reveal")
    def show(self, case_id: int) -> Any:
        """One number, after the try is on record."""
        actor, now = current_actor(), clock.now()
        place, purpose = request.form.get("place", type=int) or 0, request.form.get("purpose", "")
        with unit_of_work(actor, now) as ctx:
            shown = number_showing.show(ctx, case_id, place, purpose, is_fresh=fresh.is_fresh())
        if shown.refusal is not None:
            return self._ask(case_id, shown.refusal), 422 if shown.refusal in MENDED else 403
        return self.render_template(
            "number/show.html",
            title=t("個人番号の表示", "Individual Number"),
            case_id=case_id,
            shown=shown,
            seconds=SECONDS,
            actor=actor,
            now=now,
        )

    def _ask(self, case_id: int, refusal: Refusal | None = None) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            case, holders = number_showing.list_holders(ctx, case_id)
            why = refusal or number_showing.why_not(ctx, case)
            purposes = number_showing.list_purposes(ctx)
            audit.listed(ctx, f"numbers:{case_id}", len(holders))
        return self.render_template(
            "number/ask.html",
            title=t("個人番号を見る", "See an Individual Number"),
            case_id=case_id,
            holders=holders,
            purposes=purposes,
            why=t(*WHY[why]) if why else "",
            is_open=why is None or why in MENDED,
            prove_again=why is Refusal.FACTOR,
            typed={name: request.form.get(name, "") for name in ("place", "purpose")},
        )
