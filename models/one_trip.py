"""Several statements to PostgreSQL and back in one round trip, by the driver's connection (N1).

The driver's own pipeline does the same for twice the processor time. A statement is prepared when it is met
first, and is known by its text and the types of its values. Where one fails, those of its trip are prepared
anew: it may fail because it was prepared (before its table was altered). The driver lets the server forget
all that is prepared where it is in doubt (a savepoint that is rolled back): what is prepared here is
forgotten with it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg import Error, OperationalError, generators, pq, waiting
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

Values = Sequence[Any]
Asking = tuple[str, Values]
MOST_PREPARED = 100  # as many as the driver itself keeps on a connection, beside our own
NOT_KNOWN = -1
# What a transaction without content waits for on the disk holds what was committed before.
_ON_DISK = "SELECT pg_logical_emit_message(true, 'portal', '')"
OWN = ("BEGIN", "COMMIT", _ON_DISK)
_BINARY = pq.Format.BINARY
_FAILED = frozenset({pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE})
_Key = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement answered: its rows, how many rows it met, or why it failed."""

    rows: list[tuple[Any, ...]]
    rowcount: int
    error: Error | None = None


@dataclass(slots=True)
class _Prepared:
    """A statement as the server knows it; its reader knows the types of its answers, once there was one."""

    name: bytes
    reader: Any = None

    def read(self, driver: Any, result: Any) -> list[tuple[Any, ...]]:
        if self.reader is None:
            self.reader = Transformer(driver)
            self.reader.set_pgresult(result, format=_BINARY)
        else:
            self.reader.set_pgresult(result, set_loaders=False)
        rows: list[tuple[Any, ...]] = self.reader.load_rows(0, result.ntuples, tuple)
        self.reader.set_pgresult(None, set_loaders=False)  # what people entered does not stay with it
        return rows


class Trip:
    """The way to the server of one connection of the driver."""

    def __init__(self, driver: Any) -> None:
        """Go by a connection of psycopg, which is used by one thread at a time."""
        self._driver = driver
        self._writer: Any = Transformer(driver)
        self._prepared: dict[_Key, _Prepared] = {}  # the one that was used last stands last
        self._named = 0
        self._dropped: list[bytes] = []  # what the server forgets at the beginning of the next trip
        _forget_with(driver, self._prepared)

    def send(self, asked: Sequence[Asking], *, ends: bool = False) -> list[Answer]:
        """What the statements answer, in their order; after one that failed the others were not done.

        A transaction is begun where there is none, and committed with them if it `ends` so and none failed.
        Then it is on the disk, also where one of them has set `synchronous_commit` off: it lets go of its
        locks first, so that nobody else waits for the disk, and several deeds wait for it together. A commit
        that failed is one answer more.

        Raises:
            psycopg.Error: the connection is lost.
        """
        begins = self._must_begin()
        with self._driver.lock:
            commands, told, used = self._commands(asked, begins=begins, ends=ends)
            results = self._through(commands)
        self._settle(used, failed=any(result.status in _FAILED for result in results))
        return _answers(self._driver, results, told)

    def _settle(self, used: dict[_Key, _Prepared], *, failed: bool) -> None:
        """Keep what a trip used as what was used last, or have it forgotten; what was to be forgotten is."""
        for key in used:
            self._prepared.pop(key, None)
        if not failed:
            self._prepared.update(used)
        self._dropped = [one.name for one in used.values()] if failed else []

    def _must_begin(self) -> bool:
        """Whether a transaction must be begun; one of another kind than usual the driver begins itself."""
        driver = self._driver
        if driver.autocommit or driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            return False
        if (driver.isolation_level, driver.read_only, driver.deferrable) == (None, None, None):
            return True
        driver.execute("SELECT")
        return False

    def _commands(
        self, asked: Sequence[Asking], *, begins: bool, ends: bool
    ) -> tuple[list[Any], list[_Prepared | None], dict[_Key, _Prepared]]:
        """What to send, which statement each is that tells something, and the statements by what they are."""
        connection, writer = self._driver.pgconn, self._writer
        commands: list[Any] = []
        told: list[_Prepared | None] = []
        used: dict[_Key, _Prepared] = {}

        def add(command: Any, *values: Any, of: _Prepared | None = None) -> None:
            commands.append(partial(command, *values))
            told.append(of)

        def prepared(statement: str, types: tuple[int, ...]) -> _Prepared:
            key = (statement, types)
            known = used.get(key) or self._prepared.get(key)
            if known is None:
                self._named += 1
                known = _Prepared(f"trip_{self._named}".encode())
                add(connection.send_prepare, known.name, statement.encode(), types)
            used[key] = known
            return known

        def say(statement: str) -> None:
            add(connection.send_query_prepared, prepared(statement, ()).name, None)

        self._make_room(len(asked))
        for name in self._dropped:  # no error where the server has it no more, nor where a transaction failed
            add(connection.send_close_prepared, name)
        if begins:
            say(OWN[0])
        for statement, values in asked:
            given = writer.dump_sequence(values, [PyFormat.AUTO] * len(values))
            known = prepared(statement, writer.types)
            add(connection.send_query_prepared, known.name, given, writer.formats, _BINARY, of=known)
        if ends:
            for statement in OWN[1:]:
                say(statement)
        commands.append(connection.pipeline_sync)
        return commands, told, used

    def _make_room(self, asked: int) -> None:
        """Let the server forget what was used longest ago, but our own, where too many would be prepared."""
        if len(self._prepared) + asked > MOST_PREPARED:
            theirs = [key for key in self._prepared if key[0] not in OWN]
            for key in theirs[: max(0, len(theirs) + asked - MOST_PREPARED)]:
                self._dropped.append(self._prepared.pop(key).name)

    def _through(self, commands: Sequence[Any]) -> list[Any]:
        """The result of each command. Where not all come, the connection is closed: the rest is nobody's."""
        connection = self._driver.pgconn
        connection.enter_pipeline_mode()
        try:
            for command in commands:  # into the memory of the library: all of it goes in one sending
                command()
            results: list[Any] = self._driver.wait(_all_of(connection, len(commands)))
        except BaseException:
            self._driver.close()
            raise
        connection.exit_pipeline_mode()
        return results


def _all_of(connection: Any, wanted: int) -> Generator[Any, Any, list[Any]]:
    while connection.flush():  # where it does not all go at once the server may wait to be read
        if (yield waiting.WAIT_RW) & waiting.READY_R:
            connection.consume_input()
    told: list[Any] = []
    while len(told) < wanted:
        results = yield from generators.fetch_many(connection)
        if not results:
            why = next((result for result in told if result.status in _FAILED), None)
            raise OperationalError("the connection is lost") if why is None else error_from_result(why)
        told.append(results[-1])
    return told[:-1]


def _answers(driver: Any, results: Sequence[Any], told: Sequence[_Prepared | None]) -> list[Answer]:
    answers = []
    for result, of in zip(results, told, strict=True):
        if result.status in _FAILED:
            answers.append(Answer([], NOT_KNOWN, error_from_result(result)))
            return answers
        if of is not None:
            met = result.command_tuples
            answers.append(Answer(of.read(driver, result), NOT_KNOWN if met is None else met))
    return answers


def _forget_with(driver: Any, prepared: dict[_Key, _Prepared]) -> None:
    """Forget what is prepared whenever the driver tells the server to forget all."""
    manager = driver._prepared  # noqa: SLF001 - the driver tells nobody else
    forget = manager.clear

    def forget_ours_too() -> bool:
        forgotten: bool = forget()
        if forgotten:
            prepared.clear()
        return forgotten

    manager.clear = forget_ours_too
