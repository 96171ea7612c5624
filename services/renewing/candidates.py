"""Who needs which new certificate for a term, by the rules of kind and last day; nothing is written (C2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select

from models.base import known
from models.certificate import Certificate
from models.enrolment import Enrolment
from models.person import list_current
from models.renewal import CHANGED, FIRST, REFUSED, SAME
from rules.certificates import ON_APPLICATION, CertificateFacts, CertificateKind, decide_kind, expiry
from services.certificates import events
from services.certificates.contents import facts_of
from services.context import Context
from services.statute import law_on


@dataclass(frozen=True)
class Candidate:
    """One paper for one person, or why he gets none; columns as in `models.renewal.RenewalRow`."""

    person_id: int
    household_id: int
    kind: str
    outcome: str
    expires_on: date | None = None
    limited_by: str = ""
    before_kind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What a range of households comes to: who was looked at, who needs nothing, who needs what."""

    persons: int
    needless: int
    candidates: Sequence[Candidate]


def find(ctx: Context, from_on: date, first: int, last: int) -> Found:
    """Look at the households of a range of ids, both included, for papers that hold from `from_on` on.

    Certificates on application (限度額適用認定証) are no papers of a renewal: nobody gets one unasked.
    """
    periods = _periods(ctx, from_on, first, last)
    ids = [one.person_id for one in periods]
    records, out = list_current(ctx.session, ids), events.list_out_of(ctx, ids)
    needless = 0
    candidates: dict[tuple[int, str], Candidate] = {}
    for one in periods:
        facts = replace(facts_of(records[one.person_id], one), valid_from_on=from_on)
        held = [row for row in out[one.person_id] if row.kind not in ON_APPLICATION]
        wanted = _wanted(ctx, one, facts, held, from_on)
        needless += not wanted
        for candidate in wanted:  # of two refusals of one person the first is told
            candidates.setdefault((one.person_id, candidate.kind), candidate)
    return Found(len(periods), needless, list(candidates.values()))


def holds(row: Certificate, kind: str, day: date, expires_on: date | None) -> bool:
    """Whether a certificate that has not ended serves on a day as the one of this kind and last day would.

    A notice without a last day does not serve where one with the share of 70 to 74, which bears one, is due.
    """
    if row.kind != kind:
        return False
    return expires_on is None if row.expires_on is None else row.expires_on >= day


def _periods(ctx: Context, day: date, first: int, last: int) -> list[Enrolment]:
    statement = known(select(Enrolment).where(Enrolment.household_id.between(first, last)), Enrolment)
    statement = statement.where(
        Enrolment.cancelled.is_(False),
        Enrolment.acquired_on <= day,
        or_(Enrolment.lost_on.is_(None), Enrolment.lost_on > day),
        or_(Enrolment.coverage_end_on.is_(None), Enrolment.coverage_end_on > day),
    )
    return list(ctx.session.scalars(statement.order_by(Enrolment.household_id, Enrolment.person_id)))


def _wanted(
    ctx: Context, period: Enrolment, facts: CertificateFacts, out: Sequence[Certificate], from_on: date
) -> list[Candidate]:
    law = law_on(ctx.today)
    choice = decide_kind(facts, law).result
    before = next((row.kind for row in out if row.expires_on is None or row.expires_on >= ctx.today), "")
    if choice.refusals:
        return [_refused(period, before, choice.refusals[0].message_ja)]
    wanted = []
    for kind in choice.kinds:
        validity = expiry(facts, law, kind).result
        if any(holds(row, kind.value, from_on, validity.expires_on) for row in out):
            continue
        if validity.refusals:
            wanted.append(_refused(period, before, validity.refusals[0].message_ja))
            continue
        wanted.append(
            Candidate(
                period.person_id,
                period.household_id,
                kind.value,
                _outcome(kind, before, {row.kind for row in out}),
                validity.expires_on,
                validity.limited_by,
                before,
            )
        )
    return wanted


def _refused(period: Enrolment, before: str, why: str) -> Candidate:
    return Candidate(
        period.person_id, period.household_id, "", REFUSED, before_kind=before, note=_in_short(why)
    )


def _outcome(kind: CertificateKind, before: str, held: set[str]) -> str:
    if not before:
        return FIRST
    return SAME if kind.value in held else CHANGED


def _in_short(message: str) -> str:
    """What is so, without what is to be done about it: a list of many says it once a line."""
    return message.partition("。")[0][:399] + "。"
