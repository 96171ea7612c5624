"""The rest of a large wish as a job: item by item, each in its own transaction, with progress (ADR 0007)."""

from __future__ import annotations

from models.audit.tags import Tag
from models.operation import OperationRun
from services import audit, jobs
from services.context import Context
from services.job_kinds import Progress, Skipped, Work
from workflows.operating import runs

KIND = "operate"


def ask(ctx: Context, run: OperationRun) -> None:
    """Ask a worker to do what waits of a run."""
    counted = runs.counted(ctx, run)
    key = f"operation:{run.id}:{counted.total}"  # a run that grew is asked for again
    run.job_id = jobs.ask(ctx, KIND, key, {"run": run.id}, total=counted.waiting).id
    detail = {"kind": run.kind, "items": counted.waiting, "slug": run.slug}
    audit.record(ctx, Tag.OPERATION_ASKED, f"operation:{run.id}", detail=detail)


def step(ctx: Context, work: Work) -> Progress:
    """Do the next item of a run; what could not be done is told on the page of the job as well."""
    result = runs.do_next(ctx, int(work.payload["run"]))
    if result is None:
        return Progress(work.checkpoint, work.done, work.total, finished=True)
    skipped = (
        (Skipped(f"case:{result.case_id}", result.message_ja[:300], result.message_en[:300]),)
        if result.state == "refused"
        else ()
    )
    return Progress({"result": result.id}, work.done + 1, work.total, skipped=skipped)
