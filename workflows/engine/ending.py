"""Ending a case before its end: the notifier withdraws (B1)."""

from __future__ import annotations

from models.audit.tags import Tag
from models.case import Case, list_open_items
from services import audit
from services.context import Context
from services.errors import NotAllowed
from workflows.engine.matters import matter_of
from workflows.engine.permits import SUPERVISORS
from workflows.engine.running import flush, load
from workflows.engine.task_forms import refuse_reason
from workflows.engine.waits import forget
from workflows.engine.work_queue import journal


def withdraw(ctx: Context, case_id: int, reason: str) -> Case:
    """End a case because the notifier withdraws (取下げ); its tasks go, the registry is untouched.

    Raises:
        NotFound: there is no such case in the actor's office.
        SomebodyElseWasFaster: the case has ended.
        RuleBroken: no reason is given.
    """
    refuse_reason(reason, "取下げの理由を入力してください。", "Give the reason of the withdrawal.")
    running = load(ctx, case_id)
    if not ctx.actor.own_roles & {"counter", *SUPERVISORS}:
        raise NotAllowed("この届出を取り下げる権限がありません。", "You may not withdraw this notification.")
    case, matter = (
        running.case,
        matter_of(running.case.slug, notified=running.case.notification_id is not None),
    )
    for item in list_open_items(ctx.session, case_id):
        item.state = "gone"
    forget(running, running.waits.values())
    case.state, case.ended_at, case.blob = "ended", ctx.at, None
    journal(ctx, running, "ended", note=reason)
    matter.withdraw(ctx, case, reason)
    audit.record(ctx, Tag.CASE_WITHDRAWN, matter.name(case), case_id)
    flush(ctx, running)
    return case
