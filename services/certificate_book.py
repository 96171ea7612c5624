"""The certificates of a person or a household with all that happened to them, found by serial too (C2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.audit.tags import Tag
from models.certificate import ENDED, Certificate, CertificateEvent, last_events
from models.document import PrintEvent, PrintRequest
from models.household import Household
from models.person import Person, PersonRecord, list_current
from models.staff import names_of
from services import audit, handing_over
from services.context import Context
from services.errors import HouseholdUnknown, NotFound, PersonUnknown

SERIAL = re.compile(r"(\d{4})-?(\d{1,7})")
BACK_SHOWN = 50


@dataclass(frozen=True)
class Line:
    """A certificate in a list: whose it is, and what happened to it last."""

    certificate: Certificate
    holder: PersonRecord
    last: CertificateEvent

    @property
    def ended(self) -> bool:
        return self.last.kind in ENDED

    def expired(self, day: date) -> bool:
        """Whether its last day has passed."""
        return self.certificate.expires_on is not None and self.certificate.expires_on < day


@dataclass(frozen=True)
class CertificatePage:
    """One certificate as its page shows it: newest event last, and how often it was printed."""

    line: Line
    events: Sequence[CertificateEvent]
    names: dict[int, str]
    deeds: frozenset[str]
    prints: Sequence[PrintEvent]


def of_person(ctx: Context, person_id: int) -> tuple[PersonRecord, list[Line]]:
    """All certificates of a person, newest first.

    Raises:
        PersonUnknown: nobody with this id is on record.
    """
    if ctx.session.get(Person, person_id) is None:
        raise PersonUnknown(
            "この方は見つかりません。検索から開き直してください。", "There is no such person."
        )
    audit.record(ctx, Tag.PERSON_READ, f"person:{person_id}", detail={"of": "certificates"})
    rows = ctx.session.scalars(
        select(Certificate).where(Certificate.person_id == person_id).order_by(Certificate.id.desc())
    ).all()
    return list_current(ctx.session, [person_id])[person_id], _lines(ctx, rows)


def of_household(ctx: Context, household_id: int) -> tuple[Household, list[Line]]:
    """All certificates that were issued under a household, by person, newest first.

    Raises:
        HouseholdUnknown: there is no such household.
    """
    household = ctx.session.get(Household, household_id)
    if household is None:
        raise HouseholdUnknown(
            "この世帯は見つかりません。検索から開き直してください。", "There is no such household."
        )
    audit.record(ctx, Tag.HOUSEHOLD_READ, f"household:{household_id}", detail={"of": "certificates"})
    rows = ctx.session.scalars(
        select(Certificate)
        .where(Certificate.household_id == household_id)
        .order_by(Certificate.branch, Certificate.id.desc())
    ).all()
    return household, _lines(ctx, rows)


def came_back(ctx: Context) -> list[Line]:
    """Certificates that came back undelivered and still lie in the office, the oldest first (H29)."""
    later = (
        select(CertificateEvent.certificate_id)
        .where(CertificateEvent.kind == "undelivered")
        .order_by(CertificateEvent.id.desc())
        .limit(10 * BACK_SHOWN)
    )
    ids = list(dict.fromkeys(ctx.session.scalars(later)))
    states = last_events(ctx.session, ids) if ids else {}
    lying = [one for one in ids if states[one].kind == "undelivered"][-BACK_SHOWN:]
    rows = ctx.session.scalars(
        select(Certificate).where(Certificate.id.in_(lying)).order_by(Certificate.id)
    ).all()
    return _lines(ctx, rows)


def find_serial(ctx: Context, typed: str) -> Certificate:
    """The certificate of a serial, in any width, with or without the leading zeros.

    Raises:
        NotFound: it is no serial, or there is none of it.
    """
    plain = unicodedata.normalize("NFKC", typed).replace(" ", "").replace("ー", "-").replace("−", "-")
    found = SERIAL.fullmatch(plain)
    serial = f"{found[1]}-{found[2]:0>7}" if found else ""
    row = ctx.session.scalars(select(Certificate).where(Certificate.serial == serial)).one_or_none()
    if row is None:
        raise NotFound(
            "この番号の証はありません。証の下にある番号を確かめてください(例:2026-0000123)。",
            "There is no certificate of this serial. Look at the number at its foot, e.g. 2026-0000123.",
        )
    return row


def read(ctx: Context, certificate_id: int) -> CertificatePage:
    """One certificate with its events and what may be written down of it now.

    Raises:
        NotFound: there is none.
    """
    row = handing_over.get(ctx, certificate_id)
    audit.record(ctx, Tag.PERSON_READ, f"person:{row.person_id}", detail={"certificate": row.id})
    events = ctx.session.scalars(
        select(CertificateEvent)
        .where(CertificateEvent.certificate_id == row.id)
        .order_by(CertificateEvent.id)
    ).all()
    [line] = _lines(ctx, [row])
    return CertificatePage(
        line=line,
        events=events,
        names=names_of(ctx.session, {one.by_id for one in events}),
        deeds=handing_over.deeds_for(events[-1].kind),
        prints=_prints(ctx, row),
    )


def _prints(ctx: Context, row: Certificate) -> list[PrintEvent]:
    """What was printed of a certificate's own request; a carrier of several hangs on its first one."""
    statement = (
        select(PrintEvent)
        .join(PrintRequest, PrintRequest.id == PrintEvent.request_id)
        .where(PrintRequest.certificate_id == row.id, PrintRequest.office_id == ctx.actor.office_id)
        .order_by(PrintEvent.id)
    )
    return list(ctx.session.scalars(statement))


def _lines(ctx: Context, rows: Sequence[Certificate]) -> list[Line]:
    if not rows:
        return []
    states = last_events(ctx.session, [row.id for row in rows])
    holders = list_current(ctx.session, {row.person_id for row in rows})
    return [Line(row, holders[row.person_id], states[row.id]) for row in rows]
