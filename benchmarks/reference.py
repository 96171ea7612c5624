"""The reference process (tests/factories/processes.py), each step durable, by one client of one kind.

`python -m benchmarks.reference ours|raw URL`: says `ready` when it is warm; then, for each line that holds a
number, does as many cases from beginning to end and answers with one JSON line of what it waited. `ours` is
the runner in a unit of work, audit, journal, entries and queue included. `raw` is SpiffWorkflow as its
documentation shows it: the whole workflow as JSON in one row, read and written at each step, by psycopg.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from time import perf_counter, process_time
from typing import Any, Protocol

import psycopg
from lxml import etree
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys
from models.staff import User
from portal import memory
from portal.extensions import engine_options, prepare_engine
from services import unit_of_work
from services.context import Actor
from tests.factories.processes import review
from workflows.engine import runner

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ENTRY = {"amount": 12_000, "reason": "世帯主の収入が減り、納期までに納めることが難しいため。"}
STEPS = ("counter", "verifier", "counter")
WARM = 5
IN_PYTHON = {
    "form.ask.amount &lt; 10": "form['ask']['amount'] &lt; 10",
    "{ total: form.ask.amount + 1 }": "total = form['ask']['amount'] + 1",
}
KEYS = AuditKeys({"bench": bytes(range(32))}, "bench", bytes(range(32, 64)))  # of a database that is dropped
NAIVE_TABLE = "CREATE TABLE IF NOT EXISTS naive_case (id bigserial PRIMARY KEY, body text NOT NULL)"


class Way(Protocol):
    """One way to run the reference process."""

    def begin(self) -> int:
        """Begin a case; what its first task is found by."""

    def complete(self, step: str, waiting: int) -> int:
        """Complete the task that waits; what the next one is found by."""


class Ours:
    """The runner, as a request calls it."""

    def __init__(self, url: str) -> None:
        """Connect as the portal does, and let the people of the bench come in."""
        self.engine = create_engine(url, **engine_options(url))
        prepare_engine(self.engine)
        open_for_deeds(self.engine)
        self.people = people(self.engine)
        self.statements: list[int] = []
        self.commits: list[int] = []
        self._asked = self._committed = 0

    def begin(self) -> int:
        with unit_of_work.unit_of_work(self.people["counter"], NOW) as ctx:
            done = runner.begin(ctx, "review", {"application_id": 7})
        self._asked = self._committed = 0
        return done.opened[0].id

    def complete(self, step: str, waiting: int) -> int:
        with unit_of_work.unit_of_work(self.people[step], NOW) as ctx:
            done = runner.complete(ctx, waiting, ENTRY)
        self.statements.append(self._asked)
        self.commits.append(self._committed)
        self._asked = self._committed = 0
        return done.opened[0].id if done.opened else 0

    def count(self) -> None:
        """Count from now on what each completing asks of the database."""

        def ask(*_told: object) -> None:
            self._asked += 1

        def commit(*_told: object) -> None:
            self._committed += 1

        event.listen(self.engine, "before_cursor_execute", ask)
        event.listen(self.engine, "commit", commit)


class Raw:
    """SpiffWorkflow saved whole at each step."""

    def __init__(self, url: str) -> None:
        """Connect by the same driver, and read the diagram in Python's words."""
        address = make_url(url)
        self.connection = psycopg.connect(
            host=str(address.query["host"]), user=address.username, dbname=address.database
        )
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
        parser = SpiffBpmnParser()
        source = review().bpmn["review"]
        for feel, python in IN_PYTHON.items():
            source = source.replace(feel, python)
        parser.add_bpmn_xml(etree.fromstring(source.encode()))
        self.specs = parser.get_spec("review"), parser.get_subprocess_specs("review")

    def begin(self) -> int:
        workflow = BpmnWorkflow(*self.specs)
        workflow.task_tree.set_data(case={"application_id": 7}, form={}, outcome={})
        workflow.do_engine_steps()
        written = "INSERT INTO naive_case (body) VALUES (%s) RETURNING id"
        row = self.connection.execute(written, (self.serializer.serialize_json(workflow),)).fetchone()
        self.connection.commit()
        return int(row[0]) if row else 0

    def complete(self, step: str, waiting: int) -> int:
        del step
        read = "SELECT body FROM naive_case WHERE id = %s FOR UPDATE"
        row = self.connection.execute(read, (waiting,)).fetchone()
        workflow = self.serializer.deserialize_json(row[0] if row else "")
        complete_ready(workflow)
        written = "UPDATE naive_case SET body = %s WHERE id = %s"
        self.connection.execute(written, (self.serializer.serialize_json(workflow), waiting))
        self.connection.commit()
        return waiting


def complete_ready(workflow: Any) -> None:
    """Complete the one task that waits for somebody, with the entry, and run on."""
    task = next(
        one for one in workflow.get_tasks() if one.has_state(TaskState.READY) and one.task_spec.manual
    )
    name = task.task_spec.bpmn_id
    task.data["form"] = {**task.data["form"], name: ENTRY}
    task.data["outcome"] = {**task.data["outcome"], name: {"kind": "done", "note": None}}
    task.run()
    workflow.do_engine_steps()


def open_for_deeds(engine: Engine) -> None:
    """What `create_app` hands in, for this process."""
    audit_keys.load(lambda: KEYS)
    unit_of_work.configure(lambda: Session(engine, expire_on_commit=False))


def people(engine: Engine) -> Mapping[str, Actor]:
    """The staff of the bench, by role; their accounts are named so."""
    with Session(engine) as session:
        found = {user.username: user.id for user in session.query(User)}
    return {role: Actor(found[role], role, role, 1, frozenset({role})) for role in set(STEPS)}


def one_case(way: Way) -> list[float]:
    """A case from its beginning to its end; the milliseconds of each completing."""
    waited, waiting = [], way.begin()
    for step in STEPS:
        began = perf_counter()
        waiting = way.complete(step, waiting)
        waited.append((perf_counter() - began) * 1000)
    return waited


WAYS: Mapping[str, Callable[[str], Way]] = {"ours": Ours, "raw": Raw}


def main(kind: str, url: str) -> None:
    """Do what is asked, line by line."""
    way = WAYS[kind](url)
    for _ in range(WARM):
        one_case(way)
    memory.settle()  # either way, as a server of the portal has it
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        worked = process_time()
        waited = [one for _ in range(int(line)) for one in one_case(way)]
        sys.stdout.write(json.dumps({"waited": waited, "cpu": process_time() - worked}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
