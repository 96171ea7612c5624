"""Certificates that are out although the class of their household is another by now (C1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select

from models.ceiling_decision import CeilingDecision, list_of_certificates
from models.certificate import ENDED, Certificate, last_events
from models.enrolment import list_periods_of
from rules.benefits.income_class import classify
from services.ceiling_certificates.assessing import ASKED
from services.ceiling_certificates.facts import gather
from services.context import Context


class Changed(NamedTuple):
    """A certificate and the household in which its holder is insured today; which tells the other class."""

    certificate: Certificate
    household_id: int


def of_another_class(ctx: Context) -> Iterator[Changed]:
    """Those that are valid today, whose class by the record of today is another one or cannot be told.

    Who moved counts in the household in which he is insured today; who is not insured any more is left out,
    for his certificate is collected with the loss. Arrears are not asked about: they are on no record.
    """
    valid = select(Certificate).where(
        Certificate.kind.in_([one.value for one in ASKED.values()]), Certificate.expires_on >= ctx.today
    )
    rows = list(ctx.session.scalars(valid.order_by(Certificate.id)))
    ends = last_events(ctx.session, [row.id for row in rows])
    out = [row for row in rows if ends[row.id].kind not in ENDED]
    decided = _decisions(ctx, out)
    periods = list_periods_of(ctx.session, {row.person_id for row in out})
    homes = {one.person_id: one.household_id for one in periods if one.covers(ctx.today)}
    for row in out:
        home = homes.get(row.person_id)
        if home is None:
            continue
        found = gather(ctx, home, row.person_id, ctx.today)
        told = decided.get(row.id)
        if classify(found.facts, found.law).result.income_class != (told.income_class if told else None):
            yield Changed(row, home)


def _decisions(ctx: Context, rows: Sequence[Certificate]) -> Mapping[int, CeilingDecision]:
    """By which decision each was issued, by certificate; of one that was issued again, that of the first."""
    found: dict[int, CeilingDecision] = {}
    places = {row.id: row for row in rows}
    while places:
        decided = list_of_certificates(ctx.session, {one.id for one in places.values()})
        found |= {of: decided[one.id] for of, one in places.items() if one.id in decided}
        left = {
            of: one.replaces_id
            for of, one in places.items()
            if of not in found and one.replaces_id is not None
        }
        statement = select(Certificate).where(Certificate.id.in_(left.values()))
        before = {one.id: one for one in ctx.session.scalars(statement)}
        places = {of: before[replaced] for of, replaced in left.items()}
    return found
