"""Settling an incident of a case: the step is tried again at once, or passed by with a reason (N2).

Both answer for what happened in their own transaction: where the step fails again, the error comes out, all
is undone, and the incident stays open.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from models.audit.tags import Tag
from models.case import Case
from models.incident import Incident
from models.job import Job
from services import audit, incidents
from services.context import Context
from services.errors import NotFound, RuleBroken, ServiceError
from workflows.engine import messaging, services_in_background, waking
from workflows.engine.broken_steps import cause_of
from workflows.engine.running import SUSPENDED, CaseSuspended, find_open, run_on, save
from workflows.engine.services_in_background import ServiceFailed
from workflows.engine.work_queue import Running, journal, process_of

log = logging.getLogger("workflows.engine")
NOT_TRIED = frozenset({"nothing_to_retry", "not_found", "conflict", "case_suspended"})


class NothingToRetry(RuleBroken):
    """What this incident tells of cannot be tried again here, or has been done meanwhile."""

    code = "nothing_to_retry"


def retry(ctx: Context, incident_id: int) -> Incident:
    """Try the step of an open incident again, now; it is settled when it works.

    Raises:
        NotFound, SomebodyElseWasFaster: there is no such incident, or it was settled before.
        CaseSuspended: its case is suspended; nothing was tried.
        NothingToRetry: there is nothing that could be tried again.
        ServiceError: it failed again; note it by `failed_again` after this was undone.
    """
    incident = incidents.get(ctx, incident_id)
    incidents.must_be_open(incident)
    _must_go_on(ctx, incident)
    if not _again(ctx, incident):
        raise NothingToRetry(
            "再試行するものがありません。手順がすでに進んだか、案件が止まっています。案件を確かめてください。",
            "There is nothing to try again: the step was done, or the case is suspended. Look at the case.",
        )
    if incident.state == "open":
        incidents.settle(ctx, incident, incidents.RETRIED)
    return incident


def failed_again(ctx: Context, incident_id: int, error: BaseException) -> None:
    """Count a retry that failed, with its cause; called after its transaction was undone."""
    incident = incidents.get(ctx, incident_id)
    incident.attempts += 1
    incident.last_at, incident.code = ctx.at, cause_of(error)
    detail = {"kind": incident.kind, "code": incident.code, "attempts": incident.attempts}
    audit.record(ctx, Tag.INCIDENT_OPENED, f"incident:{incident.id}", incident.case_id, detail)


def skip(ctx: Context, incident_id: int, reason: str) -> Incident:
    """Pass by the step of an open incident: a service counts as done without a result, and the case goes on.

    Raises:
        NotFound, SomebodyElseWasFaster: there is no such incident, or it was settled before.
        CaseSuspended: its case is suspended.
        RuleBroken: no reason is given.
    """
    incident = incidents.get(ctx, incident_id)
    _must_go_on(ctx, incident)
    incidents.settle(ctx, incident, incidents.SKIPPED, reason)
    if incident.kind == "service" and incident.case_id is not None:
        running, task = _at_service(ctx, incident.case_id, incident.task_guid)
        task.data[task.task_spec.result_variable] = None
        task.complete()
        journal(ctx, running, "skipped", (process_of(task), incident.element_id), reason)
        run_on(ctx, running)
        save(ctx, running)
    return incident


def _must_go_on(ctx: Context, incident: Incident) -> None:
    """Whoever repairs a case is told what he can do, not what became of an entry."""
    state = ctx.session.scalar(select(Case.state).where(Case.id == incident.case_id))
    if state == SUSPENDED:
        raise CaseSuspended(
            "この案件は一時停止中のため、何もしていません。案件を再開してから、もう一度行ってください。",
            "This case is suspended, so nothing was done. Resume the case, then do it again.",
        )


def _again(ctx: Context, incident: Incident) -> bool:
    job = ctx.session.get(Job, incident.job_id) if incident.job_id else None
    if incident.kind == "timer" and incident.case_id is not None:
        try:
            return waking.wake(ctx, incident.case_id)
        except (ServiceError, DBAPIError):
            raise
        except Exception as error:
            log.exception("case %s could not be woken", incident.case_id)
            raise ServiceFailed(cause_of(error)) from error
    if incident.kind == "service" and job is not None:
        return services_in_background.perform(ctx, job.payload)
    if incident.kind == "message" and job is not None:
        told = job.payload
        case_id = told.get("case") or messaging.receiver(ctx, told["name"], told["key"]).case_id
        messaging.deliver(ctx, int(case_id), told)
        return True
    return False


def _at_service(ctx: Context, case_id: int, guid: str) -> tuple[Running, Any]:
    """A case with its task that waits for the system.

    Raises:
        NotFound: it does not wait there any more.
    """
    running = find_open(ctx, case_id)
    for task in running.workflow.background_tasks() if running else ():
        if running and task.id == guid:
            return running, task
    raise NotFound("この手順はもう待っていません。", "The case does not wait at this step any more.")
