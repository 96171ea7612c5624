"""An operator's wish over many cases tells the truth about each of them (N2)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case
from models.job import Job
from models.operation import OperationResult
from portal.job_runner import JobRunner
from services import job_kinds
from services.context import Actor
from services.errors import NotFound, RuleBroken
from services.job_kinds import Kind
from tests.factories.cases import UnitOfWork
from tests.factories.small_processes import a_bundle
from tests.factories.staff import employ
from tests.workflows.operating.conftest import ASK, FIRST, SECOND, TELL, Publish, begin, go_on, up_to_check
from workflows.operating import background, moving, runs
from workflows.operating.runs import Counted


def wish(uow: UnitOfWork, actor: Actor, case_ids: list[int], to_hash: str = SECOND.hash) -> int:
    with uow(actor) as ctx:
        run = runs.begin(
            ctx, "migrate", case_ids=case_ids, slug="small", from_hash=FIRST.hash, to_hash=to_hash
        )
        return run.id


def do(uow: UnitOfWork, actor: Actor, run_id: int, most: int = 100) -> None:
    for _ in range(most):
        with uow(actor) as ctx:
            if runs.do_next(ctx, run_id) is None:
                return


def count(uow: UnitOfWork, actor: Actor, run_id: int) -> Counted:
    with uow(actor) as ctx:
        return runs.counted(ctx, runs.get(ctx, run_id))


def hashes(session: Session) -> list[str]:
    statement = select(Case.definition_hash).order_by(Case.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def test_thirty_cases_move_five_first_then_the_rest_and_go_back(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    case_ids = [begin(uow, actor_counter).case_id for _ in range(30)]
    publish(SECOND)
    run_id = wish(uow, actor_administrator, case_ids[:5])
    do(uow, actor_administrator, run_id)
    assert hashes(session) == [SECOND.hash] * 5 + [FIRST.hash] * 25
    with uow(actor_administrator) as ctx:
        assert runs.extend(ctx, runs.get(ctx, run_id), case_ids) == 25
    do(uow, actor_administrator, run_id)
    counted = count(uow, actor_administrator, run_id)
    assert (counted.total, counted.done, counted.refused, counted.waiting) == (30, 30, 0, 0)
    with uow(actor_administrator) as ctx:
        back = runs.take_back(ctx, runs.get(ctx, run_id))
    do(uow, actor_administrator, back.id)
    assert count(uow, actor_administrator, back.id).done == 30
    assert hashes(session) == [FIRST.hash] * 30
    with uow(actor_administrator) as ctx:
        assert runs.can_be_taken_back(ctx, runs.get(ctx, run_id)) == 0
        with pytest.raises(RuleBroken, match="選ばれていません"):
            runs.take_back(ctx, runs.get(ctx, run_id))


def test_a_case_that_cannot_is_counted_as_such_with_its_reason_and_the_others_go_on(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = [begin(uow, actor_counter), up_to_check(uow, actor_counter), begin(uow, actor_counter)]
    without_check = publish(a_bundle("small", [ASK, TELL]))
    run_id = wish(uow, actor_administrator, [one.case_id for one in done], without_check)
    do(uow, actor_administrator, run_id)
    counted = count(uow, actor_administrator, run_id)
    assert (counted.done, counted.refused) == (2, 1)
    (refused,) = session.scalars(select(OperationResult).where(OperationResult.state == "refused"))
    assert (refused.case_id, refused.code) == (done[1].case_id, "cannot_move")
    assert "審査" in refused.message_ja
    assert hashes(session) == [without_check, FIRST.hash, without_check]


def test_a_case_that_went_on_is_refused_by_name_when_the_rest_is_taken_back(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = [begin(uow, actor_counter) for _ in range(3)]
    publish(SECOND)
    run_id = wish(uow, actor_administrator, [one.case_id for one in done])
    do(uow, actor_administrator, run_id)
    go_on(uow, actor_counter, done[1])
    with uow(actor_administrator) as ctx:
        back = runs.take_back(ctx, runs.get(ctx, run_id))
    do(uow, actor_administrator, back.id)
    counted = count(uow, actor_administrator, back.id)
    assert (counted.done, counted.refused) == (2, 1)
    assert hashes(session) == [FIRST.hash, SECOND.hash, FIRST.hash]


def test_a_run_cut_off_in_the_middle_goes_on_with_the_next_and_does_nothing_twice(
    session: Session,
    uow: UnitOfWork,
    publish: Publish,
    actor_administrator: Actor,
    actor_counter: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(FIRST)
    case_ids = [begin(uow, actor_counter).case_id for _ in range(3)]
    publish(SECOND)
    run_id = wish(uow, actor_administrator, case_ids)
    do(uow, actor_administrator, run_id, most=1)

    def killed(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving, "flush", killed)
        with pytest.raises(KeyboardInterrupt):
            do(uow, actor_administrator, run_id)
    assert hashes(session) == [SECOND.hash, FIRST.hash, FIRST.hash]
    counted = count(uow, actor_administrator, run_id)
    assert (counted.done, counted.waiting) == (1, 2)
    do(uow, actor_administrator, run_id)
    assert hashes(session) == [SECOND.hash] * 3


def test_nothing_chosen_or_no_reason_where_one_is_needed_is_refused(
    uow: UnitOfWork, actor_administrator: Actor
) -> None:
    with uow(actor_administrator) as ctx:
        with pytest.raises(RuleBroken, match="選ばれていません"):
            runs.begin(ctx, "migrate")
        with pytest.raises(RuleBroken, match="理由を入力"):
            runs.begin(ctx, "suspend", case_ids=[1])
        with pytest.raises(RuleBroken, match="長すぎます"):
            runs.begin(ctx, "suspend", case_ids=[1], reason="長" * 401)


def test_a_chief_sees_the_operations_of_his_office_only(
    session: Session, uow: UnitOfWork, publish: Publish, actor_section_chief: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    case_id = begin(uow, actor_counter).case_id
    run_id = wish(uow, actor_section_chief, [case_id])
    elsewhere = employ(session, "section_chief", "s-far", "99")
    with uow(elsewhere) as ctx:
        assert runs.list_runs(ctx) == []
        with pytest.raises(NotFound):
            runs.get(ctx, run_id)


def test_a_worker_does_the_rest_with_its_progress_and_its_skipped_cases(
    session: Session, uow: UnitOfWork, publish: Publish, actor_administrator: Actor, actor_counter: Actor
) -> None:
    publish(FIRST)
    done = [begin(uow, actor_counter), up_to_check(uow, actor_counter), begin(uow, actor_counter)]
    without_check = publish(a_bundle("small", [ASK, TELL]))
    run_id = wish(uow, actor_administrator, [one.case_id for one in done], without_check)
    with uow(actor_administrator) as ctx:
        background.ask(ctx, runs.get(ctx, run_id))
    job_kinds.register(Kind(background.KIND, "一括操作", "Operations", background.step))
    outcome = JobRunner().run_next()
    assert outcome is not None
    assert (outcome.kind, outcome.state) == ("operate", "done")
    job = session.scalars(select(Job)).one()
    assert (job.done, job.total, job.skipped) == (3, 3, 1)
    counted = count(uow, actor_administrator, run_id)
    assert (counted.done, counted.refused, counted.waiting) == (2, 1, 0)
