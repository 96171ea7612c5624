"""Notifications and entries as the forms hand them over, and families on record by them."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from models.notification import Notification
from services import acquisition, cancellation, change, loss, notifications, reissue
from services.context import Context
from services.findings import Registered
from services.notifications import Received

ADDRESS = {"postal_code": "0000001", "address": "見本県見本市架空町1丁目2番3号"}
NEW_ADDRESS = {"postal_code": "0000002", "address": "見本県見本市試験町4番5号", "building": "見本荘101"}


def a_notification(ctx: Context, procedure: str, reason: str = "01", **more: Any) -> Notification:
    assert ctx.actor.office_id is not None
    facts = {"way": "counter", "received_on": ctx.today, "office_id": ctx.actor.office_id} | more
    return notifications.receive(ctx, Received(procedure=procedure, reason=reason, **facts))


def a_person(name: str = "見本 太郎", birth_date: str = "1980-04-02", **more: Any) -> dict[str, Any]:
    """A row of the acquisition form."""
    row = {
        "name": name,
        "kana": "ミホン タロウ",
        "sex": "1",
        "birth_date": birth_date,
        "relationship": "head",
        "has_my_number_insurance_card": False,
    }
    return row | more


def a_family() -> list[dict[str, Any]]:
    """Father, mother, two children; the mother has registered her My Number card."""
    return [
        a_person(),
        a_person(
            "見本 花子",
            "1982-07-15",
            kana="ミホン ハナコ",
            sex="2",
            relationship="wife",
            has_my_number_insurance_card=True,
        ),
        a_person("見本 一郎", "2012-01-20", kana="ミホン イチロウ", relationship="child"),
        a_person("見本 葵", "2016-03-31", kana="ミホン アオイ", sex="2", relationship="child"),
    ]


def an_acquisition(persons: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """Moving in on 2026-11-20, told on 2026-11-23 at the counter by the head himself."""
    entry: dict[str, Any] = {
        "reason": "01",
        "event_on": "2026-11-20",
        "received_on": "2026-11-23",
        "way": "counter",
        "form_date": "2026-11-23",
        "notifier": {"name": "見本 太郎", "relation": "self"},
        "phone": "000-0000-0000",
        "address": ADDRESS,
        "head_kind": "listed",
        "persons": a_family() if persons is None else persons,
        "previous_municipality_code": "999989",
        "previous_address": {"postal_code": "0000009", "address": "別県別市別町9番"},
        "moved_within_prefecture": False,
    }
    return entry | more


def register_acquisition(
    ctx: Context, persons: list[dict[str, Any]] | None = None, delivery: str | None = None, **more: Any
) -> Registered:
    """Let persons join as the workflow would."""
    entry = an_acquisition(persons, **more)
    notification = a_notification(
        ctx, "acquisition", entry["reason"], received_on=date.fromisoformat(entry["received_on"])
    )
    return acquisition.register(ctx, notification, entry, delivery)


def a_loss(done: Registered, *places: int, reason: str = "02", **more: Any) -> dict[str, Any]:
    """Somebody of a registered family joined an employees' scheme on 2026-11-21; `places` in the family."""
    entry: dict[str, Any] = {
        "reason": reason,
        "household_id": done.household_id,
        "event_on": "2026-11-21",
        "received_on": "2026-11-23",
        "way": "counter",
        "form_date": "2026-11-23",
        "notifier": {"name": "見本 太郎", "relation": "self"},
        "phone": "000-0000-0000",
        "persons": [{"person_id": done.person_ids[one], "certificate": "collected"} for one in places],
    }
    return entry | more


def register_loss(ctx: Context, entry: dict[str, Any], delivery: str | None = None) -> Registered:
    """Let persons leave as the workflow would."""
    received_on = date.fromisoformat(entry["received_on"])
    notification = a_notification(ctx, "loss", entry["reason"], received_on=received_on)
    return loss.register(ctx, notification, entry, delivery)


def _told_today(done: Registered) -> dict[str, Any]:
    return {
        "household_id": done.household_id,
        "received_on": "2026-11-23",
        "way": "counter",
        "form_date": "2026-11-23",
        "notifier": {"name": "見本 太郎", "relation": "self"},
        "phone": "000-0000-0000",
    }


def a_change(done: Registered, kind: str, **more: Any) -> dict[str, Any]:
    """A change on 2026-11-22 of the household of a registered family."""
    return _told_today(done) | {"kind": kind, "event_on": "2026-11-22"} | more


def register_change(ctx: Context, entry: dict[str, Any], delivery: str | None = None) -> Registered:
    """Let a change happen as the workflow would."""
    received_on = date.fromisoformat(entry["received_on"])
    notification = a_notification(ctx, "change", entry["kind"], received_on=received_on)
    return change.register(ctx, notification, entry, delivery)


def a_reissue(
    done: Registered, place: int, reason: str = "lost", paper: str = "eligibility_certificate", **more: Any
) -> dict[str, Any]:
    """An application for a new paper of one of a registered family."""
    rows = [{"person_id": done.person_ids[place], "paper": paper}]
    wanted = {"reason": reason, "persons": rows, "delivery": "counter", "promises_to_return": True}
    return _told_today(done) | wanted | more


def register_reissue(ctx: Context, entry: dict[str, Any]) -> Registered:
    """Issue again as the workflow would."""
    return reissue.register(ctx, a_notification(ctx, "reissue", entry["reason"]), entry)


def a_cancellation(notification_id: int, **more: Any) -> dict[str, Any]:
    """A wish to cancel a completed notification."""
    entry = {
        "notification_id": notification_id,
        "reason": "wrong_entry",
        "detail": "届出書と違う",
        "received_on": "2026-11-23",
        "way": "ex_officio",
        "ground": "届出書の確認",
        "decision_number": "1",
    }
    return entry | more


def register_cancellation(ctx: Context, notification_id: int) -> Registered:
    """Cancel as the workflow would."""
    notification = a_notification(ctx, "cancellation", "wrong_entry", way="ex_officio")
    return cancellation.register(ctx, notification, a_cancellation(notification_id))


def last_notification_id(ctx: Context) -> int:
    """The notification registered last."""
    return ctx.session.scalars(select(func.max(Notification.id))).one()
