"""What stands on a certificate, gathered from the record (letters-and-certificates, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.enrolment import Enrolment
from models.household import CardNumber
from models.person import SEX_LABELS, AddressRecord, PersonRecord
from printing.certificates.card import Card
from rules.benefits.ceilings import Granted
from rules.certificates import CertificateFacts, CertificateKind, Validity
from services.city import Insurer
from services.statute import law_on

SHARE_BEFORE_INCOME = "municipal/certificates/share_before_income"
STUDENT_MARK, FACILITY_MARK = "学", "特"
_MARKS = {"student": STUDENT_MARK, "facility": FACILITY_MARK}


@dataclass(frozen=True)
class Holder:
    """An insured person with what his certificate is made from.

    `share_since`: the first day of the share on record, where an entry told it.
    """

    record: PersonRecord
    period: Enrolment
    card: CardNumber
    branch: str
    head_name: str = ""
    address: AddressRecord | None = None
    share_since: date | None = None


def facts_of(record: PersonRecord, period: Enrolment) -> CertificateFacts:
    """What the rules need to choose the kind and the last day."""
    return CertificateFacts(
        birth=record.birth,
        covered_from_on=period.coverage_start_on,
        lost_on=period.coverage_end_on or period.lost_on,
        has_registered_card=record.has_insurance_card_registration,
        needs_help=record.needs_help,
        is_protected=record.protective_measure,
        residence_until_on=record.residence_expires_on,
    )


def card_of(
    holder: Holder, kind: CertificateKind, validity: Validity, serial: str, issued_on: date, by: Insurer
) -> Card:
    """The one card of a person, ready to be stored and printed."""
    record, share = holder.record, None
    if validity.share_from_on is not None:
        share = record.copay_share or law_on(issued_on).integer(SHARE_BEFORE_INCOME)
    old_law = kind is CertificateKind.INSURANCE_CARD
    mark = _MARKS.get(holder.period.residence_exception or "")
    return Card(
        serial=serial,
        insurer_number=by.number,
        insurer_name=by.name,
        symbol=holder.card.symbol,
        number=holder.card.number,
        branch=holder.branch,
        name=record.name,
        kana=record.name_kana,
        short_name=record.alias_name or "",
        sex=SEX_LABELS[record.sex][0],
        birth=record.birth,
        acquired_on=holder.period.acquired_on,
        issued_on=issued_on,
        expires_on=validity.expires_on,
        head_name=holder.head_name if old_law else "",
        address=_lines(holder.address) if old_law else (),
        copay_share=share,
        share_from=_share_from(holder, validity),
        share_until=validity.share_until_on,
        marks=(mark,) if mark else (),
    )


def card_of_ceiling(
    holder: Holder,
    granted: Granted,
    class_title: str,
    limits: Sequence[str],
    serial: str,
    issued_on: date,
    by: Insurer,
) -> Card:
    """A ceiling-amount certificate of a person, with the limits of its class for the back."""
    record = holder.record
    return Card(
        serial=serial,
        insurer_number=by.number,
        insurer_name=by.name,
        symbol=holder.card.symbol,
        number=holder.card.number,
        branch=holder.branch,
        name=record.name,
        kana=record.name_kana,
        short_name=record.alias_name or "",
        sex=SEX_LABELS[record.sex][0],
        birth=record.birth,
        acquired_on=holder.period.acquired_on,
        issued_on=issued_on,
        expires_on=granted.expires_on,
        head_name=holder.head_name,
        limit_class=class_title,
        limit_class_from=granted.first_on,
        long_stay_on=granted.long_stay_on,
        limits=tuple(limits),
    )


def _share_from(holder: Holder, validity: Validity) -> date | None:
    """The first day of the share that is printed: never before that of the share of 70 to 74 itself."""
    own = validity.share_from_on
    return own if own is None or holder.share_since is None else max(own, holder.share_since)


def _lines(address: AddressRecord | None) -> tuple[str, ...]:
    if address is None:
        return ()
    return tuple(line for line in (address.address, address.building) if line)
