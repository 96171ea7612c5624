"""Asking for paper in the transaction of the deed that needs it (C3; architecture, section 5, step 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.certificate import Certificate
from models.document import PrintRequest
from models.household import get_head
from models.notification import Notification
from models.person import AddressRecord, PersonRecord, list_current
from printing.letter import MailingAddress
from rules.certificates import TITLES, CertificateKind
from services import addresses, city
from services.context import Context
from services.errors import SettingMissing
from services.numbering import document_numbers
from services.papers import to_plain

COUNTER, POST, INNER = "counter", "post", "inner"


@dataclass(frozen=True)
class Recipient:
    """Who gets a letter: the person and the place where letters reach him."""

    person_id: int
    address: MailingAddress
    postal_code: str


def ask_for_certificates(
    ctx: Context, certificates: Sequence[Certificate], notification: Notification | None, delivery: str
) -> list[PrintRequest]:
    """One request a carrier: by post a household's cards of a kind together, at the counter each alone.

    A person under a protective measure gets letters of his own, to his own place (H14).
    """
    if not certificates:
        return []
    holders = list_current(ctx.session, {row.person_id for row in certificates})
    heads = {one: _head_of(ctx, one) for one in {row.household_id for row in certificates}}
    carriers: dict[tuple[str, int, int], list[Certificate]] = defaultdict(list)
    for row in certificates:
        protected = holders[row.person_id].protective_measure
        reader = row.person_id if protected else heads[row.household_id] or row.person_id
        alone = row.id if delivery == COUNTER else 0
        carriers[row.kind, reader, alone].append(row)
    readers = recipients_of(ctx, {reader for _, reader, _ in carriers})
    settings = city.settings_on(ctx.session, certificates[0].issued_on)
    issuer = to_plain(settings.issuer)
    numbers = document_numbers(ctx.session, len(carriers), settings)
    requests = [
        _carrier(ctx, together, readers[reader], holders, notification, delivery, number, issuer)
        for number, ((_, reader, _), together) in zip(numbers, carriers.items(), strict=True)
    ]
    ctx.session.add_all(requests)
    ctx.session.flush()
    return requests


def ask_for(
    ctx: Context,
    document: str,
    content: object,
    title: str,
    notification: Notification,
    recipient: Recipient,
    delivery: str,
    person_id: int | None = None,
) -> PrintRequest:
    """Ask for one paper whose whole content is known now."""
    request = PrintRequest(
        document=document,
        notification_id=notification.id,
        household_id=notification.household_id,
        person_id=person_id,
        office_id=_office_of(ctx, notification),
        payload=to_plain(content),
        title=title[:100],
        addressee=recipient.address.name,
        postal_code=recipient.postal_code,
        delivery=delivery,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(request)
    ctx.session.flush()
    return request


def recipients_of(ctx: Context, person_ids: Collection[int]) -> dict[int, Recipient]:
    """Where letters reach persons: the safe place of somebody protected, his mailing address, his home."""
    records = list_current(ctx.session, person_ids)
    places = addresses.all_of(ctx.session, list(person_ids), ctx.today)
    return {one: _recipient(records[one], places.get(one, {})) for one in person_ids}


def _carrier(
    ctx: Context,
    together: list[Certificate],
    recipient: Recipient,
    holders: dict[int, PersonRecord],
    notification: Notification | None,
    delivery: str,
    number: str,
    issuer: dict[str, Any],
) -> PrintRequest:
    first, dated = together[0], together[0].issued_on
    title = f"{TITLES[CertificateKind(first.kind)]} {holders[first.person_id].name}"
    payload: dict[str, Any] = {
        "certificate_ids": [row.id for row in together],
        "document_number": number,
        "dated": dated.isoformat(),
        "recipient": to_plain(recipient.address),
        "issuer": issuer,
    }
    return PrintRequest(
        document=first.kind,
        certificate_id=first.id,
        notification_id=notification.id if notification else None,
        household_id=first.household_id,
        person_id=first.person_id,
        office_id=_office_of(ctx, notification),
        payload=payload,
        title=(title if len(together) == 1 else f"{title} ほか{len(together) - 1}人")[:100],
        addressee=recipient.address.name,
        postal_code=recipient.postal_code,
        delivery=delivery,
        requested_at=ctx.at,
        requested_by_id=ctx.actor.staff_id,
    )


def _office_of(ctx: Context, notification: Notification | None) -> int:
    office_id = notification.office_id if notification else ctx.actor.office_id
    if office_id is None:
        raise SettingMissing(
            "印刷を頼む課が決まっていません。配属のある職員で処理してください。",
            "No office asks for this paper. Do it as somebody who is posted to an office.",
        )
    return office_id


def _head_of(ctx: Context, household_id: int) -> int | None:
    head = get_head(ctx.session, household_id, ctx.today)
    return head.person_id if head else None


def _recipient(record: PersonRecord, places: Mapping[str, AddressRecord]) -> Recipient:
    kinds = (
        *((addresses.SAFE,) if record.protective_measure else ()),
        addresses.MAILING,
        addresses.RESIDENCE,
    )
    row = next((places[kind] for kind in kinds if kind in places), None)
    code = (row.postal_code or "") if row else ""
    return Recipient(
        record.person_id,
        MailingAddress(
            postal_code=f"{code[:3]}-{code[3:]}" if code else "",
            lines=(row.address,) if row else (),
            building=(row.building or "") if row else "",
            name=(row.mailing_name if row and row.mailing_name else record.name),
        ),
        code,
    )
