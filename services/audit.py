"""Saying what was done, in the transaction in which it is done (M15, Ruling 6)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from models.audit import chain, listener
from models.audit.pseudonym import pseudonym_of
from models.audit.tags import Tag
from services.context import Context


class Result(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


RESULTS = {
    Tag.LOGIN_REFUSED: Result.REFUSED,
    Tag.REQUEST_REFUSED: Result.REFUSED,
    Tag.JOB_FAILED: Result.FAILED,
    Tag.TRANSFER_REFUSED: Result.REFUSED,
}


def listed(ctx: Context, what: str, found: int) -> None:
    """Tell that a list that names people was opened: which one, and how many rows it showed."""
    record(ctx, Tag.LIST_READ, what, detail={"found": found})


def record(
    ctx: Context,
    tag: Tag,
    subject: str = "",
    case_id: int | None = None,
    detail: dict[str, Any] | None = None,
    *,
    purpose: str = "",
    result: Result | None = None,
) -> None:
    """Tell one audit event; the unit of work writes it at the end of the deed, or the deed does not happen.

    `subject` is `kind:id`; a person or household is kept by a pseudonym. `detail` holds codes and counts,
    never names. `purpose` is a code of why somebody looked. The result is done unless the tag says otherwise.
    """
    entry = chain.Entry(
        at=chain.moment_text(ctx.at),
        actor_id=ctx.actor.staff_id,
        staff_number=ctx.actor.staff_number,
        office_id=ctx.actor.office_id,
        terminal=ctx.actor.terminal,
        tag=tag.value,
        subject=pseudonym_of(subject),
        case_id=case_id,
        purpose=purpose,
        result=(result or RESULTS.get(tag, Result.DONE)).value,
        detail=chain.detail_text(_with_emergency(ctx, detail or {})),
    )
    listener.tell(ctx.session, entry)


def _with_emergency(ctx: Context, detail: dict[str, Any]) -> dict[str, Any]:
    """Mark whatever is done while an emergency right is in use, so that a review finds it."""
    return detail if ctx.actor.emergency_id is None else {**detail, "emergency": ctx.actor.emergency_id}
