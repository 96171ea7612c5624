"""A job is done once, whatever happens to its worker; one that fails keeps no other waiting (ADR 0007)."""

import multiprocessing
import random
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.audit.event import AuditEvent
from models.audit.tags import Tag
from models.crypto.keyring import Keyring
from models.job import JobSkip
from portal import clock
from portal.job_runner import LOST, JobRunner, Ran
from services import job_runs, jobs, unit_of_work
from services.context import SYSTEM, Context
from services.errors import NotFound, SomebodyElseWasFaster
from services.job_kinds import KINDS, Ahead, Kind, Progress, Work
from tests.factories.jobs import (
    AT,
    CHIEF,
    COUNT,
    FOUND,
    LATER,
    LENGTH,
    ask,
    count_up,
    counted,
    deeds_of,
    die_at,
    found_office,
    kinds,
    offices,
    rows,
    sessions_of,
)

MOST_MOMENTS = 60
CHANCES = 6


class Clock:
    """The time of day, which a test moves on."""

    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved)
    return moved


@pytest.fixture
def url(fresh_url: str, now: Clock, keys: Keyring) -> Iterator[str]:
    del keys
    before = unit_of_work._factory[:]
    unit_of_work.configure(sessions_of(fresh_url))
    with kinds(FOUND, COUNT):
        yield fresh_url
    unit_of_work._factory[:] = before


def reap(at: datetime) -> int:
    with unit_of_work.unit_of_work(SYSTEM, at) as ctx:
        return job_runs.reap(ctx)


def use(kind: str, step: Callable[[Context, Work], Any], **changes: Any) -> None:
    """Let a kind do something else."""
    KINDS[kind] = Kind(kind, "課", "Office", step, **changes)


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


def test_a_long_job_killed_before_each_of_its_statements_is_done_once(url: str, now: Clock) -> None:
    (job_id,) = ask("count", "1")
    kills = 0
    for moment in range(1, MOST_MOMENTS):
        if work_until_killed(url, moment) == 0:
            break
        kills += 1
        done = offices(url)
        assert done == [code for code in counted(job_id) if code in done], "each step whole or not at all"
        now.at += LATER
        reap(now.at)
    job = rows(url)["count:1"]
    assert kills > LENGTH
    assert (job.state, job.done, job.skipped, job.checkpoint) == ("done", LENGTH, 2, {"done_upto": LENGTH})
    assert offices(url) == counted(job_id)
    with sessions_of(url)() as session:
        left_out = session.scalars(select(JobSkip.subject).order_by(JobSkip.id)).all()
        tags = list(session.scalars(select(AuditEvent.tag)))
    assert left_out == ["number:3", "number:6"]
    assert tags.count(Tag.JOB_DONE.value) == 1
    assert tags.count(Tag.MASTER_CHANGED.value) == len(counted(job_id))


def test_what_is_done_ahead_of_a_step_keeps_no_other_deed_waiting(url: str, now: Clock) -> None:
    unit_of_work.configure(deeds_of(url))
    told: list[object] = []

    def meanwhile(read: object) -> str:
        ask("count", "written")  # SQLite takes one writing transaction at a time
        return f"{read} played"

    use(
        "found",
        lambda _ctx, work: told.append(work.ahead),
        ahead=Ahead(lambda _ctx, work: work.done, meanwhile),
    )
    (job_id,) = ask("found", "a")
    outcome = JobRunner().run(job_id)
    assert outcome is not None
    assert outcome.state == "done"
    assert told == ["0 played"]
    assert rows(url)["count:written"].state == "waiting"


def test_many_jobs_killed_at_moments_by_chance_are_each_done_once(url: str, now: Clock) -> None:
    chance = random.Random(20261129)
    long_ones = ask("count", "1", "2")
    ask("found", *"abcdef")
    for _ in range(CHANCES):
        assert work_until_killed(url, chance.randrange(4, 90)) in {-signal.SIGKILL, 0}
        now.at += LATER
        reap(now.at)
    JobRunner().run_due()
    assert offices(url) == sorted([*"abcdef", *(code for one in long_ones for code in counted(one))])
    assert {row.state for row in rows(url).values()} == {"done"}


