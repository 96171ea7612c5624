"""Certificates that are out although the class of their household is another by now (C1)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from models.ceiling_decision import ISSUED, CeilingDecision
from models.certificate import ENDED, Certificate, last_events
from rules.benefits.income_class import classify
from services.ceiling_certificates.assessing import ASKED
from services.ceiling_certificates.facts import gather
from services.context import Context


def of_another_class(ctx: Context) -> Iterator[Certificate]:
    """Those that are valid today, whose class by the record of today is another one or cannot be told.

    Arrears are not asked about: they are on no record. Who is not insured any more is left out, for his
    certificate is collected with the loss.
    """
    valid = select(Certificate).where(
        Certificate.kind.in_([one.value for one in ASKED.values()]), Certificate.expires_on >= ctx.today
    )
    rows = list(ctx.session.scalars(valid.order_by(Certificate.id)))
    ends = last_events(ctx.session, [row.id for row in rows])
    out = [row for row in rows if ends[row.id].kind not in ENDED]
    latest = (
        select(func.max(CeilingDecision.id))
        .where(CeilingDecision.state == ISSUED, CeilingDecision.person_id.in_({row.person_id for row in out}))
        .group_by(CeilingDecision.person_id)
    )
    decided = ctx.session.scalars(select(CeilingDecision).where(CeilingDecision.id.in_(latest)))
    classes = {one.person_id: one.income_class for one in decided}
    for row in out:
        found = gather(ctx, row.household_id, row.person_id, ctx.today)
        is_insured = found.facts.members[found.facts.applicant].is_insured
        if is_insured and classify(found.facts, found.law).result.income_class != classes.get(row.person_id):
            yield row
