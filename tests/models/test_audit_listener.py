"""A deed that changes the record without saying so does not happen (Ruling 6, M15)."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.masters import Holiday
from services import audit
from services.errors import AuditMissing
from tests.fixtures.databases import UnitOfWork


def a_holiday() -> Holiday:
    return Holiday(day=date(2026, 12, 29), name="年末")


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Holiday)) or 0


def test_a_change_without_an_audit_event_does_not_happen(session: Session, uow: UnitOfWork) -> None:
    with pytest.raises(AuditMissing), uow() as ctx:
        ctx.session.add(a_holiday())
    assert count(session) == 0


def test_a_change_that_is_said_happens(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        ctx.session.add(a_holiday())
        audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
    assert count(session) == 1


def test_a_deletion_must_be_said_as_well(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        ctx.session.add(a_holiday())
        audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
    with pytest.raises(AuditMissing), uow() as ctx:
        ctx.session.delete(ctx.session.scalars(select(Holiday)).one())
    assert count(session) == 1


def test_what_one_deed_said_does_not_cover_the_next(session: Session, uow: UnitOfWork) -> None:
    with uow() as ctx:
        audit.record(ctx, Tag.MASTER_CHANGED, "holiday:1")
    with pytest.raises(AuditMissing), uow() as ctx:
        ctx.session.add(a_holiday())
    assert count(session) == 0
