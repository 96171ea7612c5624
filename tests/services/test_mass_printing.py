"""Many papers printed by a worker: step by step, one run at the end, whatever happens in between."""

import io
from dataclasses import replace

import pikepdf
import pytest
from sqlalchemy import func, select

from models.document import PrintRequest, PrintRun
from services import mass_printing, print_queue, print_register
from services.errors import NotFound, SomebodyElseWasFaster
from services.job_kinds import Work
from tests.factories.prints import print_papers
from tests.factories.registry import register_acquisition


@pytest.fixture(autouse=True)
def _two_at_a_time(monkeypatch):
    monkeypatch.setattr(mass_printing, "AT_A_TIME", 2)
    monkeypatch.setattr(mass_printing, "_parts", type(mass_printing._parts)())


@pytest.fixture
def papers(uow):
    """Four papers wait at the counter."""
    with uow() as ctx:
        return list(register_acquisition(ctx, delivery="counter").print_request_ids)


def told_of(papers):
    return {"papers": papers, "demo": True}


def step(uow, clerk, papers, done=0):
    with uow(clerk) as ctx:
        return mass_printing.step(ctx, Work(1, told_of(papers), {}, done, len(papers), 1))


def to_the_end(uow, clerk, papers):
    done, seen = 0, []
    while True:
        told = step(uow, clerk, papers, done)
        done = told.done
        seen.append((told.done, told.finished))
        if told.finished:
            return told, seen


def pages(uow, clerk, run_id):
    with uow(clerk) as ctx, pikepdf.open(io.BytesIO(print_register.pdf_of(ctx, run_id))) as opened:
        return len(opened.pages)


def count_runs(session):
    return session.scalar(select(func.count()).select_from(PrintRun))


def states(session, papers):
    session.expire_all()
    return [session.get_one(PrintRequest, one).state for one in papers]


def test_some_are_laid_out_at_a_time_and_all_are_kept_as_one_run(uow, clerk, papers, session):
    assert step(uow, clerk, papers).done == 2
    assert count_runs(session) == 0
    assert states(session, papers) == ["waiting"] * 4
    told, seen = to_the_end(uow, clerk, papers)
    assert seen == [(2, False), (4, False), (4, True)]
    assert "4件を一つのPDFにしました" in told.message_ja
    assert states(session, papers) == ["printed"] * 4
    run = session.get_one(PrintRun, told.checkpoint["run"])
    assert (run.papers, count_runs(session)) == (4, 1)
    assert pages(uow, clerk, run.id) >= 4
    assert mass_printing._parts == {}


def test_a_worker_that_lost_what_was_laid_out_lays_it_out_again(uow, clerk, papers, session):
    step(uow, clerk, papers)
    step(uow, clerk, papers, 2)
    mass_printing._parts.clear()
    told = step(uow, clerk, papers, 4)
    assert told.finished
    assert states(session, papers) == ["printed"] * 4
    assert session.get_one(PrintRun, told.checkpoint["run"]).papers == 4


def test_a_paper_that_somebody_prints_meanwhile_is_on_no_page_of_the_run(uow, clerk, papers, session):
    step(uow, clerk, papers)
    step(uow, clerk, papers, 2)
    other = print_papers(uow, clerk, papers[:1])
    told = step(uow, clerk, papers, 4)
    run = session.get_one(PrintRun, told.checkpoint["run"])
    assert run.papers == 3
    assert "1件は刷っていません" in told.message_ja
    whole = pages(uow, clerk, run.id) + pages(uow, clerk, other.id)
    mass_printing._parts.clear()
    with uow(clerk) as ctx:
        assert len(print_register.read(ctx, run.id).leaves) == 3
        assert print_register.read(ctx, run.id).leaves[-1].last_page == pages(uow, clerk, run.id) < whole


def test_when_nothing_waits_any_more_nothing_is_kept(uow, clerk, papers, session):
    step(uow, clerk, papers)
    print_papers(uow, clerk, papers)
    with pytest.raises(SomebodyElseWasFaster):
        step(uow, clerk, papers, 4)
    assert count_runs(session) == 1


def test_the_papers_of_another_office_are_not_there(uow, clerk, papers):
    with pytest.raises(NotFound):
        step(uow, replace(clerk, office_id=(clerk.office_id or 0) + 1000), papers)


def test_the_wish_of_a_page_that_is_sent_twice_is_one_job(uow, clerk, papers):
    with uow(clerk) as ctx:
        rows = print_queue.choose(ctx, papers)
        first = mass_printing.ask(ctx, "key", rows, demo=True).id
    with uow(clerk) as ctx:
        assert mass_printing.ask(ctx, "key", print_queue.choose(ctx, papers), demo=True).id == first


def test_papers_are_laid_out_before_the_transaction_that_keeps_them(uow, clerk, papers, session, monkeypatch):
    for done in (0, 2, 4):
        work = Work(1, told_of(papers), {}, done, len(papers), 1)
        with uow(clerk) as ctx:
            wanted = mass_printing.read(ctx, work)
        assert len(wanted) == (done < 4)  # at the end all lie in memory
        mass_printing.lay_out(wanted)
        with monkeypatch.context() as nothing_more, uow(clerk) as ctx:
            nothing_more.delattr(mass_printing.documents, "render")
            told = mass_printing.step(ctx, work)
    assert told.finished
    assert states(session, papers) == ["printed"] * 4
