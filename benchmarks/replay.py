"""Ten thousand finished cases replayed by a draft, beside SpiffWorkflow alone on two processes.

Ours is the whole job: entries and journal read from PostgreSQL, cases played by two processes, results and
sums kept, a transaction for every five hundred. The peer runs the same cases in memory only.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import IO

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from benchmarks import cluster, reference
from benchmarks.figures import Figure, less_is_better
from models.definition_draft import DefinitionDraft
from models.migrations.upgrade import upgrade
from services import unit_of_work
from services.context import SYSTEM
from services.job_kinds import Work
from tests.factories.processes import review
from tests.factories.staff import employ
from workflows.engine import definitions
from workflows.studio import drafts, replays

DATABASE = "replay_bench"
CASES, PROCESSES = 10_000, 2
COPY_CASES = """INSERT INTO workflow_case
    (slug, definition_hash, office_id, state, version, started_at, ended_at)
    SELECT slug, definition_hash, office_id, state, version, started_at, ended_at
    FROM workflow_case, generate_series(2, %s) WHERE id = %s"""
COPY_ENTRIES = """INSERT INTO form_entry (case_id, form, element_id, outcome, data, at)
    SELECT c.id, e.form, e.element_id, e.outcome, e.data, e.at
    FROM form_entry e, workflow_case c WHERE e.case_id = %s AND c.id <> e.case_id ORDER BY c.id, e.id"""
COPY_EVENTS = """INSERT INTO case_event (case_id, at, staff_number, kind, element_id, title_ja, title_en)
    SELECT c.id, e.at, e.staff_number, e.kind, e.element_id, e.title_ja, e.title_en
    FROM case_event e, workflow_case c WHERE e.case_id = %s AND c.id <> e.case_id ORDER BY c.id, e.id"""


def run() -> Iterator[Figure]:
    """Seconds of ours and of the peer, for as many cases."""
    with cluster.server(), ExitStack() as stack:
        engine = create_engine(cluster.fresh(DATABASE))
        stack.callback(cluster.drop, DATABASE)
        stack.callback(engine.dispose)
        _fill(engine)
        run_id = _ask()
        alone = _alone()
        began = perf_counter()
        steps = _replay(run_id)
        ours = perf_counter() - began
        yield less_is_better("replay.10000_cases", ours, "s", alone)
        yield Figure("replay.steps_with_progress", steps, "steps")


def _fill(engine: Engine) -> None:
    """One case done as people do it, and as many like it."""
    with engine.begin() as connection:
        upgrade(connection)
    with Session(engine) as session:
        for role in sorted({*reference.STEPS, "administrator"}):
            employ(session, role, role)
    reference.open_for_deeds(engine)
    with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
        definitions.publish_shipped(ctx, review())
    way = reference.Ours(cluster.url(DATABASE))
    reference.one_case(way)
    way.engine.dispose()
    reference.open_for_deeds(engine)
    with engine.begin() as connection:
        (first,) = connection.exec_driver_sql("SELECT min(id) FROM workflow_case").one()
        connection.exec_driver_sql(COPY_CASES, (CASES, first))
        connection.exec_driver_sql(COPY_ENTRIES, (first,))
        connection.exec_driver_sql(COPY_EVENTS, (first,))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _ask() -> int:
    """The replay of a draft that is the version in force, found sound."""
    with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
        administrator = ctx.session.query(reference.User).filter_by(username="administrator").one()
        actor = reference.Actor(administrator.id, "administrator", "", 1, frozenset({"administrator"}))
    with unit_of_work.unit_of_work(actor, reference.NOW) as ctx:
        draft: DefinitionDraft = drafts.begin(ctx, "review", 1)
        draft.findings = []
        ctx.session.flush()
        day = ctx.today
        return replays.ask(ctx, draft.id, 1, day - timedelta(days=1), day + timedelta(days=1)).id


def _replay(run_id: int) -> int:
    """Work it off as the worker does; how many steps told how far it was."""
    work, steps, finished = Work(1, {"run": run_id}, {}, 0, CASES, 1), 0, False
    while not finished:
        with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
            read = replays.read(ctx, work)
        played = replays.play(read)
        with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
            progress = replays.step(ctx, replace(work, ahead=played))
        work = Work(1, work.payload, progress.checkpoint, progress.done, CASES, 1)
        steps, finished = steps + 1, progress.finished
    with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
        counts = replays.get(ctx, run_id).counts
    if counts != {"same": CASES, "played": CASES}:
        raise RuntimeError(f"the cases were not replayed as they were: {counts}")
    return steps


def _alone() -> float:
    """Seconds in which two processes do all cases in memory."""
    command = [sys.executable, "-m", "benchmarks.replay_alone"]
    running = [
        subprocess.Popen(command, cwd=cluster.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
        for _ in range(PROCESSES)
    ]
    for one in running:
        _pipe(one.stdout).readline()
    began = perf_counter()
    for one in running:
        _pipe(one.stdin).write(f"{CASES // PROCESSES}\n")
        _pipe(one.stdin).flush()
    for one in running:
        _pipe(one.stdout).readline()
    passed = perf_counter() - began
    for one in running:
        _pipe(one.stdin).close()
        one.wait()
        _pipe(one.stdout).close()
    return passed


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("a process has no pipe")
    return pipe
