"""Taking many tasks, giving back, handing on, putting off: what would come of each, and what came of it (N2).

A preview refuses what the deed itself would refuse, by the same conditions. Each task is a deed of its own,
with its own transaction and audit event: one that is refused holds up no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.case import WorkItem
from services import audit
from services.context import Context
from services.errors import NotAllowed, RuleBroken, ServiceError, SomebodyElseWasFaster
from services.staffing import Colleague
from workflows.engine.permits import SUPERVISORS, is_in_hand, must_be_allowed
from workflows.engine.putting_off import must_be_open_day, must_be_put_off, put_off
from workflows.engine.taking import delegate, get_item, get_receiver, give_back, may_delegate, take

TAKE, GIVE_BACK, HAND_TO, PUT_OFF, PUT_BACK = "take", "give_back", "hand_to", "put_off", "put_back"
DEEDS = (TAKE, GIVE_BACK, HAND_TO, PUT_OFF, PUT_BACK)
MOST = 50  # a page of the inbox


@dataclass(frozen=True)
class Aim:
    """To whom tasks are handed, or until when they are put off; None where that is not said yet."""

    to: Colleague | None = None
    until: date | None = None


NO_AIM = Aim()


class NothingChosen(RuleBroken):
    """No task is ticked, more than a page of them, or the deed is unknown."""

    code = "nothing_chosen"


@dataclass(frozen=True)
class Line:
    """One task of many; `why` it is not done, in Japanese and English, or None where it is (to be) done."""

    item_id: int
    case_id: int | None  # None where the task is not there, or not the actor's to see
    name: str
    procedure: str
    title: tuple[str, str]
    due_on: date | None
    why: tuple[str, str] | None


def preview(ctx: Context, deed: str, ids: Sequence[int], aim: Aim = NO_AIM) -> list[Line]:
    """What would come of the deed for each task, in one statement; nothing is changed.

    Where the aim is not said yet, it tells of which tasks the actor may dispose.

    Raises:
        NothingChosen: no task, too many, or an unknown deed.
        FollowUpRefused: tasks cannot be put off until that day.
    """
    wanted = list(dict.fromkeys(ids))
    if deed not in DEEDS or not 0 < len(wanted) <= MOST:
        raise NothingChosen(
            f"仕事を1件から{MOST}件まで選んでから、もう一度押してください。",
            f"Choose between 1 and {MOST} tasks, then press again.",
        )
    if aim.until is not None:
        must_be_open_day(ctx, aim.until)
    here = select(WorkItem).where(WorkItem.id.in_(wanted), WorkItem.office_id == ctx.actor.office_id)
    found = {item.id: item for item in ctx.session.scalars(here) if _may_see(ctx, item)}
    audit.listed(ctx, "inbox:chosen", len(found))
    return [_line(ctx, deed, found[one], aim) if one in found else _missing(one) for one in wanted]


def carry_out(ctx: Context, deed: str, item_id: int, aim: Aim = NO_AIM) -> None:
    """Do the deed for one task.

    Raises:
        ServiceError: it is refused; the reason is its message.
    """
    _must_be_possible(ctx, deed, get_item(ctx, item_id, lock=True), aim)
    if deed == TAKE:
        take(ctx, item_id)
    elif deed == GIVE_BACK:
        give_back(ctx, item_id)
    elif aim.to is not None and deed == HAND_TO:
        delegate(ctx, item_id, aim.to.user_id, [aim.to])
    elif deed == PUT_BACK or aim.until is not None:
        put_off(ctx, item_id, aim.until)
    else:
        raise NothingChosen(
            "だれに、またはいつまでかを選んでから、もう一度押してください。",
            "Say to whom or until when, then press again.",
        )


def _may_see(ctx: Context, item: WorkItem) -> bool:
    return bool(item.role in ctx.actor.roles or ctx.actor.roles & SUPERVISORS)


def _line(ctx: Context, deed: str, item: WorkItem, aim: Aim) -> Line:
    why = None
    try:
        _must_be_possible(ctx, deed, item, aim)
    except ServiceError as refused:
        why = (refused.message_ja, refused.message_en)
    return Line(
        item_id=item.id,
        case_id=item.case_id,
        name=item.subject_name or item.notification_number,
        procedure=item.procedure,
        title=(item.title_ja, item.title_en),
        due_on=item.due_on,
        why=why,
    )


def _missing(item_id: int) -> Line:
    return Line(
        item_id, None, "—", "", ("—", "—"), None, ("この仕事は見つかりません。", "There is no such task.")
    )


def _must_be_possible(ctx: Context, deed: str, item: WorkItem, aim: Aim) -> None:
    if deed == TAKE:
        must_be_allowed(ctx, item)
        if item.assignee_id is not None:
            raise SomebodyElseWasFaster("すでに自分が引き受けています。", "You have it already.")
    elif deed == GIVE_BACK:
        _must_be_given_back(ctx, item)
    elif deed == HAND_TO:
        if aim.to is None:
            may_delegate(ctx, item)
        else:
            get_receiver(ctx, item, aim.to.user_id, [aim.to])
    else:
        must_be_put_off(ctx, item, None if deed == PUT_BACK else aim.until or ctx.today)


def _must_be_given_back(ctx: Context, item: WorkItem) -> None:
    if item.state != "open":
        raise SomebodyElseWasFaster("この仕事はすでに終わっています。", "This task is finished.")
    if item.assignee_id is None:
        raise SomebodyElseWasFaster(
            "だれも引き受けていないため、戻すものがありません。", "Nobody has taken it."
        )
    if not is_in_hand(ctx, item) and not ctx.actor.own_roles & SUPERVISORS:
        raise NotAllowed(
            "別の担当者が引き受けています。戻せるのは本人か課長です。",
            "Somebody else has it. He or the section chief can give it back.",
        )
