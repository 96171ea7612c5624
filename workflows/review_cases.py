"""The review of the record by the calendar: a month's findings and its case, and overdue follow-ups (L5).

Both are jobs that may run again: a month has one review and one case, a follow-up is escalated once.
"""

from __future__ import annotations

from datetime import date, timedelta

from models.audit_review import AuditReview
from models.case import WorkItem, list_open_items
from models.waiting import list_awaiting
from services import audit_judging, audit_review_making, audit_reviews
from services.context import Context
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.job_kinds import Progress, Work
from workflows.engine import runner
from workflows.engine.messaging import send_message

MAKE, ESCALATE = "review_record", "escalate_findings"
SLUG, OVERDUE = "audit_review", "follow_up_overdue"


class NobodyReviews(RuleBroken):
    """No auditor is posted, so that nobody would see the review."""

    code = "nobody_reviews"


def payload_of(period: str) -> dict[str, str]:
    """The month before the one in which the calendar asks."""
    last = date.fromisoformat(f"{period}-01") - timedelta(days=1)
    return {"month": f"{last:%Y-%m}"}


def make_review(ctx: Context, work: Work) -> Progress:
    """Find what is strange in a month and begin the case of its review; both once.

    Raises:
        NobodyReviews: no auditor is posted to any office.
    """
    review = audit_review_making.make(ctx, date.fromisoformat(f"{work.payload['month']}-01"))
    if review.case_id is None:
        office_id = audit_reviews.office_of_reviewers(ctx.session, ctx.today)
        if office_id is None:
            raise NobodyReviews(
                "監査担当の配属がないため、記録の点検を始められません。職員と権限で配属を登録してください。",
                "No auditor is posted, so the review cannot begin.",
            )
        facts = {
            "review": review.id,
            "month": f"{review.month:%Y-%m}",
            "judge_by": review.judge_by.isoformat(),
            "late_from": (review.judge_by + timedelta(days=1)).isoformat(),
        }
        review.case_id = runner.begin(ctx, SLUG, facts, office_id).case_id
    return Progress(
        {"review": review.id},
        1,
        1,
        finished=True,
        message_ja=f"{review.month:%Y年%m月}の記録{review.events:,}件を点検し、判定の仕事を始めました。",
        message_en=f"{review.events:,} events of {review.month:%Y-%m} were reviewed; they wait to be judged.",
    )


def waiting_task(ctx: Context, review: AuditReview) -> WorkItem | None:
    """The reviewer's open task of a review; None where it has ended."""
    items = list_open_items(ctx.session, review.case_id or 0)
    return next((one for one in items if one.role == audit_reviews.REVIEWER), None)


def go_on(ctx: Context, review_id: int, summary: str) -> bool:
    """Finish the reviewer's task in hand; answers whether the review has ended.

    Raises:
        NotFound: there is no such review.
        SomebodyElseWasFaster: it has ended already.
        FindingsOpen: something is left to be judged or done.
    """
    item = waiting_task(ctx, audit_reviews.get(ctx.session, review_id))
    if item is None:
        raise SomebodyElseWasFaster("この月の点検は、もう終わっています。", "This review has ended already.")
    return runner.complete(ctx, item.id, {"summary": summary.strip()} if summary.strip() else {}).ended


def escalate(ctx: Context, work: Work) -> Progress:
    """Bring overdue follow-ups before the section chief, each once, with one message a review."""
    count, told = 0, set()
    for follow_up, review in audit_judging.list_overdue(ctx):
        if not list_awaiting(ctx.session, "message", OVERDUE, str(review.id)):
            continue
        if review.id not in told:
            key = f"{OVERDUE}:{review.id}:{ctx.today.isoformat()}"
            send_message(ctx, OVERDUE, str(review.id), {"follow_up": follow_up.id}, key)
            told.add(review.id)
        audit_judging.escalated(ctx, follow_up)
        count += 1
    return Progress(
        {"done_upto": count},
        count,
        work.total or count,
        finished=True,
        message_ja=f"期限を過ぎた対応{count}件を課長に知らせました。",
        message_en=f"{count} overdue follow-ups were brought before the section chief.",
    )
