"""What stands already of a household's year: nothing is taken off twice, nor more than there is (法77条)."""

from __future__ import annotations

from typing import Final

from models.assessment import Assessment
from models.exemption import GRANTED, PremiumExemption, list_granted, list_of_household
from models.household import Household
from services.context import Context
from services.entries.exemption import ExemptionEntry
from services.errors import SomebodyElseWasFaster

TWICE: Final = (
    "同じ年度・理由・人の減免がもう決定されています。額を変えるときは先に「減免の取消」をし、重ねて申請されたものは却下してください。",
    "The same is granted already. Take that one back first to change the amount, or refuse this one.",
)


def hold(ctx: Context, household_id: int) -> None:
    """Keep other decisions about a household waiting until this one is whole.

    Raises:
        SomebodyElseWasFaster: one was decided while this one was under way.
    """
    ctx.session.get_one(Household, household_id, with_for_update={"key_share": True}, populate_existing=True)
    rows = list_of_household(ctx.session, household_id)
    if any(max(row.decided_at, row.revoked_at or row.decided_at) > ctx.at for row in rows):
        raise SomebodyElseWasFaster(
            "この世帯の別の減免が、いま決定されました。画面を開き直して、もう一度送ってください。",
            "Another reduction of this household was decided just now. Open the page again.",
        )


def same_as(ctx: Context, told: ExemptionEntry) -> PremiumExemption | None:
    """What is granted of the same household, year, ground and person; in force or waiting for its run."""
    granted = list_granted(ctx.session, told.household_id, told.fiscal_year)
    return next(
        (one for one in granted if (one.ground, one.person_id) == (told.ground, told.person_id)), None
    )


def room(ctx: Context, told: ExemptionEntry, row: Assessment) -> int:
    """Yen that can still be taken off: the premium before any reduction, less all that is granted."""
    granted = list_granted(ctx.session, told.household_id, told.fiscal_year)
    return row.total + row.exemption - sum(one.amount for one in granted)


def granted_one(ctx: Context, exemption_id: int | None) -> PremiumExemption | None:
    """A decision that is still granted, held for this transaction; None where it is not any more."""
    if exemption_id is None:
        return None
    row = ctx.session.get(PremiumExemption, exemption_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state == GRANTED else None
