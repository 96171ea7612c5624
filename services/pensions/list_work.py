"""The long work of lists of deductions: looking at all households, beginning the deductions (B4, D1)."""

from __future__ import annotations

from models.audit.tags import Tag
from models.pension_deduction import APPROVED, DECIDING, OPEN, REFUSED, PensionList
from services.context import Context
from services.errors import RuleBroken
from services.job_kinds import Progress, Work
from services.pensions import lists
from services.pensions.candidates import households_told
from services.pensions.collected import AT_ONCE

_LONGEST = 400  # characters of what stands on a list


def fill(ctx: Context, work: Work) -> Progress | None:
    """Look at the next households of a list; None where it was refused meanwhile."""
    made = _held(ctx, work, OPEN)
    if made is None:
        return None
    after = int(work.checkpoint.get("after", 0))
    left = [one for one in households_told(ctx, lists.year_looked_at(made)) if one > after]
    now = left[:AT_ONCE]
    lists.put_down(ctx, made, now)
    return Progress(
        {"after": now[-1] if now else after},
        work.done + len(now),
        work.done + len(left),
        finished=len(left) <= AT_ONCE,
        message_ja=f"{made.households:,}世帯を調べました。対象は{made.concerned:,}世帯です。",
        message_en=f"{made.households:,} households were looked at, {made.concerned:,} are concerned.",
    )


def begin(ctx: Context, work: Work) -> Progress | None:
    """Begin every deduction of an approved list at once, or refuse it where something has changed.

    Of lists of the same year and month one begins at a time, so that the next sees what this one decided.
    """
    told = ctx.session.get_one(PensionList, int(work.payload["list"]))
    lists.hold(ctx, told.fiscal_year, told.month)
    made = _held(ctx, work, DECIDING)
    if made is None:
        return None
    try:
        with ctx.session.begin_nested():
            begun = lists.begin_all(ctx, made)
    except RuleBroken as refused:
        made.state, made.words = REFUSED, f"{refused.message_ja} {made.words}"[:_LONGEST]
        lists.tell(ctx, Tag.PENSION_LIST_REFUSED, made)
        return _done(0, refused.message_ja, refused.message_en)
    made.state = APPROVED
    lists.tell_begun(ctx, made, begun)
    count = len(begun)
    return _done(count, f"{count:,}世帯の差引きを決定しました。", f"{count:,} deductions were decided.")


def _held(ctx: Context, work: Work, state: str) -> PensionList | None:
    """The list, held for this step; None where it is not in that state any more."""
    key = int(work.payload["list"])
    made = ctx.session.get(PensionList, key, with_for_update=True, populate_existing=True)
    return made if made is not None and made.state == state else None


def _done(households: int, ja: str, en: str) -> Progress:
    return Progress({}, households, households, finished=True, message_ja=ja, message_en=en)
