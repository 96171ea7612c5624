"""What is kept back of a deed is neither lost nor done twice where a deed ends otherwise, on any database."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from models import last_changes
from models.audit import seen, writer
from models.audit.tags import Tag
from models.batch import Adding, Change
from models.last_changes import Last
from models.masters import Holiday
from services import audit
from services.context import Context
from tests.fixtures.databases import UnitOfWork

DAY = date(2026, 12, 30)


@pytest.fixture
def real(engine: Engine) -> Iterator[Session]:
    """A session whose commits are commits; what it leaves is taken away."""
    with Session(engine) as opened:
        yield opened
        opened.rollback()
        opened.execute(delete(Holiday).where(Holiday.day == DAY))
        opened.commit()


def adding() -> list[Change]:
    return [Adding(Holiday, [{"day": DAY, "name": "年末"}], tell_ids=True)]


def never(missed: Exception) -> Exception:
    return missed


def names(session: Session) -> list[str]:
    return list(session.scalars(select(Holiday.name).where(Holiday.day == DAY)))


def test_only_where_several_changes_are_one_statement_are_they_kept_back(session: Session) -> None:
    last = Last(adding(), never)
    last_changes.keep(session, last)
    keeps = session.get_bind().dialect.name == "postgresql"
    assert (last.ids is None) is keeps
    assert names(session) == ["年末"]
    assert last.ids
    assert last_changes.take(session) is None


def test_a_commit_past_the_unit_of_work_writes_them(real: Session) -> None:
    last_changes.keep(real, Last(adding(), never))
    real.commit()
    assert names(real) == ["年末"]


def test_a_rollback_past_the_unit_of_work_forgets_them_for_good(real: Session) -> None:
    last_changes.keep(real, Last(adding(), never))
    real.rollback()
    assert names(real) == []
    real.commit()
    assert names(real) == []


def test_what_was_taken_is_the_takers_to_write(session: Session) -> None:
    last = Last(adding(), never)
    last_changes.keep(session, last)
    mine = last_changes.take(session)
    if mine is not None:  # on PostgreSQL
        assert names(session) == []
        mine.send(session.connection())
    last_changes.settle(session)
    assert names(session) == ["年末"]


def begun(uow: UnitOfWork) -> None:
    with uow() as ctx:
        audit.record(ctx, Tag.LOGOUT, "account:1")


def test_changes_that_are_withdrawn_are_not_made_and_those_that_were_sent_cannot_be(
    session: Session,
) -> None:
    last = Last(adding(), never)
    last_changes.keep(session, last)
    if session.get_bind().dialect.name == "postgresql":
        assert last_changes.withdraw(session, last)
        assert names(session) == []
        last_changes.keep(session, last)
    assert names(session) == ["年末"]
    assert not last_changes.withdraw(session, last)


def test_an_end_that_was_seen_is_told_once(ctx: Context, uow: UnitOfWork) -> None:
    begun(uow)
    head = writer.read_head(ctx.session.connection())
    seen.note(ctx.session, (head.last_id, head.mac, head.key_id, head.seal))
    assert seen.take(ctx.session) == head
    assert seen.take(ctx.session) is None
    seen.note(ctx.session, (None, None, None, None))
    assert seen.take(ctx.session) is None
