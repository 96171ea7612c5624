"""The page of a household (A2, A4)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from portal.views import procedure_titles, registry_words
from portal.views.persons import asked_day, registry_limit
from services import household_page
from services.registry_pages import DayNotYetKnown
from services.unit_of_work import unit_of_work


class HouseholdView(BaseView):
    """Head, members, numbers and certificates of a household, now or as of a past day."""

    route_base = "/households"
    default_view = "show"
    section = "PersonView.search"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/<int:household_id>", methods=["GET"])
    @requires("registry.read")
    def show(self, household_id: int) -> Any:
        """Everything of a household."""
        as_of, typed, wrong = asked_day()
        with unit_of_work(current_actor(), clock.now()) as ctx:
            try:
                page = household_page.read(ctx, household_id, as_of)
            except DayNotYetKnown as refused:
                wrong = t(refused.message_ja, refused.message_en)
                page = household_page.read(ctx, household_id)
            day = page.knowledge.day if page.knowledge.moment else None
            told = self.render_template(
                "household/show.html",
                title=t(
                    f"世帯 {page.household.household_number}", f"Household {page.household.household_number}"
                ),
                page=page,
                words=registry_words,
                procedures=procedure_titles.titles(ctx, [one.notification.procedure for one in page.told]),
                kept={"as_of": day.isoformat()} if day else {},
                as_of=day,
                as_of_typed=typed,
                as_of_wrong=wrong,
                today=ctx.today,
            )
        return told, 422 if wrong else 200
