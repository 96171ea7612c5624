"""Two records of one person made one (名寄せ・統合): compared, proposed, decided, undone (H16)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from models.merge import STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views.carrying_out import Done, carry_out
from services import merging, two_people
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from services.context import Context

FACTS = {
    "name": ("氏名", "Name"),
    "name_kana": ("カナ", "Kana"),
    "birth_date": ("生年月日", "Date of birth"),
    "sex": ("性別", "Sex"),
}
DONE = {
    "proposed": ("統合を申し出ました。別の人が決定します。", "Proposed; somebody else decides."),
    "done": ("二つの記録を一つにしました。", "The two records are one."),
    "refused": ("統合しませんでした。", "Not merged."),
    "undo_asked": ("取消を申し出ました。別の人が決定します。", "Proposed; somebody else decides."),
    "undone": ("統合を取り消し、二つの記録に戻しました。", "The records are two again, as they were."),
}


register_count(merging.to_count)


class MergeView(BaseView):
    """Proposals, the comparison of two records, and the decisions."""

    route_base = "/merges"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("merge.read")
    def list(self) -> Any:
        """The proposals of one's office."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "merge/list.html", title=t("記録の統合", "Merges"), rows=merging.list_all(ctx), **_words()
            )

    @expose("/compare", methods=["GET"])
    @requires("merge.propose")
    def compare(self) -> Any:
        """Two records beside one another; `kept` stays, `gone` becomes part of it."""
        kept, gone = (request.args.get(name, type=row_id) or 0 for name in ("kept", "gone"))
        return self._compare(kept, gone)

    @expose("/compare", methods=["POST"])
    @requires("merge.propose")
    def propose(self) -> Any:
        """Propose to make them one."""
        kept, gone = (request.form.get(name, type=row_id) or 0 for name in ("kept", "gone"))

        def deed(ctx: Context) -> Done:
            row = merging.propose(ctx, kept, gone, request.form.get("reason", ""))
            return Done(DONE[row.state], url_for("MergeView.show", merge_id=row.id))

        return carry_out(deed, partial(self._compare, kept, gone))

    @expose("/<int:merge_id>", methods=["GET"])
    @requires("merge.read")
    def show(self, merge_id: int) -> Any:
        """A proposal with both records."""
        return self._page(merge_id)

    @expose("/<int:merge_id>/decide", methods=["POST"])
    @requires("merge.decide")
    def decide(self, merge_id: int) -> Any:
        """Make them one, or refuse."""
        reason, merges = request.form.get("reason", ""), request.form.get("outcome") == "merge"
        return self._do(merge_id, lambda ctx: merging.decide(ctx, merge_id, reason, merges=merges).state)

    @expose("/<int:merge_id>/undo", methods=["POST"])
    @requires("merge.propose")
    def undo(self, merge_id: int) -> Any:
        """Propose to make them two again."""
        reason = request.form.get("reason", "")
        return self._do(merge_id, lambda ctx: merging.ask_to_undo(ctx, merge_id, reason).state)

    @expose("/<int:merge_id>/undo/decide", methods=["POST"])
    @requires("merge.decide")
    def decide_undo(self, merge_id: int) -> Any:
        """Make them two again, or leave them one."""
        reason, undoes = request.form.get("reason", ""), request.form.get("outcome") == "undo"
        return self._do(merge_id, lambda ctx: merging.decide_undo(ctx, merge_id, reason, undoes=undoes).state)

    def _do(self, merge_id: int, deed: Callable[[Context], str]) -> Any:
        goal = url_for("MergeView.show", merge_id=merge_id)
        return carry_out(lambda ctx: Done(DONE[deed(ctx)], goal), partial(self._page, merge_id))

    def _compare(self, kept: int, gone: int, error: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "merge/compare.html",
                title=t("二つの記録を比べる", "Compare two records"),
                comparison=merging.compare(ctx, kept, gone),
                error=error,
                typed=request.form.get("reason", ""),
                **_words(),
            )

    def _page(self, merge_id: int, error: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = merging.read(ctx, merge_id)
            row = page.row
            asked_by = row.undo_asked_by_id if row.state == "undo_asked" else row.asked_by_id
            return self.render_template(
                "merge/show.html",
                title=t("記録の統合", "Merge"),
                page=page,
                row=row,
                comparison=page.comparison,
                may_decide=can("merge.decide") and not two_people.is_one_of(ctx, [asked_by]),
                may_propose=can("merge.propose"),
                error=error,
                **_words(),
            )


def _words() -> dict[str, Any]:
    return {
        "states": {name: (t(ja, en), kind) for name, (ja, en, kind) in STATES.items()},
        "facts": {name: t(*words) for name, words in FACTS.items()},
    }
