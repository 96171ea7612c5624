"""To whom a letter of a case goes (letters-and-certificates, sections 1 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from models.household import HouseholdHead, get_head
from models.notification import Notification
from models.person import list_current
from printing.letter import MailingAddress
from services import hidden_entries, print_requests
from services.context import Context
from services.print_requests import Recipient


def by_name(name: str) -> Recipient:
    """Somebody at the counter, or nobody outside: a paper without an address."""
    return Recipient(0, MailingAddress(postal_code="", lines=(), name=name), "")


def addressee(ctx: Context, notification: Notification, entry: Mapping[str, Any]) -> Recipient:
    """The head of the household, of now or the last one; else the notifier at the address told.

    Somebody under a protective measure gets it himself, at his safe place: nothing of his case reaches a
    head who is not (H14). Somebody who has died gets no letter.
    """
    protected = hidden_entries.marked_in(ctx, entry)
    if protected:
        return print_requests.recipients_of(ctx, protected[:1])[protected[0]]
    household_id = notification.household_id or entry.get("household_id")
    head_id = head_of(ctx, int(household_id)) if household_id else None
    if head_id is not None and list_current(ctx.session, [head_id])[head_id].died_on is None:
        return print_requests.recipients_of(ctx, [head_id])[head_id]
    told: Mapping[str, Any] = entry.get("new_address") or entry.get("address") or {}
    notifier: Mapping[str, Any] = entry.get("notifier") or {}
    code = str(told.get("postal_code", ""))
    place = MailingAddress(
        postal_code=f"{code[:3]}-{code[3:]}" if code else "",
        lines=(str(told["address"]),) if told.get("address") else (),
        building=str(told.get("building") or ""),
        name=str(notifier.get("name", "")),
    )
    return Recipient(0, place, code)


def head_of(ctx: Context, household_id: int) -> int | None:
    """The head of a household of now, or the last one; None where nobody ever was."""
    head = get_head(ctx.session, household_id, ctx.today)
    if head is not None:
        return head.person_id
    statement = (
        select(HouseholdHead.person_id)
        .where(HouseholdHead.household_id == household_id, HouseholdHead.superseded_at.is_(None))
        .order_by(HouseholdHead.from_on.desc(), HouseholdHead.id.desc())
    )
    return ctx.session.scalars(statement).first()
