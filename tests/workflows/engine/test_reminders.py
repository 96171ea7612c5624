"""Overdue tasks are noted once a day; missing papers are asked for by letter once (B1, N2)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.case import CaseEvent
from models.document import PrintRequest
from printing.notifications.missing_papers_notice import MissingPapersNotice
from services import housekeeping, numbers_vault, reminders
from services.context import SYSTEM
from services.papers import from_plain
from tests.factories.cases import IDENTITY, complete, next_item, take_in
from tests.factories.registry import a_person, an_acquisition

pytestmark = pytest.mark.usefixtures("published")
MISSING = {"missing_papers": [{"kind": "moving_out_certificate", "promised_on": "2026-11-26"}]}


@pytest.fixture
def awaited(uow, actor_counter):
    """A case that waits for papers promised for 26 November."""
    done = take_in(uow, actor_counter, an_acquisition(**MISSING))
    done = complete(uow, actor_counter, next_item(done), IDENTITY)
    assert [item.element_id for item in done.opened] == ["papers_arrived"]
    return done.case_id


@pytest.fixture
def remind(uow, clock):
    def run(days):
        with uow(SYSTEM, clock + timedelta(days=days)) as ctx:
            return reminders.run(ctx)

    return run


def notes(session):
    return session.scalars(select(CaseEvent).where(CaseEvent.kind == "timer").order_by(CaseEvent.id)).all()


def letters(session):
    statement = select(PrintRequest).where(PrintRequest.document == "missing_papers_notice")
    return session.scalars(statement).all()


def test_nothing_is_said_until_the_day_has_passed(session, awaited, remind):
    assert remind(3) == 0
    assert notes(session) == []


def test_an_overdue_task_is_noted_once_a_day(session, awaited, remind):
    assert [remind(4), remind(4), remind(5)] == [1, 0, 1]
    assert [one.element_id for one in notes(session)] == ["papers_arrived"] * 2


def test_missing_papers_are_asked_for_once_by_a_letter_to_who_came(session, awaited, remind):
    remind(4)
    remind(5)
    (request,) = letters(session)
    letter = from_plain(MissingPapersNotice, request.payload)
    assert (request.delivery, letter.recipient.name) == ("post", "見本\u3000太郎")
    assert letter.reception_number == "R8-000001"
    assert len(letter.items) == 1
    assert letter.answer_until > letter.dated
    assert "不備通知" in (notes(session)[0].note or "")
    assert "不備通知" not in (notes(session)[1].note or "")


def test_a_number_that_an_open_case_needs_stays(session, uow, actor_counter, clock):
    with uow(actor_counter) as ctx:
        reference = numbers_vault.receive(ctx, "000000000019")
    take_in(uow, actor_counter, an_acquisition([a_person(individual_number=reference)]))
    with uow(SYSTEM, clock + timedelta(days=40)) as ctx:
        assert housekeeping.run(ctx, 30).numbers == 0
