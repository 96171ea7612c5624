"""Completing a task, in process, from the call to the commit, beside SpiffWorkflow saved whole as JSON.

Full city, PostgreSQL, one client. Both do the same steps of the acquisition with the same entries: the
identity check, a verification that finds a difference, and the correction. The peer keeps one row for a case,
with specification, in SpiffWorkflow's own JSON, and knows neither forms, journal, queue nor audit. The best
of five rounds counts. Registration, which writes persons, periods and papers, is told beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import Engine, event, func, select

from benchmarks import cluster
from benchmarks.figures import Figure, less_is_better
from models.case import Case
from models.staff import User
from portal.app import create_app
from portal.extensions import db
from portal.security.actor import actor_of
from portal.settings import Environment, Settings
from services.context import Actor
from services.unit_of_work import unit_of_work
from tests.factories.cases import IDENTITY, seen_on_paper
from tests.factories.registry import a_family, an_acquisition
from workflows import catalog
from workflows.engine import runner
from workflows.engine.script_engine import FeelScriptEngine

DATABASE = "workflow_bench"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROUNDS, CASES, WARM = 5, 40, 3
REGISTRATION = "registration"
MOST_STATEMENTS, MOST_COMMITS = 12, 1
SIGNS = "朝石泉今岩植内江大岡奥海金川木北清久熊黒小佐坂島杉瀬高竹田谷"


def entry_of(number: int) -> dict[str, Any]:
    """The notification of a family of four of whom nobody has a namesake on record."""
    first, second = divmod(number % len(SIGNS) ** 2, len(SIGNS))
    surname = f"{SIGNS[first]}{SIGNS[second]}架"
    persons = [row | {"name": row["name"].replace("見本", surname)} for row in a_family()]
    return an_acquisition(persons, notifier={"name": persons[0]["name"], "relation": "self"})


def misread(entry: dict[str, Any]) -> dict[str, Any]:
    """What a verifier types who reads another day."""
    return seen_on_paper(entry | {"event_on": "2026-11-19"})


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "identity_check": lambda _: IDENTITY,
    "verification": misread,
    "correction": lambda entry: entry,
}


@dataclass
class Count:
    """What an engine was asked since the last look."""

    statements: int = 0
    commits: int = 0


@dataclass
class Measured:
    """The milliseconds of one kind of step in one round, and the most that a step asked of the database."""

    milliseconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    statements: int = 0
    commits: int = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Measure one step, by the clock and by what this process worked."""
        began, worked = perf_counter(), process_time()
        yield
        self.milliseconds.append((perf_counter() - began) * 1000)
        self.cpu.append((process_time() - worked) * 1000)

    @property
    def p95(self) -> float:
        return quantiles(self.milliseconds, n=20)[-1]

    @property
    def median_cpu(self) -> float:
        return median(self.cpu)


def run() -> Iterator[Figure]:
    """p95 of each step beside the peer's, the most statements and commits of a step, the bytes of a case."""
    with cluster.server(), ExitStack() as stack:
        cluster.copy_of_city(DATABASE)
        stack.callback(cluster.drop, DATABASE)
        app = create_app(
            Settings(
                environment=Environment.DEMO,
                data_dir=cluster.HOME / "portal",
                database_url=cluster.url(DATABASE),
                log_level="ERROR",
            )
        )
        stack.enter_context(app.app_context())
        stack.callback(db.engine.dispose)
        peer = stack.enter_context(_peer())
        yield from _figures(Office(), peer)


def _figures(office: Office, peer: Peer) -> Iterator[Figure]:
    office.round(WARM)
    peer.round(WARM)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(office.round(CASES))
        theirs.append(peer.round(CASES))
    for step in (*STEPS, REGISTRATION):
        mine = min(one[step].p95 for one in ours)
        cpu = min(one[step].median_cpu for one in ours)
        if step == REGISTRATION:
            yield Figure(f"workflow.{step}.p95", round(mine, 2), "ms")
            yield Figure(f"workflow.{step}.cpu", round(cpu, 2), "ms")
        else:
            yield less_is_better(f"workflow.{step}.p95", mine, "ms", min(one[step].p95 for one in theirs))
            peers = min(one[step].median_cpu for one in theirs)
            yield less_is_better(f"workflow.{step}.cpu", cpu, "ms", peers)
        asked = max(one[step].statements for one in ours)
        limit = None if step == REGISTRATION else MOST_STATEMENTS
        yield Figure(f"workflow.{step}.statements", asked, "statements", limit)
        yield Figure(
            f"workflow.{step}.commits", max(one[step].commits for one in ours), "commits", MOST_COMMITS
        )
    yield less_is_better("workflow.case.bytes", office.bytes, "bytes", peer.bytes)


