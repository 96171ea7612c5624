"""What is strange is found in a month of ordinary traffic, and people judge it (L5, M16, T29)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from models.audit.event import AuditEvent
from models.audit_review import AuditFinding, AuditMark, AuditReview
from services import audit_judging, audit_review_making, audit_reviews, audit_rules
from services.audit_rules import RULES
from services.context import Actor, Context
from services.errors import NotAllowed, RuleBroken, SomebodyElseWasFaster
from tests.factories import audit_month
from tests.factories.audit import told
from tests.factories.audit_month import MONTH, PLANTED, ordinary

MOST_OF_AN_ORDINARY_MONTH = 5


def found(ctx: Context, *rules: str) -> list[AuditFinding]:
    statement = (
        select(AuditFinding).where(AuditFinding.rule != audit_reviews.SAMPLE).order_by(AuditFinding.id)
    )
    return list(ctx.session.scalars(statement.where(AuditFinding.rule.in_(rules)) if rules else statement))


@pytest.fixture
def month(ctx: Context) -> audit_month.Month:
    return ordinary(ctx)


def reviewed(ctx: Context, month: audit_month.Month) -> AuditReview:
    month.write()
    return audit_review_making.make(ctx, MONTH)


def test_ordinary_traffic_gives_few_findings(ctx: Context, month: audit_month.Month) -> None:
    review = reviewed(ctx, month)
    assert review.events > 900
    assert len(found(ctx)) <= MOST_OF_AN_ORDINARY_MONTH


def test_every_rule_has_a_pattern_that_is_planted() -> None:
    assert set(PLANTED) == set(RULES)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_pattern_is_found_by_its_rule(ctx: Context, month: audit_month.Month, name: str) -> None:
    PLANTED[name](ctx, month)
    reviewed(ctx, month)
    (finding,) = found(ctx, name)
    assert finding.first_event_id <= finding.last_event_id
    assert finding.number >= 1
    others = [one for one in found(ctx) if one.rule != name]
    assert len(others) <= MOST_OF_AN_ORDINARY_MONTH


def test_all_twelve_patterns_in_one_month_are_found_and_little_else(
    ctx: Context, month: audit_month.Month
) -> None:
    for plant in PLANTED.values():
        plant(ctx, month)
    reviewed(ctx, month)
    rules = Counter(one.rule for one in found(ctx))
    assert set(rules) == set(RULES)
    assert rules.total() <= len(RULES) + MOST_OF_AN_ORDINARY_MONTH


def test_nobody_finds_the_person_of_a_pseudonym_by_what_a_run_leaves(
    ctx: Context, month: audit_month.Month
) -> None:
    reviewed(ctx, month)
    assert ctx.session.scalar(select(func.count()).select_from(AuditMark)) == 0


def test_a_month_is_reviewed_once(ctx: Context, month: audit_month.Month) -> None:
    first = reviewed(ctx, month)
    before = len(found(ctx))
    assert audit_review_making.make(ctx, date(2026, 10, 20)) is first
    assert len(found(ctx)) == before


def test_the_sample_is_drawn_again_by_its_seed(ctx: Context, month: audit_month.Month) -> None:
    review = reviewed(ctx, month)
    sample = select(AuditFinding.first_event_id).where(AuditFinding.rule == audit_reviews.SAMPLE)
    ids = list(ctx.session.scalars(sample.order_by(AuditFinding.id)))
    assert len(ids) == review.settings["sample"] == 20
    again = audit_review_making.drawn(review.seed, review.first_id, review.last_id, 20)
    looks = set(ctx.session.scalars(select(AuditEvent.id).where(AuditEvent.tag.in_(audit_rules.LOOKS))))
    assert [one for one in again if one in looks][:20] == ids


@pytest.fixture
def judged(
    ctx: Context, actor_auditor: Actor, actor_section_chief: Actor, month: audit_month.Month
) -> AuditReview:
    """A review with one finding about the emergency access of a clerk."""
    del actor_auditor, actor_section_chief
    audit_month.emergency_access(ctx, month)
    return reviewed(ctx, month)


def by(ctx: Context, actor: Actor, days: int = 0) -> Context:
    return Context(ctx.session, actor, ctx.at + timedelta(days=days))


def test_nobody_judges_what_was_found_about_himself(
    ctx: Context, judged: AuditReview, month: audit_month.Month
) -> None:
    (finding,) = found(ctx, "emergency_access")
    with pytest.raises(NotAllowed):
        audit_judging.judge(by(ctx, month.clerks[3]), finding.id, "in_order", "")


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("", "よい"), ("perhaps", "よい"), ("to_ask", ""), ("breach", "目的外"), ("in_order", "長" * 1001)],
)
def test_a_verdict_needs_words_and_what_follows(
    ctx: Context, judged: AuditReview, actor_auditor: Actor, verdict: str, words: str
) -> None:
    (finding,) = found(ctx, "emergency_access")
    with pytest.raises(RuleBroken):
        audit_judging.judge(by(ctx, actor_auditor), finding.id, verdict, words)
    assert finding.verdict == ""


def test_a_review_is_concluded_when_all_is_judged_and_ends_when_all_is_done(
    ctx: Context, judged: AuditReview, actor_auditor: Actor, actor_section_chief: Actor
) -> None:
    auditor = by(ctx, actor_auditor)
    with pytest.raises(audit_reviews.FindingsOpen):
        audit_reviews.conclude(auditor, judged.id, "")
    owner = actor_section_chief.staff_id
    for finding in audit_reviews.read(auditor, judged.id).lines:
        if finding.finding.rule == "emergency_access":
            due = auditor.today + timedelta(days=3)
            audit_judging.judge(
                auditor, finding.finding.id, "to_ask", "理由の記載がない", ("本人に聞く", owner, due)
            )
        else:
            audit_judging.judge(auditor, finding.finding.id, "in_order", "")
    assert audit_reviews.conclude(auditor, judged.id, "一件確認")["follow_ups"] == 1
    (finding,) = found(ctx, "emergency_access")
    with pytest.raises(SomebodyElseWasFaster):
        audit_judging.judge(auditor, finding.id, "in_order", "")
    with pytest.raises(audit_reviews.FindingsOpen):
        audit_reviews.settle(auditor, judged.id)
    late = by(ctx, actor_auditor, days=4)
    ((follow_up, _),) = audit_judging.list_overdue(late)
    audit_judging.escalated(late, follow_up)
    assert audit_judging.list_overdue(late) == []
    audit_judging.finish_follow_up(late, follow_up.id, "災害対応と確認")
    assert audit_reviews.settle(late, judged.id) == {"settled": True}
    tags = Counter(one.tag for one in told(ctx.session) if one.tag.startswith("review:"))
    assert tags["review:made"] == tags["review:concluded"] == tags["review:escalated"] == 1
    assert tags["review:followed"] == 2
