"""Asking the information network about a person: why, for which case; what waits; what was answered (M03)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.network_question import PURPOSES, SCHEMES, STATES
from portal import clock
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.persons import registry_limit
from portal.views.procedure_titles import titles
from rules.eras import format_short
from services.context import JST
from services.network import pages, questions
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from models.case import Case
    from services.context import Context

ASK_LIMIT = "20 per minute"
ASKED = (
    "照会を受け付けました。データ利用の承認があれば、まもなく送付されます。",
    "Asked. It is sent in a moment, where an approval of data use lets it through.",
)


class NetworkView(BaseView):
    """Questions about one person."""

    route_base = "/network"
    default_view = "show"
    limits = [  # noqa: RUF012 - FAB extends the list
        Limit(registry_limit, key_func=person_or_address),
        Limit(ASK_LIMIT, key_func=person_or_address, methods=("POST",)),
    ]

    @expose("/person/<int:person_id>", methods=["GET"])
    @requires("registry.read")
    def show(self, person_id: int) -> Any:
        """What was asked about a person, and what was answered."""
        return self._page(person_id)

    @expose("/person/<int:person_id>", methods=["POST"])
    @requires("network.ask")
    def ask(self, person_id: int) -> Any:
        """Ask the network about a person."""

        def deed(ctx: Context) -> Done:
            purpose = request.form.get("purpose", "")[:20]
            questions.ask(ctx, person_id, purpose, request.form.get("case", type=row_id))
            return Done(ASKED, url_for("NetworkView.show", person_id=person_id))

        return carry_out(deed, partial(self._page, person_id))

    @expose("/questions/<int:question_id>/withdraw", methods=["POST"])
    @requires("network.ask")
    def withdraw(self, question_id: int) -> Any:
        """Take a question back that is not answered."""

        def deed(ctx: Context) -> Done:
            person_id = questions.withdraw(ctx, question_id, request.form.get("why", "")[:20]).person_id
            goal = url_for("NetworkView.show", person_id=person_id)
            return Done(("照会を取り下げました。", "Taken back."), goal)

        return carry_out(deed, self._again(question_id))

    def _again(self, question_id: int) -> Callable[[str], Any]:
        def page(words: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                person_id = pages.person_of(ctx, question_id)
            return self._page(person_id, words)

        return page

    def _page(self, person_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = pages.read(ctx, person_id)
            return self.render_template(
                "network/person.html",
                title=t(f"{page.record.name} の他保険の照会", f"Questions about {page.record.name}"),
                page=page,
                cases=_cases(ctx, page.cases),
                day_of=date.fromisoformat,
                refused=refused,
                typed=request.form,
                may_ask=can("network.ask") and page.is_open and page.person.merged_into_id is None,
                purposes={key: t(*words) for key, words in PURPOSES.items()},
                withdrawals={key: t(*words) for key, words in questions.WITHDRAWALS.items()},
                schemes={key: t(*words) for key, words in SCHEMES.items()},
                states={key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
                merged=t(*questions.MERGED),
                missing=t(*page.missing) if page.missing else "",
            )


def _cases(ctx: Context, cases: Sequence[Case]) -> list[tuple[int, str]]:
    """The cases to choose from: what each is, and since when."""
    named = titles(ctx, {one.slug for one in cases}) if cases else {}
    return [
        (one.id, f"{named[one.slug]} {format_short(one.started_at.astimezone(JST).date())}") for one in cases
    ]
