"""Circumstances that lower a premium: entered with the paper seen, checked by another (D1, B4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.limit import Limit

from models.assessment import CIRCUMSTANCES
from models.circumstance_entry import ACTS, CANCEL, CORRECT, END, NEW, OPEN, STATES
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor, person_or_address
from portal.views.carrying_out import Done, carry_out
from portal.views.persons import registry_limit
from rules.eras import format_short
from rules.premium.circumstances import ARTICLES, BIRTH, FORMER_DEPENDANT, LEAVING_REASONS, UNEMPLOYED
from services.assessing import circumstances
from services.assessing.circumstances import Told, shown_day
from services.parameter_reading import EntryRefused
from services.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from models.assessment import PremiumCircumstance
    from services.assessing.circumstances import Page
    from services.context import Context

LONGEST = 400
DAYS = {
    UNEMPLOYED: ("離職日", "Left work on"),
    FORMER_DEPENDANT: ("加入日", "Joined on"),
    BIRTH: ("出産(予定)日", "Born or due on"),
}
PAPERS = {
    UNEMPLOYED: ("雇用保険受給資格者証・受給資格通知", "Certificate of unemployment benefit"),
    FORMER_DEPENDANT: (
        "資格喪失証明書(被扶養者だったことが分かるもの)",
        "Proof of loss that names the dependant",
    ),
    BIRTH: ("母子健康手帳・医師の証明", "Mother and child handbook, certificate of a doctor"),
}
LEAVING = {
    "11": ("解雇", "Dismissal"),
    "12": ("天災等で事業の継続が困難", "Business could not go on"),
    "21": ("雇止め(3年以上・更新明示)", "Contract not renewed (3 years)"),
    "22": ("雇止め(3年未満・更新明示)", "Contract not renewed (promised)"),
    "23": ("期間満了(更新希望)", "Contract ended against the wish"),
    "31": ("事業主からの働きかけによる退職", "Asked to leave"),
    "32": ("事業所の移転等", "The place of work moved"),
    "33": ("正当な理由のある自己都合", "Own wish with good reason"),
    "34": ("正当な理由のある自己都合(1年未満)", "Own wish with good reason (under a year)"),
}
FIELDS = {
    "person": ("人", "Person"),
    "kind": ("事由", "Circumstance"),
    "day": ("日付", "Day"),
    "until": ("終わりの日", "Last day"),
    "leaving_reason": ("離職理由コード", "Code of the reason"),
    "evidence": ("確かめた書類", "Paper seen"),
}

register_count(circumstances.to_count)


class CircumstanceView(BaseView):
    """What lowers the premium of persons by application."""

    route_base = "/premium/circumstances"
    default_view = "list"
    limits = [Limit(registry_limit, key_func=person_or_address)]  # noqa: RUF012 - FAB extends the list

    @expose("/", methods=["GET"])
    @requires("assessment.read")
    def list(self) -> Any:
        """What waits for a second person."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            entries, records, numbers = circumstances.waiting(ctx)
            return self.render_template(
                "circumstance/list.html",
                title=t("軽減・免除の事由", "Circumstances that lower a premium"),
                entries=entries,
                records=records,
                numbers=numbers,
                **_words(),
            )

    @expose("/of/<int:household_id>", methods=["GET"])
    @requires("assessment.read")
    def show(self, household_id: int) -> Any:
        """A household: what stands on record of its persons, what was entered."""
        return self._page(household_id)

    @expose("/of/<int:household_id>", methods=["POST"])
    @requires("circumstance.enter")
    def enter(self, household_id: int) -> Any:
        """Enter, correct, end or take off a circumstance; another person checks it."""
        told = _told()
        errors: dict[str, tuple[str, str]] = {}

        def deed(ctx: Context) -> Done:
            try:
                circumstances.enter(ctx, household_id, told)
            except EntryRefused as refused:
                errors.update(refused.errors)
                raise
            words = (
                "登録しました。別の人(照合担当)が確認すると、保険料を計算し直します。",
                "Entered. Once another has checked it, the premium is computed anew.",
            )
            return Done(words, url_for("CircumstanceView.show", household_id=household_id))

        return carry_out(deed, lambda words: self._page(household_id, told, errors, "" if errors else words))

    @expose("/entries/<int:entry_id>/decide", methods=["POST"])
    @requires("circumstance.decide")
    def decide(self, entry_id: int) -> Any:
        """Put on record, or refuse, what another person entered."""
        approve = request.form.get("outcome") == "approve"

        def deed(ctx: Context) -> Done:
            words = request.form.get("words", "")[: LONGEST + 1]
            done = circumstances.decide(ctx, entry_id, approve=approve, words=words)
            return Done(_said(approve, len(done.begun)), _page_of(done.entry.household_id))

        return carry_out(deed, self._again(entry_id))

    @expose("/entries/<int:entry_id>/withdraw", methods=["POST"])
    @requires("circumstance.enter")
    def withdraw(self, entry_id: int) -> Any:
        """Take back what one entered oneself."""

        def deed(ctx: Context) -> Done:
            entry = circumstances.withdraw(ctx, entry_id)
            return Done(("取り下げました。", "Taken back."), _page_of(entry.household_id))

        return carry_out(deed, self._again(entry_id))

    def _again(self, entry_id: int) -> Callable[[str], Any]:
        def page(words: str) -> Any:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                household_id = circumstances.household_of(ctx, entry_id)
            return self._page(household_id, refused=words)

        return page

    def _page(
        self,
        household_id: int,
        told: Told | None = None,
        errors: Mapping[str, tuple[str, str]] | None = None,
        refused: str = "",
    ) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = circumstances.read(ctx, household_id)
            wanted = told.target if told else request.args.get("target", type=row_id)
            target = next((one for one in page.rows if one.id == wanted), None)
            faults = {field: t(*words) for field, words in (errors or {}).items()}
            number = page.household.household_number
            return self.render_template(
                "circumstance/household.html",
                title=t(f"世帯 {number} の軽減・免除の事由", f"Circumstances of household {number}"),
                page=page,
                waiting=[one for one in page.entries if one.state == OPEN],
                past=[one for one in page.entries if one.state != OPEN],
                target=target,
                typed=told or _typed(page, target),
                faults=faults,
                summary=[(f"f-{field}", t(*FIELDS[field]), words) for field, words in faults.items()],
                refused=refused,
                own=current_actor().staff_id,
                may_enter=can("circumstance.enter"),
                may_decide=can("circumstance.decide"),
                **_words(),
            )


