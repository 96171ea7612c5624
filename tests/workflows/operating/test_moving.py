"""A case is moved to a version and back, each in one transaction, and nothing is lost (stack.md 2.5)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.case import Case, CaseEvent, WorkItem
from models.masters import Posting
from models.notice import Notice
from models.operation import CaseMigration
from services import coverage, housekeeping, notices, staffing
from services.context import SYSTEM, Actor
from services.errors import NotFound, SomebodyElseWasFaster
from tests.factories.cases import UnitOfWork, complete
from tests.factories.small_processes import Ask, a_bundle
from tests.factories.staff import employ
from tests.workflows.operating.conftest import (
    ASK,
    FIRST,
    SECOND,
    TELL,
    Publish,
    begin,
    go_on,
    up_to_check,
)
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle
from workflows.operating import moving
from workflows.operating.moving import CannotMove, MovedOn

OTHER_DESK = a_bundle("small", [ASK, Ask("check", "二次審査", "verifier", {"due_days": "2"}), TELL])
GONE = a_bundle("small", [ASK, TELL])


def moved(uow: UnitOfWork, actor: Actor, case_id: int, bundle: Bundle) -> None:
    with uow(actor) as ctx:
        moving.move_case(ctx, case_id, bundle.hash)


def open_item(session: Session, case_id: int) -> WorkItem:
    statement = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def test_the_new_step_comes_and_the_journal_says_what_happened(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_administrator: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    publish(SECOND)
    moved(uow, actor_administrator, done.case_id, SECOND)
    case = session.get_one(Case, done.case_id)
    assert case.definition_hash == SECOND.hash
    line = session.scalars(select(CaseEvent).where(CaseEvent.kind == "migrated")).one()
    assert (line.note, line.staff_number) == ("第1版 → 第2版", actor_administrator.staff_number)
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "case:migrated")).one()
    assert (event.case_id, event.detail) == (done.case_id, {"slug": "small", "from": 1, "to": 2})
    steps = []
    while not done.ended:
        item = open_item(session, done.case_id)
        steps.append(item.element_id)
        done = complete(uow, actor_counter, item.id, {})
    assert steps == ["check", "sign", "tell"]


def test_the_open_task_gets_the_title_the_role_and_the_due_date_of_the_version(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_verifier: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    with uow(actor_counter) as ctx:
        runner.take(ctx, done.opened[0].id)
    publish(OTHER_DESK)
    moved(uow, actor_counter, done.case_id, OTHER_DESK)
    item = open_item(session, done.case_id)
    assert (item.title_ja, item.role, item.due_on) == ("二次審査", "verifier", date(2026, 11, 25))
    assert item.assignee_id is None
    assert not complete(uow, actor_verifier, item.id, {}).ended


def test_a_case_where_the_version_has_no_step_is_refused_by_name_and_stays_as_it_was(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    before = session.get_one(Case, done.case_id).blob
    publish(GONE)
    with pytest.raises(CannotMove, match="審査"), uow(actor_counter) as ctx:
        moving.move_case(ctx, done.case_id, GONE.hash)
    case = session.get_one(Case, done.case_id, populate_existing=True)
    assert (case.blob, case.definition_hash) == (before, FIRST.hash)
    assert session.scalars(select(CaseMigration)).all() == []


def test_a_move_is_taken_back_and_all_is_as_before(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    before = session.get_one(Case, done.case_id).blob
    publish(OTHER_DESK)
    moved(uow, actor_counter, done.case_id, OTHER_DESK)
    with uow(actor_counter) as ctx:
        moving.take_back_case(ctx, done.case_id)
    case = session.get_one(Case, done.case_id, populate_existing=True)
    assert (case.blob, case.definition_hash) == (before, FIRST.hash)
    item = open_item(session, done.case_id)
    assert (item.title_ja, item.role, item.due_on) == ("審査", "counter", None)
    made = session.scalars(select(CaseMigration)).one()
    assert (made.blob, made.taken_back_by_id) == (None, actor_counter.staff_id)
    assert go_on(uow, actor_counter, replace(done, opened=(item,))).opened[0].element_id == "tell"


def test_a_case_that_has_gone_on_is_not_taken_back(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    publish(SECOND)
    moved(uow, actor_counter, done.case_id, SECOND)
    go_on(uow, actor_counter, done)
    with pytest.raises(MovedOn, match="先へ進みました"), uow(actor_counter) as ctx:
        moving.take_back_case(ctx, done.case_id)
    assert session.get_one(Case, done.case_id, populate_existing=True).definition_hash == SECOND.hash


def test_what_a_case_was_goes_with_its_end_or_after_a_month(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, clock: datetime
) -> None:
    publish(FIRST)
    ended, waits = begin(uow, actor_counter), begin(uow, actor_counter)
    publish(SECOND)
    for one in (ended, waits):
        moved(uow, actor_counter, one.case_id, SECOND)
    while not ended.ended:
        ended = go_on(uow, actor_counter, ended)
    for days, moves in ((1, 1), (29, 0), (31, 1)):
        with uow(SYSTEM, clock + timedelta(days=days)) as ctx:
            assert housekeeping.run(ctx, 30).moves == moves
    kept = select(CaseMigration.blob).execution_options(populate_existing=True)
    assert set(session.scalars(kept)) == {None}


def test_taking_a_task_is_no_going_on(uow: UnitOfWork, publish: Publish, actor_counter: Actor) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    publish(SECOND)
    moved(uow, actor_counter, done.case_id, SECOND)
    with uow(actor_counter) as ctx:
        runner.take(ctx, done.opened[0].id)
    with uow(actor_counter) as ctx:
        moving.take_back_case(ctx, done.case_id)
    with uow(actor_counter) as ctx, pytest.raises(NotFound, match="取り消せる移行"):
        moving.take_back_case(ctx, done.case_id)


def test_nobody_is_moved_to_a_draft_to_his_own_version_or_after_the_end(
    uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = begin(uow, actor_counter)
    with uow(SYSTEM) as ctx:
        definitions.publish_shipped(ctx, SECOND)
    with uow(actor_counter) as ctx:
        with pytest.raises(NotFound):
            moving.move_case(ctx, done.case_id, SECOND.hash)
        with pytest.raises(CannotMove, match="すでにこの版"):
            moving.move_case(ctx, done.case_id, FIRST.hash)
    while not done.ended:
        done = go_on(uow, actor_counter, done)
    publish(OTHER_DESK)
    with uow(actor_counter) as ctx, pytest.raises(SomebodyElseWasFaster):
        moving.move_case(ctx, done.case_id, OTHER_DESK.hash)


def test_a_chief_moves_the_cases_of_his_office_and_an_administrator_all(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = begin(uow, actor_counter)
    publish(SECOND)
    elsewhere = employ(session, "section_chief", "s-far", "99")
    with uow(elsewhere) as ctx, pytest.raises(NotFound):
        moving.move_case(ctx, done.case_id, SECOND.hash)
    moved(uow, employ(session, "administrator", "s-adm", "99"), done.case_id, SECOND)


def test_the_chief_is_told_at_once_where_nobody_here_can_do_the_moved_task(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_administrator: Actor
) -> None:
    employ(session, "section_chief")
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    publish(OTHER_DESK)
    moved(uow, actor_administrator, done.case_id, OTHER_DESK)
    assert session.scalars(select(Notice.number).where(Notice.kind == notices.NOBODY)).all() == [1]
    with uow(actor_administrator) as ctx:
        moving.take_back_case(ctx, done.case_id)
        assert (
            coverage.nobody_for(
                coverage.needs_of(ctx, actor_counter.office_id),
                staffing.of_office(session, actor_counter.office_id, ctx.today),
            )
            == []
        )


def test_the_chief_is_told_where_taking_back_a_move_leaves_nobody(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_administrator: Actor
) -> None:
    employ(session, "section_chief")
    employ(session, "verifier")
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    publish(OTHER_DESK)
    moved(uow, actor_administrator, done.case_id, OTHER_DESK)
    session.execute(delete(Posting).where(Posting.user_id == actor_counter.staff_id))
    with uow(actor_administrator) as ctx:
        moving.take_back_case(ctx, done.case_id)
    assert session.scalars(select(Notice.number).where(Notice.kind == notices.NOBODY)).all() == [1]
