"""Cases that a notification (届出) begins: what the engine needs to know of it (B1, B5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.case import Case
from services import notifications
from services.context import Context
from services.subjects import Subject, describe
from workflows.engine.matters import Received, Shown
from workflows.engine.operations import CaseData, NoNotification, get_operation

LONGEST_NOTE = 400
WAITS_IN = {  # the state of a notification whose open task is this one
    "confirm_identity": "submitted",
    "papers_arrived": "papers_awaited",
    "verify": "identity_confirmed",
    "examine": "identity_confirmed",
    "apply": "sent_back",
    "correct": "sent_back",
}


class NotificationMatter:
    """A procedure whose cases are notifications; it offers the operation `<slug>.examine`."""

    def examine(self, ctx: Context, told: CaseData) -> list[str]:
        """Ask the procedure; the cautions that it gives."""
        cautions: list[str] = get_operation(f"{told.slug}.examine")(ctx, told)["cautions"]
        return cautions

    def receive(
        self, ctx: Context, slug: str, entry: Mapping[str, Any], received: Mapping[str, Any]
    ) -> Received:
        """Number the notification and keep it."""
        event_on = entry.get("event_on")
        facts = notifications.Received(
            procedure=slug,
            reason=str(entry.get("reason") or entry.get("kind", "")),
            way=str(entry.get("way", "counter")),
            received_on=date.fromisoformat(entry["received_on"]) if "received_on" in entry else ctx.today,
            office_id=received["office_id"],
            event_on=date.fromisoformat(event_on) if event_on else None,
            household_id=entry.get("household_id"),
            cancels_id=entry.get("notification_id"),
            ground=entry.get("ground"),
        )
        row = notifications.receive(ctx, facts)
        return Received(row.office_id, row.id)

    def facts(self, ctx: Context, case: Case) -> dict[str, Any]:
        """What conditions and tables ask of the notification."""
        notification = notifications.get(ctx, _id_of(case))
        return {
            "procedure": notification.procedure,
            "reason": notification.reason,
            "way": notification.way,
            "received_on": notification.received_on.isoformat(),
            "notification_id": notification.id,
        }

    def show(self, ctx: Context, case: Case) -> Shown:
        """Its number, reason, way and day."""
        notification = notifications.get(ctx, _id_of(case))
        return Shown(
            procedure=notification.procedure,
            number=notification.number,
            reason=notification.reason,
            way=notification.way,
            received_on=notification.received_on,
        )

    def describe(self, ctx: Context, entry: Mapping[str, Any]) -> Subject:
        """The first person named or referred to."""
        return describe(ctx, entry)

    def withdraw(self, ctx: Context, case: Case, reason: str) -> None:
        """Append the withdrawal to the notification; one that is registered stays so."""
        if notifications.state(ctx, _id_of(case)) == "registered":
            return
        notifications.act(ctx, _id_of(case), "withdrawn", note=reason)

    def rewind(self, ctx: Context, case: Case, element_id: str, reason: str) -> None:
        """Append it with the state that the notification then waits in."""
        state = WAITS_IN.get(element_id, "submitted")
        notifications.act(ctx, _id_of(case), "rewound", note=reason[:LONGEST_NOTE], data={"state": state})

    def name(self, case: Case) -> str:
        """The notification."""
        return f"notification:{case.notification_id}"


def _id_of(case: Case) -> int:
    if case.notification_id is None:
        raise NoNotification(f"case {case.id} of {case.slug} has no notification")
    return case.notification_id
