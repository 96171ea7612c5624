"""A stopped case stands still; when it is let go on, all is as it was."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit.event import AuditEvent
from models.case import Case, CaseEvent
from services.context import Actor
from services.errors import SomebodyElseWasFaster
from tests.factories.cases import UnitOfWork
from tests.workflows.operating.conftest import FIRST, SECOND, Publish, begin, go_on, up_to_check
from workflows.engine.running import CaseSuspended
from workflows.operating import holding, moving


def test_no_step_of_a_stopped_case_can_be_done_until_it_is_resumed(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(FIRST)
    done = up_to_check(uow, actor_counter)
    with uow(actor_section_chief) as ctx:
        holding.suspend(ctx, done.case_id, "制度改正の確認")
    with pytest.raises(CaseSuspended, match="一時停止"):
        go_on(uow, actor_counter, done)
    with uow(actor_section_chief) as ctx:
        with pytest.raises(SomebodyElseWasFaster, match="すでに一時停止"):
            holding.suspend(ctx, done.case_id, "もう一度")
        holding.resume(ctx, done.case_id)
        with pytest.raises(SomebodyElseWasFaster, match="停止していません"):
            holding.resume(ctx, done.case_id)
    assert go_on(uow, actor_counter, done).opened[0].element_id == "tell"
    kinds = select(CaseEvent.kind, CaseEvent.note).where(CaseEvent.kind.in_(("suspended", "resumed")))
    assert session.execute(kinds.order_by(CaseEvent.id)).all() == [
        ("suspended", "制度改正の確認"),
        ("resumed", None),
    ]
    tags = select(AuditEvent.tag).where(AuditEvent.tag.in_(("case:suspended", "case:resumed")))
    assert list(session.scalars(tags.order_by(AuditEvent.id))) == ["case:suspended", "case:resumed"]


def test_a_stopped_case_can_be_moved_and_stays_stopped(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor, actor_section_chief: Actor
) -> None:
    publish(FIRST)
    case_id = begin(uow, actor_counter).case_id
    publish(SECOND)
    with uow(actor_section_chief) as ctx:
        holding.suspend(ctx, case_id, "移行の前に止める")
        moving.move_case(ctx, case_id, SECOND.hash)
    case = session.get_one(Case, case_id, populate_existing=True)
    assert (case.state, case.definition_hash) == ("suspended", SECOND.hash)
