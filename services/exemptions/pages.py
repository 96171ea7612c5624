"""What pages show of reductions on application: those of a household, and what an open application brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.audit.tags import Tag
from models.exemption import PremiumExemption, find_of_notification, list_of_household
from models.form_entry import find_latest
from models.household import Household
from models.person import PersonRecord, list_current
from models.staff import names_of
from services import audit
from services.context import Context
from services.entries.exemption import FORMS
from services.errors import HouseholdUnknown, RuleBroken
from services.exemptions.reckoning import Reckoned, reckon_with_cautions


@dataclass(frozen=True)
class Page:
    """A household and all decisions about it, the latest first; who they name and who decided."""

    household: Household
    rows: Sequence[PremiumExemption]
    persons: Mapping[int, PersonRecord]
    staff: Mapping[int, str]


def of_household(ctx: Context, household_id: int) -> Page:
    """The decisions about a household; looking at them is recorded.

    Raises:
        HouseholdUnknown: there is no such household.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise HouseholdUnknown("この世帯はありません。", "There is no such household.")
    rows = list_of_household(ctx.session, household_id)
    people = {one.person_id for one in rows if one.person_id is not None}
    by = {one for row in rows for one in (row.examined_by_id, row.decided_by_id, row.revoked_by_id)}
    audit.record(ctx, Tag.EXEMPTION_READ, f"household:{household_id}")
    return Page(household, rows, list_current(ctx.session, people), names_of(ctx.session, by - {None}))


@dataclass(frozen=True)
class OfCase:
    """What an application is about: what it brings, or why that cannot be told; what was decided."""

    household_id: int
    reckoned: Reckoned | None
    refused: tuple[str, str]
    decided: PremiumExemption | None


def of_case(ctx: Context, case_id: int, notification_id: int | None) -> OfCase | None:
    """What the application of a case brings on the record of now; None before one was entered.

    Looking at it is recorded: it tells of premium and incomes of the household.
    """
    entry = find_latest(ctx.session, case_id, FORMS)
    if entry is None or not entry.data.get("household_id"):
        return None
    household_id = int(entry.data["household_id"])
    audit.record(ctx, Tag.EXEMPTION_READ, f"household:{household_id}")
    decided = find_of_notification(ctx.session, notification_id) if notification_id else None
    try:
        reckoned = reckon_with_cautions(ctx, entry.data, case_id)
        return OfCase(household_id, reckoned, ("", ""), decided)
    except RuleBroken as refused:
        return OfCase(household_id, None, (refused.message_ja, refused.message_en), decided)
