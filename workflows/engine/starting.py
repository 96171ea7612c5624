"""Beginning a case: with the entry of its intake form, ex officio, or with facts alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.audit.tags import Tag
from services import audit
from services.context import Context
from services.errors import NotAllowed
from workflows.engine.completing import finish
from workflows.engine.matters import Received, matter_of
from workflows.engine.parser import Specification
from workflows.engine.permits import SUPERVISORS, must_have_role
from workflows.engine.running import Done, begun, look_first, run_on, save
from workflows.engine.task_forms import INTAKE, checked_entry, examine, intake_of
from workflows.engine.work_queue import Running, describe_subject, journal


def start(ctx: Context, slug: str, reason: str, raw: Mapping[str, Any], received: Mapping[str, Any]) -> Done:
    """Begin a case with the entry of its intake form.

    `reason` was chosen before the form; `received` holds office_id and, where it applies, ground.

    Raises:
        FormRefused: the entry is not accepted; nothing was begun.
        NotAllowed: the actor does not take in notifications.
    """
    new = look_first(ctx, slug)
    must_have_role(ctx, intake_of(new[0], reason).task.role)
    return _take_in(ctx, new, reason, raw, received)


def start_ex_officio(ctx: Context, slug: str, reason: str, raw: Mapping[str, Any]) -> Done:
    """Begin a case that the actor decided ex officio (職権): no notifier, no identity check.

    He is on record as the one who entered it, so that he cannot verify it himself (B4).

    Raises:
        FormRefused, RegistrationRefused: the entry is not accepted; nothing was begun.
        NotAllowed: the actor does not decide ex officio, or the entry came another way.
    """
    if not ctx.actor.own_roles & SUPERVISORS or raw.get("way") != "ex_officio":
        raise NotAllowed(
            "職権による処理を始められるのは、決定した課長だけです。",
            "Only the section chief who decided it may begin it ex officio.",
        )
    received = {"office_id": ctx.actor.office_id}
    return _take_in(ctx, look_first(ctx, slug), reason, raw, received)


def begin(ctx: Context, slug: str, facts: Mapping[str, Any], office_id: int | None = None) -> Done:
    """Begin a case that no form begins; `facts` (ids and plain values) are its data under `case`.

    Who may do so, its door has settled. The case belongs to `office_id`, or else to the actor's office.

    Raises:
        NotFound: the procedure is not published.
        NotAllowed: it is not known which office the case belongs to.
    """
    new = look_first(ctx, slug)
    told = {} if office_id is None else {"office_id": office_id}
    taken = matter_of(slug, notified=False).receive(ctx, slug, facts, told)
    running = _begin(ctx, new, taken, facts)
    describe_subject(ctx, running, facts)
    return save(ctx, running)


def _take_in(
    ctx: Context,
    new: tuple[Specification, int | None],
    reason: str,
    raw: Mapping[str, Any],
    received: Mapping[str, Any],
) -> Done:
    slug, form = new[0].slug, intake_of(new[0], reason)
    entry = checked_entry(ctx, form, raw)
    cautions = examine(ctx, slug, form.task, entry)
    matter = matter_of(slug, notified=form.task.examine is not None)
    running = _begin(ctx, new, matter.receive(ctx, slug, entry, received), {})
    for caution in cautions:
        journal(ctx, running, "caution", note=caution)
    task = next(t for t in running.workflow.ready_manual_tasks() if t.task_spec.bpmn_id == INTAKE)
    return finish(ctx, running, task, form.task, entry)


def _begin(
    ctx: Context, new: tuple[Specification, int | None], taken: Received, facts: Mapping[str, Any]
) -> Running:
    specification, case_id = new
    row = {
        "slug": specification.slug,
        "definition_hash": specification.hash,
        "office_id": taken.office_id,
        "notification_id": taken.notification_id,
        "state": "open",
        "version": 1,
        "started_at": ctx.at,
        "started_by_id": ctx.actor.staff_id,
    }
    running = begun(ctx, row if case_id is None else {"id": case_id, **row}, specification)
    case = running.case
    matter = matter_of(case.slug, notified=case.notification_id is not None)
    running.workflow.task_tree.set_data(case={**matter.facts(ctx, case), **facts}, form={}, outcome={})
    running.shown = matter.show(ctx, case)
    audit.record(ctx, Tag.CASE_STARTED, matter.name(case), case.id, {"slug": case.slug})
    journal(ctx, running, "started")
    run_on(ctx, running)
    return running