def test_a_worker_that_slept_past_its_lease_keeps_nothing_of_its_step(url: str, now: Clock) -> None:
    (job_id,) = ask("count", "1")
    with unit_of_work.unit_of_work(SYSTEM, now.at) as ctx:
        sleeper = job_runs.claim(ctx, "sleeper", job_id)
    assert sleeper is not None
    now.at += LATER
    assert reap(now.at) == 1
    assert JobRunner().run(job_id) is not None
    assert offices(url) == counted(job_id)
    with pytest.raises(job_runs.LeaseLost), unit_of_work.unit_of_work(SYSTEM, now.at) as ctx:
        job_runs.keep(ctx, sleeper, Progress({"done_upto": 1}, 1))
    with pytest.raises(job_runs.LeaseLost), unit_of_work.unit_of_work(SYSTEM, now.at) as ctx:
        job_runs.fail(ctx, sleeper, ("遅れました。", "Late."))
    assert rows(url)["count:1"].done == LENGTH


def test_a_worker_that_wakes_in_the_middle_of_its_step_leaves_no_trace_of_it(url: str, now: Clock) -> None:
    def overtaken(ctx: Context, work: Work) -> Progress:
        progress = count_up(ctx, work)
        ctx.session.flush()
        ctx.session.execute(job_runs.Update(job_runs.Job).values(fence=job_runs.Job.fence + 1))
        return progress

    (job_id,) = ask("count", "1")
    use("count", overtaken)
    outcome = JobRunner().run(job_id)
    assert outcome is not None
    assert (outcome.state, outcome.failed) == (LOST, True)
    assert offices(url) == []


def test_the_second_wish_of_a_key_is_the_first_one(url: str) -> None:
    assert ask("found", "1") == ask("found", "1")
    assert JobRunner().run_due() == Ran(1, 0)
    ask("found", "1")
    assert JobRunner().run_due() == Ran(0, 0)
    assert offices(url) == ["1"]


def test_what_fails_is_kept_with_its_reason_and_keeps_nobody_waiting(url: str) -> None:
    ask("found", "broken", "wrong", "2")
    assert JobRunner().run_due() == Ran(1, 2)
    assert offices(url) == ["2"]
    told = rows(url)
    assert told["found:broken"].last_error == "rule: いまはできません。"
    assert told["found:broken"].last_error_en == "rule: Not now."
    assert told["found:wrong"].last_error == "処理を終えられませんでした(ValueError)。", "no name is kept"
    assert told["found:broken"].next_at > told["found:broken"].asked_at
    assert JobRunner().run_due() == Ran(0, 0), "it waits before it is tried again"


def test_the_last_try_fails_for_good_with_what_the_kind_does_then(url: str, now: Clock) -> None:
    given_up: list[str] = []
    use("found", found_office, max_attempts=3, given_up=lambda _ctx, job: given_up.append(job.state))
    ask("found", "broken")
    for _ in range(3):
        JobRunner().run_due()
        now.at += timedelta(hours=1)
    job = rows(url)["found:broken"]
    assert (job.state, job.attempts, given_up) == ("failed", 3, ["failed"])
    assert JobRunner().run_due() == Ran(0, 0)


def test_what_the_kind_does_at_the_end_may_fail_itself(url: str) -> None:
    def stumble(_ctx: Context, _job: object) -> None:
        raise ValueError

    use("found", found_office, max_attempts=1, given_up=stumble)
    ask("found", "broken")
    assert JobRunner().run_due() == Ran(0, 1)
    assert rows(url)["found:broken"].state == "failed"


def test_a_job_that_kills_its_worker_again_and_again_has_failed(url: str, now: Clock) -> None:
    use("count", count_up, max_attempts=2)
    ask("count", "1")
    for _ in range(2):
        with unit_of_work.unit_of_work(SYSTEM, now.at) as ctx:
            assert job_runs.claim(ctx, "dies") is not None
        now.at += LATER
        assert reap(now.at) == 1
    job = rows(url)["count:1"]
    assert (job.state, job.last_error) == ("failed", job_runs.DIED[0])


def test_a_kept_step_sets_the_tries_back(url: str, now: Clock) -> None:
    def fails_in_between(ctx: Context, work: Work) -> Progress:
        if work.attempts == 1 and work.checkpoint and work.done % 2 == 0 and now.at.minute % 2 == 0:
            now.at += timedelta(minutes=1)
            raise ValueError
        return count_up(ctx, work)

    use("count", fails_in_between, max_attempts=2, first_pause=timedelta(minutes=1))
    (job_id,) = ask("count", "1")
    for _ in range(LENGTH):
        JobRunner().run_due()
        now.at += timedelta(minutes=3)
    assert rows(url)["count:1"].state == "done", "no two failures were in a row"
    assert offices(url) == counted(job_id)


def test_the_pause_doubles_up_to_an_hour() -> None:
    pauses = [FOUND.pause_after(attempts) for attempts in (1, 2, 3, 7, 8, 500)]
    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 60, 60, 60)]


