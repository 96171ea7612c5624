"""A case of any process runs without a notification (issue 3, Build 1)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.case import Case, CaseEvent, WorkItem
from models.form_entry import FormEntry
from models.masters import Holiday
from models.notification import Notification
from rules.periods import add_working_days
from services import inbox, reminders
from services.context import SYSTEM, Actor, Context
from services.errors import NotAllowed, NotFound
from tests.factories.cases import UnitOfWork, complete, next_item
from tests.factories.processes import review
from tests.fixtures.statements import counted
from workflows.engine import definitions, runner
from workflows.engine.operations import CaseData, NoNotification
from workflows.engine.runner import Done

SIX, SIXTY = {"amount": 6}, {"amount": 60}


@pytest.fixture(autouse=True)
def _published(ctx: Context) -> None:
    definitions.publish_shipped(ctx, review())
    ctx.session.commit()


def begin(uow: UnitOfWork, actor: Actor) -> Done:
    with uow(actor) as ctx:
        return runner.begin(ctx, "review", {"application_id": 7})


def test_it_goes_from_its_first_task_to_its_end(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    done = begin(uow, actor_counter)
    for actor in (actor_counter, actor_verifier, actor_counter):
        assert not done.ended
        done = complete(uow, actor, next_item(done), SIXTY)
    assert done.ended
    assert done.notification_id is None
    case = session.get_one(Case, done.case_id)
    assert (case.state, case.blob, case.office_id) == ("done", None, actor_counter.office_id)
    assert session.scalars(select(Notification)).all() == []
    assert list(session.scalars(select(FormEntry.element_id).order_by(FormEntry.id))) == [
        "ask",
        "decide",
        "answer",
    ]
    kinds = list(session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id)))
    assert kinds == ["started", "completed", "completed", "completed", "ended"]
    tags = select(AuditEvent.tag).where(AuditEvent.case_id == case.id).order_by(AuditEvent.id)
    assert list(session.scalars(tags)) == ["case:started", *["task:completed"] * 3]


def test_its_gateway_reads_what_was_entered(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    done = complete(uow, actor_counter, next_item(begin(uow, actor_counter)), SIX)
    assert [item.element_id for item in done.opened] == ["answer"]


def test_it_stands_in_the_boxes_under_a_number_of_its_own(
    ctx: Context, uow: UnitOfWork, actor_counter: Actor
) -> None:
    done = begin(uow, actor_counter)
    box = inbox.read(replace(ctx, actor=actor_counter), "group", inbox.Filters())
    (row,) = box.rows
    assert row.item.case_id == done.case_id
    assert row.item.notification_number == f"C-{done.case_id:06d}"
    assert (row.item.procedure, row.item.received_on) == ("review", ctx.today)


def test_whoever_asked_does_not_decide(uow: UnitOfWork, actor_counter: Actor) -> None:
    both = replace(actor_counter, roles=frozenset({"counter", "verifier"}))
    done = complete(uow, both, next_item(begin(uow, both)), SIXTY)
    with pytest.raises(NotAllowed):
        complete(uow, both, next_item(done), SIXTY)


def test_its_overdue_task_is_noted_in_the_journal(
    ctx: Context, uow: UnitOfWork, actor_counter: Actor
) -> None:
    complete(uow, actor_counter, next_item(begin(uow, actor_counter)), SIXTY)
    later = Context(ctx.session, SYSTEM, ctx.at + timedelta(days=30))
    assert reminders.run(later) == 1
    assert [event.kind for event in ctx.session.scalars(select(CaseEvent))][-1] == "timer"


def test_working_days_leave_out_those_on_which_the_office_is_closed(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    (plain,) = complete(uow, actor_counter, next_item(begin(uow, actor_counter)), SIXTY).opened
    session.add(Holiday(day=plain.due_on, name="市制施行記念日"))
    session.add(Holiday(day=plain.due_on + timedelta(days=1), name="庁舎の停電"))
    with counted(session.connection().engine) as without:
        begun = next_item(begin(uow, actor_counter))
    with counted(session.connection().engine) as due:
        (moved,) = complete(uow, actor_counter, begun, SIXTY).opened
    assert moved.due_on == add_working_days(plain.due_on + timedelta(days=1), 1)
    asked = [sum("SELECT holiday.day" in one.split("FROM")[0] for one in seen) for seen in (without, due)]
    beside = session.get_bind().dialect.name == "postgresql"  # read there with the first statement of a deed
    assert asked == [0, 0 if beside else 1]


def test_it_can_be_withdrawn(session: Session, uow: UnitOfWork, actor_counter: Actor) -> None:
    done = begin(uow, actor_counter)
    with uow(actor_counter) as ctx:
        runner.withdraw(ctx, done.case_id, "申請者の希望")
    assert session.scalars(select(WorkItem.state)).all() == ["gone"]
    subjects = select(AuditEvent.subject).where(AuditEvent.tag == "case:withdrawn")
    assert session.scalars(subjects).all() == [f"case:{done.case_id}"]


def test_it_belongs_to_the_office_that_is_named_when_nobody_of_an_office_begins_it(
    session: Session, uow: UnitOfWork, actor_counter: Actor
) -> None:
    nowhere = replace(actor_counter, office_id=None)
    with pytest.raises(NotAllowed):
        begin(uow, nowhere)
    with uow(nowhere) as ctx:
        done = runner.begin(ctx, "review", {}, office_id=actor_counter.office_id)
    assert session.get_one(Case, done.case_id).office_id == actor_counter.office_id


def test_no_entry_begins_a_process_that_asks_none(ctx: Context) -> None:
    with pytest.raises(NotFound, match="届出の入力から始まりません"):
        runner.start(ctx, "review", "01", {}, {})


def test_an_operation_that_needs_a_notification_says_so() -> None:
    with pytest.raises(NoNotification, match="case 5 of review"):
        _ = CaseData(5, None, "review", {}).notification_id


@pytest.mark.postgresql
def test_completing_a_task_asks_nine_statements_at_most_two_of_them_of_the_chain(
    session: Session, uow: UnitOfWork, actor_counter: Actor, actor_verifier: Actor
) -> None:
    done = begin(uow, actor_counter)
    for actor in (actor_counter, actor_verifier, actor_counter):
        with counted(session.get_bind()) as seen:
            done = complete(uow, actor, next_item(done), SIXTY)
        of_the_chain = [one for one in seen if "audit_head" in one]
        assert len(of_the_chain) == 2
        assert len(seen) <= 9, seen
    assert done.ended
