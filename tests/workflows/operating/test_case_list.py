"""Cases by procedure, version, state, step and age, as operators list them."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.case import Case
from services import incidents
from services.context import Actor
from services.incidents import Failure
from tests.factories.cases import UnitOfWork
from tests.factories.staff import employ
from tests.workflows.operating.conftest import FIRST, SECOND, Publish, begin, go_on, up_to_check
from workflows.operating import case_list
from workflows.operating.case_list import Filters


def listed(uow: UnitOfWork, actor: Actor, at: datetime, **narrowed: str) -> list[int]:
    with uow(actor, at) as ctx:
        page = case_list.read(ctx, Filters(**narrowed))
        assert page.total == len(page.rows)
        return [row.id for row in page.rows]


def test_cases_are_found_by_version_state_step_and_age(
    session: Session,
    uow: UnitOfWork,
    publish: Publish,
    actor_administrator: Actor,
    actor_counter: Actor,
    clock: datetime,
) -> None:
    publish(FIRST)
    early, waits = begin(uow, actor_counter).case_id, up_to_check(uow, actor_counter).case_id
    ended = begin(uow, actor_counter)
    while not ended.ended:
        ended = go_on(uow, actor_counter, ended)
    publish(SECOND)
    late, held = begin(uow, actor_counter).case_id, begin(uow, actor_counter).case_id
    session.get_one(Case, early).started_at = clock - timedelta(days=40)
    session.get_one(Case, held).state = "suspended"
    session.commit()
    with uow(actor_counter) as ctx:
        incidents.note(ctx, Failure("service", "unexpected:ValueError", waits, title_ja="登録"))
    of = actor_administrator
    assert listed(uow, of, clock) == [early, waits, late, held]
    assert listed(uow, of, clock, state="open") == [early, late]
    assert listed(uow, of, clock, state="incident") == [waits]
    assert listed(uow, of, clock, state="suspended") == [held]
    assert listed(uow, of, clock, state="done") == [ended.case_id]
    assert listed(uow, of, clock, version=SECOND.hash) == [late, held]
    assert listed(uow, of, clock, element="check") == [waits]
    assert listed(uow, of, clock, age="30") == [early]
    assert listed(uow, of, clock, slug="other") == []
    with uow(of, clock) as ctx:
        (row,) = case_list.read(ctx, Filters(state="incident")).rows
        assert (row.number, row.version, [one.ja for one in row.places]) == (
            f"C-{waits:06d}",
            1,
            ["登録", "審査"],
        )
        groups = [(one.version, one.open, one.incident, one.suspended) for one in case_list.groups(ctx)]
        assert groups == [(2, 1, 0, 1), (1, 1, 1, 0)]
        assert case_list.steps(ctx, "small") == [
            ("ask", "申請", "申請", 3),
            ("check", "審査", "審査", 1),
        ]


def test_pages_follow_one_another_by_key(
    uow: UnitOfWork, publish: Publish, actor_section_chief: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    ids = [begin(uow, actor_counter).case_id for _ in range(case_list.PAGE + 3)]
    with uow(actor_section_chief) as ctx:
        first = case_list.read(ctx, Filters())
        second = case_list.read(ctx, Filters(), first.next_after)
    assert [row.id for row in (*first.rows, *second.rows)] == ids
    assert (first.total, second.next_after) == (len(ids), None)


def test_a_chief_sees_his_office_an_administrator_every_one(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, clock: datetime
) -> None:
    publish(FIRST)
    case_id = begin(uow, actor_counter).case_id
    far = employ(session, "section_chief", "s-far", "99")
    assert listed(uow, far, clock) == []
    assert listed(uow, replace(far, roles=frozenset({"administrator"})), clock) == [case_id]
