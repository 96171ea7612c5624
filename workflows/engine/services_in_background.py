"""Services that a case does in the background: one job for each, the step and its case in one transaction.

The deed that reaches such a step only writes the job. A worker loads the case, does this one step, runs on
and saves. What fails is undone and tried again, later each time; after the last try it is an incident.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import DBAPIError

from models.audit.tags import Tag
from models.case import Case
from models.job import Job
from services import audit, incidents
from services.causes import UNEXPECTED
from services.context import Context
from services.errors import ServiceError, SomebodyElseWasFaster
from services.incidents import Failure
from services.job_kinds import Work
from workflows.engine.broken_steps import cause_of, title_of
from workflows.engine.running import find_open, run_on, save
from workflows.engine.work_queue import Running

log = logging.getLogger("workflows.engine")
_CODE = re.compile(r"([\w:.-]+): ")


class ServiceFailed(ServiceError):
    """A service of a case could not be done; the code says why, no word of the cause is kept."""

    code = "service_failed"

    def __init__(self, cause: str) -> None:
        """Take over the code of the cause."""
        super().__init__(
            "システムの処理ができませんでした。後で自動的に再試行します。",
            "A service could not be done. It is tried again later.",
        )
        self.code = cause


def step(ctx: Context, work: Work) -> None:
    """Do the service that a job names.

    Raises:
        ServiceFailed: it could not be done; nothing of it is kept.
    """
    perform(ctx, work.payload)


def perform(ctx: Context, payload: Mapping[str, Any]) -> bool:
    """Do one service and run the case on; answers False where it is not waited for any more.

    Raises:
        ServiceFailed: it could not be done; nothing of it is kept.
        CaseSuspended: the case is suspended; the service waits.
    """
    case_id, guid = int(payload["case"]), str(payload["task"])
    running = find_open(ctx, case_id)
    if running is None or not _waits_for(running, guid):
        return False
    running.workflow.doing = guid
    try:
        run_on(ctx, running)
    except (SomebodyElseWasFaster, DBAPIError):
        raise
    except Exception as error:
        log.exception("a service of case %s failed", case_id)
        raise ServiceFailed(cause_of(error)) from error
    save(ctx, running)
    incidents.settle_step(ctx, case_id, "service", guid)
    audit.record(ctx, Tag.SERVICE_DONE, f"case:{case_id}", case_id, {"element": payload["element"]})
    return True


def given_up(ctx: Context, job: Job) -> None:
    """Write the incident after the last try, in the transaction in which that is noted."""
    payload = job.payload
    case = ctx.session.get(Case, int(payload["case"]))
    if case is None:
        return
    title = title_of(ctx, case.id, (payload["process"], payload["element"]))
    told = _CODE.match(job.last_error_en or "")
    incidents.note(
        ctx,
        Failure(
            kind="service",
            code=told[1] if told else UNEXPECTED,
            case_id=case.id,
            job_id=job.id,
            element_id=payload["element"],
            title_ja=title[0],
            title_en=title[1],
            task_guid=payload["task"],
            attempts=job.attempts,
        ),
    )


def _waits_for(running: Running, guid: str) -> bool:
    return any(wait.kind == "service" and wait.guid == guid for wait in running.waits.values())