@pytest.mark.postgresql
def test_two_workers_pass_one_another_by(url: str) -> None:
    ask("found", "1", "2")
    first, second = sessions_of(url)(), sessions_of(url)()
    one = job_runs.claim(Context(first, SYSTEM, AT), "first")
    other = job_runs.claim(Context(second, SYSTEM, AT), "second")
    assert one is not None
    assert other is not None
    assert one.job_id != other.job_id
    first.close()
    second.close()


def test_a_job_that_is_held_is_not_taken_by_a_doubled_message(url: str) -> None:
    (job_id,) = ask("found", "1")
    with unit_of_work.unit_of_work(SYSTEM, AT) as ctx:
        assert job_runs.claim(ctx, "first", job_id) is not None
    assert JobRunner().run(job_id) is None


def test_a_worker_told_to_end_gives_back_what_it_has_in_hand(url: str) -> None:
    (job_id,) = ask("count", "1")
    outcome = JobRunner(lambda: True).run(job_id)
    assert outcome is not None
    job = rows(url)["count:1"]
    assert (outcome.state, job.state, job.done, job.attempts) == ("waiting", "waiting", 1, 0)
    assert JobRunner().run_due() == Ran(1, 0), "the next worker goes on"
    assert offices(url) == counted(job_id)


def test_a_kind_that_this_version_does_not_know_waits_for_one_that_does(url: str) -> None:
    (job_id,) = ask("count", "1")
    with kinds(FOUND):
        assert JobRunner().run_due() == Ran(0, 0)
        assert JobRunner().run(job_id) is None
    assert rows(url)["count:1"].state == "waiting"


def test_what_is_urgent_goes_first_and_long_work_leaves_a_hand_free(url: str) -> None:
    (long_one,) = ask("count", "1")
    ask("found", "a")
    with unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        urgent = jobs.ask(ctx, "found", "found:u", {"code": "u"}, priority=-1).id
        jobs.ask(ctx, "found", "found:later", {"code": "later"}, run_at=AT + LATER)
    order = [one.job_id for one in JobRunner().run_due().outcomes]
    assert order[:2] == [urgent, long_one]
    assert len(order) == 3, "what is for later waits"
    ask("count", "2")
    assert JobRunner().run_next(without_long=True) is None


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_after_the_step_in_hand(url: str) -> None:
    (waits,) = ask("count", "1")
    with unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.cancel(ctx, waits)
    assert rows(url)["count:1"].state == "cancelled"

    def cancelled_meanwhile(ctx: Context, work: Work) -> Progress:
        if work.done == 3:
            jobs.cancel(ctx, work.job_id)
        return count_up(ctx, work)

    use("count", cancelled_meanwhile)
    (runs,) = ask("count", "2")
    outcome = JobRunner().run(runs)
    assert outcome is not None
    assert (outcome.state, rows(url)["count:2"].done) == ("cancelled", 4)
    with pytest.raises(SomebodyElseWasFaster), unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.cancel(ctx, runs)


def test_a_cancelled_or_failed_job_goes_on_from_where_it_was_when_a_person_says_so(url: str) -> None:
    (job_id,) = ask("count", "1")
    JobRunner(lambda: True).run(job_id)
    with unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.cancel(ctx, job_id)
    with unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.retry(ctx, job_id)
    assert JobRunner().run_due() == Ran(1, 0)
    assert offices(url) == counted(job_id)
    with pytest.raises(SomebodyElseWasFaster), unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.retry(ctx, job_id)
    with pytest.raises(NotFound), unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.retry(ctx, 999)


def test_a_worker_is_told_after_the_commit_and_never_of_what_did_not_happen(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[int]] = []
    monkeypatch.setattr(jobs, "_bell", [lambda ids: told.append(list(ids))])
    with pytest.raises(SomebodyElseWasFaster), unit_of_work.unit_of_work(CHIEF, AT) as ctx:
        jobs.retry(ctx, jobs.ask(ctx, "found", "found:0", {"code": "0"}).id)
    assert told == []
    (job_id,) = ask("found", "1")
    assert told == [[job_id]]


def test_the_worker_acts_in_the_name_of_who_asked(url: str) -> None:
    seen: list[tuple[str, frozenset[str]]] = []

    def look(ctx: Context, _work: Work) -> None:
        seen.append((ctx.actor.staff_number, ctx.actor.roles))

    use("found", look)
    ask("found", "1")
    JobRunner().run_due()
    use("found", look, as_system=True)
    ask("found", "2")
    JobRunner().run_due()
    assert seen == [("10005", frozenset({"section_chief"})), ("system", frozenset())]
