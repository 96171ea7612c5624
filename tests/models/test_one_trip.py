"""Several statements go to PostgreSQL in one round trip, and end as if they had gone one by one (N1)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from models import direct
from models.one_trip import MOST_PREPARED, OWN
from tests.fixtures.databases import connect

ADD = "INSERT INTO trip_test (id) VALUES ($1)"
COUNT = "SELECT count(*) FROM trip_test"
pytestmark = pytest.mark.postgresql


@pytest.fixture
def own(fresh_url: str) -> Iterator[Engine]:
    """A database in which this test may commit."""
    engine = connect(fresh_url)
    with engine.begin() as made:
        made.execute(text("CREATE TABLE trip_test (id int UNIQUE DEFERRABLE INITIALLY IMMEDIATE)"))
    yield engine
    engine.dispose()


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction, as a deed has it."""
    with engine.connect() as connection:
        connection.begin()
        yield connection


def give_up(connection: Connection) -> None:
    connection.rollback()
    connection.begin()


def committed(engine: Engine) -> int:
    with engine.connect() as other:
        return int(other.execute(text(COUNT)).scalar_one())


def prepared(connection: Connection) -> int:
    """How many statements of ours are prepared, beside those that begin and end a transaction."""
    named = "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'trip_%'"
    return sum(one not in OWN for one in connection.execute(text(named)).scalars())


def test_each_answers_in_its_place_and_finds_what_those_before_it_did(own: Engine) -> None:
    with begun(own) as connection:
        asked = [(ADD, [1]), (COUNT, []), ("UPDATE trip_test SET id = id + $1", [70_000]), (COUNT, [])]
        answers = direct.ask_all(connection, asked)
        assert [answer.rows for answer in answers] == [[], [(1,)], [], [(1,)]]
        assert answers[2].rowcount == 1
    assert committed(own) == 0


def test_values_of_another_size_are_taken_as_what_they_are(own: Engine) -> None:
    with begun(own) as connection:
        for value in (1, 40_000, 3_000_000_000, None, 2):
            assert direct.ask(connection, "SELECT $1::bigint", [value]) == [(value,)]


def test_the_first_that_fails_is_named_and_nothing_after_it_is_done(own: Engine) -> None:
    with begun(own) as connection:
        with pytest.raises(IntegrityError) as caught:
            direct.ask_all(connection, [(COUNT, []), (ADD, [1]), (ADD, [1]), ("SELECT 1", [])], ends=True)
        assert caught.value.statement == ADD
        give_up(connection)
        assert direct.ask(connection, COUNT) == [(0,)]
    assert committed(own) == 0


def test_a_statement_that_is_none_is_refused_and_the_next_deed_goes_on(own: Engine) -> None:
    with begun(own) as connection:
        with pytest.raises(DBAPIError, match="syntax"):
            direct.ask_all(connection, [(ADD, [1]), ("SELEKT", [])])
        give_up(connection)
        assert direct.ask(connection, COUNT) == [(0,)]


def test_much_goes_both_ways_in_one_trip(own: Engine) -> None:
    """More than the ways between both hold: who sends must read meanwhile."""
    much = "あ" * 2_000_000
    with begun(own) as connection:
        answers = direct.ask_all(connection, [("SELECT $1::text", [much])] * 6 + [(COUNT, [])])
        assert [answer.rows for answer in answers] == [[(much,)]] * 6 + [[(0,)]]


def test_what_ends_so_is_committed_with_it(own: Engine) -> None:
    with begun(own) as connection:
        direct.ask_all(connection, [(ADD, [1]), (ADD, [2])], ends=True)
        assert committed(own) == 2
        connection.commit()
        direct.ask(connection, ADD, [3])
        give_up(connection)
    assert committed(own) == 2


