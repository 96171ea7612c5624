"""Putting one case back to an earlier step, with a reason: what it undoes is said before and afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from models.audit.tags import Tag
from models.case import Case
from services import audit, coverage
from services.context import Context
from services.errors import NotFound, RuleBroken
from workflows.engine import definitions, store
from workflows.engine.matters import matter_of
from workflows.engine.rewinding import Target, rewind, targets
from workflows.engine.running import restored, save
from workflows.engine.work_queue import journal
from workflows.operating.reach import lock_case

LONGEST_NOTE = 1000


class CannotRewind(RuleBroken):
    """A step after the one that was asked for has written the register or sent something: it stays done."""

    code = "cannot_rewind"


def targets_of(ctx: Context, case: Case) -> Sequence[Target]:
    """The steps to which a case could go back, the latest first; none where it has ended or is held."""
    if case.state != "open" or case.blob is None:
        return ()
    specification = definitions.by_hash(ctx.session, case.definition_hash)
    return targets(store.thaw(case.blob, specification), specification)


def rewind_case(ctx: Context, case_id: int, task_guid: str, reason: str) -> Target:
    """Put a case back to a step that was done before; its open tasks go and that step opens again.

    Raises:
        NotFound: there is no such case, or no such step to go back to.
        SomebodyElseWasFaster: the case has ended or is held, or was saved meanwhile.
        CannotRewind: something after the step cannot be undone.
    """
    running = restored(ctx, lock_case(ctx, case_id))
    found = [one for one in targets(running.workflow, running.specification) if one.task_guid == task_guid]
    if not found:
        raise NotFound(
            "この手順には戻せません。案件が先へ進んだか、枝分かれの途中です。画面を開き直してください。",
            "The case cannot go back to this step. It has gone on, or stands between a split and its join.",
        )
    target = found[0]
    if target.blocks:
        ja, en = "、".join(one.ja for one in target.blocks), ", ".join(one.en for one in target.blocks)
        raise CannotRewind(
            f"「{ja}」はすでに行われ、元に戻せません。登録の内容を直すときは、取消または変更の届出で行ってください。",
            f"“{en}” was done and cannot be undone. Correct the register by a cancellation or a change.",
        )
    rewind(running.workflow, task_guid)
    undone = "、".join(one.ja for one in target.undone)
    note = f"{reason.strip()}(やり直す手順: {undone})"[:LONGEST_NOTE]
    element = (target.element.process, target.element.id)
    journal(ctx, running, "rewound", element, note)
    matter = matter_of(running.case.slug, notified=running.case.notification_id is not None)
    matter.rewind(ctx, running.case, target.element.id, reason.strip())
    detail = {"to": target.element.id, "undone": len(target.undone)}
    audit.record(ctx, Tag.CASE_REWOUND, f"case:{case_id}", case_id, detail)
    save(ctx, running)
    coverage.settle(ctx, running.case.office_id)
    return target
