"""The share of persons of 70 to 74 (負担割合): entered with the paper seen, checked by another (C1, B4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.circumstance_entry import OPEN, STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views import registry_words
from portal.views.carrying_out import Done, carry_out
from portal.views.persons import registry_limit
from services import share_entries
from services.context import Context
from services.parameter_reading import EntryRefused
from services.share_entries import SHARES, Told
from services.two_people import LONGEST_EVIDENCE
from services.unit_of_work import unit_of_work

FIELDS = {
    "share": ("負担割合", "Share"),
    "day": ("この割合の最初の日", "First day of the share"),
    "evidence": ("確かめた書類", "Paper seen"),
}

register_count(share_entries.to_count)


class ShareView(BaseView):
    """The share of the cost that certificates of 70 to 74 bear."""

    route_base = "/shares"
    default_view = "list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("registry.read")
    def list(self) -> Any:
        """What waits for a second person."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            entries, records = share_entries.waiting(ctx)
            return self.render_template(
                "share/list.html",
                title=t("負担割合の登録(70歳から74歳まで)", "Shares of 70 to 74"),
                entries=entries,
                records=records,
                **_words(),
            )

    @expose("/of/<int:person_id>", methods=["GET"])
    @requires("registry.read")
    def show(self, person_id: int) -> Any:
        """The share of a person on record, and what was entered of it."""
        return self._page(person_id)

    @expose("/of/<int:person_id>", methods=["POST"])
    @requires("share.enter")
    def enter(self, person_id: int) -> Any:
        """Enter the share of a person; another one checks it."""
        form = request.form
        typed = Told(
            share=form.get("share", "")[:2],
            day=form.get("day", "")[:40],
            evidence=form.get("evidence", "")[: LONGEST_EVIDENCE + 1],
        )
        errors: dict[str, tuple[str, str]] = {}

        def deed(ctx: Context) -> Done:
            try:
                share_entries.enter(ctx, person_id, typed)
            except EntryRefused as refused:
                errors.update(refused.errors)
                raise
            words = (
                "登録しました。別の人(照合担当)が確認すると、記録に入ります。",
                "Entered. It goes on record once another has checked it.",
            )
            return Done(words, url_for("ShareView.show", person_id=person_id))

        return carry_out(deed, lambda words: self._page(person_id, typed, errors, "" if errors else words))

    @expose("/entries/<int:entry_id>/decide", methods=["POST"])
    @requires("share.decide")
    def decide(self, entry_id: int) -> Any:
        """Put on record, or refuse, what another person entered."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            words = request.form.get("words", "")[: LONGEST_EVIDENCE + 1]
            entry = share_entries.decide(ctx, entry_id, approve=approve, words=words)
            said = (
                ("承認し、記録に入れました。", "Approved and put on record.")
                if approve
                else ("差し戻しました。記録は変わっていません。", "Refused: nothing has changed.")
            )
            return Done(said, url_for("ShareView.show", person_id=entry.person_id))

        return carry_out(deed, self._again(entry_id))

    @expose("/entries/<int:entry_id>/withdraw", methods=["POST"])
    @requires("share.enter")
    def withdraw(self, entry_id: int) -> Any:
        """Take back what one entered oneself."""

        def deed(ctx: Context) -> Done:
            entry = share_entries.withdraw(ctx, entry_id)
            return Done(
                ("取り下げました。", "Taken back."), url_for("ShareView.show", person_id=entry.person_id)
            )

        return carry_out(deed, self._again(entry_id))

    def _again(self, entry_id: int) -> Callable[[str], Any]:
        def page(words: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                person_id = share_entries.person_of(ctx, entry_id)
            return self._page(person_id, refused=words)

        return page

    def _page(
        self,
        person_id: int,
        typed: Told | None = None,
        errors: Mapping[str, tuple[str, str]] | None = None,
        refused: str = "",
    ) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = share_entries.read(ctx, person_id)
            faults = {field: t(*words) for field, words in (errors or {}).items()}
            name = page.record.name
            return self.render_template(
                "share/person.html",
                title=t(f"{name} さんの負担割合", f"Share of {name}"),
                page=page,
                waiting=[one for one in page.entries if one.state == OPEN],
                past=[one for one in page.entries if one.state != OPEN],
                typed=typed or Told(),
                faults=faults,
                summary=[(f"f-{field}", t(*FIELDS[field]), words) for field, words in faults.items()],
                refused=refused,
                own=current_actor().staff_id,
                may_enter=can("share.enter"),
                may_decide=can("share.decide"),
                **_words(),
            )


def _words() -> dict[str, Any]:
    return {
        "fields": {field: t(*words) for field, words in FIELDS.items()},
        "shares": {one: t(f"{one}割", f"{one}0 %") for one in SHARES},
        "states": {key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
        "words": registry_words,
    }
