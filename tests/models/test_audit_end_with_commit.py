"""Events that go to the database with the commit of their deed: all of them or nothing (Ruling 6)."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, NullPool, event, text
from sqlalchemy.exc import IntegrityError

from models.audit import verify, writer
from models.batch import Adding
from models.last_changes import Last
from models.masters import Holiday
from tests.fixtures.databases import connect
from tests.models.test_audit_chain import ENTRY
from tests.models.test_last_changes import DAY, FasterByTest

pytestmark = pytest.mark.postgresql


@pytest.fixture
def own(fresh_url: str, keys: object) -> Iterator[Engine]:
    """A database in which this test may commit, with one event on record."""
    del keys
    engine = connect(fresh_url, poolclass=NullPool)
    with engine.begin() as connection:
        writer.append(connection, [ENTRY])
    yield engine
    engine.dispose()


def kept(engine: Engine) -> tuple[int, int]:
    """How many events and closed days another connection finds; the record is whole."""
    with engine.connect() as other:
        verdict = verify.verify(other)
        assert verdict.fault is None
        days = other.execute(text("SELECT count(*) FROM holiday WHERE day = :day"), {"day": DAY})
        return verdict.rows, int(days.scalar_one())


def closing() -> Last:
    return Last([Adding(Holiday, [{"day": DAY, "name": "年末"}], tell_ids=True)], FasterByTest)


def rows_after(connection: Connection, last_id: int) -> bool:
    """Add an event with the commit, behind an end of this number."""
    head = replace(writer.read_head(connection), last_id=last_id)
    rows, after = writer._linked(head, [ENTRY])
    return writer._write_postgresql(connection, rows, head, after, ends=True)


def test_last_changes_events_and_commit_take_three_statements_and_are_kept(own: Engine) -> None:
    seen: list[str] = []
    with own.connect() as connection:
        connection.begin()
        event.listen(connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
        last = closing()
        writer.append(connection, [ENTRY, ENTRY], last, ends=True)
        assert last.ids
        assert len(seen) == 3
        assert kept(own) == (3, 1)


def test_without_that_wish_nothing_is_kept_before_the_commit(own: Engine) -> None:
    with own.connect() as connection:
        transaction = connection.begin()
        writer.append(connection, [ENTRY], closing())
        assert kept(own) == (1, 0)
        transaction.commit()
    assert kept(own) == (2, 1)


def test_where_the_end_is_another_one_nothing_is_committed(own: Engine) -> None:
    with own.connect() as connection:
        connection.begin()
        closing().send(connection)
        assert rows_after(connection, 7) is False
        connection.rollback()
    assert kept(own) == (1, 0)


def test_where_an_event_cannot_be_added_nothing_is_committed(own: Engine) -> None:
    with own.connect() as connection:
        connection.begin()
        closing().send(connection)
        connection.exec_driver_sql("ALTER TABLE audit_event ADD CHECK (tag <> 'person:read') NOT VALID")
        with pytest.raises(IntegrityError) as refused:
            rows_after(connection, 1)
        assert writer.is_of_the_record(refused.value)
        connection.rollback()
    assert kept(own) == (1, 0)
