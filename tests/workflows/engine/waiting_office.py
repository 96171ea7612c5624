"""An office with drawn procedures: cases are begun, tasks done, time passes, jobs and timers are done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent, WorkItem
from models.incident import Incident
from models.job import Job
from services import job_runs
from services.context import SYSTEM, Actor
from services.errors import ServiceError
from tests.fixtures.databases import UnitOfWork
from workflows.engine import definitions, operations, runner, waking
from workflows.engine.bundle import Bundle
from workflows.engine.elements.failures import StepFailed


@dataclass
class Office:
    session: Session
    uow: UnitOfWork
    clerk: Actor
    at: datetime
    done: list[str] = field(default_factory=list)

    def publish(self, bundle: Bundle) -> None:
        with self.uow(SYSTEM, self.at) as ctx:
            definitions.publish_shipped(ctx, bundle)

    def begin(self, **facts: Any) -> int:
        with self.uow(self.clerk, self.at) as ctx:
            return runner.begin(ctx, "drawn", facts).case_id

    def open(self, case_id: int) -> list[str]:
        items = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
        return [item.element_id for item in self.session.scalars(items.order_by(WorkItem.id))]

    def do(self, case_id: int, element: str, **entry: Any) -> None:
        items = select(WorkItem.id).where(WorkItem.case_id == case_id, WorkItem.element_id == element)
        item = self.session.scalars(items.where(WorkItem.state == "open").order_by(WorkItem.id)).first()
        assert item is not None, f"{element} is not open: {self.open(case_id)}"
        with self.uow(self.clerk, self.at) as ctx:
            runner.complete(ctx, item, entry)

    def pass_time(self, **length: int) -> None:
        self.at += timedelta(**length)

    def wake(self) -> list[bool]:
        """As the worker does it: each due case in a transaction, what fails noted in another."""
        with self.uow(SYSTEM, self.at) as ctx:
            due = waking.due(ctx.session, self.at)
        return [self._wake(case_id) for case_id in due]

    def _wake(self, case_id: int) -> bool:
        try:
            with self.uow(SYSTEM, self.at) as ctx:
                return waking.wake(ctx, case_id)
        except (ValueError, StepFailed) as error:
            with self.uow(SYSTEM, self.at) as ctx:
                waking.failed(ctx, case_id, error)
            return False

    def work(self) -> int:
        """Do every job that is due, as the worker does it; answers how many tries there were."""
        tried: list[int] = []
        while True:
            with self.uow(SYSTEM, self.at) as ctx:
                held = job_runs.claim(ctx, "test", tried=tried)
            if held is None:
                return len(tried)
            tried.append(held.job_id)
            try:
                with self.uow(held.actor, self.at) as ctx:
                    job_runs.keep(ctx, held, held.kind.step(ctx, held.work))
            except ServiceError as error:
                told = f"{error.code}: …"
                with self.uow(SYSTEM, self.at) as ctx:
                    job_runs.fail(ctx, held, (told, told))

    def case(self, case_id: int) -> Case:
        return self.session.get_one(Case, case_id, populate_existing=True)

    def journal(self, case_id: int) -> list[str]:
        lines = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
        return [f"{line.kind} {line.element_id}".strip() for line in self.session.scalars(lines)]

    def jobs(self) -> list[str]:
        return list(self.session.scalars(select(Job.state).order_by(Job.id)))

    def incidents(self) -> list[Incident]:
        rows = select(Incident).order_by(Incident.id).execution_options(populate_existing=True)
        return list(self.session.scalars(rows))

    def offer(self, name: str, does: Callable[..., dict[str, Any]]) -> None:
        operations._operations[f"drawn.{name}"] = does
