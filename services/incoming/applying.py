"""Applying a file that was decided: some lines a step, each step whole or not at all (J5).

A step that was killed is done again whole. What cannot be applied by itself becomes a difference; where
there are any, the job that begins their task is asked for in the last step.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, literal, select

from interchange.incoming.sources import sources
from models import incoming
from models.audit.tags import Tag
from models.incoming import APPLIED, APPLYING, IncomingDifference, IncomingFile, IncomingRow
from services import audit, jobs
from services.context import Context
from services.incoming import quarantine
from services.incoming.comparing import CONFLICTING, OUTCOMES, TARGETS, join_whole
from services.job_kinds import Progress, Work

BEGIN = "incoming_differences"
AT_ONCE = 20_000


def step(ctx: Context, work: Work) -> Progress | None:
    """Apply the next lines."""
    file = incoming.lock(ctx.session, work.payload["file"])
    if file is None or file.state != APPLYING:
        return None
    join_whole(ctx)
    counts = {name: int(work.checkpoint.get(name, 0)) for name in OUTCOMES}
    first = int(work.checkpoint.get("line", 0)) + 1
    end = file.rows + (sources()[file.source].kind == "csv")  # with its header
    last = min(first + AT_ONCE - 1, end)
    _count(ctx, file, first, last, counts)
    _keep_differences(ctx, file, first, last)
    TARGETS[file.source].apply(ctx, file, first, last)
    done = sum(counts.values())
    audit.record(ctx, Tag.INCOMING_APPLIED, f"incoming:{file.id}", detail={"line": last, **counts})
    if last < end:
        return Progress({"line": last, **counts}, done, file.rows)
    _finish(ctx, file, counts)
    return Progress(
        {"line": last, **counts},
        done,
        done,
        finished=True,
        message_ja="反映しました。" + "、".join(f"{OUTCOMES[name][0]}{n:,}件" for name, n in counts.items()),
        message_en="Applied: "
        + ", ".join(f"{n:,} {OUTCOMES[name][1].lower()}" for name, n in counts.items()),
    )


def _within(file: IncomingFile, first: int, last: int) -> Any:
    statement = TARGETS[file.source].outcomes(file)
    return statement.where(IncomingRow.line.between(first, last)).subquery()


def _count(ctx: Context, file: IncomingFile, first: int, last: int, counts: dict[str, int]) -> None:
    told = _within(file, first, last)
    for outcome, found in ctx.session.execute(select(told.c.outcome, func.count()).group_by(told.c.outcome)):
        counts[outcome if outcome in OUTCOMES else CONFLICTING] += found


def _keep_differences(ctx: Context, file: IncomingFile, first: int, last: int) -> None:
    told = _within(file, first, last)
    names = ["file_id", "line", "addressee_number", "person_id", "code", "settled_words"]
    rows = select(
        *(literal(file.id), told.c.line, told.c.key, told.c.person_id, told.c.outcome, literal("")),
    )
    ctx.session.execute(
        insert(IncomingDifference).from_select(names, rows.where(told.c.outcome.not_in(list(OUTCOMES))))
    )


def _finish(ctx: Context, file: IncomingFile, counts: dict[str, int]) -> None:
    file.counts, file.state, file.applied_at = counts, APPLIED, ctx.at
    quarantine.drop_rows(ctx, file)
    if counts[CONFLICTING]:
        jobs.ask(ctx, BEGIN, f"{BEGIN}:{file.id}", {"file": file.id})
