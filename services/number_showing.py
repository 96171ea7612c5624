"""Showing one Individual Number to one person for one purpose (M06; 番号法9条, 12条).

Every try is told to the audit record, also one that is refused; the caller gives the digits out after the
deed is committed, so the event is on record before the number leaves the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from models import vault
from models.audit.tags import Tag
from models.case import Case, WorkItem
from models.form_entry import FormEntry, list_entries
from rules.number_use import Purpose, purposes_on
from services import audit, statute
from services.audit import Result
from services.cases import ENTERED, VERIFIER
from services.context import Context
from services.errors import NotFound


class Refusal(StrEnum):
    """Why a number was not shown; the code stands in the audit record."""

    CLOSED = "case_closed"
    NOT_OWN = "not_own_case"
    BLIND = "blind_comparison"
    PURPOSE = "no_purpose"
    FACTOR = "no_fresh_factor"
    NONE = "no_number"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Holder:
    """Somebody of the case: his place in it, and the reference of his number where there is one."""

    place: int
    name: str
    reference: str | None


@dataclass(frozen=True)
class Shown:
    """The answer to a try: twelve digits, or why not."""

    holder: Holder
    purpose: Purpose | None
    digits: str | None = field(default=None, repr=False)
    refusal: Refusal | None = None


def list_holders(ctx: Context, case_id: int) -> tuple[Case, list[Holder]]:
    """The persons of a case of the actor's office, without a digit.

    Raises:
        NotFound: there is no such case, or it is another office's.
    """
    statement = select(Case).where(Case.id == case_id, Case.office_id == ctx.actor.office_id)
    case = ctx.session.scalars(statement).one_or_none()
    if case is None:
        raise NotFound("この届出は見つかりません。一覧から開き直してください。", "There is no such case.")
    return case, _holders(ctx, list_entries(ctx.session, case_id))


def list_purposes(ctx: Context) -> list[Purpose]:
    """For what a number may be looked at today."""
    return purposes_on(statute.law_on(ctx.today))


def why_not(ctx: Context, case: Case) -> Refusal | None:
    """Why the actor may see no number of this case; None where he may.

    His own is a case in which he has entered something or holds a task. Who has yet to compare an entry from
    the paper sees none of it (B4, M02).
    """
    entries = list_entries(ctx.session, case.id)
    wrote = {entry.by_id for entry in entries}
    entered = {entry.by_id for entry in entries if entry.element_id in ENTERED}
    holds = select(WorkItem.id).where(
        WorkItem.case_id == case.id, WorkItem.state == "open", WorkItem.assignee_id == ctx.actor.staff_id
    )
    if case.state != "open":
        return Refusal.CLOSED
    if VERIFIER in ctx.actor.roles and ctx.actor.staff_id not in entered:
        return Refusal.BLIND
    if ctx.actor.staff_id not in wrote and ctx.session.scalars(holds).first() is None:
        return Refusal.NOT_OWN
    return None


def show(ctx: Context, case_id: int, place: int, purpose: str, *, is_fresh: bool) -> Shown:
    """Open the number of one person of a case, or say why not; told to the audit record either way.

    Raises:
        NotFound: there is no such case or person, or it is another office's.
    """
    case, holders = list_holders(ctx, case_id)
    holder = next((one for one in holders if one.place == place), None)
    if holder is None:
        raise NotFound("この方は、この届出にいません。一覧から開き直してください。", "Nobody is there.")
    chosen = next((one for one in list_purposes(ctx) if one.code == purpose), None)
    refusal = why_not(ctx, case)
    if refusal is None and chosen is None:
        refusal = Refusal.PURPOSE
    if refusal is None and not is_fresh:
        refusal = Refusal.FACTOR
    if refusal is None and holder.reference is None:
        refusal = Refusal.NONE
    digits = vault.open_number(ctx.session, holder.reference) if refusal is None else None
    if refusal is None and digits is None:
        refusal = Refusal.UNREADABLE
    audit.record(
        ctx,
        Tag.NUMBER_SHOWN,
        holder.reference or f"case:{case_id}",
        case_id,
        {"place": place} | ({"why": refusal.value} if refusal else {}),
        purpose=chosen.code if chosen else "",
        result=Result.REFUSED if refusal else Result.DONE,
    )
    return Shown(holder, chosen, digits, refusal)


def _holders(ctx: Context, entries: Sequence[FormEntry]) -> list[Holder]:
    latest = next((one for one in reversed(entries) if one.element_id in ENTERED), None)
    rows: list[dict[str, Any]] = list(latest.data.get("persons") or []) if latest is not None else []
    return [
        Holder(place, str(row.get("name") or ""), _reference(ctx, row))
        for place, row in enumerate(rows, start=1)
    ]


def _reference(ctx: Context, row: dict[str, Any]) -> str | None:
    """The number that was told, or the one that the person has on record."""
    if row.get("individual_number"):
        return str(row["individual_number"])
    if not row.get("person_id"):
        return None
    own = vault.find_confirmed_of(ctx.session, int(row["person_id"]))
    return vault.PREFIX + own.reference if own is not None else None
