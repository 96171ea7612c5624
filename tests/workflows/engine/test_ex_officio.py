"""From a decided row to a registered loss: begun once by the worker, verified by another (Ruling 10)."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case import Case, CaseEvent, WorkItem
from models.enrolment import find_open_period, list_periods
from models.ex_officio import ExOfficioRow
from models.job import Job
from models.notification import Notification
from portal import clock as portal_clock
from portal.job_catalog import register_kinds
from portal.job_runner import JobRunner, Ran
from portal.settings import Environment, Settings
from services import ex_officio, jobs
from services.batch import deciding
from services.batch.deciding import Wish
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RegistrationRefused
from tests.factories.cases import UnitOfWork, complete
from tests.factories.registry import a_loss, a_person, register_acquisition, register_loss
from tests.factories.staff import employ
from workflows.engine import runner

pytestmark = pytest.mark.usefixtures("published", "right_now")
BIRTH = "1951-11-25"


@pytest.fixture
def right_now(clock: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_clock, "now", lambda: clock)
    register_kinds(Settings(environment=Environment.TEST))


@pytest.fixture
def row(ctx: Context, actor_section_chief: Actor) -> ExOfficioRow:
    """Somebody who turns 75 in November, decided by the chief."""
    register_acquisition(ctx, [a_person(birth_date=BIRTH)])
    chief = replace(ctx, actor=actor_section_chief)
    ex_officio.make_list(chief, "reaching_75", date(2026, 11, 1))
    (listed,) = ex_officio.read(chief, "reaching_75", date(2026, 11, 1))
    (result,) = deciding.decide(chief, Wish([listed.row.id], "年齢到達の確認", "見国保第8-1号"))
    assert result.passes, result.refusals
    ctx.session.commit()
    return listed.row


def one_item(session: Session, case_id: int):
    (item,) = session.scalars(select(WorkItem).where(WorkItem.case_id == case_id, WorkItem.state == "open"))
    return item


def test_the_worker_begins_the_case_once_and_it_waits_for_verification(
    session: Session, row: ExOfficioRow
) -> None:
    assert JobRunner().run_due() == Ran(1, 0)
    assert JobRunner().run_due() == Ran(0, 0)
    (case,) = session.scalars(select(Case))
    notification = session.get_one(Notification, case.notification_id)
    assert (notification.way, notification.reason, notification.ground) == (
        "ex_officio",
        "05",
        "年齢到達の確認",
    )
    assert (row.state, row.case_id) == ("opened", case.id)
    assert one_item(session, case.id).element_id == "verify", "no notifier, no identity check"


def test_who_decided_does_not_verify(
    session: Session, uow: UnitOfWork, row: ExOfficioRow, actor_section_chief: Actor
) -> None:
    JobRunner().run_due()
    assert row.case_id is not None
    item = one_item(session, row.case_id)
    both = replace(actor_section_chief, roles=frozenset({"section_chief", "verifier"}))
    with pytest.raises(NotAllowed):
        complete(uow, both, item.id, {"reason": "05", "event_on": BIRTH, "persons": []})


def test_the_second_person_verifies_and_the_period_ends(
    session: Session, uow: UnitOfWork, row: ExOfficioRow, actor_verifier: Actor
) -> None:
    JobRunner().run_due()
    assert row.case_id is not None
    item = one_item(session, row.case_id)
    second = {"reason": "05", "event_on": "2026-11-25", "persons": [{"birth_date": BIRTH}]}
    assert complete(uow, actor_verifier, item.id, second).ended
    assert find_open_period(session, row.person_id) is None
    period = list_periods(session, row.person_id)[-1]
    assert (period.loss_reason, period.ex_officio) == ("05", True)


def test_what_cannot_begin_is_told_tried_again_later_and_keeps_nobody_waiting(
    session: Session, ctx: Context, row: ExOfficioRow
) -> None:
    period = find_open_period(session, row.person_id)
    assert period is not None
    done = replace(register_acquisition(ctx), household_id=row.household_id, person_ids=(row.person_id,))
    register_loss(ctx, a_loss(done, 0, reason="02"))
    session.commit()
    assert JobRunner().run_due() == Ran(0, 1)
    (message,) = session.scalars(select(Job))
    assert (message.attempts, message.state) == (1, "waiting")
    assert message.last_error is not None
    assert message.last_error.startswith(RegistrationRefused.code)
    assert message.next_at > ctx.at
    assert row.state == "decided"
    assert jobs.errors_of(ctx, [row.key]) == {row.key: message.last_error}
    assert session.scalars(select(CaseEvent)).all() == []


def test_nobody_but_the_chief_begins_a_case_ex_officio(ctx: Context, row: ExOfficioRow) -> None:
    message = ctx.session.scalars(select(Job)).one()
    with pytest.raises(NotAllowed):
        runner.start_ex_officio(ctx, "loss", "05", message.payload["entry"])


def test_the_chief_of_another_office_sees_nothing_of_the_case(
    session: Session, uow: UnitOfWork, row: ExOfficioRow
) -> None:
    JobRunner().run_due()
    assert row.case_id is not None
    stranger = employ(session, "verifier", "s-elsewhere", "02")
    with pytest.raises(NotFound):
        complete(uow, stranger, one_item(session, row.case_id).id, {})
