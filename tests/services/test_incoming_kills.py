"""Applying a file is killed (SIGKILL) before its writes: nothing is doubled and nothing is lost (J5, N1)."""

import multiprocessing
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models import registry
from models.crypto.keyring import Keyring
from models.income import Income
from models.incoming import IncomingDifference, IncomingFile, IncomingRow
from models.job import Job
from models.person import Person
from portal import clock
from portal.job_runner import JobRunner
from services import job_runs, unit_of_work
from services.context import SYSTEM, Actor, Context
from services.incoming import applying, decisions
from services.job_kinds import Kind
from tests.factories.incoming import arrive, tax_file, tax_line
from tests.factories.jobs import die_at, kinds, sessions_of
from tests.fixtures.databases import load_keys, migrated_database

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = timedelta(minutes=5)
PEOPLE, LINES, AT_ONCE = 7, 10, 4
STEPS = {0, 3, 7}  # the header is the first line
APPLY = Kind(decisions.APPLY, "反映", "Apply", applying.step, max_attempts=200, long=True)
DECIDER = Actor(None, "10005", "", None, frozenset({"section_chief"}))
MOMENTS = range(1, 200, 5)


@pytest.fixture
def url(keys: Keyring, tmp_path: Path, blob_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A PostgreSQL with a file that was decided: incomes that change, new ones, numbers that nobody has."""
    del keys, blob_folder
    load_keys(f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    assert registry.TABLES
    address = migrated_database("postgresql", tmp_path)
    monkeypatch.setattr(applying, "AT_ONCE", AT_ONCE)
    before = unit_of_work._factory[:]
    unit_of_work.configure(sessions_of(address))
    with kinds(APPLY), unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        decided(ctx)
    with kinds(APPLY):
        yield address
    unit_of_work._factory[:] = before


def decided(ctx: Context) -> None:
    """People of whom every second has an income already, and the file that tells of all of them."""
    people = [Person(addressee_number=f"{number:015}", created_at=AT) for number in range(1, PEOPLE + 1)]
    ctx.session.add_all(people)
    ctx.session.flush()
    ctx.session.add_all(
        Income(person_id=one.id, income_year=2025, declaration_kind="1", recorded_at=AT)
        for one in people[::2]
    )
    file = arrive(ctx, tax_file(*(tax_line(str(one), salary_gross=one) for one in range(1, LINES + 1))))
    check = ctx.session.get_one(Job, file.job_id)
    decisions.let_apply(replace(ctx, actor=DECIDER), file.id)
    ctx.session.flush()
    ctx.session.delete(check)


def work_until_killed(url: str, moment: int) -> int | None:
    """Let a process of its own work and die before its `moment`-th statement; answers its exit code."""

    def life() -> None:
        factory = sessions_of(url)
        unit_of_work.configure(factory)
        die_at(factory, moment)
        JobRunner().run_due()

    process = multiprocessing.get_context("fork").Process(target=life)
    process.start()
    process.join()
    return process.exitcode


def on_record(url: str) -> tuple[list[int], int, int, list[int]]:
    """Told amounts that are in force, incomes that were replaced, rows that wait, lines of differences."""
    with sessions_of(url)() as session:
        current = Income.superseded_at.is_(None)
        told = session.scalars(select(Income.salary_gross).where(current, Income.salary_gross > 0)).all()
        replaced = session.scalars(select(Income.id).where(Income.superseded_at.is_not(None))).all()
        waiting = session.scalar(select(func.count()).select_from(IncomingRow)) or 0
        left = session.scalars(select(IncomingDifference.line)).all()
    return sorted(told), len(replaced), waiting, sorted(left)


def test_killed_at_its_writes_a_file_is_applied_once_and_whole(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, kills = AT, 0
    monkeypatch.setattr(clock, "now", lambda: at)
    for moment in MOMENTS:
        code = work_until_killed(url, moment)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        kills += 1
        told, replaced, waiting, left = on_record(url)
        assert told == list(range(1, len(told) + 1)), "lines are applied in their order, each once"
        assert len(told) in STEPS, "each step whole or not at all"
        assert replaced == (len(told) + 1) // 2
        assert waiting == LINES or len(told) == PEOPLE
        assert left == list(range(PEOPLE + 2, PEOPLE + 2 + len(left)))
        at += LATER
        with unit_of_work.unit_of_work(SYSTEM, at) as ctx:
            job_runs.reap(ctx)
    assert kills > len(STEPS)
    unknown = list(range(PEOPLE + 2, LINES + 2))
    assert on_record(url) == (list(range(1, PEOPLE + 1)), (PEOPLE + 1) // 2, 0, unknown)
    with sessions_of(url)() as session:
        file = session.scalars(select(IncomingFile)).one()
        assert (file.state, file.counts["new"], file.counts["changed"]) == ("applied", 3, 4)
        asked = session.scalars(select(Job.idempotency_key).where(Job.kind == applying.BEGIN)).all()
        assert asked == [f"{applying.BEGIN}:{file.id}"]
