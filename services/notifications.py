"""The life of a notification (届出): received, acted upon, its state always derived (B1, B5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.masters import ReasonCode
from models.notification import ACTIONS, Notification, NotificationAction, NotificationPerson, state_of
from models.series import take
from rules.eras import format_short
from services import audit, procedures
from services.context import Context
from services.errors import NotFound


@dataclass(frozen=True)
class Received:
    """What is known of a notification when it comes in."""

    procedure: str
    reason: str
    way: str
    received_on: date
    office_id: int
    event_on: date | None = None
    household_id: int | None = None
    cancels_id: int | None = None
    ground: str | None = None


def receive(ctx: Context, facts: Received) -> Notification:
    """Number a notification (R8-001234: era year of reception and a running number) and keep it."""
    era_year = format_short(facts.received_on).split(".")[0]
    number = f"{era_year}-{take(ctx.session, f'notification:{era_year}'):06d}"
    row = Notification(
        number=number,
        procedure=facts.procedure,
        reason=facts.reason,
        way=facts.way,
        received_on=facts.received_on,
        event_on=facts.event_on,
        office_id=facts.office_id,
        household_id=facts.household_id,
        cancels_id=facts.cancels_id,
        ground=facts.ground,
        created_at=ctx.at,
        created_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    act(ctx, row.id, "submitted")
    return row


def act(
    ctx: Context,
    notification_id: int,
    kind: str,
    note: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Append one deed to a notification.

    Raises:
        KeyError: the kind of deed is not one of `models.notification.ACTIONS`.
    """
    if kind not in ACTIONS:
        raise KeyError(kind)
    ctx.session.add(
        NotificationAction(
            notification_id=notification_id,
            kind=kind,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            note=note,
            data=data or {},
        )
    )
    audit.record(ctx, Tag.NOTIFICATION_ACTION, f"notification:{notification_id}", detail={"kind": kind})


def get(ctx: Context, notification_id: int) -> Notification:
    """The notification of an id.

    Raises:
        NotFound: there is none.
    """
    row = ctx.session.get(Notification, notification_id)
    if row is None:
        raise NotFound(
            "この届出は見つかりません。一覧から開き直してください。", "There is no such notification."
        )
    return row


def state(ctx: Context, notification_id: int) -> str:
    """The state that its actions give; `draft` where nothing was sent."""
    statement = select(NotificationAction).where(NotificationAction.notification_id == notification_id)
    return state_of(list(ctx.session.scalars(statement.order_by(NotificationAction.id))))


def link_persons(
    ctx: Context, notification_id: int, person_ids: list[int], newcomers: Collection[int] = ()
) -> None:
    """Say which registered persons a notification concerns, each once; `newcomers` it took in itself."""
    linked: set[int] = set()
    if set(person_ids) - set(newcomers):
        statement = select(NotificationPerson.person_id).where(
            NotificationPerson.notification_id == notification_id
        )
        linked = set(ctx.session.scalars(statement))
    for person_id in dict.fromkeys(person_ids):
        if person_id not in linked:
            ctx.session.add(NotificationPerson(notification_id=notification_id, person_id=person_id))


def title_of(ctx: Context, notification: Notification) -> str:
    """What was notified, with its reason, as papers call it: 資格取得届(転入)."""
    statement = select(ReasonCode.name).where(
        ReasonCode.procedure == notification.procedure, ReasonCode.code == notification.reason
    )
    name = ctx.session.scalars(statement).first()
    title, _ = procedures.title(ctx.session, notification.procedure)
    return f"{title}({name})" if name else title


def refusal_reason(data: Mapping[str, Any]) -> str:
    """Why a case ends without registration: the reason of the identity check, or of the papers' desk."""
    refused = data.get("form", {}).get("confirm_identity", {}).get("refusal_reason")
    gave_up = data.get("outcome", {}).get("papers_arrived", {}).get("note")
    return str(gave_up or refused or "")
