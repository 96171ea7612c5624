"""Asking for paper in the transaction of the deed that needs it (C3; architecture, section 5, step 10)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.certificate import Certificate
from models.document import TITLE_LENGTH, PrintRequest
from models.notification import Notification
from models.person import AddressRecord, PersonRecord, list_current
from printing.documents import DOCUMENTS
from printing.letter import MailingAddress
from rules.certificates import TITLES, CertificateKind
from services import addresses, letter_words
from services.certificates.family import Family
from services.context import Context
from services.errors import SettingMissing
from services.numbering import document_numbers
from services.papers import to_plain
from services.protection import list_hidden

MORE = re.compile(r" ほか(\d+)人$")
COUNTER, POST, INNER = "counter", "post", "inner"


@dataclass(frozen=True)
class Recipient:
    """Who gets a letter: the person and the place where letters reach him."""

    person_id: int
    address: MailingAddress
    postal_code: str


def title_in(request: PrintRequest, *, english: bool) -> str:
    """What a paper is and for whom; the title kept is in the words of the paper itself."""
    kind = DOCUMENTS.get(request.document)
    if not english or kind is None:
        return request.title
    _, gap, whom = request.title.partition(" ")
    whom = MORE.sub(r" and \1 more", whom)
    return f"{kind.title_en}{gap}{whom}"


def ask_for_certificates(
    ctx: Context,
    family: Family,
    certificates: Sequence[Certificate],
    notification: Notification | None,
    delivery: str,
) -> list[PrintRequest]:
    """One request a carrier: by post a household's cards of a kind together, at the counter each alone.

    A person under a protective measure gets letters of his own, to his own place (H14).
    """
    if not certificates:
        return []
    holders = family.records
    carriers: dict[tuple[str, int, int], list[Certificate]] = defaultdict(list)
    for row in certificates:
        protected = holders[row.person_id].protective_measure
        reader = row.person_id if protected else family.head_id or row.person_id
        alone = row.id if delivery == COUNTER else 0
        carriers[row.kind, reader, alone].append(row)
    readers = _recipients(ctx, {reader: holders[reader] for _, reader, _ in carriers}, family.places)
    issuer = to_plain(family.settings.issuer)
    numbers = document_numbers(ctx.session, len(carriers), family.settings)
    covers = letter_words.covers_in_force(ctx, {kind for kind, *_ in carriers})
    requests = [
        _carrier(ctx, together, readers[reader], holders, notification, delivery, number, issuer, covers)
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
    notification: Notification | None,
    recipient: Recipient,
    delivery: str,
    person_id: int | None = None,
    household_id: int | None = None,
) -> PrintRequest:
    """Ask for one paper whose whole content is known now; its household is its notification's, if any."""
    request = PrintRequest(
        document=document,
        notification_id=notification.id if notification else None,
        household_id=notification.household_id if notification else household_id,
        person_id=person_id,
        office_id=_office_of(ctx, notification),
        payload=to_plain(content),
        title=title[:TITLE_LENGTH],
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
    return _recipients(ctx, list_current(ctx.session, person_ids))


def _recipients(
    ctx: Context, records: Mapping[int, PersonRecord], newcomers: Mapping[int, AddressRecord] | None = None
) -> dict[int, Recipient]:
    """Where letters reach persons; of newcomers the one address is in hand."""
    places: dict[int, Mapping[str, AddressRecord]] = {
        one: {row.kind: row} for one, row in (newcomers or {}).items()
    }
    asked = [one for one in records if one not in places]
    places |= addresses.all_of(ctx.session, asked, ctx.today) if asked else {}
    hidden = list_hidden(ctx, asked)
    return {
        one: _recipient(record, places.get(one, {}), hides_area=one in hidden)
        for one, record in records.items()
    }


def _carrier(
    ctx: Context,
    together: list[Certificate],
    recipient: Recipient,
    holders: Mapping[int, PersonRecord],
    notification: Notification | None,
    delivery: str,
    number: str,
    issuer: dict[str, Any],
    covers: Mapping[str, Mapping[str, Any]],
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
    if first.kind in covers:
        payload[letter_words.COVER] = covers[first.kind]
    return PrintRequest(
        document=first.kind,
        certificate_id=first.id,
        notification_id=notification.id if notification else None,
        household_id=first.household_id,
        person_id=first.person_id,
        office_id=_office_of(ctx, notification),
        payload=payload,
        title=(title if len(together) == 1 else f"{title} ほか{len(together) - 1}人")[:TITLE_LENGTH],
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


def _recipient(
    record: PersonRecord, places: Mapping[str, AddressRecord], *, hides_area: bool = False
) -> Recipient:
    """Where a letter goes; the area, by which the queue is sorted, is kept from it for hidden places."""
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
        "" if hides_area else code,
    )
