"""Issuing what an approved renewal gives, household by household; printing its letters in order (C2, C3).

Each household is one part of a step: what the law of today no longer gives as it was approved is left out
with the reason, and the others go on. A job that was stopped goes on where it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, func, select

from models.audit.tags import Tag
from models.certificate import Certificate
from models.document import PrintRequest
from models.enrolment import list_household_periods
from models.job import Job
from models.renewal import APPROVED, FINAL, ISSUING, REFUSED, RenewalRow, RenewalRun
from services import jobs, mass_printing, print_queue
from services.certificates import events
from services.certificates.family import read_family
from services.certificates.issuing import Plan, plan, write
from services.context import Context
from services.errors import RuleBroken, ServiceError
from services.job_kinds import Progress, Skipped, Work
from services.print_queue import MOST_AT_ONCE, WAITING
from services.print_requests import POST
from services.renewing import runs
from services.renewing.candidates import holds

KIND: Final = "renewal.issue"
AT_ONCE: Final = 20  # households of one step
NOT_INSURED: Final = (
    "試したあとに資格がなくなったため、交付していません。",
    "No longer insured on that day.",
)
OTHERWISE: Final = (
    "試したあとに事情が変わり、種類か有効期限が違うため、交付していません。世帯の画面で確かめてください。",
    "Kind or last day is another one now. Look at the household.",
)
HELD: Final = (
    "試したあとに同じ証が交付されたため、交付していません。",
    "The same certificate was issued meanwhile.",
)


def start(ctx: Context, run_id: int) -> RenewalRun:
    """Let the certificates of an approved renewal be issued by a job.

    Raises:
        NotFound: there is no such run.
        NotAllowed: another office began it.
        WrongState: it is not approved, or begun already.
    """
    run = runs.locked(ctx, run_id)
    runs.must_be_ours(ctx, run)
    runs.must_be(run, APPROVED)
    run.state = ISSUING
    homes = select(func.count(func.distinct(RenewalRow.household_id))).where(*_to_issue(run))
    total = int(ctx.session.scalar(homes) or 0)
    run.job_id = jobs.ask(ctx, KIND, f"{KIND}:{run.id}", {"run": run.id}, total=total).id
    runs.tell(ctx, run, Tag.RENEWAL_ISSUED, households=total)
    return run


def step(ctx: Context, work: Work) -> Progress:
    """Issue to the next households; after the last one the run is at its end.

    Raises:
        WrongState: nothing of it is to be issued.
    """
    run = runs.locked(ctx, int(work.payload["run"]))
    runs.must_be(run, ISSUING)
    after = int(work.checkpoint.get("after", 0))
    homes = _next_homes(ctx, run, after)
    skipped: list[Skipped] = []
    for household_id, rows in homes.items():
        skipped += _issue(ctx, run, household_id, rows)
    done = work.done + len(homes)
    finished = len(homes) < AT_ONCE
    if finished:
        run.state, run.ended_at, run.ended_by_id = FINAL, ctx.at, ctx.actor.staff_id
    runs.tell(ctx, run, Tag.RENEWAL_ISSUED, done=done)
    return Progress(
        {"after": max(homes, default=after)},
        done,
        max(work.total or 0, done),
        finished=finished,
        skipped=tuple(skipped),
        message_ja=f"{run.number}: {done:,}世帯の証を交付しました。",
        message_en=f"{run.number}: certificates of {done:,} households issued.",
    )


def waiting(ctx: Context, run: RenewalRun) -> Sequence[int]:
    """The letters of a run that wait to be printed, in order of postal area and household."""
    mine = select(RenewalRow.certificate_id).where(RenewalRow.run_id == run.id)
    statement = select(PrintRequest.id).where(
        PrintRequest.certificate_id.in_(mine),
        PrintRequest.state == WAITING,
        PrintRequest.office_id == run.office_id,
    )
    return ctx.session.scalars(print_queue.in_order(statement)).all()


def ask_for_print(ctx: Context, run_id: int, key: str, *, demo: bool) -> list[Job]:
    """Ask a worker for all letters that wait, as PDFs of some hundred sheets in the order of the envelopes.

    Raises:
        NotFound: there is no such run.
        NotAllowed: another office began it.
        WrongState: certificates are still being issued, or none was.
        RuleBroken: no letter of it waits.
    """
    run = runs.locked(ctx, run_id)
    runs.must_be_ours(ctx, run)
    runs.must_be(run, FINAL)
    ids = waiting(ctx, run)
    asked = []
    for start_at in range(0, len(ids), MOST_AT_ONCE):
        part = ids[start_at : start_at + MOST_AT_ONCE]
        rows = print_queue.choose(ctx, part)
        asked.append(mass_printing.ask(ctx, f"{key}:{start_at}", rows, demo=demo))
    if not asked:
        raise RuleBroken(
            "印刷を待つ封書はありません。印刷の状態は下の表にあります。",
            "No letter waits to be printed. The table below tells what became of them.",
        )
    runs.tell(ctx, run, Tag.RENEWAL_PRINTED, letters=len(ids), parts=len(asked))
    return asked


def _to_issue(run: RenewalRun) -> tuple[ColumnElement[bool], ...]:
    return (
        RenewalRow.run_id == run.id,
        RenewalRow.outcome != REFUSED,
        RenewalRow.certificate_id.is_(None),
        RenewalRow.note == "",
    )


def _next_homes(ctx: Context, run: RenewalRun, after: int) -> dict[int, list[RenewalRow]]:
    mine = (*_to_issue(run), RenewalRow.household_id > after)
    homes = select(RenewalRow.household_id).where(*mine).distinct()
    chosen = ctx.session.scalars(homes.order_by(RenewalRow.household_id).limit(AT_ONCE)).all()
    rows: dict[int, list[RenewalRow]] = defaultdict(list)
    statement = select(RenewalRow).where(*mine, RenewalRow.household_id.in_(chosen))
    for row in ctx.session.scalars(statement.order_by(RenewalRow.household_id, RenewalRow.person_id)):
        rows[row.household_id].append(row)
    return dict(rows)


def _issue(ctx: Context, run: RenewalRun, household_id: int, rows: Sequence[RenewalRow]) -> list[Skipped]:
    try:
        with ctx.session.begin_nested():
            issued = _write(ctx, household_id, rows, runs.from_on(ctx, run))
    except ServiceError as refused:
        return [_left_out(row, refused.message_ja, refused.message_en) for row in rows]
    skipped = []
    for row in rows:
        found = issued[row.person_id, row.kind]
        if isinstance(found, int):
            row.certificate_id = found
        else:
            skipped.append(_left_out(row, *found))
    return skipped


def _write(
    ctx: Context, household_id: int, rows: Sequence[RenewalRow], from_on: date
) -> Mapping[tuple[int, str], int | tuple[str, str]]:
    """Issue what is still as it was approved: of each row the certificate, or why there is none."""
    wanted = {row.person_id for row in rows}
    periods = [
        one
        for one in list_household_periods(ctx.session, household_id, from_on)
        if one.person_id in wanted and one.covers(from_on)
    ]
    insured = [one.person_id for one in periods]
    family, out = read_family(ctx, household_id, insured), events.list_out_of(ctx, insured)
    plans, _ = plan(ctx, family, periods, {}, from_on)
    offered = {(one.holder.record.person_id, one.kind.value): one for one in plans}
    told: dict[tuple[int, str], int | tuple[str, str]] = {}
    chosen: list[Plan] = []
    for row in rows:
        key = (row.person_id, row.kind)
        if row.person_id not in out:
            told[key] = NOT_INSURED
        elif any(holds(one, row.kind, from_on, row.expires_on) for one in out[row.person_id]):
            told[key] = HELD
        elif key not in offered or offered[key].validity.expires_on != row.expires_on:
            told[key] = OTHERWISE
        else:
            chosen.append(offered[key])
    issued = write(ctx, family, chosen, None, POST, _former(out, chosen))
    for one, certificate_id in zip(chosen, issued.certificate_ids, strict=True):
        told[one.holder.record.person_id, one.kind.value] = certificate_id
    return told


def _former(
    out: Mapping[int, Sequence[Certificate]], chosen: Sequence[Plan]
) -> dict[tuple[int, str], Certificate]:
    """The certificate that each new one follows; it holds on until its own last day."""
    found = {}
    for one in chosen:
        person_id, kind = one.holder.record.person_id, one.kind.value
        before = next((row for row in out[person_id] if row.kind == kind), None)
        if before is not None:
            found[person_id, kind] = before
    return found


def _left_out(row: RenewalRow, ja: str, en: str) -> Skipped:
    row.note = ja[:400]
    return Skipped(f"person:{row.person_id}", ja, en)
