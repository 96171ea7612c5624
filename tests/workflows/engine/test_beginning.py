"""A case that a deed begins is there for all that the deed does after it, and is written once (N1)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import last_changes
from models.audit.verify import verify
from models.case import Case, CaseEvent, WorkItem
from services.context import Actor, Context
from tests.factories.cases import UnitOfWork
from tests.factories.processes import review
from tests.fixtures.statements import counted
from workflows.engine import definitions, runner

FACTS, SIXTY = {"application_id": 7}, {"amount": 60}


@pytest.fixture(autouse=True)
def _published(ctx: Context) -> None:
    definitions.publish_shipped(ctx, review())
    ctx.session.commit()


def states(session: Session) -> list[tuple[int, str]]:
    """The cases with how many tasks of each are open, as another deed finds them; the record is whole."""
    assert verify(session.connection()).fault is None
    open_tasks = select(WorkItem.case_id).where(WorkItem.state == "open")
    waiting = session.scalars(open_tasks).all()
    return [(waiting.count(case.id), case.state) for case in session.scalars(select(Case).order_by(Case.id))]


def test_several_begun_in_one_deed_are_each_there(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    with uow(actor_counter) as ctx:
        begun = [runner.begin(ctx, "review", FACTS).case_id for _ in range(3)]
    assert len(set(begun)) == len(begun)
    assert states(session) == [(1, "open")] * 3


def test_whoever_looks_within_the_deed_finds_it_and_may_write_what_points_to_it(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    with uow(actor_counter) as ctx:
        done = runner.begin(ctx, "review", FACTS)
        ctx.session.add(
            CaseEvent(case_id=done.case_id, at=ctx.at, staff_number="10001", kind="caution", note="確認")
        )
    assert states(session) == [(1, "open")]
    with uow(actor_counter) as ctx:
        done = runner.begin(ctx, "review", FACTS)
        found = ctx.session.get_one(Case, done.case_id)
        assert (found.state, found.version) == ("open", 2)
        runner.complete(ctx, done.opened[0].id, SIXTY)
    assert states(session) == [(1, "open")] * 2
    assert "caution" in session.scalars(select(CaseEvent.kind)).all()


def test_within_a_savepoint_that_is_taken_back_nothing_is_begun(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    with uow(actor_counter) as ctx:
        kept = runner.begin(ctx, "review", FACTS)
        savepoint = ctx.session.begin_nested()
        runner.begin(ctx, "review", FACTS)
        savepoint.rollback()
    assert states(session) == [(1, "open")]
    assert session.scalars(select(Case.id)).all() == [kept.case_id]


def test_a_deed_that_fails_after_it_began_one_leaves_nothing(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    def deed() -> None:
        with uow(actor_counter) as ctx:
            runner.begin(ctx, "review", FACTS)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        deed()
    assert states(session) == []
    assert last_changes.take(session) is None


@pytest.mark.postgresql
def test_beginning_one_asks_once_and_writes_once(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    definitions.current(session, "review")  # read once in a process
    with counted(session.get_bind()) as seen, uow(actor_counter) as ctx:
        runner.begin(ctx, "review", FACTS)
    ours = [one for one in seen if "SAVEPOINT" not in one]
    asked, written, chained = ours
    assert "FROM definition" in asked
    assert "INSERT INTO workflow_case" in written
    assert "INSERT INTO work_item" in written
    assert "audit_event" in chained
