"""What was found of an application, as its case shows it: class, limit, certificate, why (N2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.audit.tags import Tag
from models.ceiling_decision import CeilingDecision, find_latest
from models.certificate import Certificate
from models.person import list_current
from models.staff import names_of
from services import audit
from services.context import Context

FIRST = 1


@dataclass(frozen=True)
class CeilingPage:
    """The decision, the names behind its steps, the serial of its certificate, who decided."""

    row: CeilingDecision
    person: str
    members: Sequence[tuple[int, str]]
    barred: Sequence[str]
    serial: str
    decided_by: str


def read(ctx: Context, notification_id: int | None) -> CeilingPage | None:
    """What was found last of an application; None before it was assessed."""
    row = find_latest(ctx.session, notification_id) if notification_id is not None else None
    if row is None:
        return None
    audit.record(ctx, Tag.PERSON_READ, f"person:{row.person_id}", detail={"of": "income_class"})
    records = list_current(ctx.session, {row.person_id, *row.member_ids})
    names: Mapping[int, str] = {one: record.name for one, record in records.items()}
    certificate = ctx.session.get(Certificate, row.certificate_id) if row.certificate_id else None
    staff = names_of(ctx.session, {row.decided_by_id})
    return CeilingPage(
        row=row,
        person=names[row.person_id],
        members=[(place, names[one]) for place, one in enumerate(row.member_ids, FIRST)],
        barred=[names[one] for one in row.barred_ids],
        serial=certificate.serial if certificate else "",
        decided_by=staff.get(row.decided_by_id or 0, ""),
    )
