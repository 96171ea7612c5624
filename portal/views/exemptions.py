"""Reductions on application (減免): those of a household, and what an application brings beside its case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.exemption import STATES
from portal import clock
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views import case_about
from portal.views.persons import registry_limit
from portal.views.premium_words import title_of, value_in, value_of
from rules.periods import FiscalYear
from rules.premium.exemptions import GROUNDS
from rules.premium.explaining import PART_NAMES
from services.exemptions import pages
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.case import Case
    from models.exemption import PremiumExemption
    from services.context import Context
    from services.exemptions.pages import OfCase

Line = tuple[tuple[str, str], str]


def about_application(ctx: Context, case: Case) -> case_about.About | None:
    """What the table gives on the assessment in force, figure by figure, or what was decided."""
    heading = ("減免の計算", "What the table gives")
    if not can("assessment.read"):
        return case_about.About(
            heading, [(("計算", "Reckoned"), t("見る権限がありません", "not yours to see"))]
        )
    found = pages.of_case(ctx, case.id, case.notification_id)
    if found is None:
        return None
    if found.decided is not None:
        heading = ("減免の決定", "What was decided")
    url = url_for("ExemptionView.show", household_id=found.household_id)
    page = ("世帯の減免と保険料を見る", "Reductions and premium of the household")
    return case_about.About(heading, list(_lines(found)), url, page, _why_not(found))


case_about.register_about("exemption", about_application)


def _lines(found: OfCase) -> Iterator[Line]:
    if found.decided is not None:
        yield from _decided(found.decided)
    elif found.reckoned is not None:
        told = found.reckoned
        yield ("もとになる賦課", "Assessment"), told.run.number
        yield ("年間保険料", "Premium of the year"), _yen(told.row.total)
        if told.decided is not None:
            yield ("取り消す減免", "To be taken back"), _yen(told.decided.amount)
        for one in told.cautions:
            yield ("注意", "Caution"), t(*one.words)
        for line in told.exempted.lines if told.exempted else ():
            yield (title_of(line), title_of(line)), value_of(line)
        if told.exempted is not None and told.amount:
            yield ("減免の後の保険料", "Premium afterwards"), _yen(told.row.total - told.amount)
    else:
        yield ("計算", "Reckoned"), t("できません", "impossible")


def _decided(row: PremiumExemption) -> Iterator[Line]:
    ja, en, _ = STATES[row.state]
    yield ("決定", "Decision"), t(ja, en)
    yield ("減免額", "Reduction"), _yen(row.amount)
    yield ("表による額", "By the table"), _yen(row.suggested)
    yield ("理由", "Reason"), row.reason
    if row.revoked_reason:
        yield ("取消の理由", "Taken back because"), row.revoked_reason


def _why_not(found: OfCase) -> Sequence[tuple[str, str]]:
    if found.decided is not None:
        return ()
    if found.reckoned is None:
        return (found.refused,)
    exempted = found.reckoned.exempted
    return (exempted.why_not,) if exempted is not None and exempted.why_not is not None else ()


def _yen(amount: int) -> str:
    return t(f"{amount:,}円", f"{amount:,} yen")


class ExemptionView(BaseView):
    """The decisions about one household, each with its derivation."""

    route_base = "/premium/exemptions"
    default_view = "show"
    section = "PersonView.search"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/<int:household_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, household_id: int) -> Any:
        """All that was decided on application, the latest first."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = pages.of_household(ctx, household_id)
            number = page.household.household_number
            return self.render_template(
                "exemption/household.html",
                title=t(f"世帯 {number} の減免", f"Reductions of household {number}"),
                page=page,
                grounds={key: t(*words) for key, words in GROUNDS.items()},
                states={key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
                year_of=FiscalYear,
                steps={row.id: list(_steps(row)) for row in page.rows},
                may_begin=can("notification.submit"),
            )


def _steps(row: PremiumExemption) -> Iterator[dict[str, Any]]:
    """The derivation as it was kept, in words."""
    for one in row.lines:
        part = f"{t(*PART_NAMES[one['part']])} " if one["part"] else ""
        yield {
            "title": part + t(*one["title"]),
            "value": value_in(one["value"], one["unit"]),
            "rule": t(*one["rule"]),
            "article": one["article"],
            "parameters": [
                (each["title"], each["value"], each["certainty"] == "verified", " ".join(each["source"][:2]))
                for each in one["parameters"]
            ],
        }
