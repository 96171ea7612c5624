"""What is kept back of a deed is neither lost nor done twice where a deed ends otherwise, on any database."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from models import last_changes
from models.audit import expected, writer
from models.audit.tags import Tag
from models.batch import Adding, Change
from models.last_changes import Last
from models.masters import Holiday
from services import audit
from services.context import Context
from tests.fixtures.databases import UnitOfWork

DAY = date(2026, 12, 30)


@pytest.fixture(autouse=True)
def _awake() -> Iterator[None]:
    """Nothing rests from an earlier deed that expected in vain, or will."""
    expected.rest(0)
    yield
    expected.rest(0)


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


def test_changes_read_the_end_of_the_record_with_them_and_it_is_expected_once(
    ctx: Context, uow: UnitOfWork
) -> None:
    begun(uow)
    assert expected.write(ctx.session, adding())[0]
    assert names(ctx.session) == ["年末"]
    head = writer.read_head(ctx.session.connection())
    guess = expected.take(ctx.session)
    assert guess == (head if ctx.session.get_bind().dialect.name == "postgresql" else None)
    assert expected.take(ctx.session) is None


def test_a_deed_that_rests_makes_its_changes_and_expects_nothing(ctx: Context, uow: UnitOfWork) -> None:
    begun(uow)
    expected.rest(1)
    assert expected.write(ctx.session, adding())[0]
    assert names(ctx.session) == ["年末"]
    assert expected.take(ctx.session) is None


def test_an_end_under_a_key_that_we_do_not_hold_is_not_expected(ctx: Context, uow: UnitOfWork) -> None:
    begun(uow)
    head = writer.read_head(ctx.session.connection())
    row = (head.last_id, head.mac, head.key_id, head.seal)
    expected.note(ctx.session, row)
    assert expected.take(ctx.session) == head
    expected.note(ctx.session, (*row[:2], "nobody's", row[3]))
    assert expected.take(ctx.session) is None
    expected.note(ctx.session, (head.last_id - 1, *row[1:]))
    assert expected.take(ctx.session) is None
