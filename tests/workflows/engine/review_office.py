"""An office that runs processes without notifications, for good: by many at once, or until it is killed.

Run as a program it works off what waits and begins new cases, and writes a dot for every statement and every
commit, so that whoever reads the dots may end it between any two of them.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.case import Case, CaseEvent, WorkItem
from models.form_entry import FormEntry
from services import unit_of_work
from services.context import SYSTEM, Actor, Context
from tests.factories.processes import branches, review
from tests.factories.staff import employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import MANY, NOW, STAFF, people, prepare, tell_every_step
from workflows.engine import definitions, runner, store
from workflows.engine.runner import Done

ENTRY = {"amount": 60}


@dataclass(frozen=True)
class ReviewOffice:
    """A database that keeps what is committed, and the people of each role."""

    engine: Engine
    by_role: dict[str, Actor]

    @contextmanager
    def deed(self, actor: Actor) -> Iterator[Context]:
        with unit_of_work.unit_of_work(actor, NOW) as ctx:
            yield ctx

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def begin(self, slug: str = "review") -> Done:
        with self.deed(self.by_role["counter"]) as ctx:
            return runner.begin(ctx, slug, {"application_id": 7})

    def complete(self, item_id: int, role: str, actor: Actor | None = None) -> Done:
        with self.deed(actor or self.by_role[role]) as ctx:
            return runner.complete(ctx, item_id, ENTRY)

    def waiting(self, case_id: int | None = None) -> list[tuple[int, str]]:
        """Open tasks with the role that does them, the oldest first."""
        found = select(WorkItem.id, WorkItem.role).where(WorkItem.state == "open").order_by(WorkItem.id)
        if case_id is not None:
            found = found.where(WorkItem.case_id == case_id)
        with self.reading() as session:
            return [(number, role) for number, role in session.execute(found)]

    def work_off(self) -> bool:
        """Do the oldest open task; False when there is none."""
        waiting = self.waiting()
        if waiting:
            self.complete(*waiting[0])
        return bool(waiting)

    def somebody(self, number: int) -> Actor:
        """One of many people of the counter."""
        actor = self.by_role["counter"]
        return replace(actor, staff_number=f"{actor.staff_number}-{number}")


def open_review_office(url: str, folder: Path) -> ReviewOffice:
    """A new office on a migrated database: staff and processes."""
    engine = connect(url)
    prepare(engine, folder)
    with Session(engine) as session:
        for role, number in STAFF.items():
            employ(session, role, number)
    with unit_of_work.unit_of_work(SYSTEM, NOW) as ctx:
        definitions.publish_shipped(ctx, review())
        definitions.publish_shipped(ctx, branches())
    return _office(engine)


def _office(engine: Engine) -> ReviewOffice:
    return ReviewOffice(engine, {next(iter(actor.roles)): actor for actor in people(engine)})


def reconcile(session: Session) -> Counter[str]:
    """Hold the books of all cases against one another; return how many cases are in which state."""
    states: Counter[str] = Counter()
    for case in session.scalars(select(Case)):
        states[case.state] += 1
        kinds = Counter(session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == case.id)))
        entries = list(session.scalars(select(FormEntry.element_id).where(FormEntry.case_id == case.id)))
        items = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id)).all()
        done = [item.element_id for item in items if item.state == "done"]
        assert sorted(entries) == sorted(done), "each finished task has one entry"
        assert kinds["completed"] == len(done)
        assert kinds["started"] == 1
        assert kinds["ended"] == (case.state == "done")
        ready: set[str] = set()
        if case.blob is not None:
            specification = definitions.by_hash(session, case.definition_hash)
            workflow = store.thaw(case.blob, specification)
            ready = {str(task.id) for task in workflow.ready_manual_tasks()}
        assert {item.task_guid for item in items if item.state == "open"} == ready
    tags = Counter(session.scalars(select(AuditEvent.tag)))
    assert tags["case:started"] == states.total()
    assert tags["task:completed"] == session.scalar(select(func.count()).select_from(FormEntry))
    return states


def main(url: str, folder: str) -> None:
    """Work until somebody kills this process, or a great many tasks are done."""
    engine = connect(url)
    prepare(engine, Path(folder))
    office = _office(engine)
    tell_every_step(engine)
    chance = random.Random()
    for _ in range(MANY):
        if not office.work_off() or chance.random() < 0.2:
            office.begin()


if __name__ == "__main__":
    main(*sys.argv[1:])
