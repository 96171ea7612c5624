"""A certificate that is out is found once the class of its household is another (C1)."""

from datetime import date

import pytest
from sqlalchemy import select

from models.ceiling_decision import ISSUED, CeilingDecision
from models.certificate import Certificate
from models.enrolment import Enrolment
from models.income import DECLARED, Income
from models.person import get_current
from rules.benefits.ceilings import Granted
from rules.benefits.income_class import CLASS_TITLES, classify
from rules.certificates import CertificateKind
from services import merging
from services.ceiling_certificates import changed, refusing
from services.ceiling_certificates.facts import gather
from services.ceiling_certificates.issuing import issue, issue_again
from services.certificates import events
from services.context import Actor, Context
from services.watching import watchdogs
from tests.factories.registry import (
    a_loss,
    a_notification,
    a_person,
    register_acquisition,
    register_loss,
)


@pytest.fixture
def desk(ctx: Context, actor_counter: Actor) -> Context:
    return Context(ctx.session, actor_counter, ctx.at)


def earned(desk: Context, person_id: int, yen: int = 1_500_000, **more: object) -> Income:
    values: dict[str, object] = {"resident_tax_kind": "1", "business_income": yen} | more
    income = Income(
        person_id=person_id,
        income_year=2025,
        declaration_kind=DECLARED,
        recorded_at=desk.at,
        **values,
    )
    desk.session.add(income)
    desk.session.flush()
    return income


def period_of(desk: Context, person_id: int) -> Enrolment:
    return desk.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id)).one()


def certified(desk: Context, person_id: int) -> Certificate:
    """A certificate of the class of the day, issued by a decision."""
    period = period_of(desk, person_id)
    told = gather(desk, period.household_id, person_id, desk.today)
    found = classify(told.facts, told.law).result.income_class
    assert found is not None
    notification = a_notification(desk, "ceiling_certificate", "ceiling")
    granted = Granted(CertificateKind.CEILING_CERTIFICATE, desk.today.replace(day=1), date(2027, 7, 31))
    certificate, _ = issue(desk, period, granted, CLASS_TITLES[found], (), notification, "counter")
    desk.session.add(
        CeilingDecision(
            notification_id=notification.id,
            household_id=period.household_id,
            person_id=person_id,
            applied_on=desk.today,
            state=ISSUED,
            income_class=found,
            certificate_id=certificate.id,
            refusals=[],
            cautions=[],
            steps=[],
            member_ids=[person_id],
            barred_ids=[],
            assessed_at=desk.at,
        )
    )
    desk.session.flush()
    return certificate


def found_now(desk: Context) -> list[int]:
    return [one.certificate.id for one in changed.of_another_class(desk)]


def test_a_certificate_whose_class_has_changed_is_found_until_it_comes_back(desk: Context) -> None:
    person_id = register_acquisition(desk, [a_person()]).person_ids[0]
    income = earned(desk, person_id)
    certificate = certified(desk, person_id)
    assert found_now(desk) == []

    income.business_income = 5_000_000
    desk.session.flush()
    watched = watchdogs.ceiling_of_another_class(desk)
    home = certificate.household_id
    assert (watched["household"].tolist(), watched["person"].tolist()) == ([home], [person_id])
    income.business_income, income.resident_tax_kind = 1_500_000, ""
    desk.session.flush()
    assert found_now(desk) == [certificate.id], "its class cannot be told any more"

    notification = a_notification(desk, "ceiling_certificate", "ceiling")
    events.record_event(desk, certificate, "lost", notification)
    again, _ = issue_again(desk, [certificate], notification, "counter", "紛失")
    assert found_now(desk) == list(again)
    income.resident_tax_kind = "1"
    desk.session.flush()
    assert found_now(desk) == []


def test_what_was_issued_again_and_then_moved_by_a_merge_is_compared_with_its_own_decision(
    desk: Context, actor_verifier: Actor
) -> None:
    before = register_acquisition(desk, [a_person()], event_on="2026-04-01")
    register_loss(desk, a_loss(before, 0, event_on="2026-06-01", household_part="whole"))
    kept, gone = before.person_ids[0], register_acquisition(desk, [a_person()]).person_ids[0]
    earned(desk, gone)
    certificate = certified(desk, gone)
    for _ in range(2):
        notification = a_notification(desk, "ceiling_certificate", "ceiling")
        events.record_event(desk, certificate, "lost", notification)
        again, _ = issue_again(desk, [certificate], notification, "counter", "紛失")
        certificate = desk.session.get_one(Certificate, again[0])
    reason = "住民票と転入届の写しで同じ方と確かめた"
    row = merging.propose(desk, kept, gone, reason)
    merging.decide(Context(desk.session, actor_verifier, desk.at), row.id, reason, merges=True)
    desk.session.expire_all()
    assert certificate.person_id == kept
    assert found_now(desk) == []


def test_who_moved_is_looked_at_in_the_household_of_today(desk: Context) -> None:
    person_id = register_acquisition(desk, [a_person()]).person_ids[0]
    other = register_acquisition(desk, [a_person("手本 次郎")]).person_ids[0]
    earned(desk, person_id)
    earned(desk, other, 12_000_000)
    certificate = certified(desk, person_id)
    new_home = period_of(desk, other).household_id
    period_of(desk, person_id).household_id = new_home
    desk.session.flush()
    watched = watchdogs.ceiling_of_another_class(desk)
    assert (watched["household"].tolist(), watched["person"].tolist()) == ([new_home], [person_id])
    assert found_now(desk) == [certificate.id]


def test_who_is_72_and_was_registered_at_the_counter_has_a_class_without_a_share(desk: Context) -> None:
    person_id = register_acquisition(desk, [a_person(birth_date="1954-03-03")]).person_ids[0]
    assert get_current(desk.session, person_id).copay_share is None
    pension = {"resident_tax_kind": "3", "pension_gross": 1_500_000, "taxable_income": 0}
    income = earned(desk, person_id, 0, **pension)
    certified(desk, person_id)
    assert found_now(desk) == []
    income.taxable_income, income.resident_tax_kind = 1_450_000, "1"
    told = gather(desk, period_of(desk, person_id).household_id, person_id, desk.today)
    refusals = classify(told.facts, told.law).result.refusals
    assert [one.code for one in refusals] == ["ceiling.share_not_told"]
    (reason,) = refusing.reasons(refusals, "")
    assert reason.text.endswith("もう一度申請することができます。")
