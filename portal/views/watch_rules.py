"""Watchdogs composed from the data dictionary: tried out, checked by another, switched off (issue 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from interchange.dictionary import catalog
from models.watch import RULE_STATES
from portal import clock
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from services.errors import RuleBroken
from services.parameter_reading import EntryRefused
from services.unit_of_work import unit_of_work
from services.watching import composed
from services.watching.composed import MOST, WORDS, Condition

if TYPE_CHECKING:
    from services.context import Context

LONGEST = 100
FIELDS = {
    "title": ("名前", "Name"),
    "article": ("根拠", "Article"),
    "item": ("項目", "Item"),
    "comparison": ("比べ方", "Comparison"),
    "value": ("値", "Value"),
}
Errors = Mapping[str, tuple[str, str]]


class WatchRuleView(BaseView):
    """The watchdogs that the office composes itself. No page names a person."""

    route_base = "/watch/rules"
    default_view = "list"
    limits = [  # noqa: RUF012 - FAB extends the list
        Limit("30 per minute", key_func=person_or_address, methods=("POST",))
    ]

    @expose("/", methods=["GET"])
    @requires("watch_rule.read")
    def list(self) -> Any:
        """All rules, and a sheet for a new one."""
        return self._list()

    @expose("/", methods=["POST"])
    @requires("watch_rule.enter")
    def enter(self) -> Any:
        """Try conditions out, or put them down for a second person."""
        if request.form.get("deed") == "try":
            return self._tried()
        errors: dict[str, tuple[str, str]] = {}

        def deed(ctx: Context) -> Done:
            try:
                row = composed.enter(ctx, _typed("title"), _typed("article"), _conditions())
            except EntryRefused as refused:
                errors.update(refused.errors)
                raise
            ja, en = composed.in_words(row.tried_count)
            words = (
                f"登録しました(いまの台帳で{ja})。別の人が承認すると見張りが始まります。",
                f"Entered ({en} today). It is on duty once another has approved it.",
            )
            return Done(words, url_for("WatchRuleView.list"))

        return carry_out(deed, lambda words: self._list("" if errors else words, errors))

    @expose("/<int:rule_id>/decide", methods=["POST"])
    @requires("watch_rule.decide")
    def decide(self, rule_id: int) -> Any:
        """Put it on duty, or refuse it."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            composed.decide(ctx, rule_id, approve=approve, words=request.form.get("words", "")[:401])
            told = (
                ("承認しました。今夜から見張ります。", "Approved: it looks from tonight on.")
                if approve
                else ("差し戻しました。", "Refused.")
            )
            return Done(told, url_for("WatchRuleView.list"))

        return carry_out(deed, self._list)

    @expose("/<int:rule_id>/off", methods=["POST"])
    @requires("watch_rule.enter")
    def switch_off(self, rule_id: int) -> Any:
        """Take it off duty."""

        def deed(ctx: Context) -> Done:
            composed.switch_off(ctx, rule_id)
            return Done(("停止しました。", "Switched off."), url_for("WatchRuleView.list"))

        return carry_out(deed, self._list)

    def _tried(self) -> Any:
        errors: Errors = {}
        refused, tried = "", None
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                tried = composed.try_out(ctx, _conditions())
        except EntryRefused as wrong:
            errors = wrong.errors
        except RuleBroken as wrong:
            refused = t(wrong.message_ja, wrong.message_en)
        page = self._list(refused, errors, tried)
        return (page, 422) if errors or refused else page

    def _list(self, refused: str = "", errors: Errors | None = None, tried: int | None = None) -> Any:
        faults = {field: t(*words) for field, words in (errors or {}).items()}
        with unit_of_work(current_actor(), clock.now()) as ctx:
            return self.render_template(
                "watch/rules.html",
                title=t("見張りの組み立て", "Composed watchdogs"),
                rules=composed.list_rules(ctx),
                states={key: (t(ja, en), kind) for key, (ja, en, kind) in RULE_STATES.items()},
                groups=_groups(),
                comparisons={key: t(*words) for key, words in WORDS.items()},
                lines=range(MOST),
                typed=request.form,
                faults=faults,
                summary=[(f"f-{field}", _label(field), words) for field, words in faults.items()],
                refused=refused,
                tried=tried,
                number_of=lambda count: t(*composed.in_words(count)),
                fields={field: t(*words) for field, words in FIELDS.items()},
                may_enter=can("watch_rule.enter"),
                may_decide=can("watch_rule.decide"),
            )


def _typed(name: str) -> str:
    return request.form.get(name, "")[: LONGEST + 1]


def _conditions() -> list[Condition]:
    """The lines of which an item was chosen."""
    lines = (
        Condition(_typed(f"item-{place}"), _typed(f"comparison-{place}"), _typed(f"value-{place}"))
        for place in range(MOST)
    )
    return [one for one in lines if one.item]


def _label(field: str) -> str:
    name, _, place = field.partition("-")
    return t(*FIELDS[name]) + (f" {int(place) + 1}" if place else "")


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The items that may be chosen, by the groups of the dictionary."""
    found: dict[str, list[tuple[str, str]]] = {}
    for item in composed.offered().values():
        found.setdefault(item.group, []).append((item.id, t(item.ja, item.en)))
    return [(t(*catalog.groups()[group]), items) for group, items in found.items()]
