"""An office whose deeds are committed for good: in threads, or as a process that somebody kills.

Run as a program it works off what is open, then takes in new notifications, and writes a dot for every
statement and every commit, so that whoever reads the dots may end it between any two of them.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from interchange.juki.gateway import COLUMNS, FileRegister
from models.case import WorkItem
from models.masters import Posting
from rules.law import Law
from services import identity, numbers_vault, statute, unit_of_work
from services.context import SYSTEM, Actor, Context
from services.numbers_vault import NumberPolicy
from tests.factories.cases import IDENTITY, seen_on_paper
from tests.factories.registry import a_person, an_acquisition
from tests.factories.staff import employ
from tests.fixtures.databases import connect, load_keys
from workflows import catalog
from workflows.engine import runner
from workflows.engine.runner import Done

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MANY = 300
WRONG_EVERY = 5
STAFF = {"counter": "c-1", "verifier": "v-1"}


@dataclass(frozen=True)
class RealOffice:
    """A database that keeps what is committed, and the two people who work on it."""

    engine: Engine
    counter: Actor
    verifier: Actor

    @contextmanager
    def deed(self, actor: Actor) -> Iterator[Context]:
        with unit_of_work.unit_of_work(actor, NOW) as ctx:
            yield ctx

    def take_in(self, name: str = "見本 太郎") -> Done:
        entry = entry_of(name)
        with self.deed(self.counter) as ctx:
            return runner.start(ctx, "acquisition", "01", entry, {"office_id": self.counter.office_id})

    def work_off(self) -> Done | None:
        """Do the oldest open task; None when there is none."""
        with self.reading() as session:
            found = select(WorkItem).where(WorkItem.state == "open").order_by(WorkItem.id)
            item = session.scalars(found).first()
        return None if item is None else self.finish(item)

    def finish(self, item: WorkItem) -> Done:
        """Do a task as the one does whose turn it is; every fifth look at a paper errs."""
        entry = entry_of(item.subject_name)
        if item.element_id == "verify":
            misread = {"event_on": "2026-11-19"} if item.id % WRONG_EVERY == 0 else {}
            told = seen_on_paper(entry | misread)
            with self.deed(self.verifier) as ctx:
                return runner.complete(ctx, item.id, told)
        with self.deed(self.counter) as ctx:
            return runner.complete(ctx, item.id, IDENTITY if item.element_id == "confirm_identity" else entry)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session


def entry_of(name: str) -> dict[str, object]:
    """Somebody who moved in alone."""
    return an_acquisition([a_person(name)], notifier={"name": name, "relation": "self"})


def open_for_deeds(engine: Engine) -> Callable[[], Session]:
    """Sessions as `portal.extensions.session_for_a_deed` makes them, one for each deed."""

    def ready() -> Session:
        session = Session(engine, expire_on_commit=False)
        if engine.dialect.name == "sqlite":
            connection = session.connection()
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        return session

    return ready


def prepare(engine: Engine, folder: Path) -> None:
    """What `create_app` hands in, for this process."""
    answers = folder / "answers.csv"
    answers.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    load_keys(f"sqlite:///{folder / 'vault_keys.sqlite3'}")
    statute.configure(Law.load())
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    identity.configure(FileRegister(answers))
    catalog.load_handlers()
    unit_of_work.configure(open_for_deeds(engine))


def open_office(url: str, folder: Path) -> RealOffice:
    """A new office on a migrated database: staff and procedures."""
    engine = connect(url)
    prepare(engine, folder)
    with Session(engine) as session:
        for role, number in STAFF.items():
            employ(session, role, number)
    with unit_of_work.unit_of_work(SYSTEM, NOW) as ctx:
        catalog.publish_shipped(ctx)
    return RealOffice(engine, *people(engine))


def people(engine: Engine) -> list[Actor]:
    """The staff by their numbers."""
    with Session(engine) as session:
        found = {
            number: (user_id, office_id)
            for number, user_id, office_id in session.execute(
                select(Posting.staff_number, User.id, Posting.office_id).join(
                    User, User.id == Posting.user_id
                )
            )
        }
    return [
        Actor(found[number][0], number, role, found[number][1], frozenset({role}))
        for role, number in STAFF.items()
    ]


def tell_every_step(engine: Engine) -> None:
    """A dot to whoever started this process, before each statement and around each commit."""

    def dot(*_told: object) -> None:
        os.write(1, b".")

    event.listen(engine, "before_cursor_execute", dot)
    event.listen(engine, "commit", dot)
    event.listen(engine, "after_cursor_execute", dot)


def main(url: str, folder: str) -> None:
    """Work until somebody kills this process, or a great many notifications are done."""
    engine = connect(url)
    prepare(engine, Path(folder))
    office = RealOffice(engine, *people(engine))
    tell_every_step(engine)
    chance = random.Random(os.getpid())
    for _ in range(MANY):
        if office.work_off() is None or chance.random() < 0.2:
            office.take_in()


if __name__ == "__main__":
    main(*sys.argv[1:])
