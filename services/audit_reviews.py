"""The monthly review of the audit record: its findings, its end, and who reviews (L5, M16).

What it finds is made in `audit_review_making`, judged and followed up in `audit_judging`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit.tags import Tag
from models.audit_review import (
    OPEN,
    AuditFinding,
    AuditFollowUp,
    AuditReview,
)
from models.masters import Office, Posting
from models.staff import Role, User, names_of
from services import audit
from services.audit_judging import LONGEST_WORDS, follow_ups_of, is_about
from services.context import Actor, Context
from services.counts import Wanted
from services.errors import NotFound, RuleBroken

SAMPLE = "sample"
REVIEWER, CHIEF = "auditor", "section_chief"


class FindingsOpen(RuleBroken):
    """A review cannot go on while a finding is not judged or a follow-up is not done."""

    code = "findings_open"


@dataclass(frozen=True)
class Line:
    """A finding as the list shows it."""

    finding: AuditFinding
    staff: str
    office: str
    judge: str
    follow_ups: Sequence[AuditFollowUp]
    is_own: bool


@dataclass(frozen=True)
class Page:
    """A review with its findings, and the names that stand beside them."""

    review: AuditReview
    lines: Sequence[Line]
    names: Mapping[int, str]

    @property
    def open(self) -> int:
        """How many findings nobody has judged."""
        return sum(line.finding.verdict == OPEN for line in self.lines)

    @property
    def openfollow_ups_of(self) -> int:
        """How many follow-ups are not done."""
        return sum(one.done_at is None for line in self.lines for one in line.follow_ups)


def read(ctx: Context, review_id: int) -> Page:
    """A review with its findings; looking is recorded.

    Raises:
        NotFound: there is none.
    """
    review = get(ctx.session, review_id)
    statement = (
        select(AuditFinding)
        .where(AuditFinding.review_id == review_id)
        .order_by(AuditFinding.verdict != OPEN, AuditFinding.rule == SAMPLE, AuditFinding.id)
    )
    findings = ctx.session.scalars(statement).all()
    follow_ups = follow_ups_of(ctx.session, [one.id for one in findings])
    people = {one.actor_id for one in findings} | {one.judged_by_id for one in findings}
    people |= {one.owner_id for same in follow_ups.values() for one in same} | {review.concluded_by_id}
    names = names_of(ctx.session, people)
    offices = {one.id: one.name for one in ctx.session.scalars(select(Office))}
    lines = [
        Line(
            one,
            names.get(one.actor_id or 0, ""),
            offices.get(one.office_id or 0, ""),
            names.get(one.judged_by_id or 0, ""),
            follow_ups.get(one.id, []),
            is_own=is_about(ctx.actor, one),
        )
        for one in findings
    ]
    audit.record(ctx, Tag.AUDIT_READ, f"audit_review:{review_id}", detail={"found": len(lines)})
    return Page(review, lines, names)


def list_reviews(ctx: Context) -> list[tuple[AuditReview, int, int, int]]:
    """All reviews, newest first: how many findings, how many open, how many follow-ups overdue."""
    found, waiting = (
        func.count(AuditFinding.id),
        func.count(AuditFinding.id).filter(AuditFinding.verdict == OPEN),
    )
    statement = (
        select(AuditReview, found, waiting)
        .outerjoin(AuditFinding, AuditFinding.review_id == AuditReview.id)
        .group_by(AuditReview.id)
        .order_by(AuditReview.month.desc())
    )
    late = (
        select(AuditFinding.review_id, func.count())
        .join(AuditFollowUp, AuditFollowUp.finding_id == AuditFinding.id)
        .where(AuditFollowUp.done_at.is_(None), AuditFollowUp.due_on < ctx.today)
        .group_by(AuditFinding.review_id)
    )
    overdue = {row[0]: row[1] for row in ctx.session.execute(late)}
    return [(one, all_, left, overdue.get(one.id, 0)) for one, all_, left in ctx.session.execute(statement)]


def conclude(ctx: Context, review_id: int, summary: str) -> dict[str, Any]:
    """End the judging: every finding has its verdict. Says what still follows, and until when.

    Raises:
        FindingsOpen: some finding is not judged.
    """
    review = get(ctx.session, review_id)
    left = _open_findings(ctx.session, review_id)
    if left:
        raise FindingsOpen(
            f"まだ判定していない指摘が{left}件あります。すべて判定してから締めてください。",
            f"{left} findings are not judged yet.",
        )
    review.concluded_at, review.concluded_by_id = ctx.at, ctx.actor.staff_id
    review.summary = summary.strip()[:LONGEST_WORDS]
    due = ctx.session.scalars(_waiting(review_id).order_by(AuditFollowUp.due_on.desc())).all()
    audit.record(ctx, Tag.REVIEW_CONCLUDED, f"audit_review:{review_id}", detail={"follow_ups": len(due)})
    last = due[0].due_on if due else ctx.today
    return {"follow_ups": len(due), "due_on": last.isoformat()}


def settle(ctx: Context, review_id: int) -> dict[str, Any]:
    """End the review: every follow-up is done.

    Raises:
        FindingsOpen: some follow-up is not done.
    """
    left = len(ctx.session.scalars(_waiting(review_id)).all())
    if left:
        raise FindingsOpen(
            f"済んでいない対応が{left}件あります。すべて済ませてから終えてください。",
            f"{left} follow-ups are not done yet.",
        )
    audit.record(ctx, Tag.REVIEW_FOLLOWED, f"audit_review:{review_id}", detail={"deed": "settled"})
    return {"settled": True}


def office_of_reviewers(session: Session, today: date) -> int | None:
    """The office whose auditors review: one that has a section chief too comes first."""
    statement = (
        select(Posting.office_id, Role.name)
        .join(User, User.id == Posting.user_id)
        .join(User.roles)
        .where(Posting.from_on <= today, func.coalesce(Posting.until_on, today) >= today)
        .where(Role.name.in_((REVIEWER, CHIEF)))
        .order_by(Posting.office_id)
    )
    roles: dict[int, set[str]] = {}
    for office_id, role in session.execute(statement):
        roles.setdefault(office_id, set()).add(role)
    reviewing = [office_id for office_id, names in roles.items() if REVIEWER in names]
    return next((one for one in reviewing if CHIEF in roles[one]), next(iter(reviewing), None))


def to_count(actor: Actor, today: date) -> Wanted:
    """How many findings wait for a verdict and follow-ups are overdue, for the sidebar."""
    if not actor.own_roles & {REVIEWER, CHIEF}:
        return {}
    waiting = select(func.count()).select_from(AuditFinding).where(AuditFinding.verdict == OPEN)
    late = (
        select(func.count())
        .select_from(AuditFollowUp)
        .where(AuditFollowUp.done_at.is_(None), AuditFollowUp.due_on < today)
    )
    return {"review": select(waiting.scalar_subquery() + late.scalar_subquery())}


def get(session: Session, review_id: int) -> AuditReview:
    """A review.

    Raises:
        NotFound: there is none.
    """
    review = session.get(AuditReview, review_id)
    if review is None:
        raise NotFound("この点検は見つかりません。一覧から開き直してください。", "There is no such review.")
    return review


def _open_findings(session: Session, review_id: int) -> int:
    statement = select(func.count()).select_from(AuditFinding)
    return int(
        session.scalar(statement.where(AuditFinding.review_id == review_id, AuditFinding.verdict == OPEN))
        or 0
    )


def _waiting(review_id: int) -> Any:
    return (
        select(AuditFollowUp)
        .join(AuditFinding, AuditFinding.id == AuditFollowUp.finding_id)
        .where(AuditFinding.review_id == review_id, AuditFollowUp.done_at.is_(None))
    )
