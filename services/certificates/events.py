"""What happens to a certificate after its issue: collected, lost, replaced, void (C2). Append-only."""

from __future__ import annotations

from models.audit.tags import Tag
from models.certificate import ENDED, EVENTS, Certificate, CertificateEvent, last_events, list_of_person
from models.notification import Notification
from services import audit
from services.context import Context
from services.entries.reading import CertificateReturn
from services.errors import CertificateEnded


def record_event(
    ctx: Context,
    certificate: Certificate,
    kind: str,
    notification: Notification | None = None,
    reason: str | None = None,
) -> None:
    """Append one event to a certificate.

    Raises:
        KeyError: the kind is none of `models.certificate.EVENTS`.
        CertificateEnded: the certificate was collected, lost, replaced or voided before.
    """
    label = EVENTS[kind][0]
    last = last_events(ctx.session, [certificate.id]).get(certificate.id)
    came_back = last is not None and (last.kind, kind) == ("not_returned", "returned")
    if last is not None and last.kind in ENDED and not came_back:
        raise CertificateEnded(
            f"証{certificate.serial}はすでに「{EVENTS[last.kind][0]}」となっているため、"
            f"「{label}」を記録できません。証の履歴を確かめてください。",
            f"Certificate {certificate.serial} has ended ({EVENTS[last.kind][1]}). Look at its history.",
        )
    append(ctx, certificate.id, kind, notification, reason)


def append(
    ctx: Context,
    certificate_id: int,
    kind: str,
    notification: Notification | None,
    reason: str | None = None,
) -> None:
    """Append an event without asking what came before; for certificates whose state is known."""
    ctx.session.add(
        CertificateEvent(
            certificate_id=certificate_id,
            kind=kind,
            at=ctx.at,
            by_id=ctx.actor.staff_id,
            reason=reason,
            notification_id=notification.id if notification else None,
        )
    )
    detail = {"kind": kind, "notification": notification.id if notification else None}
    audit.record(ctx, Tag.CERTIFICATE_EVENT, f"certificate:{certificate_id}", detail=detail)


def list_out(ctx: Context, person_id: int) -> list[Certificate]:
    """The certificates of a person that were issued and have not ended, newest first."""
    rows = list_of_person(ctx.session, person_id)
    states = last_events(ctx.session, [row.id for row in rows])
    return [row for row in rows if states[row.id].kind not in ENDED]


def collect(ctx: Context, person_id: int, notification: Notification) -> list[int]:
    """Write down that the certificates of a person came back."""
    return _end_all(ctx, person_id, "returned", notification, None)


def miss(ctx: Context, person_id: int, notification: Notification, reason: str) -> list[int]:
    """Write down that the certificates of a person did not come back, and why."""
    return _end_all(ctx, person_id, "not_returned", notification, reason)


def take_back(
    ctx: Context, person_id: int, told: CertificateReturn | None, notification: Notification
) -> None:
    """Write down what became of a person's certificates, as told at the counter."""
    if told is not None and told.kind == "collected":
        collect(ctx, person_id, notification)
    elif told is not None and told.kind == "not_returned":
        miss(ctx, person_id, notification, told.reason or "")


def void(ctx: Context, certificate: Certificate, notification: Notification, reason: str) -> None:
    """Say that a certificate should not have been issued; it must be collected."""
    record_event(ctx, certificate, "voided", notification, reason)


def _end_all(
    ctx: Context, person_id: int, kind: str, notification: Notification, reason: str | None
) -> list[int]:
    rows = list_out(ctx, person_id)
    for row in rows:
        append(ctx, row.id, kind, notification, reason)
    return [row.id for row in rows]
