"""Many at once, killed, restarted, full: nothing is lost, nothing is doubled (N1; issue 3, faults)."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError

from models.audit.event import AuditEvent
from models.case import CaseEvent, Definition
from models.crypto import audit_keys, cipher
from services import deeds, identity, numbers_vault, statute, unit_of_work
from services.context import SYSTEM, Context
from services.errors import SomebodyElseWasFaster
from tests.architecture.tree import ROOT
from tests.factories.small_processes import Ask, a_bundle
from tests.fixtures import cluster
from tests.fixtures.databases import migrate
from tests.workflows.engine.review_office import ENTRY, ReviewOffice, open_review_office, reconcile
from tests.workflows.engine.test_robustness import at_once
from workflows.engine import definitions, runner
from workflows.engine.bundle import Bundle

PEOPLE, CLIENTS, BRANCHES = 20, 100, 4
KILLS, DOTS = 3, 600
WORKERS, CASES, STEPS, FALLS, BETWEEN_FALLS = 4, 8, 3, 2, 20
FILLING = 80  # cases whose entries do not fit into one page of the table


@pytest.fixture
def _kept() -> Iterator[None]:
    """What was configured before comes back."""
    kept = (
        *(unit_of_work._factory, cipher._loaded, audit_keys._loaded, audit_keys._provider),
        *(statute._law, numbers_vault._policy, identity._register),
    )
    before = [one[:] for one in kept]
    yield
    for one, was in zip(kept, before, strict=True):
        one[:] = was


@pytest.fixture
def review_office(fresh_url: str, tmp_path: Path, _kept: None) -> Iterator[ReviewOffice]:
    opened = open_review_office(fresh_url, tmp_path)
    yield opened
    opened.engine.dispose()


def test_of_twenty_who_complete_one_task_at_once_one_wins_and_the_others_are_told(
    review_office: ReviewOffice,
) -> None:
    done = review_office.begin()
    item = done.opened[0].id
    got = at_once(
        *[
            lambda n=n: review_office.complete(item, "counter", review_office.somebody(n))
            for n in range(PEOPLE)
        ]
    )
    lost = [one for one in got if isinstance(one, Exception)]
    assert [type(one) for one in lost] == [SomebodyElseWasFaster] * (PEOPLE - 1), got
    assert all(one.message_ja and one.message_en for one in lost)
    with review_office.reading() as session:
        reconcile(session)
        kinds = session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id)).all()
        assert kinds == ["started", "completed"]
        tags = Counter(session.scalars(select(AuditEvent.tag)))
        assert tags["task:completed"] == 1


def test_a_hundred_clients_on_parallel_branches_end_every_case(review_office: ReviewOffice) -> None:
    cases = [review_office.begin("branches") for _ in range(CLIENTS // BRANCHES)]
    items = [item.id for done in cases for item in done.opened]
    assert len(items) == CLIENTS
    random.Random(20261123).shuffle(items)
    got = at_once(*[lambda item=item: review_office.complete(item, "counter") for item in items])
    assert [one for one in got if isinstance(one, Exception)] == []
    assert sum(one.ended for one in got) == len(cases), "the last branch of a case ends it, once"
    with review_office.reading() as session:
        assert reconcile(session) == {"done": len(cases)}


class Met(Bundle):
    """A definition whose installing waits until another has come as far: both saw the same versions."""

    met = threading.Barrier(2)

    def pack(self) -> bytes:
        self.met.wait()
        return super().pack()


@pytest.mark.postgresql
def test_of_two_who_install_a_procedure_at_once_the_second_is_told_and_can_do_it_again(
    review_office: ReviewOffice,
) -> None:
    def install(bundle: Bundle) -> str:
        with review_office.deed(SYSTEM) as ctx:
            row = definitions.publish_shipped(ctx, bundle)
            assert row is not None
            return row.state

    both = [Met(*vars(a_bundle("small", [Ask("ask", title)])).values()) for title in ("申請", "申出")]
    got = at_once(*[lambda one=one: install(one) for one in both])
    assert sorted(type(one).__name__ for one in got) == ["SomebodyElseWasFaster", "str"]
    late = next(one for one, told in zip(both, got, strict=True) if isinstance(told, Exception))
    assert install(Bundle(*vars(late).values())) == "draft"
    with review_office.reading() as session:
        rows = session.execute(select(Definition.version, Definition.state).where(Definition.slug == "small"))
        assert sorted(map(tuple, rows)) == [(1, "published"), (2, "draft")]
        assert Counter(session.scalars(select(AuditEvent.tag)))["definition:drafted"] == 1


def test_a_process_killed_at_any_moment_leaves_every_case_whole(
    review_office: ReviewOffice, tmp_path: Path
) -> None:
    chance = random.Random(20261123)
    url = review_office.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.workflows.engine.review_office", url, str(tmp_path)]
    for _ in range(KILLS):
        dots = chance.randrange(1, DOTS)
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            told = process.stdout.read(dots)
            process.kill()
        assert len(told) == dots
        with review_office.reading() as session:
            reconcile(session)
    while review_office.work_off():
        pass
    with review_office.reading() as session:
        assert set(reconcile(session)) == {"done"}


class OwnServer:
    """A PostgreSQL of one test, which it may stop without warning."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        cluster.run_as_owner("initdb", "-D", str(self.data), "-U", cluster.USER, "-A", "trust", "--no-sync")
        self.start()
        self.url = f"postgresql+psycopg://{cluster.USER}@/postgres?host={folder}"

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses=''"
        self._control("start", "-l", str(self.folder / "log"), "-o", options)

    def fall(self) -> None:
        """End it as a power cut does."""
        self._control("stop", "-m", "immediate")

    def _control(self, deed: str, *arguments: str) -> None:
        cluster.run_as_owner("pg_ctl", deed, "-w", "-D", str(self.data), *arguments)


