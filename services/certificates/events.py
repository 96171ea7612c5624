"""What happens to a certificate after its issue: collected, lost, replaced, void (C2). Append-only."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from models.audit.tags import Tag
from models.certificate import ENDED, EVENTS, Certificate, CertificateEvent, last_events, list_of_persons
from models.notification import Notification
from services import audit
from services.context import Context
from services.entries.reading import CertificateReturn
from services.errors import CertificateEnded

CAME_BACK = {"collected": "returned", "not_returned": "not_returned"}


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
    return list_out_of(ctx, [person_id])[person_id]


def list_out_of(ctx: Context, person_ids: Collection[int]) -> dict[int, list[Certificate]]:
    """The same of several persons by id, in two statements."""
    rows = list_of_persons(ctx.session, person_ids) if person_ids else []
    states = last_events(ctx.session, [row.id for row in rows]) if rows else {}
    out: dict[int, list[Certificate]] = {one: [] for one in person_ids}
    for row in rows:
        if states[row.id].kind not in ENDED:
            out[row.person_id].append(row)
    return out


def take_back(
    ctx: Context, out: Sequence[Certificate], told: CertificateReturn | None, notification: Notification
) -> None:
    """Write down what became of the certificates that a person had out, as told at the counter."""
    if told is not None and told.kind in CAME_BACK:
        reason = (told.reason or "") if told.kind == "not_returned" else None
        for row in out:
            append(ctx, row.id, CAME_BACK[told.kind], notification, reason)


def void(ctx: Context, certificate: Certificate, notification: Notification, reason: str) -> None:
    """Say that a certificate should not have been issued; it must be collected."""
    record_event(ctx, certificate, "voided", notification, reason)
