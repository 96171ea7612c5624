"""The share of 70 to 74 when two records are made one, and back (H16, B4).

The entries go along with the record that goes. Which share holds today is told by the record insured last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from models.circumstance_entry import APPROVED, OPEN
from models.enrolment import Enrolment
from models.merge import PersonMerge
from models.person import PersonRecord
from models.share_entry import ShareEntry, list_approved, since_of
from services import persons
from services.context import Context
from services.person_sides import Side

NOTED = "person_record"  # the record of the kept person before it took the share, and the one that took it


def both_wait(ctx: Context, person_ids: Sequence[int]) -> bool:
    """Whether an entry of either waits for a check: one person has but one."""
    statement = select(ShareEntry.id).where(ShareEntry.person_id.in_(person_ids), ShareEntry.state == OPEN)
    return len(ctx.session.scalars(statement).all()) > 1


def take_over(ctx: Context, merge: PersonMerge, kept: Side, gone: Side) -> None:
    """Put the share that holds on the record that is kept, and note it; the sides are those before it."""
    last, other = (gone, kept) if _insured_since(gone) > _insured_since(kept) else (kept, gone)
    teller = last if last.record.copay_share is not None else other
    share = teller.record.copay_share
    if share == kept.record.copay_share:
        return
    approved = list_approved(ctx.session, [merge.kept_id])[merge.kept_id]
    day = since_of(approved, share) or teller.record.effective_on
    taken = persons.revise(ctx, merge.kept_id, {"copay_share": share}, day, None)
    ctx.session.flush()
    merge.copied = {**merge.copied, NOTED: [[kept.record.id, taken.id]]}


def give_back(ctx: Context, merge: PersonMerge) -> None:
    """Let the kept record have the share again that it had, save where another was approved of it since."""
    approved = list_approved(ctx.session, [merge.kept_id])[merge.kept_id]
    if any(one.decided_at and merge.decided_at and one.decided_at > merge.decided_at for one in approved):
        return
    for former_id, _ in merge.copied.get(NOTED, []):
        former = ctx.session.get_one(PersonRecord, former_id)
        share = {"copay_share": former.copay_share}
        persons.revise(ctx, merge.kept_id, share, former.effective_on, None)


def decided_since(ctx: Context, merge: PersonMerge) -> bool:
    """Whether what would go back was decided on since the merge.

    That is an entry that was taken over, or one of the kept record from a day of the periods taken over.
    """
    statement = select(ShareEntry).where(
        ShareEntry.person_id == merge.kept_id,
        ShareEntry.state == APPROVED,
        ShareEntry.decided_at > merge.decided_at,
    )
    moved = merge.moved.get(ShareEntry.__tablename__, [])
    came = [new for _, new in merge.copied.get(Enrolment.__tablename__, [])]
    periods = ctx.session.scalars(select(Enrolment).where(Enrolment.id.in_(came))).all()
    return any(
        one.id in moved or any(period.covers(one.from_on) for period in periods)
        for one in ctx.session.scalars(statement)
    )


def _insured_since(side: Side) -> date:
    return max((one.acquired_on for one in side.periods), default=date.min)
