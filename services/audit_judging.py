"""Judging what a review found, and what follows from it (L5, M16).

Nobody judges what was found about himself. What is judged can be judged anew until the review is concluded;
each verdict stands in the audit record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.audit_review import (
    BREACH,
    IN_ORDER,
    OPEN,
    TO_ASK,
    VERDICTS,
    AuditFinding,
    AuditFollowUp,
    AuditReview,
)
from models.masters import Posting
from models.staff import User
from services import audit
from services.context import Actor, Context
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster

LONGEST_WORDS, LONGEST_WHAT = 1000, 400


def is_about(actor: Actor, finding: AuditFinding) -> bool:
    """Whether a finding is about the reader himself, by account or staff number."""
    return actor.staff_number == finding.staff_number or (
        actor.staff_id is not None and actor.staff_id == finding.actor_id
    )


def judge(
    ctx: Context, finding_id: int, verdict: str, words: str, follow_up: tuple[str, int, date] | None = None
) -> None:
    """Give a verdict with words, and say what follows: what, whose account, until when.

    Raises:
        NotFound: there is no such finding.
        NotAllowed: it is about the actor himself.
        SomebodyElseWasFaster: the review is concluded.
        RuleBroken: no such verdict, no words where they are needed, or nothing follows from a breach.
    """
    finding = _lock_finding(ctx, finding_id)
    if is_about(ctx.actor, finding):
        raise NotAllowed(
            "自分についての指摘は判定できません。別の監査担当か課長が判定します。",
            "Nobody judges what was found about himself. Another auditor or the chief does.",
        )
    _must_be_judgeable(verdict, words)
    if verdict in {TO_ASK, BREACH} and follow_up is None and not follow_ups_of(ctx.session, [finding_id]):
        raise RuleBroken(
            "「本人に確認」と「不正な閲覧」には、することと担当者と期限を入れてください。",
            "Say what follows, who does it and until when.",
        )
    finding.verdict, finding.words = verdict, words.strip()
    finding.judged_at, finding.judged_by_id = ctx.at, ctx.actor.staff_id
    if follow_up is not None and verdict != IN_ORDER:
        _add_follow_up(ctx, finding, *follow_up)
    detail = {"rule": finding.rule, "verdict": verdict}
    audit.record(ctx, Tag.REVIEW_JUDGED, f"audit_finding:{finding_id}", detail=detail)


def finish_follow_up(ctx: Context, follow_up_id: int, words: str) -> None:
    """Say that what was to be done was done, and what came out.

    Raises:
        NotFound: there is no such follow-up.
        SomebodyElseWasFaster: it was done already.
        NotAllowed: the finding is about the actor.
        RuleBroken: no words.
    """
    statement = select(AuditFollowUp).where(AuditFollowUp.id == follow_up_id).with_for_update()
    row = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("この対応は見つかりません。", "There is no such follow-up.")
    if row.done_at is not None:
        raise SomebodyElseWasFaster("この対応は、もう済みになっています。", "It was done already.")
    if is_about(ctx.actor, ctx.session.get_one(AuditFinding, row.finding_id)):
        raise NotAllowed("自分についての対応を済みにはできません。", "It is about yourself.")
    _must_have_words(words)
    row.done_at, row.done_by_id, row.done_words = ctx.at, ctx.actor.staff_id, words.strip()
    audit.record(ctx, Tag.REVIEW_FOLLOWED, f"audit_finding:{row.finding_id}", detail={"deed": "done"})


def list_overdue(ctx: Context) -> list[tuple[AuditFollowUp, AuditReview]]:
    """Follow-ups that are over their day and were not brought before the chief yet."""
    statement = (
        select(AuditFollowUp, AuditReview)
        .join(AuditFinding, AuditFinding.id == AuditFollowUp.finding_id)
        .join(AuditReview, AuditReview.id == AuditFinding.review_id)
        .where(
            AuditFollowUp.done_at.is_(None),
            AuditFollowUp.due_on < ctx.today,
            AuditFollowUp.escalated_at.is_(None),
        )
        .order_by(AuditFollowUp.id)
    )
    return [(follow_up, review) for follow_up, review in ctx.session.execute(statement)]


def escalated(ctx: Context, follow_up: AuditFollowUp) -> None:
    """Put on record that an overdue follow-up was brought before the chief."""
    follow_up.escalated_at = ctx.at
    audit.record(ctx, Tag.REVIEW_ESCALATED, f"audit_finding:{follow_up.finding_id}")


def owners(session: Session, today: date) -> list[tuple[int, str]]:
    """Who may be given a follow-up: everybody who is posted today."""
    statement = (
        select(User.id, User.last_name, User.first_name, Posting.staff_number)
        .join(Posting, Posting.user_id == User.id)
        .where(Posting.from_on <= today, func.coalesce(Posting.until_on, today) >= today)
        .order_by(Posting.staff_number)
    )
    return [
        (one.id, f"{one.last_name} {one.first_name}({one.staff_number})")
        for one in session.execute(statement)
    ]


def _lock_finding(ctx: Context, finding_id: int) -> AuditFinding:
    statement = select(AuditFinding).where(AuditFinding.id == finding_id).with_for_update()
    finding = ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if finding is None:
        raise NotFound("この指摘は見つかりません。一覧から開き直してください。", "There is no such finding.")
    if ctx.session.get_one(AuditReview, finding.review_id).concluded_at is not None:
        raise SomebodyElseWasFaster(
            "この月の判定は締められています。続きは対応として記録してください。",
            "The judging of this month is concluded.",
        )
    return finding


def _must_be_judgeable(verdict: str, words: str) -> None:
    if verdict not in VERDICTS or verdict == OPEN:
        raise RuleBroken("判定を選んでください。", "Choose a verdict.")
    if verdict != IN_ORDER or words.strip():
        _must_have_words(words)


def _must_have_words(words: str) -> None:
    if not words.strip() or len(words.strip()) > LONGEST_WORDS:
        raise RuleBroken(
            f"理由や結果を{LONGEST_WORDS}字までで入力してください。",
            f"Say why in up to {LONGEST_WORDS} signs.",
        )


def _add_follow_up(ctx: Context, finding: AuditFinding, what: str, owner_id: int, due_on: date) -> None:
    if not what.strip() or len(what.strip()) > LONGEST_WHAT:
        raise RuleBroken(
            f"することを{LONGEST_WHAT}字までで入力してください。", f"Say what in up to {LONGEST_WHAT} signs."
        )
    if owner_id not in {one for one, _ in owners(ctx.session, ctx.today)} or owner_id == finding.actor_id:
        raise RuleBroken(
            "担当者には、いま配属のある、指摘の本人でない職員を選んでください。",
            "Choose somebody who is posted and whom the finding is not about.",
        )
    if due_on < ctx.today:
        raise RuleBroken("期限には今日以降の日付を入れてください。", "The due day has passed.")
    ctx.session.add(
        AuditFollowUp(
            finding_id=finding.id,
            what=what.strip(),
            owner_id=owner_id,
            due_on=due_on,
            made_at=ctx.at,
            made_by_id=ctx.actor.staff_id,
        )
    )


def follow_ups_of(session: Session, finding_ids: Sequence[int]) -> dict[int, list[AuditFollowUp]]:
    """What is to be done, by finding."""
    found: dict[int, list[AuditFollowUp]] = {}
    statement = select(AuditFollowUp).where(AuditFollowUp.finding_id.in_(finding_ids))
    for one in session.scalars(statement.order_by(AuditFollowUp.id)):
        found.setdefault(one.finding_id, []).append(one)
    return found
