"""What if: a rate, levy or cap changed for the whole city; sums, groups, who pays more and less (issue 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor, person_or_address
from rules.periods import FiscalYear
from rules.premium.explaining import PART_NAMES
from services.assessing import what_if
from services.assessing.what_if import DIFFERENCES, FIGURES, INCOMES, TYPES, Wish
from services.errors import RuleBroken
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.assessing.what_if import Answer

LONGEST = 20


class WhatIfView(BaseView):
    """The city with one figure changed."""

    route_base = "/premium/what-if"
    default_view = "show"
    section = "AssessmentView.list"
    limits = [Limit("60 per minute", key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("assessment.read")
    def show(self) -> Any:
        """The figure to change, and what it comes to."""
        wish = Wish(*(request.args.get(name, "")[:LONGEST] for name in ("part", "figure", "value")))
        refused, told = "", None
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if wish.typed:
                try:
                    told = what_if.answer(ctx, wish)
                except RuleBroken as broken:
                    refused = t(broken.message_ja, broken.message_en)
            page = self.render_template(
                "assessment/what_if.html",
                title=t("料率を変えたら", "What if"),
                wish=wish,
                refused=refused,
                told=told,
                year=FiscalYear(told.run.fiscal_year) if told else None,
                part_names={part: t(*words) for part, words in PART_NAMES.items()},
                figures={figure: t(*words) for figure, words in FIGURES.items()},
                **(_words(told) if told else {}),
            )
        return page, 422 if refused else 200


def _words(told: Answer) -> dict[str, Any]:
    """The groups with their names, and the classes of the difference with their counts."""
    incomes = [t("0円", "0")] + [
        t(f"〜{up_to // 10_000:,}万円", f"to {up_to // 10_000:,}0k") for up_to in INCOMES[1:]
    ]
    incomes.append(t(f"{INCOMES[-1] // 10_000:,}万円超", f"over {INCOMES[-1] // 10_000:,}0k"))
    groups = [
        (t("所得(基準総所得金額の合計)", "Leviable income"), list(zip(incomes, told.by_income, strict=True))),
        (
            t("世帯の種類", "Kind of household"),
            [(t(*TYPES[name]), one) for name, one in told.by_type.items()],
        ),
        (
            t("軽減", "Reduction"),
            [
                (t(f"{percent // 10}割" if percent else "なし", f"{percent} %" if percent else "none"), one)
                for percent, one in told.by_reduction.items()
            ],
        ),
    ]
    return {"groups": groups, "spread": list(zip(_classes(), told.spread, strict=True))}


def _classes() -> list[str]:
    tens = [f"{one / 10_000:+g}" if one else "0" for one in DIFFERENCES]
    named = [t(f"{tens[0]}万円以下", f"{tens[0]}0k or less")]
    named += [t(f"〜{high}万円", f"to {high}0k") for high in tens[1:]]
    return [*named, t(f"{tens[-1]}万円超", f"over {tens[-1]}0k")]
