"""The engine by its reference process: cases a second at one and at eight clients, beside two peers.

A small database of its own, safe as in production; every client is a process. Rounds of ours and of each peer
take turns, and the best of five rounds counts on each side. Statements and commits are counted inside the
service. The last figure is a case of a thousand tasks: completing one more, in CPU, in memory only.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import quantiles
from time import perf_counter
from typing import IO, Self

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from benchmarks import cluster, large_case, peers, reference
from benchmarks.figures import Figure, less_is_better, more_is_better
from models.migrations.upgrade import upgrade
from services import unit_of_work
from services.context import SYSTEM
from tests.factories.processes import review
from tests.factories.staff import employ
from workflows.engine import definitions, waking

DATABASE, PEER_DATABASE = "engine_bench", "viewflow_bench"
ROUNDS, MANY = 5, 8
CASES = {1: 60, MANY: 15}  # of one client in one round
MOST_STATEMENTS, MOST_COMMITS, MOST_BYTES = 9, 1, 3_000
KEPT = ("workflow_case", "work_item", "form_entry", "case_timer", "case_waiting")
MOST_TIMERS, LONGEST_TURN, BETWEEN_TIMERS = 100_000, 50, timedelta(seconds=315)
TIMERS = """INSERT INTO case_timer (case_id, task_guid, element_id, due_at, wake_at, attempts)
    SELECT (SELECT min(id) FROM workflow_case), 'timer-' || n, 'late',
        CAST(%s AS timestamptz) + n * interval '315 seconds',
        CAST(%s AS timestamptz) + n * interval '315 seconds', 0
    FROM generate_series(1, %s) AS n
"""


@dataclass
class Round:
    """What some clients did at once: cases a second, and the milliseconds of each completing."""

    per_second: float
    waited: Sequence[float]

    @property
    def p95(self) -> float:
        return quantiles(self.waited, n=20)[-1]


@dataclass
class Clients:
    """As many processes that do the reference process in one way, warm and waiting for orders."""

    command: Sequence[str]
    count: int
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        for _ in range(self.count):
            self.running.append(
                subprocess.Popen(  # noqa: S603 - our own clients
                    self.command, cwd=cluster.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
        for one in self.running:
            if _pipe(one.stdout).readline() != "ready\n":
                raise RuntimeError(f"a client did not come up: {self.command}")
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.running:
            _pipe(one.stdin).close()
            one.wait()
            _pipe(one.stdout).close()

    def work(self, clients: int) -> Round:
        """Let the first so many do their cases at once."""
        chosen, cases = self.running[:clients], CASES[clients]
        began = perf_counter()
        for one in chosen:
            _pipe(one.stdin).write(f"{cases}\n")
            _pipe(one.stdin).flush()
        told = [json.loads(_pipe(one.stdout).readline()) for one in chosen]
        passed = perf_counter() - began
        return Round(clients * cases / passed, [wait for one in told for wait in one["waited"]])


def run() -> Iterator[Figure]:
    """All figures of the engine."""
    with cluster.server(), ExitStack() as stack:
        engine = _database(stack)
        ours, raw = _clients(stack, "ours"), _clients(stack, "raw")
        viewflow = stack.enter_context(Clients(_viewflow(stack), MANY))
        for clients in CASES:
            yield from _side_by_side(clients, ours, raw, viewflow)
        yield from _counted()
        yield _stored(engine)
        yield _poller(engine)
    yield large_case.figure()


def _side_by_side(clients: int, ours: Clients, raw: Clients, viewflow: Clients) -> Iterator[Figure]:
    rounds = [[way.work(clients) for way in (ours, raw, viewflow)] for _ in range(ROUNDS)]
    mine, naive, peers = zip(*rounds, strict=True)
    name, best = f"engine.{clients}_clients" if clients > 1 else "engine.1_client", _fastest(mine)
    yield more_is_better(f"{name}.beside_raw", best, "cases/s", _fastest(naive))
    yield more_is_better(f"{name}.beside_viewflow", best, "cases/s", _fastest(peers))
    yield less_is_better(
        f"{name}.complete.p95", min(one.p95 for one in mine), "ms", min(one.p95 for one in naive)
    )


def _fastest(rounds: Sequence[Round]) -> float:
    return max(one.per_second for one in rounds)


def _counted() -> Iterator[Figure]:
    """The most that completing a task asked of the database."""
    way = reference.Ours(cluster.url(DATABASE))
    way.count()
    for _ in range(reference.WARM):
        reference.one_case(way)
    way.engine.dispose()
    yield Figure("engine.complete.statements", max(way.statements), "statements", MOST_STATEMENTS)
    yield Figure("engine.complete.commits", max(way.commits), "commits", MOST_COMMITS)


def _stored(engine: Engine) -> Figure:
    """What a finished case takes on disk with its indexes, apart from journal and audit."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        size = 0
        for table in KEPT:
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {table}")
            size += connection.exec_driver_sql("SELECT pg_total_relation_size(%s)", (table,)).scalar_one()
        told = "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FROM workflow_case"
        finished, all_cases = connection.exec_driver_sql(told).one()
    if finished != all_cases:
        raise RuntimeError(f"{all_cases - finished} cases did not end")
    return Figure("engine.case.bytes", round(size / finished), "bytes", MOST_BYTES)


def _poller(engine: Engine) -> Figure:
    """A turn of the poller among a hundred thousand timers of a year, a hundred of them due."""
    with engine.begin() as connection:
        connection.exec_driver_sql(TIMERS, (reference.NOW, reference.NOW, MOST_TIMERS))
        connection.exec_driver_sql("ANALYZE case_timer")
    turns = []
    for _ in range(ROUNDS):
        began = perf_counter()
        with Session(engine) as session:
            found = waking.due(session, reference.NOW + 100 * BETWEEN_TIMERS)
        turns.append((perf_counter() - began) * 1000)
        if not found:
            raise RuntimeError("no timer was due")
    return Figure("engine.poller.turn", round(min(turns), 2), "ms", LONGEST_TURN)


def _database(stack: ExitStack) -> Engine:
    """A new database with the tables, the two people and the process."""
    engine = create_engine(cluster.fresh(DATABASE))
    stack.callback(cluster.drop, DATABASE)
    stack.callback(engine.dispose)
    with engine.begin() as connection:
        upgrade(connection)
        connection.exec_driver_sql(reference.NAIVE_TABLE)
    with Session(engine) as session:
        for role in sorted(set(reference.STEPS)):
            employ(session, role, role)
    reference.open_for_deeds(engine)
    with unit_of_work.unit_of_work(SYSTEM, reference.NOW) as ctx:
        definitions.publish_shipped(ctx, review())
    return engine


def _clients(stack: ExitStack, way: str) -> Clients:
    command = [sys.executable, "-m", "benchmarks.reference", way, cluster.url(DATABASE)]
    return stack.enter_context(Clients(command, MANY))


def _viewflow(stack: ExitStack) -> list[str]:
    """The command of a client of viewflow, after its environment and its tables were made."""
    python = peers.python_of("viewflow")
    cluster.fresh(PEER_DATABASE)
    stack.callback(cluster.drop, PEER_DATABASE)
    where = (str(cluster.SOCKET), cluster.USER, PEER_DATABASE)
    command = [python, "-m", "benchmarks.viewflow.client", *where]
    subprocess.run([*command, "migrate"], cwd=cluster.ROOT, check=True)  # noqa: S603 - ours
    return command


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("a client has no pipe")
    return pipe
