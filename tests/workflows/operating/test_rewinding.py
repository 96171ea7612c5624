"""A case goes back to an earlier step; what is undone is said, what cannot be undone blocks the way."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.case import Case, CaseEvent, WorkItem
from models.masters import Posting
from models.notice import Notice
from services import notices
from services.context import Actor, Context
from services.errors import NotFound
from tests.factories.cases import UnitOfWork, complete
from tests.factories.small_processes import Ask, Call, Do, Fork, a_bundle
from tests.factories.staff import employ
from tests.workflows.operating.conftest import ASK, FIRST, TELL, Publish, begin, go_on, up_to_check
from workflows.engine import operations
from workflows.engine.operations import CaseData, operation
from workflows.engine.runner import Done
from workflows.operating import rewinding, runs
from workflows.operating.rewinding import CannotRewind

INSIDE = a_bundle(
    "small", [ASK, Call("calls", "inner"), TELL], {"inner": [Ask("look", "確認"), Ask("sum", "計算")]}
)
FORKED = a_bundle("small", [ASK, Fork("g", [[Ask("left", "左")], [Ask("right", "右")]]), TELL])


@pytest.fixture
def services() -> Iterator[None]:
    """A service that only works something out, and one that writes the register."""

    def nothing(_ctx: Context, _case: CaseData) -> dict[str, Any]:
        return {}

    operation("small.reckon")(nothing)
    operation("small.enter", irreversible=True)(nothing)
    yield
    for name in ("small.reckon", "small.enter"):
        operations._operations.pop(name)
        operations._irreversible.discard(name)


def ways(uow: UnitOfWork, actor: Actor, case_id: int) -> dict[str, tuple[str, list[str]]]:
    """By step: its task, and the steps that going back to it would undo."""
    with uow(actor) as ctx:
        found = rewinding.targets_of(ctx, ctx.session.get_one(Case, case_id))
        return {one.element.id: (one.task_guid, [step.id for step in one.undone]) for one in found}


def back(uow: UnitOfWork, actor: Actor, case_id: int, step: str) -> None:
    guid, _ = ways(uow, actor, case_id)[step]
    with uow(actor) as ctx:
        rewinding.rewind_case(ctx, case_id, guid, "入力の誤り")


def waiting(session: Session, case_id: int) -> list[str]:
    statement = select(WorkItem.element_id).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    return list(session.scalars(statement.order_by(WorkItem.id)))


def to_the_end(session: Session, uow: UnitOfWork, actor: Actor, case_id: int) -> list[str]:
    steps = []
    ended = False
    while not ended:
        open_items = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
        item = session.scalars(open_items.order_by(WorkItem.id)).first()
        assert item is not None
        steps.append(item.element_id)
        ended = complete(uow, actor, item.id, {}).ended
    return steps


def test_the_step_opens_again_and_the_journal_says_what_is_done_again(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(FIRST)
    done = go_on(uow, actor_counter, up_to_check(uow, actor_counter))
    assert {step: undone for step, (_, undone) in ways(uow, actor_section_chief, done.case_id).items()} == {
        "check": ["check"],
        "ask": ["ask", "check"],
    }
    back(uow, actor_section_chief, done.case_id, "ask")
    assert waiting(session, done.case_id) == ["ask"]
    line = session.scalars(select(CaseEvent).where(CaseEvent.kind == "rewound")).one()
    assert (line.element_id, line.note) == ("ask", "入力の誤り(やり直す手順: 申請、審査)")
    event = session.scalars(select(AuditEvent).where(AuditEvent.tag == "case:rewound")).one()
    assert event.detail == {"to": "ask", "undone": 2}
    assert to_the_end(session, uow, actor_counter, done.case_id) == ["ask", "check", "tell"]


def test_a_case_goes_back_into_a_called_process_that_has_ended(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(INSIDE)
    done = begin(uow, actor_counter)
    for _ in range(3):
        done = go_on(uow, actor_counter, done)
    assert waiting(session, done.case_id) == ["tell"]
    back(uow, actor_section_chief, done.case_id, "look")
    assert waiting(session, done.case_id) == ["look"]
    assert to_the_end(session, uow, actor_counter, done.case_id) == ["look", "sum", "tell"]


def test_a_case_goes_back_before_a_called_process_and_calls_it_again(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(INSIDE)
    done = go_on(uow, actor_counter, go_on(uow, actor_counter, begin(uow, actor_counter)))
    back(uow, actor_section_chief, done.case_id, "ask")
    assert to_the_end(session, uow, actor_counter, done.case_id) == ["ask", "look", "sum", "tell"]


def test_inside_a_branch_there_is_no_way_back_but_to_before_the_split(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(FORKED)
    done = go_on(uow, actor_counter, begin(uow, actor_counter))
    complete(uow, actor_counter, done.opened[0].id, {})
    assert set(ways(uow, actor_section_chief, done.case_id)) == {"ask"}
    back(uow, actor_section_chief, done.case_id, "ask")
    assert sorted(to_the_end(session, uow, actor_counter, done.case_id)) == ["ask", "left", "right", "tell"]


@pytest.mark.usefixtures("services")
def test_what_was_written_outside_the_case_blocks_the_way_back_by_name(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    steps = [ASK, Do("reckoned", "small.reckon"), Ask("check", "審査"), Do("entered", "small.enter"), TELL]
    publish(a_bundle("small", steps))
    done = go_on(uow, actor_counter, begin(uow, actor_counter))
    back(uow, actor_section_chief, done.case_id, "ask")
    done = Done(done.case_id, None, (open_item(session, done.case_id),), False)
    done = go_on(uow, actor_counter, go_on(uow, actor_counter, done))
    assert waiting(session, done.case_id) == ["tell"]
    with pytest.raises(CannotRewind, match="処理entered"):
        back(uow, actor_section_chief, done.case_id, "ask")
    assert waiting(session, done.case_id) == ["tell"]


def open_item(session: Session, case_id: int) -> WorkItem:
    statement = select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open")
    return session.scalars(statement).one()


def test_a_wish_to_go_back_is_kept_with_its_result(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    guid, _ = ways(uow, actor_section_chief, done.case_id)["ask"]
    with uow(actor_section_chief) as ctx:
        run = runs.begin(ctx, "rewind", case_ids=[done.case_id], reason="入力の誤り", element_id=guid)
    with uow(actor_section_chief) as ctx:
        result = runs.do_next(ctx, run.id)
        assert result is not None
        assert result.state == "done"
    with uow(actor_section_chief) as ctx, pytest.raises(NotFound, match="戻せません"):
        rewinding.rewind_case(ctx, done.case_id, guid, "もう一度")
    assert waiting(session, done.case_id) == ["ask"]


def test_the_chief_is_told_at_once_where_nobody_here_can_do_the_step_again(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_administrator: Actor
) -> None:
    employ(session, "section_chief")
    publish(a_bundle("small", [ASK, Ask("check", "審査", "verifier"), TELL]))
    done = up_to_check(uow, actor_counter)
    session.execute(delete(Posting).where(Posting.user_id == actor_counter.staff_id))
    session.commit()
    back(uow, actor_administrator, done.case_id, "ask")
    assert waiting(session, done.case_id) == ["ask"]
    assert session.scalars(select(Notice.number).where(Notice.kind == notices.NOBODY)).all() == [1]
