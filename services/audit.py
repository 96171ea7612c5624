"""Saying what was done, in the transaction in which it is done (M15, Ruling 6)."""

from __future__ import annotations

from typing import Any

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from services.context import Context


def record(
    ctx: Context,
    tag: Tag,
    subject: str = "",
    case_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one audit event. `subject` is `kind:id`; `detail` holds codes and counts, never names."""
    ctx.session.add(
        AuditEvent(
            at=ctx.at,
            actor_id=ctx.actor.staff_id,
            staff_number=ctx.actor.staff_number,
            office_id=ctx.actor.office_id,
            tag=tag.value,
            subject=subject,
            case_id=case_id,
            detail=detail or {},
        )
    )