def test_a_commit_that_fails_is_told_and_nothing_is_kept(own: Engine) -> None:
    with begun(own) as connection:
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        with pytest.raises(IntegrityError) as caught:
            direct.ask_all(connection, [(ADD, [1]), (ADD, [1])], ends=True)
        assert caught.value.statement == "COMMIT"
        give_up(connection)
    assert committed(own) == 0


def test_after_a_savepoint_that_is_rolled_back_the_same_statements_go_on(own: Engine) -> None:
    with begun(own) as connection:
        for _ in range(8):  # often enough that the driver has prepared statements too
            connection.execute(text(COUNT))
            direct.ask(connection, ADD, [1])
            savepoint = connection.begin_nested()
            savepoint.rollback()
            assert direct.ask(connection, COUNT) == [(1,)]
            give_up(connection)


def test_no_more_are_prepared_than_the_driver_would(own: Engine) -> None:
    with begun(own) as connection:
        for number in range(MOST_PREPARED + 20):
            assert direct.ask(connection, f"SELECT {number}") == [(number,)]
        assert direct.ask(connection, "SELECT 0") == [(0,)]
        assert prepared(connection) == MOST_PREPARED


def test_what_a_failed_trip_prepared_does_not_add_up(own: Engine) -> None:
    with begun(own) as connection:
        direct.ask_all(connection, [(ADD, [1])], ends=True)
        give_up(connection)
        for number in range(5):
            with pytest.raises(IntegrityError):
                direct.ask_all(connection, [(f"SELECT {number}", []), (ADD, [1]), (COUNT, [])])
            give_up(connection)
        assert direct.ask(connection, COUNT) == [(1,)]
        assert prepared(connection) == 1


def test_in_a_transaction_that_failed_the_next_is_refused_and_nothing_adds_up(own: Engine) -> None:
    with begun(own) as connection:
        for statement in ("SELECT 1 / 0", COUNT, COUNT):
            with pytest.raises(DBAPIError):
                direct.ask(connection, statement)
        give_up(connection)
        assert direct.ask(connection, COUNT) == [(0,)]
        assert prepared(connection) == 1


def test_a_statement_whose_table_was_altered_fails_once(own: Engine) -> None:
    every = "SELECT * FROM trip_test"
    with begun(own) as connection:
        direct.ask_all(connection, [(ADD, [1]), (every, [])], ends=True)
        give_up(connection)
        with own.begin() as other:
            other.execute(text("ALTER TABLE trip_test ADD COLUMN more int"))
        with pytest.raises(DBAPIError, match="cached plan"):
            direct.ask(connection, every)
        give_up(connection)
        assert direct.ask(connection, every) == [(1, None)]
        assert prepared(connection) == 2


def test_values_that_cannot_be_sent_lose_no_statement(own: Engine) -> None:
    with begun(own) as connection:
        for number in range(MOST_PREPARED):
            direct.ask(connection, f"SELECT {number}")
        with pytest.raises(DBAPIError):
            direct.ask_all(connection, [(COUNT, []), ("SELECT $1", [object()])])
        assert direct.ask(connection, "SELECT -1") == [(-1,)]
        assert prepared(connection) == MOST_PREPARED - 1


def test_a_connection_that_is_lost_is_not_used_again(own: Engine) -> None:
    with begun(own) as connection:
        pid = direct.ask(connection, "SELECT pg_backend_pid()")[0][0]
        with own.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with pytest.raises(OperationalError) as caught:
            direct.ask_all(connection, [(ADD, [1]), (ADD, [2])], ends=True)
        assert caught.value.connection_invalidated
    assert committed(own) == 0
    with begun(own) as connection:
        assert direct.ask(connection, COUNT) == [(0,)]


def test_a_transaction_of_another_kind_is_begun_as_its_engine_says(own: Engine) -> None:
    strict = own.execution_options(isolation_level="SERIALIZABLE")
    with begun(strict) as connection:
        assert direct.ask(connection, "SHOW transaction_isolation") == [("serializable",)]
    with own.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        direct.ask(connection, ADD, [1])
    assert committed(own) == 1
