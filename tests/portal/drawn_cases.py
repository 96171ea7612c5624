"""Small procedures in a portal of one person of each role, whose system does as a test says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from models.case import WorkItem
from models.staff import User
from portal import clock
from portal.extensions import db
from portal.job_runner import JobRunner
from portal.security.actor import actor_of
from portal.worker import Worker
from services import unit_of_work
from services.context import SYSTEM, Context
from tests.factories.small_processes import a_bundle
from tests.portal.conftest import account_of
from workflows.engine import definitions, operations, runner
from workflows.engine.operations import CaseData


class OutOfOrder(Exception):
    """What nobody foresaw; its words hold a name, as such words may."""


class System:
    """The operation `small.send`: it fails while it is out of order; counted is how often it was done."""

    def __init__(self) -> None:
        self.out_of_order = True
        self.done = 0

    def send(self, _ctx: Context, _case: CaseData) -> dict[str, Any]:
        if self.out_of_order:
            raise OutOfOrder("見本 太郎")
        self.done += 1
        return {}


@contextmanager
def system() -> Iterator[System]:
    found = System()
    operations.operation("small.send")(found.send)
    yield found
    operations._operations.pop("small.send")


def publish(app: Flask, steps: Sequence[Any]) -> None:
    with app.app_context(), unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        definitions.publish_shipped(ctx, a_bundle("small", steps))


def begin(app: Flask, at: datetime | None = None, slug: str = "small") -> int:
    """A case of the counter's clerk, begun now or at another time."""
    with app.app_context():
        clerk = actor_of(db.session.scalars(select(User).where(User.username == account_of("counter"))).one())
        with unit_of_work.unit_of_work(clerk, at or clock.now()) as ctx:
            case_id = runner.begin(ctx, slug, {}).case_id
        db.session.remove()
    return case_id


def open_tasks(app: Flask, case_id: int) -> dict[str, int]:
    """By step: the open task of a case."""
    with app.app_context():
        rows = db.session.scalars(
            select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
        )
        found = {row.element_id: row.id for row in rows}
        db.session.remove()
    return found


def look(app: Flask) -> None:
    """One look of the worker: jobs that are due are done, cases whose timers are due go on."""
    with app.app_context():
        JobRunner().run_due()
        Worker(app, app.extensions["portal_doorbell"], threads=2).once()


def ask(app: Flask, question: Callable[[], Any]) -> Any:
    """What is on record."""
    with app.app_context():
        try:
            return question()
        finally:
            db.session.remove()