def _told() -> Told:
    form = request.form
    return Told(
        act=form.get("act", NEW)[:10],
        person=form.get("person", 0, type=row_id) or 0,
        kind=form.get("kind", "")[:20],
        day=form.get("day", "")[:40],
        until=form.get("until", "")[:40],
        is_multiple=form.get("is_multiple") == "yes",
        leaving_reason=form.get("leaving_reason", "")[:2],
        evidence=form.get("evidence", "")[: LONGEST + 1],
        target=form.get("target", type=row_id),
    )


def _typed(page: Page, target: PremiumCircumstance | None) -> Told:
    """The empty sheet, or that of what is to be corrected."""
    if target is None:
        only = next(iter(page.persons)) if len(page.persons) == 1 else 0
        return Told(NEW, only, "", "", "", False, "", "")
    day = format_short(shown_day(target))
    reason = next((one.leaving_reason for one in page.entries if one.made_id == target.id), "")
    return Told(CORRECT, target.person_id, target.kind, day, "", target.is_multiple, reason, "", target.id)


def _page_of(household_id: int) -> str:
    return url_for("CircumstanceView.show", household_id=household_id)


def _said(approve: bool, begun: int) -> tuple[str, str]:
    if not approve:
        return "差し戻しました。保険料は変わっていません。", "Refused: nothing has changed."
    if not begun:
        return (
            "承認しました。賦課の済んだ年度にはかからないため、次の賦課から反映します。",
            "Approved. No assessed year is touched; the next assessment takes it in.",
        )
    return (
        f"承認し、世帯の保険料を計算し直しました({begun}件)。課長が承認すると確定します。",
        f"Approved, and the premium computed anew ({begun}). It is in force once the chief approves.",
    )


def _words() -> dict[str, Any]:
    return {
        "kinds": {key: t(*words) for key, words in CIRCUMSTANCES.items()},
        "articles": ARTICLES,
        "days": {key: t(*words) for key, words in DAYS.items()},
        "papers": {key: t(*words) for key, words in PAPERS.items()},
        "leaving": [(code, f"{code} {t(*LEAVING[code])}") for code in sorted(LEAVING_REASONS)],
        "acts": {key: t(*words) for key, words in ACTS.items()},
        "act_names": {"correct": CORRECT, "end": END, "cancel": CANCEL},
        "states": {key: (t(ja, en), kind) for key, (ja, en, kind) in STATES.items()},
        "fields": {field: t(*words) for field, words in FIELDS.items()},
        "day_of": shown_day,
    }
