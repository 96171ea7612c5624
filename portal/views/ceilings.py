"""The application for a ceiling-amount certificate beside its case: what was found, and why (F23, N2)."""

from __future__ import annotations

from typing import Any

from models.case import Case
from models.certificate import KINDS
from portal.language import current_language, t
from portal.views import case_about
from portal.views.ceiling_words import in_language
from rules.benefits.income_class import CLASS_TITLES, IncomeClass
from rules.eras import format_short
from services.ceiling_certificates import pages
from services.context import Context
from services.rule_messages import english

SLUG = "ceiling_certificate"
HEADING = ("限度額の判定", "Income class")


def about_application(ctx: Context, case: Case) -> case_about.About:
    """Class, limit and certificate as the record says, with each step below the task."""
    page = pages.read(ctx, case.notification_id)
    if page is None:
        return case_about.About(HEADING)
    return case_about.About(HEADING, template="case/ceiling.html", shown=_shown(page), missing=())


def _shown(page: pages.CeilingPage) -> dict[str, Any]:
    row = page.row
    language = current_language()
    return {
        "page": page,
        "row": row,
        "class_title": CLASS_TITLES[IncomeClass(row.income_class)] if row.income_class else "",
        "kind": t(*KINDS[row.certificate_kind]) if row.certificate_kind else "",
        "refusals": [_told(one) for one in row.refusals],
        "cautions": [_told(one) for one in row.cautions],
        "steps": [in_language(one, language) for one in row.steps],
        "days": f"{format_short(row.valid_from_on)}〜{format_short(row.expires_on)}"
        if row.expires_on
        else "",
    }


def _told(one: dict[str, str]) -> str:
    return t(one["message_ja"], english(one["code"], one["message_ja"]))
