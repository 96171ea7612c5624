"""A certificate that is out is found once the class of its household is another (C1)."""

from datetime import date

import pytest
from sqlalchemy import select

from models.ceiling_decision import ISSUED, CeilingDecision
from models.enrolment import Enrolment
from models.income import DECLARED, Income
from rules.benefits.ceilings import Granted
from rules.benefits.income_class import CLASS_TITLES, classify
from rules.certificates import CertificateKind
from services.ceiling_certificates import changed
from services.ceiling_certificates.facts import gather
from services.ceiling_certificates.issuing import issue, issue_again
from services.certificates import events
from services.context import Actor, Context
from services.watching import watchdogs
from tests.factories.registry import a_notification, a_person, register_acquisition


@pytest.fixture
def desk(ctx: Context, actor_counter: Actor) -> Context:
    return Context(ctx.session, actor_counter, ctx.at)


def test_a_certificate_whose_class_has_changed_is_found_until_it_comes_back(desk: Context) -> None:
    person_id = register_acquisition(desk, [a_person()]).person_ids[0]
    period = desk.session.scalars(select(Enrolment).where(Enrolment.person_id == person_id)).one()
    income = Income(
        person_id=person_id,
        income_year=2025,
        declaration_kind=DECLARED,
        resident_tax_kind="1",
        business_income=1_500_000,
        recorded_at=desk.at,
    )
    desk.session.add(income)
    desk.session.flush()
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
    assert list(changed.of_another_class(desk)) == []

    income.business_income = 5_000_000
    desk.session.flush()
    watched = watchdogs.ceiling_of_another_class(desk)
    assert (watched["household"].tolist(), watched["person"].tolist()) == ([period.household_id], [person_id])
    income.business_income, income.resident_tax_kind = 1_500_000, ""
    desk.session.flush()
    assert list(changed.of_another_class(desk)) == [certificate], "its class cannot be told any more"

    events.record_event(desk, certificate, "lost", notification)
    again, _ = issue_again(desk, [certificate], notification, "counter", "紛失")
    assert [one.id for one in changed.of_another_class(desk)] == list(again)
    income.resident_tax_kind = "1"
    desk.session.flush()
    assert list(changed.of_another_class(desk)) == []
