"""A right taken in an emergency: limited, told, ended by itself, reviewed by another (T14)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.rights import EmergencyRight
from portal.security.roles import BOOK
from services import counts, emergency
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from tests.factories.audit import told
from tests.factories.cases import UnitOfWork, take_in
from tests.factories.staff import employ
from workflows import catalog

REASON = "照合担当が全員休みで、今日中に証が必要なため"


@pytest.fixture
def counter(ctx: Context, actor_counter: Actor) -> Context:
    return replace(ctx, actor=actor_counter)


@pytest.fixture
def auditor(ctx: Context, actor_auditor: Actor) -> Context:
    return replace(ctx, actor=actor_auditor)


def later(ctx: Context, **ago: int) -> Context:
    return replace(ctx, at=ctx.at + timedelta(**ago))


def test_a_role_is_taken_for_the_minutes_that_the_city_has_settled(
    session: Session, counter: Context
) -> None:
    row = emergency.take_role(counter, BOOK, "verifier", REASON)
    assert row.until - row.taken_at == timedelta(minutes=60)
    assert emergency.is_in_force(later(counter, minutes=59), row)
    assert not emergency.is_in_force(later(counter, minutes=60), row)
    assert told(session, "emergency:taken")


@pytest.mark.parametrize("role", ["administrator", "auditor", "counter", "nothing"])
def test_no_emergency_gives_accounts_the_record_or_what_one_has(counter: Context, role: str) -> None:
    with pytest.raises(NotAllowed):
        emergency.take_role(counter, BOOK, role, REASON)


def test_a_reason_that_says_nothing_is_refused(counter: Context) -> None:
    with pytest.raises(RuleBroken, match="10文字以上"):
        emergency.take_role(counter, BOOK, "verifier", "  急ぎ  ")


def test_one_at_a_time_and_the_next_after_its_end(session: Session, counter: Context) -> None:
    emergency.take_role(counter, BOOK, "verifier", REASON)
    with pytest.raises(RuleBroken, match="もう一つ"):
        emergency.take_role(counter, BOOK, "certificate_clerk", REASON)
    emergency.end_own(counter)
    emergency.take_role(counter, BOOK, "certificate_clerk", REASON)
    emergency.take_role(later(counter, hours=2), BOOK, "verifier", REASON)
    assert len(told(session, "emergency:ended")) == 2


def test_what_nobody_ended_is_ended_by_the_regular_work(session: Session, counter: Context) -> None:
    row = emergency.take_role(counter, BOOK, "verifier", REASON)
    assert emergency.sweep(counter) == 0
    assert emergency.sweep(later(counter, hours=3)) == 1
    assert row.ended_at == row.until
    assert "time_over" in str(told(session, "emergency:ended")[-1].detail)


def test_a_case_of_another_office_is_taken_by_its_number_and_ones_own_is_not(
    session: Session, uow: UnitOfWork, actor_counter: Actor, counter: Context
) -> None:
    with uow() as done:
        catalog.publish_shipped(done)
    stranger = employ(session, "counter", "s-stranger", "77")
    numbers = [emergency_number(session, take_in(uow, actor).case_id) for actor in (stranger, actor_counter)]
    with pytest.raises(NotFound, match="ほかの課"):
        emergency.take_case(counter, numbers[1], REASON)
    row = emergency.take_case(counter, numbers[0], REASON)
    assert (row.kind, row.case_office_id) == ("case", stranger.office_id)


def emergency_number(session: Session, case_id: int) -> str:
    from models.case import Case
    from models.notification import Notification

    session.expire_all()
    return session.get_one(Notification, session.get_one(Case, case_id).notification_id).number


def test_another_one_reviews_it_once_after_its_end(counter: Context, auditor: Context) -> None:
    row = emergency.take_role(counter, BOOK, "verifier", REASON)
    with pytest.raises(RuleBroken, match="まだ終わって"):
        emergency.review(auditor, row.id, "justified", "勤務表で確認")
    emergency.stop(auditor, row.id)
    with pytest.raises(RuleBroken, match="判定を選び"):
        emergency.review(auditor, row.id, "justified", " ")
    for actor in (counter.actor, replace(auditor.actor, staff_number=row.staff_number)):
        with pytest.raises(NotAllowed, match="ほかの人"):
            emergency.review(replace(auditor, actor=actor), row.id, "justified", "自分で確認")
    emergency.review(auditor, row.id, "unjustified", "勤務表では照合担当がいた")
    with pytest.raises(SomebodyElseWasFaster):
        emergency.review(auditor, row.id, "justified", "もう一度")
    with pytest.raises(SomebodyElseWasFaster):
        emergency.stop(auditor, row.id)


def test_the_database_keeps_the_reviewer_apart(session: Session, counter: Context) -> None:
    row = emergency.take_role(counter, BOOK, "verifier", REASON)
    with pytest.raises(IntegrityError, match="another_reviews"), session.begin_nested():
        session.query(EmergencyRight).update({"reviewed_by_number": row.staff_number})


def test_overseers_are_told_how_many_are_in_force_and_wait(counter: Context, auditor: Context) -> None:
    emergency.take_role(counter, BOOK, "verifier", REASON)
    session, actor = auditor.session, auditor.actor
    everywhere = emergency.to_count(actor, auditor.at, every_office=True)
    after = emergency.to_count(actor, later(auditor, hours=2).at, every_office=True)
    elsewhere = emergency.to_count(replace(actor, office_id=9999), auditor.at, every_office=False)
    told = [counts.ask(session, one) for one in (everywhere, after, elsewhere)]
    assert [(one["emergency.in_force"], one["emergency"]) for one in told] == [(1, 1), (0, 1), (0, 0)]
