"""An incident with its cause is retried, one or many, each with its true result, or skipped with a reason."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.incident import Incident
from models.operation import OperationResult
from models.waiting import Timer, Waiting
from services import job_kinds, job_runs
from services.context import SYSTEM, Actor, Context
from services.errors import NotAllowed, RuleBroken, ServiceError
from services.job_kinds import Kind
from tests.factories.cases import UnitOfWork
from tests.factories.small_processes import Ask, Do, Wait, a_bundle
from tests.workflows.operating.conftest import ASK, TELL, Publish, begin, go_on
from workflows.engine import operations, services_in_background
from workflows.engine.operations import CaseData
from workflows.engine.waits import SERVICE
from workflows.operating import holding, incident_list, moving, runs
from workflows.operating.incident_list import Filters

PROPERTIES = {"async": "true", "retries": "0"}
ENTERED = a_bundle("small", [ASK, Do("entered", "small.enter", PROPERTIES), TELL])


class Away(ServiceError):
    """The register does not answer."""

    code = "register_away"


class Register:
    """A service that answers, or does not."""

    def __init__(self) -> None:
        self.away = True
        self.entered: list[int] = []

    def __call__(self, _ctx: Context, case: CaseData) -> dict[str, Any]:
        if self.away:
            raise Away("登録簿が応答しません。", "The register does not answer.")
        self.entered.append(case.case_id)
        return {}


@pytest.fixture
def register() -> Iterator[Register]:
    one = Register()
    operations.operation("small.enter")(one)
    job_kinds.register(
        Kind(
            SERVICE,
            "処理",
            "Service",
            services_in_background.step,
            as_system=True,
            given_up=services_in_background.given_up,
        )
    )
    yield one
    operations._operations.pop("small.enter")


def work(uow: UnitOfWork, at: datetime) -> None:
    """Do each job that is due, as the worker does it."""
    tried: list[int] = []
    while True:
        with uow(SYSTEM, at) as ctx:
            held = job_runs.claim(ctx, "test", tried=tried)
        if held is None:
            return
        tried.append(held.job_id)
        try:
            with uow(held.actor, at) as ctx:
                job_runs.keep(ctx, held, held.kind.step(ctx, held.work))
        except ServiceError as error:
            told = f"{error.code}: …"
            with uow(SYSTEM, at) as ctx:
                job_runs.fail(ctx, held, (told, told))


def stuck(uow: UnitOfWork, actor: Actor, clock: datetime, count: int = 1) -> list[int]:
    case_ids = [go_on(uow, actor, begin(uow, actor)).case_id for _ in range(count)]
    work(uow, clock + timedelta(minutes=1))
    return case_ids


def do(uow: UnitOfWork, actor: Actor, kind: str, reason: str = "") -> tuple[int, int]:
    """Wish it for all open incidents; how many were done, how many refused."""
    with uow(actor) as ctx:
        incidents = incident_list.cases_of(ctx, incident_list.ids(ctx, Filters(), 100))
        run = runs.begin(ctx, kind, incidents=incidents, reason=reason)
    while True:
        with uow(actor) as ctx:
            if runs.do_next(ctx, run.id) is None:
                counted = runs.counted(ctx, run)
                return counted.done, counted.refused


def test_the_cause_stands_in_the_row_and_a_retry_that_fails_again_says_so(
    session: Session,
    uow: UnitOfWork,
    publish: Publish,
    register: Register,
    actor_counter: Actor,
    actor_administrator: Actor,
    clock: datetime,
) -> None:
    publish(ENTERED)
    (case_id,) = stuck(uow, actor_counter, clock)
    with uow(actor_administrator) as ctx:
        page = incident_list.read(ctx, Filters())
        (row,) = page.rows
        assert (row.number, row.incident.code, row.incident.title_ja) == (
            f"C-{case_id:06d}",
            "register_away",
            "処理entered",
        )
        assert list(page.causes) == [("register_away", 1)]
    assert do(uow, actor_administrator, "retry") == (0, 1)
    result = session.scalars(select(OperationResult)).one()
    assert (result.state, result.code) == ("refused", "register_away")
    incident = session.scalars(select(Incident).execution_options(populate_existing=True)).one()
    assert (incident.state, incident.attempts) == ("open", 2)
    register.away = False
    assert do(uow, actor_administrator, "retry") == (1, 0)
    assert register.entered == [case_id]
    incident = session.scalars(select(Incident).execution_options(populate_existing=True)).one()
    assert incident.state == "resolved"


def test_of_many_each_has_its_own_result(
    uow: UnitOfWork,
    publish: Publish,
    register: Register,
    actor_counter: Actor,
    actor_administrator: Actor,
    clock: datetime,
) -> None:
    publish(ENTERED)
    case_ids = stuck(uow, actor_counter, clock, 3)
    entered = register.entered

    class Once(Register):
        def __call__(self, ctx: Context, case: CaseData) -> dict[str, Any]:
            self.away = case.case_id == case_ids[1]
            return super().__call__(ctx, case)

    second = Once()
    second.entered = entered
    operations._operations["small.enter"] = second
    assert do(uow, actor_administrator, "retry") == (2, 1)
    assert entered == [case_ids[0], case_ids[2]]


def test_of_a_suspended_case_nothing_is_tried_and_the_operator_is_told_to_resume_it(
    session: Session,
    uow: UnitOfWork,
    publish: Publish,
    register: Register,
    actor_counter: Actor,
    actor_administrator: Actor,
    clock: datetime,
) -> None:
    publish(ENTERED)
    held, free = stuck(uow, actor_counter, clock, 2)
    with uow(actor_administrator) as ctx:
        holding.suspend(ctx, held, "原因の調査")
    register.away = False
    assert do(uow, actor_administrator, "retry") == (1, 1)
    assert register.entered == [free]
    refused = session.scalars(select(OperationResult).where(OperationResult.state == "refused")).one()
    assert (refused.case_id, refused.code) == (held, "case_suspended")
    assert "再開してから" in refused.message_ja
    (incident,) = session.scalars(select(Incident).where(Incident.state == "open"))
    assert (incident.case_id, incident.attempts) == (held, 1)


def test_only_a_chief_skips_with_a_reason_and_the_case_goes_on(
    session: Session,
    uow: UnitOfWork,
    publish: Publish,
    register: Register,
    actor_counter: Actor,
    actor_administrator: Actor,
    actor_section_chief: Actor,
    clock: datetime,
) -> None:
    publish(ENTERED)
    stuck(uow, actor_counter, clock)
    with pytest.raises(NotAllowed):
        do(uow, actor_administrator, "skip", "手作業で登録済")
    with pytest.raises(RuleBroken, match="理由"):
        do(uow, actor_section_chief, "skip")
    assert do(uow, actor_section_chief, "skip", "手作業で登録済") == (1, 0)
    incident = session.scalars(select(Incident).execution_options(populate_existing=True)).one()
    assert (incident.state, incident.reason) == ("skipped", "手作業で登録済")
    assert register.entered == []
    assert session.scalars(select(Waiting)).all() == []


def test_a_timer_keeps_its_time_and_takes_the_new_name_when_its_case_is_moved_and_taken_back(
    session: Session, uow: UnitOfWork, publish: Publish, actor_counter: Actor
) -> None:
    publish(a_bundle("small", [ASK, Wait("pause"), TELL]))
    case_id = go_on(uow, actor_counter, begin(uow, actor_counter)).case_id
    before = session.scalars(select(Timer)).one()
    due = before.due_at
    later = a_bundle("small", [ASK, Wait("pause", "P9D"), Ask("more", "追加"), TELL])
    publish(later)
    with uow(actor_counter) as ctx:
        moving.move_case(ctx, case_id, later.hash)
    row = session.scalars(select(Timer).execution_options(populate_existing=True)).one()
    assert (row.element_id, row.due_at, row.wake_at) == ("pause", due, due)
    with uow(actor_counter) as ctx:
        moving.take_back_case(ctx, case_id)
    row = session.scalars(select(Timer).execution_options(populate_existing=True)).one()
    assert (row.element_id, row.due_at, row.wake_at) == ("pause", due, due)