@contextmanager
def folder_of_postgres() -> Iterator[Path]:
    """A folder that PostgreSQL may write to; a socket has a short path."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def own_server() -> Iterator[OwnServer]:
    with folder_of_postgres() as folder:
        server = OwnServer(folder)
        yield server
        server.fall()


@dataclass
class Clerk:
    """Somebody who does cases to their end, and presses a button again whenever the database went away."""

    office: ReviewOffice
    name: str
    is_up: threading.Event
    did: threading.Semaphore
    failures: int = 0
    answered: list[str] = field(default_factory=list)

    def work(self) -> None:
        for number in range(CASES):
            case_id = int(self._press(f"{self.name}-begin-{number}", "counter", self._begin))
            while waiting := self._insist(lambda: self.office.waiting(case_id)):  # noqa: B023 - called here
                item, role = waiting[0]
                self._press(f"{self.name}-{item}", role, partial(self._complete, item))

    def _begin(self, ctx: Context) -> str:
        return str(runner.begin(ctx, "review", {"application_id": 7}).case_id)

    def _complete(self, item: int, ctx: Context) -> str:
        return str(runner.complete(ctx, item, ENTRY).case_id)

    def _press(self, key: str, role: str, deed: Callable[[Context], str]) -> str:
        """Do a deed under the key of its page: done once, whether or not its answer was heard."""

        def once() -> str:
            with self.office.deed(self.office.by_role[role]) as ctx:
                where = deeds.find_done(ctx, key, "same")
                if where is None:
                    where = deed(ctx)
                    deeds.remember(ctx, key, "same", where)
                return where

        where: str = self._insist(once)
        self.answered.append(key)
        self.did.release()
        return where

    def _insist(self, deed: Callable[[], Any]) -> Any:
        while True:
            try:
                return deed()
            except (OperationalError, InterfaceError):
                self.failures += 1
                assert self.is_up.wait(60)


@pytest.mark.usefixtures("_kept")
def test_a_database_that_falls_under_load_loses_and_doubles_nothing(
    own_server: OwnServer, tmp_path: Path
) -> None:
    migrate(own_server.url)
    office = open_review_office(own_server.url, tmp_path)
    is_up, did = threading.Event(), threading.Semaphore(0)
    is_up.set()
    clerks = [Clerk(office, f"clerk-{number}", is_up, did) for number in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        working = [pool.submit(clerk.work) for clerk in clerks]
        for _ in range(FALLS):
            for _ in range(BETWEEN_FALLS):
                assert did.acquire(timeout=60)
            is_up.clear()
            own_server.fall()
            own_server.start()
            is_up.set()
    for one in working:
        one.result()
    assert sum(clerk.failures for clerk in clerks) > 0
    for clerk in clerks:  # a deed that was answered and lost would be asked for again
        assert len(clerk.answered) == len(set(clerk.answered)) == CASES * (1 + STEPS)
    with office.reading() as session:
        assert reconcile(session) == {"done": WORKERS * CASES}
    office.engine.dispose()


@contextmanager
def full_disk(office: ReviewOffice) -> Iterator[Callable[[], None]]:
    """The entries lie on a disk that is full until the function is called.

    A file system of two megabytes where one can be mounted, else a trigger that says what a full disk says.
    """
    with folder_of_postgres() as folder:
        mounted = (
            shutil.which("mount")
            and not subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", folder],
                check=False,
                capture_output=True,
            ).returncode
        )
        try:
            yield from (_small_disk(office, folder) if mounted else _trigger(office))
        finally:
            if mounted:
                subprocess.run(["umount", folder], check=True)


def _small_disk(office: ReviewOffice, folder: Path) -> Iterator[Callable[[], None]]:
    space, place = f"small_{folder.name.replace('-', '_')}", folder / "space"
    place.mkdir()
    if os.geteuid() == 0:
        shutil.chown(place, "postgres", "postgres")
    filler = folder / "filler"
    with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE TABLESPACE {space} LOCATION '{place}'")
        connection.exec_driver_sql(f"ALTER TABLE form_entry SET TABLESPACE {space}")
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        try:
            yield filler.unlink
        finally:
            connection.exec_driver_sql("ALTER TABLE form_entry SET TABLESPACE pg_default")
            connection.exec_driver_sql(f"DROP TABLESPACE {space}")


def _trigger(office: ReviewOffice) -> Iterator[Callable[[], None]]:
    def run(*statements: str) -> None:
        with office.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    run(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON form_entry EXECUTE FUNCTION full_disk()",
    )
    yield lambda: run("DROP TRIGGER full_disk ON form_entry")


def _until_refused(office: ReviewOffice, items: list[int]) -> tuple[OperationalError, list[tuple[int, str]]]:
    """Do tasks until the database refuses one; its error, and what waited before."""
    for item in items:
        before = office.waiting()
        try:
            office.complete(item, "counter")
        except OperationalError as error:
            return error, before
    raise AssertionError("the disk was never full")


@pytest.mark.postgresql
def test_a_full_disk_stops_a_deed_whole_and_work_goes_on_when_there_is_room(
    review_office: ReviewOffice,
) -> None:
    cases = [review_office.begin() for _ in range(FILLING)]
    with full_disk(review_office) as make_room:
        refused, before = _until_refused(review_office, [done.opened[0].id for done in cases])
        assert getattr(refused.orig, "sqlstate", "") == "53100"
        assert review_office.waiting() == before, "nothing of the deed that was refused is there"
        with review_office.reading() as session:
            reconcile(session)
        make_room()
        while review_office.work_off():
            pass
        with review_office.reading() as session:
            assert reconcile(session) == {"done": FILLING}
