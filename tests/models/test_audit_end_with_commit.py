"""Events that go to the database with the commit of their deed: all of them or nothing (Ruling 6)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, NullPool, event, text
from sqlalchemy.exc import IntegrityError

from models import direct
from models.audit import verify, writer
from models.batch import Adding, Changing
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


@pytest.mark.parametrize("events", [1, writer.FEW, writer.FEW + 1])
def test_few_events_are_chained_by_the_database_and_many_here_into_one_chain(
    own: Engine, events: int
) -> None:
    for ends in (True, False):
        with own.connect() as connection:
            transaction = connection.begin()
            writer.append(connection, [ENTRY] * events, ends=ends)
            transaction.commit()
    assert kept(own) == (1 + 2 * events, 0)


def test_deeds_of_few_and_of_many_events_at_once_make_one_chain(own: Engine) -> None:
    def deeds(number: int) -> int:
        sizes = [1, writer.FEW, writer.FEW + 1, 2] * 5
        for place, events in enumerate(sizes):
            with own.connect() as connection:
                transaction = connection.begin()
                writer.append(connection, [ENTRY] * events, ends=(place + number) % 3 > 0)
                transaction.commit()
        return sum(sizes)

    with ThreadPoolExecutor(6) as pool:
        added = sum(pool.map(deeds, range(6)))
    assert kept(own) == (1 + added, 0)


def test_who_meets_somebody_elses_row_is_told_which_and_nothing_is_committed(own: Engine) -> None:
    missed = Changing(Holiday, {"name": "x"}, {"id": -1}, must=1)
    with own.connect() as connection:
        connection.begin()
        last = Last([*closing().changes, missed, Adding(Holiday, [])], lambda told: FasterByTest(told.change))
        with pytest.raises(FasterByTest) as refused:
            writer.append(connection, [ENTRY], last, ends=True)
        assert refused.value.args == (missed,)
        connection.rollback()
    assert kept(own) == (1, 0)


def test_an_error_that_only_sounds_like_it_is_told_as_it_is(own: Engine) -> None:
    twice = [{"day": DAY, "name": "missed:0:"}] * 2
    with own.connect() as connection:
        connection.begin()
        with pytest.raises(IntegrityError):
            writer.append(connection, [ENTRY], Last([Adding(Holiday, twice)], FasterByTest), ends=True)
        connection.rollback()
    assert kept(own) == (1, 0)


def test_what_is_committed_so_is_on_the_disk_when_it_is_answered(own: Engine) -> None:
    """The deed itself does not wait with its locks held; what goes behind it waits for both."""
    with own.connect() as connection:
        connection.exec_driver_sql("SET synchronous_commit TO on")
        connection.commit()
        connection.begin()
        closing().send(connection)
        end = direct.ask(connection, "SELECT pg_current_wal_insert_lsn()::text")[0][0]
        writer.append(connection, [ENTRY], ends=True)
        assert direct.ask(connection, "SHOW synchronous_commit") == [("on",)]
        flushed = text("SELECT pg_current_wal_flush_lsn() >= :end")
        assert connection.execute(flushed, {"end": end}).scalar_one()
    assert kept(own) == (2, 1)


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
