"""Deeds that meet at the end of the record, or are stopped at it: one step, one event each, the chain whole.

On PostgreSQL a deed sends its last changes together with its events (models/last_changes.py).
"""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from models.absence import Absence
from models.audit import writer
from models.audit.event import AuditEvent
from models.audit.verify import verify
from models.case import CaseEvent, WorkItem
from models.crypto import audit_keys
from models.crypto.audit_keys import AuditKeys
from portal.security.roles import BOOK
from services import absences
from services.absence_rules import Wish
from services.context import Context
from tests.factories.cases import IDENTITY
from tests.factories.staff import employ
from tests.fixtures.databases import AUDIT_KEYS
from tests.workflows.engine.real_office import RealOffice
from tests.workflows.engine.test_robustness import counts, reconcile
from workflows.engine import runner

NAMES = "一二三四五六七八九十甲乙丙丁春夏秋冬松竹"
pytestmark = pytest.mark.postgresql


def is_whole(office: RealOffice) -> bool:
    with office.engine.connect() as connection:
        return verify(connection).fault is None


def work_through(office: RealOffice, name: str) -> None:
    """One process: a notification of its own from its beginning to its end."""
    office.engine.dispose(close=False)  # the connections are those of the process before
    ended, opened = False, office.take_in(f"見本 {name}郎").opened
    while not ended:
        (item,) = opened
        done = office.finish(item)
        ended, opened = done.ended, done.opened


def test_twenty_processes_at_one_office_chain_each_deed_once(real_office: RealOffice) -> None:
    """Meanwhile somebody else puts an absence on record, which needs the office's row as they all do."""
    me = real_office.counter.staff_id
    assert me is not None
    with real_office.reading() as session:
        employ(session, "counter", "c-2")
    fork = multiprocessing.get_context("fork")
    at_work = [fork.Process(target=work_through, args=(real_office, name)) for name in NAMES]
    with real_office.deed(real_office.counter) as ctx:
        absences.record(ctx, BOOK, Wish(me, date(2027, 3, 1), date(2027, 3, 2)))
        for process in at_work:
            process.start()
        for process in at_work:
            process.join()
    assert [process.exitcode for process in at_work] == [0] * len(NAMES)
    assert is_whole(real_office)
    with real_office.reading() as session:
        assert reconcile(session)["done"] == len(NAMES)
        assert session.scalars(select(Absence.user_id)).all() == [me]


def cut(office: RealOffice, ctx: Context) -> None:
    """End the deed's connection at the server."""
    driver: Any = ctx.session.connection().connection.driver_connection
    with office.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": driver.info.backend_pid})


def fail(_office: RealOffice, _ctx: Context) -> None:
    raise ArithmeticError


def nothing(_office: RealOffice, _ctx: Context) -> None:
    """Go on to the end."""


@contextmanager
def taking_no_row(office: RealOffice, table: str) -> Iterator[None]:
    """Let a table refuse each new row meanwhile."""
    with office.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT full_up CHECK (id < 0) NOT VALID"))
    yield
    with office.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT full_up"))


def test_what_happens_to_a_deed_at_its_end_leaves_all_of_it_or_nothing(real_office: RealOffice) -> None:
    (item,) = real_office.take_in().opened
    with real_office.reading() as session:
        before = counts(session)

    def deed(at_last: Callable[[RealOffice, Context], None]) -> None:
        with real_office.deed(real_office.counter) as ctx:
            runner.complete(ctx, item.id, IDENTITY)
            at_last(real_office, ctx)

    def stopped(at_last: Callable[[RealOffice, Context], None], error: type[Exception]) -> Exception:
        with pytest.raises(error) as raised:
            deed(at_last)
        with real_office.reading() as session:
            assert counts(session) == before
        assert is_whole(real_office)
        return raised.value

    stopped(fail, ArithmeticError)
    stopped(cut, OperationalError)
    for table in ("audit_event", "case_event"):
        with taking_no_row(real_office, table):
            refused = stopped(nothing, DBAPIError)
        assert isinstance(refused, DBAPIError)
        assert writer.is_of_the_record(refused) == (table == "audit_event")
    real_office.finish(item)
    with real_office.reading() as session:
        reconcile(session)
    assert is_whole(real_office)


def test_what_a_deed_does_after_its_last_changes_finds_them(real_office: RealOffice) -> None:
    (item,) = real_office.take_in().opened
    both = AuditKeys({**AUDIT_KEYS.chain_keys, "new": bytes(range(128, 160))}, "new", bytes(range(96, 128)))
    with real_office.deed(real_office.counter) as ctx:
        runner.complete(ctx, item.id, IDENTITY)
        journal = select(CaseEvent.element_id).where(CaseEvent.case_id == item.case_id)
        assert "confirm_identity" in ctx.session.scalars(journal).all()
        with ctx.session.begin_nested():
            waiting = select(WorkItem.element_id).where(WorkItem.state == "open")
            assert ctx.session.scalars(waiting).all() == ["verify"]
        audit_keys.load(lambda: both)  # a new key of the record comes in the middle of a deed
    with real_office.reading() as session:
        newest = select(AuditEvent.key_id).order_by(AuditEvent.id.desc())
        before = counts(session)
        assert session.scalars(newest).first() == "new"
        reconcile(session)
    with real_office.deed(real_office.counter) as ctx:  # a deed that writes nothing
        assert ctx.session.scalars(select(WorkItem.state).order_by(WorkItem.id)).all() == ["done", "open"]
    with real_office.reading() as session:
        assert counts(session) == before
    assert is_whole(real_office)
