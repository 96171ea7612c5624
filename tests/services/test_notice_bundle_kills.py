"""Printing letters in bundles is killed (SIGKILL) at its writes: none is missing, none doubled (N1)."""

import io
import multiprocessing
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import func, select

from models import registry
from models.crypto.keyring import Keyring
from models.document import PrintRequest, PrintRun
from models.job import DONE, Job
from portal import clock
from portal.job_runner import JobRunner
from services import job_runs, print_register, unit_of_work
from services.context import SYSTEM, Actor, Context
from services.demonstration import assessments, load
from services.demonstration.city import Size
from services.job_kinds import Ahead, Kind, Work
from services.premium_notices import asking, bundles
from tests.factories.jobs import die_at_write, kinds, sessions_of
from tests.factories.staff import employ
from tests.fixtures.databases import load_keys, migrated_database
from tests.services.test_notice_bundles import gathered

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = timedelta(minutes=5)
YEAR, SMALL, AT_ONCE = 2026, Size(30, 140), 3
PRINT = Kind(
    bundles.KIND, "印刷", "Print", bundles.step, max_attempts=99, ahead=Ahead(bundles.read, bundles.lay_out)
)
MOMENTS = range(2, 120, 6)


@pytest.fixture
def printing(
    keys: Keyring, tmp_path: Path, blob_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Actor]]:
    """The clerk and a PostgreSQL with a small city whose letters of a run in force are asked for."""
    del keys, blob_folder
    load_keys(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    assert registry.TABLES
    address = migrated_database("postgresql", tmp_path)
    monkeypatch.setattr(bundles, "HOUSEHOLDS", AT_ONCE)
    before = unit_of_work._factory[:]
    factory = sessions_of(address)
    unit_of_work.configure(factory)
    with kinds(PRINT):
        with factory() as session:
            clerk = employ(session, "certificate_clerk")
        with unit_of_work.unit_of_work(clerk, AT) as ctx:
            load.load(ctx, SMALL, lambda _line: None)
        ask(clerk)
        yield address, clerk
    unit_of_work._factory[:] = before


def ask(clerk: Actor) -> None:
    """Ask for the letters of five households; nothing else waits for the worker."""
    with unit_of_work.unit_of_work(clerk, AT) as ctx:
        run = assessments.assess_city(ctx, YEAR)
        assert run is not None
        assert len(gathered(ctx, run)) == 5
        for job in ctx.session.scalars(select(Job)):
            job.state = DONE
        job = bundles.ask(ctx, "all", run.id, bundles.ALL, with_slips=False, demo=True)
        ctx.session.flush()
        first = bundles.read(ctx, Work(job.id, job.payload, {}, 0, job.total, 1))
        assert bundles.lay_out(first) is not None  # all who are killed print by this one press


def work_until_killed(url: str, moment: int) -> int | None:
    """Let a process of its own work and die before its `moment`-th write; answers its exit code."""

    def life() -> None:
        factory = sessions_of(url)
        unit_of_work.configure(factory)
        die_at_write(factory, moment)
        JobRunner().run_due()

    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    process.join()
    return process.exitcode


def on_record(url: str) -> tuple[dict[int | None, int], list[int]]:
    """How many letters each household has, and the print runs."""
    with sessions_of(url)() as session:
        statement = (
            select(PrintRequest.household_id, func.count())
            .where(PrintRequest.document.in_(asking.LETTERS))
            .group_by(PrintRequest.household_id)
        )
        return dict(session.execute(statement).all()), list(session.scalars(select(PrintRun.id)))


def must_be_whole(url: str, clerk: Actor) -> int:
    """Bundles that are kept, each with its PDF, its sheet and its letters; answers how many letters."""
    letters, runs = on_record(url)
    assert set(letters.values()) <= {1}, "nobody has two letters"
    found = 0
    with unit_of_work.unit_of_work(clerk, AT) as ctx:
        (job,) = ctx.session.scalars(select(Job).where(Job.kind == bundles.KIND))
        assert [one["run"] for one in job.checkpoint.get("bundles", ())] == runs
        for run in runs:
            found += _letters_of(ctx, run)
    assert found == len(letters), "a letter that is on record stands in a bundle"
    return found


def _letters_of(ctx: Context, run: int) -> int:
    leaves = print_register.read(ctx, run).leaves
    with pikepdf.open(io.BytesIO(print_register.pdf_of(ctx, run))) as pdf:
        assert len(pdf.pages) == leaves[-1].last_page
    return len(leaves) - 1


def test_killed_at_its_writes_no_letter_is_missing_and_none_doubled(
    printing: tuple[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, clerk = printing
    at, kills, seen = AT, 0, set[int]()
    monkeypatch.setattr(clock, "now", lambda: at)
    for moment in MOMENTS:
        code = work_until_killed(url, moment)
        seen.add(must_be_whole(url, clerk))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        at += LATER
        with unit_of_work.unit_of_work(SYSTEM, at) as ctx:
            job_runs.reap(ctx)
    assert kills > len(("claimed", "papers put down", "kept"))
    letters, _ = on_record(url)
    assert (len(letters), set(letters.values())) == (5, {1})
    assert seen >= {0, 5}