class Office:
    """Our own way: the runner in a unit of work, as a request does it."""

    def __init__(self) -> None:
        """Let the counter clerk and the verifier of the demonstration come in."""
        self.counter, self.verifier = _actor("sato"), _actor("tanaka")
        self.count = _counted(db.engine)
        self.taken_in = 0
        self.bytes = 0.0

    def round(self, cases: int) -> dict[str, Measured]:
        """Take notifications in, and do every step of each."""
        told = {step: Measured() for step in (*STEPS, REGISTRATION)}
        entries = [entry_of(self.taken_in + place) for place in range(cases)]
        self.taken_in += cases
        waiting = [self._take_in(entry) for entry in entries]
        for step, typed in (*STEPS.items(), (REGISTRATION, seen_on_paper)):
            actor = self.verifier if step in {"verification", REGISTRATION} else self.counter
            waiting = [
                self._complete(told[step], actor, item, typed(entry))
                for item, entry in zip(waiting, entries, strict=True)
            ]
            self.bytes = self._average_bytes() or self.bytes
        return told

    def _take_in(self, entry: dict[str, Any]) -> int:
        with unit_of_work(self.counter, NOW) as ctx:
            done = runner.start(ctx, "acquisition", "01", entry, {"office_id": self.counter.office_id})
        db.session.remove()
        return done.opened[0].id

    def _complete(self, told: Measured, actor: Actor, item: int, entry: dict[str, Any]) -> int:
        self.count.statements = self.count.commits = 0
        with told.one(), unit_of_work(actor, NOW) as ctx:
            done = runner.complete(ctx, item, entry)
        told.statements = max(told.statements, self.count.statements)
        told.commits = max(told.commits, self.count.commits)
        following = done.opened[0].id if done.opened else 0
        db.session.remove()
        return following

    def _average_bytes(self) -> float:
        found = select(func.avg(func.length(Case.blob))).where(Case.state == "open", Case.started_at == NOW)
        average = db.session.scalar(found)
        db.session.remove()
        return float(average or 0)


class Peer:
    """SpiffWorkflow as its documentation shows it: the whole workflow as JSON in one row."""

    def __init__(self, connection: psycopg.Connection) -> None:
        """Make the table, read the diagram."""
        self.connection = connection
        connection.execute("CREATE TABLE naive_case (id bigserial PRIMARY KEY, body text NOT NULL)")
        connection.commit()
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        self.specs = _plain_specs()
        self.bytes = 0.0

    def round(self, cases: int) -> dict[str, Measured]:
        """Begin cases, and do every step of each."""
        told = {step: Measured() for step in STEPS}
        entries = [entry_of(place) for place in range(cases)]
        waiting = [self._begin(entry) for entry in entries]
        for step, typed in STEPS.items():
            for number, entry in zip(waiting, entries, strict=True):
                self._complete(told[step], number, typed(entry))
        row = self.connection.execute(
            "SELECT avg(length(body)) FROM naive_case WHERE id = ANY(%s)", (waiting,)
        ).fetchone()
        self.connection.rollback()
        self.bytes = float(row[0]) if row else 0.0
        return told

    def _begin(self, entry: dict[str, Any]) -> int:
        workflow = BpmnWorkflow(*self.specs, script_engine=_Answers(None, 0, 0, "acquisition"))
        workflow.task_tree.set_data(case={"way": "counter"}, form={}, outcome={})
        workflow.do_engine_steps()
        _finish(workflow, entry)
        row = self.connection.execute(
            "INSERT INTO naive_case (body) VALUES (%s) RETURNING id",
            (self.serializer.serialize_json(workflow),),
        ).fetchone()
        self.connection.commit()
        return int(row[0]) if row else 0

    def _complete(self, told: Measured, number: int, entry: dict[str, Any]) -> None:
        with told.one():
            row = self.connection.execute(
                "SELECT body FROM naive_case WHERE id = %s FOR UPDATE", (number,)
            ).fetchone()
            workflow = self.serializer.deserialize_json(row[0] if row else "")
            workflow.script_engine = _Answers(None, 0, 0, "acquisition")
            _finish(workflow, entry)
            self.connection.execute(
                "UPDATE naive_case SET body = %s WHERE id = %s",
                (self.serializer.serialize_json(workflow), number),
            )
            self.connection.commit()


class _Answers(FeelScriptEngine):
    """Stands for the services of the peer: identity is confirmed, the entries differ."""

    def call_service(self, task: Any, **kwargs: Any) -> str:
        del task, kwargs
        return json.dumps({"result": "confirmed", "matches": False, "differences": ["event_on"]})


@contextmanager
def _peer() -> Iterator[Peer]:
    with psycopg.connect(host=str(cluster.SOCKET), user=cluster.USER, dbname=DATABASE) as connection:
        yield Peer(connection)


def _actor(name: str) -> Actor:
    user = db.session.scalars(select(User).where(User.username == name)).one()
    actor = actor_of(user)
    db.session.remove()
    if actor is None:
        raise RuntimeError(f"{name} has no posting in the demonstration")
    return actor


def _counted(engine: Engine) -> Count:
    """Count what an engine is asked from now on."""
    count = Count()

    def ask(*_told: object) -> None:
        count.statements += 1

    def commit(*_told: object) -> None:
        count.commits += 1

    event.listen(engine, "before_cursor_execute", ask)
    event.listen(engine, "commit", commit)
    return count


def _finish(workflow: Any, entry: dict[str, Any]) -> None:
    """Complete the one task that waits, and run on until the next."""
    task = next(
        one for one in workflow.get_tasks() if one.has_state(TaskState.READY) and one.task_spec.manual
    )
    name = task.task_spec.bpmn_id
    task.data["form"] = {**task.data["form"], ("apply" if name == "correct" else name): entry}
    task.data["outcome"] = {**task.data["outcome"], name: {"kind": "done", "note": None}}
    task.run()
    workflow.do_engine_steps()


def _plain_specs() -> tuple[Any, Any]:
    """The diagrams of the acquisition as SpiffWorkflow reads them; its table, not reached here, as a step."""
    parser = SpiffBpmnParser()
    for name, source in catalog.shipped_bundle("acquisition").bpmn.items():
        plain = source.replace("bpmn:businessRuleTask", "bpmn:task")
        parser.add_bpmn_xml(etree.fromstring(plain.encode()), filename=name)
    return parser.get_spec("acquisition"), parser.get_subprocess_specs("acquisition")
