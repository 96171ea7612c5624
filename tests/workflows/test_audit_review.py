"""The review of a month as a case: begun by the calendar once, judged, followed up, escalated (L5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.audit_review import AuditFinding, AuditFollowUp, AuditReview
from models.case import Case, WorkItem
from models.job import Job
from portal import job_catalog
from services import audit_judging, audit_reviews, periodic, statute
from services.context import SYSTEM, Actor, Context
from services.job_kinds import Work
from tests.factories import audit_month
from tests.services.conftest import LAW
from workflows import catalog, review_cases
from workflows.engine import runner, waking
from workflows.engine.messaging import deliver_step

AFTER_AN_OUTAGE = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:]
    statute.configure(LAW)
    yield
    statute._law[:] = before


def work(payload: dict[str, object]) -> Work:
    return Work(1, payload, {}, 0, None, 0)


@pytest.fixture
def office(ctx: Context, actor_auditor: Actor, actor_section_chief: Actor) -> Context:
    """An office with an auditor and a chief, the shipped processes, and a month with one finding."""
    del actor_section_chief
    catalog.load_handlers()
    catalog.publish_shipped(ctx)
    month = audit_month.ordinary(ctx)
    audit_month.emergency_access(ctx, month)
    month.write()
    return Context(ctx.session, actor_auditor, ctx.at)


def open_tasks(ctx: Context) -> list[WorkItem]:
    statement = select(WorkItem).where(WorkItem.state == "open", WorkItem.procedure == "audit_review")
    return list(ctx.session.scalars(statement.order_by(WorkItem.id)))


def judge_all(ctx: Context, owner: int) -> None:
    for finding in ctx.session.scalars(select(AuditFinding)).all():
        if finding.rule == "emergency_access":
            due = ctx.today + timedelta(days=2)
            audit_judging.judge(ctx, finding.id, "to_ask", "理由がない", ("聞き取り", owner, due))
        else:
            audit_judging.judge(ctx, finding.id, "in_order", "")


def begun(office: Context) -> AuditReview:
    system = Context(office.session, SYSTEM, office.at)
    review_cases.make_review(system, work({"month": "2026-10"}))
    review_cases.make_review(system, work({"month": "2026-10"}))
    return office.session.scalars(select(AuditReview)).one()


def test_the_case_begins_once_and_waits_for_the_auditor(office: Context) -> None:
    review = begun(office)
    (item,) = open_tasks(office)
    assert (item.case_id, item.element_id, item.role) == (review.case_id, "judge", "auditor")
    assert item.due_on == review.judge_by


def test_it_cannot_be_concluded_while_a_finding_is_open(office: Context) -> None:
    begun(office)
    (item,) = open_tasks(office)
    with pytest.raises(audit_reviews.FindingsOpen):
        runner.complete(office, item.id, {"summary": "まとめ"})


def test_it_ends_when_all_is_judged_and_all_follow_ups_are_done(
    office: Context, actor_section_chief: Actor
) -> None:
    review = begun(office)
    judge_all(office, actor_section_chief.staff_id)
    runner.complete(office, open_tasks(office)[0].id, {"summary": "一件確認"})
    assert review.summary == "一件確認"
    (item,) = open_tasks(office)
    assert item.element_id == "follow_up"
    with pytest.raises(audit_reviews.FindingsOpen):
        runner.complete(office, item.id, {})
    follow_up = office.session.scalars(select(AuditFollowUp)).one()
    audit_judging.finish_follow_up(office, follow_up.id, "災害対応だった")
    assert runner.complete(office, item.id, {}).ended
    assert office.session.get_one(Case, review.case_id).state == "done"


def test_an_overdue_follow_up_gives_the_chief_a_task_once(
    office: Context, actor_section_chief: Actor
) -> None:
    begun(office)
    judge_all(office, actor_section_chief.staff_id)
    runner.complete(office, open_tasks(office)[0].id, {})
    late = Context(office.session, SYSTEM, office.at + timedelta(days=3))
    assert review_cases.escalate(late, work({})).done == 1
    assert review_cases.escalate(late, work({})).done == 0
    (message,) = office.session.scalars(select(Job).where(Job.kind == "case.deliver")).all()
    deliver_step(late, work(message.payload))
    roles = {item.element_id: item.role for item in open_tasks(office)}
    assert roles == {"follow_up": "auditor", "chief_follow_up": "section_chief"}


def test_a_late_review_gives_the_chief_a_task(office: Context) -> None:
    review = begun(office)
    at = datetime.combine(review.judge_by, datetime.min.time(), UTC) + timedelta(days=2)
    waking.wake(Context(office.session, SYSTEM, at), review.case_id)
    roles = {item.element_id: item.role for item in open_tasks(office)}
    assert roles == {"judge": "auditor", "chief_review": "section_chief"}


def test_after_an_outage_each_month_is_asked_for_once(ctx: Context) -> None:
    entry = next(one for one in job_catalog.CALENDAR if one.name == "review_record")
    kept = dict(periodic.CALENDAR)
    periodic.CALENDAR.clear()
    periodic.register(entry)
    try:
        periodic.ask_due(Context(ctx.session, SYSTEM, datetime(2026, 9, 1, 1, 0, tzinfo=UTC)))
        for _ in range(2):
            periodic.ask_due(Context(ctx.session, SYSTEM, AFTER_AN_OUTAGE))
    finally:
        periodic.CALENDAR.clear()
        periodic.CALENDAR.update(kept)
    jobs = ctx.session.scalars(select(Job).where(Job.kind == review_cases.MAKE).order_by(Job.id)).all()
    assert [job.payload["month"] for job in jobs] == ["2026-08", "2026-09", "2026-10", "2026-11"]
