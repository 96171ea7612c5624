"""The monthly review of the audit record: findings beside the one in hand, verdicts, follow-ups, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from models.audit_review import OPEN, VERDICTS
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.audit_words import subject_in_words
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from rules.periods import month_start
from services import audit_judging, audit_marks, audit_pictures, audit_reviews
from services.audit_reviews import SAMPLE, Line, Page
from services.audit_rules import RULES
from services.context import Context
from services.errors import NotFound
from services.unit_of_work import unit_of_work
from workflows import review_cases

LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8)
SAMPLE_WORDS = ("無作為の抜取り", "Drawn by chance")
ENDED = ("この月の点検を終えました。", "The review of this month has ended.")
CONCLUDED = (
    "判定を締めました。対応がすべて済むと、点検を終えられます。",
    "Concluded; the follow-ups are left.",
)
LONGEST = 60

register_count(audit_reviews.to_count)


class ReviewView(BaseView):
    """Reviews by month."""

    route_base = "/reviews"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("review.read")
    def list(self) -> Any:
        """All months that were reviewed."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            reviews = audit_reviews.list_reviews(ctx)
        return self.render_template(
            "review/list.html",
            title=t("記録の点検", "Review of the record"),
            tabs=_tabs("list"),
            reviews=reviews,
            today=clock.today(),
        )

    @expose("/<int:review_id>", methods=["GET"])
    @requires("review.read")
    def show(self, review_id: int) -> Any:
        """A month: its findings, and the one in hand."""
        return self._show(review_id, request.args.get("finding", type=row_id))

    @expose("/findings/<int:finding_id>", methods=["POST"])
    @requires("review.judge")
    def judge(self, finding_id: int) -> Any:
        """A verdict with words, and what follows."""
        review_id = request.form.get("review", 0, type=row_id) or 0
        verdict, words = request.form.get("verdict", ""), request.form.get("words", "")
        goal = url_for("ReviewView.show", review_id=review_id)

        def deed(ctx: Context) -> Done:
            audit_judging.judge(ctx, finding_id, verdict, words, _follow_up())
            return Done(("判定を記録しました。", "The verdict is on record."), goal)

        return carry_out(deed, partial(self._show, review_id, finding_id))

    @expose("/follow-ups/<int:follow_up_id>", methods=["POST"])
    @requires("review.judge")
    def follow(self, follow_up_id: int) -> Any:
        """What came out of a follow-up."""
        review_id = request.form.get("review", 0, type=row_id) or 0
        finding_id = request.form.get("finding", 0, type=row_id) or 0
        goal = url_for("ReviewView.show", review_id=review_id, finding=finding_id)

        def deed(ctx: Context) -> Done:
            audit_judging.finish_follow_up(ctx, follow_up_id, request.form.get("words", ""))
            return Done(("対応を済みにしました。", "The follow-up is done."), goal)

        return carry_out(deed, partial(self._show, review_id, finding_id))

    @expose("/<int:review_id>/conclude", methods=["POST"])
    @requires("review.judge")
    def conclude(self, review_id: int) -> Any:
        """End the judging, or the whole review when its follow-ups are done."""
        goal = url_for("ReviewView.show", review_id=review_id)

        def deed(ctx: Context) -> Done:
            ended = review_cases.go_on(ctx, review_id, request.form.get("summary", ""))
            return Done(ENDED if ended else CONCLUDED, goal)

        return carry_out(deed, partial(self._show, review_id, None))

    @expose("/pictures", methods=["GET"])
    @requires("review.read")
    def pictures(self) -> Any:
        """Who looks at how much, and when."""
        month, why = _month(request.args.get("month", "")[:LONGEST])
        office_id = request.args.get("office", type=row_id)
        staff = request.args.get("staff", "").strip()[:32]
        with unit_of_work(current_actor(), clock.now()) as ctx:
            told = audit_pictures.read(ctx, month, office_id, staff)
        shown = self.render_template(
            "review/pictures.html",
            title=t("記録の点検", "Review of the record"),
            tabs=_tabs("pictures"),
            told=told,
            level=lambda number: _level(number, told.most),
            month=f"{month:%Y-%m}",
            before=f"{month - timedelta(days=1):%Y-%m}",
            after=f"{month + timedelta(days=32):%Y-%m}",
            office_id=office_id,
            staff=staff,
            why=why,
            weekdays=t("月火水木金土日", "MTWTFSS"),
        )
        return shown, 422 if why else 200

    def _show(self, review_id: int, finding_id: int | None, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = audit_reviews.read(ctx, review_id)
            line = _in_hand(page, finding_id)
            owners = audit_judging.owners(ctx.session, ctx.today)
            task = review_cases.waiting_task(ctx, page.review)
        return self.render_template(
            "review/show.html",
            title=t(f"{page.review.month:%Y年%-m月}の点検", f"Review of {page.review.month:%Y-%m}"),
            page=page,
            review=page.review,
            line=line,
            owners=owners,
            task=task,
            refused=refused,
            typed=request.form,
            rule_name=_rule_name,
            counts=_counts,
            limits=lambda one: _limits(one, page.review.settings),
            reasons={name: t(*words) for name, words in audit_marks.REASONS.items()},
            subject=subject_in_words,
            verdicts={name: t(*words) for name, words in VERDICTS.items()},
            may_judge=can("review.judge"),
            today=clock.today(),
        )


def _tabs(here: str) -> Sequence[tuple[str, str, bool]]:
    tabs = [
        (t("月ごとの点検", "By month"), url_for("ReviewView.list"), here == "list"),
        (
            t("だれが、いつ、どれだけ", "Who, when, how much"),
            url_for("ReviewView.pictures"),
            here == "pictures",
        ),
    ]
    if can("audit.read"):
        tabs.append((t("監査の記録", "Audit record"), url_for("AuditView.list"), False))
    return tabs


def _in_hand(page: Page, finding_id: int | None) -> Line | None:
    """The finding that was chosen, else the first that waits, else the first one."""
    if finding_id is not None:
        for line in page.lines:
            if line.finding.id == finding_id:
                return line
        raise NotFound("この指摘は見つかりません。一覧から開き直してください。", "There is no such finding.")
    waiting = [line for line in page.lines if line.finding.verdict == OPEN and not line.is_own]
    return next(iter([*waiting, *page.lines]), None)


def _rule_name(name: str) -> str:
    return (
        t(*SAMPLE_WORDS) if name == SAMPLE else t(RULES[name].ja, RULES[name].en) if name in RULES else name
    )


def _counts(name: str) -> str:
    return t("閲覧", "look") if name == SAMPLE else t(RULES[name].counts_ja, RULES[name].counts_en)


def _limits(name: str, settings: dict[str, Any]) -> str:
    """The limits of a rule as they were in force, in words."""
    told = {
        "night_from_hour": (f"{settings['night_from_hour']}時から", f"from {settings['night_from_hour']}:00"),
        "night_until_hour": (
            f"{settings['night_until_hour']}時までと閉庁日",
            f"until {settings['night_until_hour']}:00",
        ),
        "persons_an_hour": (
            f"1時間に{settings['persons_an_hour']}人まで",
            f"{settings['persons_an_hour']} an hour",
        ),
        "persons_a_day": (f"1日に{settings['persons_a_day']}人まで", f"{settings['persons_a_day']} a day"),
        "no_case_persons": (
            f"月に{settings['no_case_persons']}人まで",
            f"{settings['no_case_persons']} a month",
        ),
        "case_days_before": (
            f"届出の{settings['case_days_before']}日前から",
            f"from {settings['case_days_before']} days before a case",
        ),
        "case_days_after": (
            f"終わりの{settings['case_days_after']}日後までを除く",
            f"to {settings['case_days_after']} days after it left out",
        ),
        "slow_persons_a_day": (
            f"1日{settings['slow_persons_a_day']}人以上が",
            f"{settings['slow_persons_a_day']} a day or more",
        ),
        "slow_days": (f"{settings['slow_days']}日以上", f"on {settings['slow_days']} days or more"),
        "slow_weeks": (f"({settings['slow_weeks']}週間のうち)", f"of {settings['slow_weeks']} weeks"),
        "refusals_a_day": (f"1日に{settings['refusals_a_day']}回まで", f"{settings['refusals_a_day']} a day"),
        "refusals_at_a_door": (
            f"1日に{settings['refusals_at_a_door']}回まで",
            f"{settings['refusals_at_a_door']} a day",
        ),
        "reveals_a_month": (
            f"月に{settings['reveals_a_month']}回まで",
            f"{settings['reveals_a_month']} a month",
        ),
        "homonyms": (
            f"同姓同名{settings['homonyms']}人までを調べる",
            f"names of {settings['homonyms']} persons at most",
        ),
    }
    limits = RULES[name].limits if name in RULES else ()
    return t("、", ", ").join(t(*told[one]) for one in limits) or t("1件から", "each")


def _follow_up() -> tuple[str, int, date] | None:
    """What was typed as a follow-up; None where nothing was.

    Raises:
        RuleBroken: the day is none.
    """
    what, due = request.form.get("what", "").strip(), request.form.get("due", "").strip()
    if not what and not due:
        return None
    return what, request.form.get("owner", 0, type=row_id) or 0, typed_day(due)


def _month(typed: str) -> tuple[date, str]:
    """The month asked for, else the one in hand; and why it could not be read."""
    if not typed:
        return month_start(clock.today()), ""
    try:
        return date.fromisoformat(f"{typed}-01"), ""
    except ValueError:
        words = t("月は 2026-11 のように入力してください。", "Type the month like 2026-11.")
        return month_start(clock.today()), words


def _level(number: int, most: int) -> int:
    """How dark a cell is: 0 for none, 5 for the fullest."""
    return 0 if not number or not most else sum(number / most > one for one in LEVELS)
