"""An incident is written once for a step, tells no personal data, and is settled with a reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.case import Case
from models.incident import Incident, list_open
from services import incidents
from services.context import Actor, Context
from services.errors import NotFound, PeriodsOverlap, RuleBroken, SomebodyElseWasFaster
from services.incidents import Failure
from tests.factories.audit import told


@pytest.fixture
def case(ctx: Context, actor_counter: Actor) -> Case:
    assert actor_counter.office_id is not None
    row = Case(
        slug="acquisition",
        definition_hash="0" * 64,
        office_id=actor_counter.office_id,
        state="open",
        blob=b"",
        started_at=ctx.at,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return row


def failure(case: Case, **more: object) -> Failure:
    facts = {"kind": "service", "code": "periods_overlap", "element_id": "register", "task_guid": "a-guid"}
    return Failure(case_id=case.id, title_ja="資格の登録", title_en="Register", **facts | more)


def test_an_incident_tells_what_could_not_be_done_and_what_to_do_now(ctx: Context, case: Case) -> None:
    found = incidents.note(ctx, failure(case))
    assert "「資格の登録」ができませんでした" in found.message_ja
    assert "periods_overlap" in found.message_en
    assert (found.slug, found.office_id, found.state) == ("acquisition", case.office_id, "open")


def test_the_words_of_an_error_are_not_kept_because_they_may_hold_a_name() -> None:
    assert incidents.code_of(PeriodsOverlap("見本 太郎さんの期間が重なります。")) == "periods_overlap"
    assert incidents.code_of(ValueError("見本 太郎")) == "unexpected:ValueError"


def test_the_same_step_failing_again_is_the_same_incident(ctx: Context, case: Case) -> None:
    first = incidents.note(ctx, failure(case, attempts=3))
    later = Context(ctx.session, ctx.actor, ctx.at + timedelta(hours=1))
    again = incidents.note(later, failure(case, code="not_insured"))
    assert (again.id, again.attempts, again.code) == (first.id, 4, "not_insured")
    assert (again.first_at, again.last_at) == (ctx.at, later.at)


def test_two_steps_of_a_case_have_an_incident_each(ctx: Context, case: Case) -> None:
    incidents.note(ctx, failure(case))
    incidents.note(ctx, failure(case, task_guid="another"))
    assert len(list_open(ctx.session, case.id)) == 2


def test_skipping_needs_a_reason_and_settles_once(ctx: Context, case: Case) -> None:
    found = incidents.note(ctx, failure(case))
    with pytest.raises(RuleBroken):
        incidents.settle(ctx, found, incidents.SKIPPED, "  ")
    with pytest.raises(RuleBroken):
        incidents.settle(ctx, found, incidents.SKIPPED, "あ" * 401)
    incidents.settle(ctx, found, incidents.SKIPPED, "紙で処理した")
    assert (found.state, found.reason, found.settled_by_id) == ("skipped", "紙で処理した", ctx.actor.staff_id)
    with pytest.raises(SomebodyElseWasFaster):
        incidents.settle(ctx, found, incidents.RETRIED)


def test_a_step_that_works_settles_its_incident(ctx: Context, case: Case) -> None:
    found = incidents.note(ctx, failure(case))
    incidents.settle_step(ctx, case.id, "service", "a-guid")
    incidents.settle_step(ctx, case.id, "service", "a-guid")
    assert found.state == "resolved"
    tags = [event.tag for event in told(ctx.session) if event.case_id == case.id]
    assert list(tags) == ["incident:opened", "incident:resolved"]


def test_an_incident_of_another_office_is_not_found(ctx: Context, case: Case) -> None:
    found = incidents.note(ctx, failure(case))
    found.office_id = None
    ctx.session.flush()
    with pytest.raises(NotFound):
        incidents.get(ctx, found.id)
    assert ctx.session.scalars(select(Incident.id)).all() == [found.id]
