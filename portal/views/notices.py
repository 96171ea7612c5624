"""What somebody was told, and the way to what it is about (N2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.frame import register_counter
from portal.language import t
from portal.security import sessions
from portal.security.access import can, requires
from portal.security.actor import current_actor
from services import audit, notices
from services.notices import Line
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.notice import Notice
    from services.context import Actor


@register_counter
def count(session: Session, actor: Actor, today: date) -> Mapping[str, int]:
    """How many are unread: told with the session, so that no page asks for it."""
    del session, actor, today
    bound = sessions.full()
    return {"notices": bound.unread if bound is not None else 0}


class NoticeView(BaseView):
    """One's own notices."""

    route_base = "/notices"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("notice.read")
    def list(self) -> Any:
        """Unread first, then the newest."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            lines = notices.read(ctx)
            audit.listed(ctx, "notices", len(lines))
            return self.render_template(
                "notice/list.html",
                title=t("知らせ", "Notices"),
                lines=[(line, sentence(line)) for line in lines],
                unread=sum(line.notice.read_at is None for line in lines),
            )

    @expose("/<int:notice_id>", methods=["POST"])
    @requires("notice.read")
    def open(self, notice_id: int) -> Any:
        """Mark it as read and go to what it is about."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            row = notices.open_one(ctx, notice_id)
            where = _place(row)
        return redirect(where, code=303)

    @expose("/read", methods=["POST"])
    @requires("notice.read")
    def read_all(self) -> Any:
        """Mark everything as read."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            notices.read_all(ctx)
        flash(t("すべて既読にしました。", "All notices are marked as read."), "success")
        return redirect(url_for("NoticeView.list"), code=303)


def sentence(line: Line) -> str:
    """What a notice says."""
    by, number = line.by or t("システム", "The system"), line.notice.number
    return {
        notices.DELEGATED: t(f"{by}さんが仕事を回しました", f"{by} handed you a task"),
        notices.DEPUTY: t(
            f"{by}さんが、あなたの関わる不在と代理を登録しました", f"{by} set an absence or a deputy of yours"
        ),
        notices.DUE: t("仕事の期限が近づいています", "A task is due soon"),
        notices.OVERDUE: t("仕事が期限を過ぎました", "A task is overdue"),
        notices.ESCALATED: t("部下の仕事が期限を過ぎました", "A task of your office is overdue"),
        notices.NOBODY: t(
            f"いま、できる人のいない仕事が{number}件あります。担当・配属・代理を見直してください",
            f"Nobody can do {number} open tasks now. Look at roles, postings and deputies",
        ),
        notices.MEDIUM: t(
            "電子媒体が返却期限を過ぎても戻っていません。すぐに所在を確かめてください",
            "A medium is not back in time. Find out at once where it is",
        ),
        notices.HAND_BACK: t(
            "委託の終了後、データの返却・廃棄の証明が期限までに届いていません",
            "No certificate of return or disposal came after the end of a contract",
        ),
        notices.APPROVAL: t(
            "データ利用の承認の期限が30日以内です。続けるときは、期限の前に更新を申請してください",
            "An approval of data use ends within 30 days. Renew it before, if it is to go on",
        ),
        notices.ANSWER: t(
            "情報提供ネットワークへの照会に回答がありました", "The network answered what you asked"
        ),
        notices.PUBLICATION: t(
            f"{by}さんが、手続の下書きの公開を頼みました",
            f"{by} asks you to put a draft of a procedure in force",
        ),
        notices.LETTER_DRAFT: t(
            f"{by}さんが、手紙の文面の下書きの公開を頼みました",
            f"{by} asks you to put a draft of a letter's text in force",
        ),
        notices.MENTIONED: t(f"{by}さんがコメントであなたを呼びました", f"{by} named you in a comment"),
    }[line.notice.kind]


def _place(row: Notice) -> str:
    """The page of what a notice is about."""
    if row.kind == notices.DEPUTY and can("absence.set"):
        return url_for("AbsenceView.list")
    if row.kind == notices.MEDIUM and can("media.read"):
        return url_for("MediumView.show", medium_id=row.number)
    if row.kind == notices.HAND_BACK and can("contract.read"):
        return url_for("ContractView.show", contract_id=row.number)
    if row.kind == notices.APPROVAL and can("data_use.read"):
        return url_for("DataUseView.show", application_id=row.number)
    if row.kind == notices.ANSWER and can("registry.read"):
        return url_for("NetworkView.show", person_id=row.number)
    if row.kind == notices.PUBLICATION and can("definition.read"):
        return url_for("StudioView.draft", draft_id=row.number)
    if row.kind == notices.LETTER_DRAFT and can("definition.read"):
        return url_for("LetterTextView.draft", draft_id=row.number)
    if row.case_id is not None:
        return url_for("CaseView.show", case_id=row.case_id, task=row.work_item_id)
    return url_for("NoticeView.list")
