"""What stands already of a household's year: nothing is taken off twice, nor more than there is (法77条)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Text, cast, select

from models.assessment import Assessment
from models.case import Case
from models.exemption import GRANTED, PremiumExemption, list_granted, list_of_household
from models.form_entry import FormEntry, find_latest
from models.household import Household
from models.person import records_of_now
from services.context import Context
from services.entries.exemption import FORMS, ExemptionEntry, read
from services.errors import SomebodyElseWasFaster

TWICE: Final = (
    "同じ年度・理由・人の減免がもう決定されています。額を変えるときは先に「減免の取消」をし、重ねて申請されたものは却下してください。",
    "The same is granted already. Take that one back first to change the amount, or refuse this one.",
)


UNDER_WAY: Final = (
    "同じ年度・理由・人の減免の申請が、もう1件進んでいます。二重に受け付けていないか確かめてください。",
    "Another application for the same is under way. Check that it was not taken in twice.",
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
    granted = of_ground(ctx, told)
    now = records_of_now(ctx.session, {told.person_id, *(one.person_id for one in granted)})
    return next((one for one in granted if now.get(one.person_id) == now.get(told.person_id)), None)


def of_ground(ctx: Context, told: ExemptionEntry) -> list[PremiumExemption]:
    """What is granted of the same household, year and ground, whomever it names."""
    granted = list_granted(ctx.session, told.household_id, told.fiscal_year)
    return [one for one in granted if one.ground == told.ground]


def taken_back_by(ctx: Context, told: ExemptionEntry) -> list[PremiumExemption]:
    """What a taking back may mean: all of its ground, of the person alone where one is named.

    A decision names the record of its day; who was made one with another is found by either, what names
    the very record first.
    """
    granted = of_ground(ctx, told)
    if told.person_id is None:
        return granted
    now = records_of_now(ctx.session, {told.person_id, *(one.person_id for one in granted)})
    found = [one for one in granted if now.get(one.person_id) == now.get(told.person_id)]
    return sorted(found, key=lambda one: one.person_id != told.person_id)


def is_under_way(ctx: Context, told: ExemptionEntry, case_id: int | None) -> bool:
    """Whether a case other than `case_id` is open about the same household, year, ground and person.

    Two that take back are about the same where they may mean the same decision, whether they name it or not.
    """
    statement = (
        select(Case.id)
        .join(FormEntry, FormEntry.case_id == Case.id)
        .where(
            Case.slug == "exemption",
            Case.state.in_(("open", "suspended")),
            FormEntry.element_id.in_(FORMS),
            cast(FormEntry.data, Text).contains(str(told.household_id)),
        )
        .distinct()
    )
    latest = (
        find_latest(ctx.session, one, FORMS) for one in ctx.session.scalars(statement) if one != case_id
    )
    return any(_is_same(ctx, read(one.data), told) for one in latest if one is not None)


def _is_same(ctx: Context, one: ExemptionEntry, other: ExemptionEntry) -> bool:
    if _matter(one) != _matter(other):
        return False
    if one.revokes:
        ids, others = ({row.id for row in taken_back_by(ctx, told)} for told in (one, other))
        return not ids.isdisjoint(others)
    now = records_of_now(ctx.session, {one.person_id, other.person_id})
    return now.get(one.person_id) == now.get(other.person_id)


def _matter(told: ExemptionEntry) -> tuple[object, ...]:
    return told.revokes, told.household_id, told.fiscal_year, told.ground


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
