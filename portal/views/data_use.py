"""Data-use applications: asked for by a section, judged, taken back, revoked (J3, K1)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from interchange.dictionary import catalog
from interchange.transfers import definitions
from interchange.transfers.definitions import KEY_ITEM, Transfer
from models.data_use import ENDINGS, STATES, DataTransfer, DataTransferRefusal
from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views import case_about
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from rules.eras import format_short
from services import data_use, data_use_decisions, transfer_pages, transfers
from services.context import Context
from services.data_use_content import PROVISION, TRANSFER, Content, content_of
from services.network import questions
from services.unit_of_work import unit_of_work
from workflows import data_use_cases

if TYPE_CHECKING:
    from models.case import Case

STEPS = {
    "judge": ("審査(データ保護管理者)", "Review (data protection manager)"),
    "consult": ("協議(データ保護管理者)", "Consultation (data protection manager)"),
    "decide": ("決裁(課長)", "Decision (section chief)"),
}
VERDICTS = {
    "approve": ("承認", "Approve"),
    "refuse": ("不承認", "Refuse"),
    "agree": ("差し支えない", "Agree"),
    "object": ("差し支えがある", "Object"),
}
LONGEST = 1000

register_count(transfer_pages.to_count)


def about_application(ctx: Context, case: Case) -> case_about.About:
    """What is judged, for those who review and for whoever the case waits for, deputies too."""
    heading = ("データ利用の申請", "Application to use data")
    one = transfer_pages.find_of_case(ctx, case.id)
    waits = one is not None and data_use_cases.waiting_task(ctx, one) is not None
    if one is None or not (waits or data_use.may_see(ctx, one.office_id)):
        return case_about.About(heading)
    content, basis = content_of(one), definitions.bases().get(one.basis)
    items = [catalog.items()[item] for item in content.items]
    lines = [
        (("番号", "Number"), one.number),
        (("移転・提供", "Transfer"), _transfer_name(one.transfer)),
        (("移転先", "Recipient"), one.recipient_name or transfer_pages.offices(ctx.session)[one.recipient]),
        (("目的", "Purpose"), one.purpose),
        (("法的根拠", "Legal basis"), t(basis.ja, basis.en) if basis is not None else one.basis),
        (("項目", "Items"), t("、", ", ").join(t(item.ja, item.en) for item in items)),
        (("対象者", "Persons"), t(*definitions.RANGES[one.person_range])),
        (("期間", "Period"), f"{format_short(one.from_on)} – {format_short(one.until_on)}"),
        (
            ("支援措置対象者の住所", "Protected addresses"),
            t("求める", "Asked for") if one.with_places else t("求めない", "Not asked for"),
        ),
    ]
    url = url_for("DataUseView.show", application_id=one.id) if can("data_use.read") else ""
    return case_about.About(heading, lines, url, ("申請を見る", "See the application"))


case_about.register_about(data_use_cases.SLUG, about_application)


class DataUseView(BaseView):
    """Applications and approvals; a section sees its own."""

    route_base = "/data-use"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("data_use.read")
    def list(self) -> Any:
        """What waits, what stands, what was sent, what was refused."""
        return show_list(self)

    @expose("/new", methods=["GET"])
    @requires("data_use.apply")
    def new(self) -> Any:
        """The form, with the usual items of the transfer."""
        return self._form(None, None)

    @expose("/new", methods=["POST"])
    @requires("data_use.apply")
    def draft(self) -> Any:
        """Keep an application as a draft."""

        def deed(ctx: Context) -> Done:
            application = data_use.draft(ctx, _content(), request.form.get("renews", type=int))
            return Done(
                (
                    "下書きを作りました。内容を確かめて提出してください。",
                    "Drafted. Look at it and hand it in.",
                ),
                url_for("DataUseView.show", application_id=application.id),
            )

        return carry_out(deed, partial(self._form, None))

    @expose("/<int:application_id>", methods=["GET"])
    @requires("data_use.read")
    def show(self, application_id: int) -> Any:
        """An application with its judgements, approvals and files."""
        return self._show(application_id)

    @expose("/<int:application_id>/edit", methods=["GET"])
    @requires("data_use.apply")
    def edit(self, application_id: int) -> Any:
        """The form of an application, to be changed."""
        return self._form(application_id, None)

    @expose("/<int:application_id>/edit", methods=["POST"])
    @requires("data_use.apply")
    def change(self, application_id: int) -> Any:
        """Change an application; its approval ends with that."""

        def deed(ctx: Context) -> Done:
            data_use.change(ctx, application_id, _content())
            return Done(
                (
                    "申請を直しました。提出すると、あらためて審査されます。",
                    "Changed. Hand it in to be judged anew.",
                ),
                url_for("DataUseView.show", application_id=application_id),
            )

        return carry_out(deed, partial(self._form, application_id))

    @expose("/<int:application_id>/submit", methods=["POST"])
    @requires("data_use.apply")
    def submit(self, application_id: int) -> Any:
        """Hand an application in."""

        def deed(ctx: Context) -> Done:
            data_use_cases.submit(ctx, application_id)
            return Done(
                ("提出しました。データ保護管理者が審査します。", "Handed in; the manager judges it."),
                url_for("DataUseView.show", application_id=application_id),
            )

        return carry_out(deed, partial(self._show, application_id))

    @expose("/<int:application_id>/withdraw", methods=["POST"])
    @requires("data_use.apply")
    def withdraw(self, application_id: int) -> Any:
        """Take an application back."""

        def deed(ctx: Context) -> Done:
            data_use_cases.withdraw(ctx, application_id, request.form.get("reason", ""))
            return Done(
                ("申請を取り下げました。以後の移転は行われません。", "Withdrawn; nothing is sent any more."),
                url_for("DataUseView.show", application_id=application_id),
            )

        return carry_out(deed, partial(self._show, application_id))

    @expose("/<int:application_id>/judge", methods=["POST"])
    @requires("data_use.decide")
    def judge(self, application_id: int) -> Any:
        """Judge an application, with reasons."""
        verdict, reason = request.form.get("verdict", ""), request.form.get("reason", "")[:LONGEST]

        def deed(ctx: Context) -> Done:
            fits = request.form.get("basis_fits") == "1"
            ended = data_use_cases.judge(ctx, application_id, verdict, reason, basis_fits=fits)
            said = (
                ("判断を記録し、審査を終えました。", "On record; the review has ended.")
                if ended
                else ("判断を記録しました。次の段階に進みます。", "On record; the next step follows.")
            )
            return Done(said, url_for("DataUseView.show", application_id=application_id))

        return carry_out(deed, partial(self._show, application_id))

    @expose("/<int:application_id>/revoke", methods=["POST"])
    @requires("data_use.decide")
    def revoke(self, application_id: int) -> Any:
        """Take an approval back at once."""

        def deed(ctx: Context) -> Done:
            data_use_decisions.revoke(ctx, application_id, request.form.get("reason", ""))
            return Done(
                ("承認を取り消しました。次の移転から拒否されます。", "Revoked; the next run is refused."),
                url_for("DataUseView.show", application_id=application_id),
            )

        return carry_out(deed, partial(self._show, application_id))

    def _show(self, application_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            page = transfer_pages.read_application(ctx, application_id)
            task = data_use_cases.waiting_task(ctx, page.application)
        return self.render_template(
            "data_use/show.html",
            title=page.application.number,
            page=page,
            one=page.application,
            task=task,
            refused=refused,
            typed=request.form,
            items=[catalog.items()[one] for one in page.application.items],
            basis=definitions.bases().get(page.application.basis),
            may_decide=can("data_use.decide"),
            today=clock.today(),
            **words(),
        )

    def _form(self, application_id: int | None, refused: str | None = None) -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            office = transfer_pages.own_office(ctx)
            known = data_use.get(ctx, application_id) if application_id is not None else None
            renewed = request.args.get("renews", type=int)
            before = known or (data_use.get(ctx, renewed) if renewed is not None else None)
            content = content_of(before) if before is not None else None
        renewal = renewed is not None and known is None
        chosen = definitions.transfers_to(office.code)
        wanted = request.values.get("transfer", content.transfer if content is not None else "")
        transfer = next((one for one in chosen if one.id == wanted), chosen[0] if chosen else None)
        return self.render_template(
            "data_use/form.html",
            title=t("データ利用の申請", "Apply to use data"),
            application_id=application_id,
            renews=renewed,
            office=office,
            chosen=chosen,
            transfer=transfer,
            typed=_typed(content, transfer, renewal=renewal),
            picked=_picked(content, transfer),
            groups=_groups(transfer),
            bases=definitions.bases(),
            key_item=KEY_ITEM,
            refused=refused or "",
            **words(),
        )


def show_list(view: BaseView, refused: str = "") -> Any:
    """The overview; `refused` says why a run by hand was not taken."""
    with unit_of_work(current_actor(), clock.now()) as ctx:
        page = transfer_pages.overview(ctx)
    return view.render_template(
        "data_use/list.html",
        title=t("データ利用とデータ移転", "Data use and transfers"),
        page=page,
        today=clock.today(),
        monthly=[
            (f"{one.id}:{to}", one, to)
            for one in definitions.transfers().values()
            if one.schedule == definitions.MONTHLY
            for to in one.recipients
        ],
        refused=refused,
        typed=request.form,
        **words(),
    )


def _content() -> Content:
    """What was typed.

    Raises:
        RuleBroken: a day cannot be read.
    """
    form = request.form
    return Content(
        kind=form.get("kind", ""),
        transfer=form.get("transfer", "") if form.get("kind") == TRANSFER else PROVISION,
        recipient=form.get("recipient", ""),
        recipient_name=form.get("recipient_name", "") if form.get("kind") == PROVISION else "",
        purpose=form.get("purpose", ""),
        basis=form.get("basis", ""),
        items=tuple(form.getlist("items")),
        person_range=form.get("person_range", ""),
        method=form.get("method", ""),
        frequency=form.get("frequency", ""),
        from_on=typed_day(form.get("from_on", "")),
        until_on=typed_day(form.get("until_on", "")),
        with_places=form.get("with_places") == "1",
    )


def _typed(content: Content | None, transfer: Transfer | None, *, renewal: bool) -> dict[str, str]:
    """What the fields begin with: what was typed, else the application, else what is usual.

    A renewal begins on the day after the last one of before; its end is to be told.
    """
    if request.method == "POST":
        return request.form.to_dict()
    if content is not None:
        told = {name: str(getattr(content, name) or "") for name in Content.__dataclass_fields__}
        days = {name: format_short(getattr(content, name)) for name in ("from_on", "until_on")}
        if renewal:
            days = {"from_on": format_short(content.until_on + timedelta(days=1)), "until_on": ""}
        return told | days | {"with_places": "1" if content.with_places else ""}
    usual = {"kind": TRANSFER, "method": "link_system", "frequency": definitions.MONTHLY}
    if transfer is not None:
        usual |= {
            "transfer": transfer.id,
            "basis": transfer.basis,
            "person_range": transfer.person_range,
            "frequency": transfer.schedule,
        }
    return usual


def _picked(content: Content | None, transfer: Transfer | None) -> frozenset[str]:
    if request.method == "POST":
        return frozenset(request.form.getlist("items"))
    if content is not None:
        return frozenset(content.items)
    return frozenset(transfer.usual if transfer is not None else (KEY_ITEM,))


def _groups(transfer: Transfer | None) -> list[tuple[str, list[catalog.Item]]]:
    """The items that may be chosen, by group."""
    allowed = [catalog.items()[one] for one in transfer.items] if transfer is not None else []
    found = []
    for letter, words in catalog.groups().items():
        items = sorted((one for one in allowed if one.group == letter), key=lambda one: one.number)
        if items:
            found.append((t(*words), items))
    return found


def words() -> dict[str, Any]:
    """The words for codes, which all pages of data use share."""
    return {
        "states": {name: (t(ja, en), kind) for name, (ja, en, kind) in STATES.items()},
        "endings": {name: t(*words) for name, words in ENDINGS.items()},
        "steps": {name: t(*words) for name, words in STEPS.items()},
        "verdicts": {name: t(*words) for name, words in VERDICTS.items()},
        "ranges": {name: t(*words) for name, words in definitions.RANGES.items()},
        "methods": {name: t(*words) for name, words in definitions.METHODS.items()},
        "frequencies": {name: t(*words) for name, words in definitions.FREQUENCIES.items()},
        "masks": {name: t(*words) for name, words in catalog.MASKS.items()},
        "transfer_name": _transfer_name,
        "period_of": _period,
        "is_event": _is_event,
        "missing": lambda row: t(*transfers.refusal_words(row.missing, row.told)),
    }


def _is_event(row: DataTransfer | DataTransferRefusal) -> bool:
    """Whether it was about what happened to one person, not about a month."""
    return ":" in row.period


def _period(row: DataTransfer | DataTransferRefusal) -> str:
    """The month, or the day on which somebody was asked about, registered or changed."""
    if not _is_event(row):
        return row.period
    day = format_short(date.fromisoformat(row.period.partition(":")[0]))
    if row.transfer == questions.TRANSFER:
        return t(f"{day}の照会", f"Asked on {day}")
    return t(f"{day}の登録・更新", f"Registered or changed on {day}")


def _transfer_name(name: str) -> str:
    known = definitions.transfers().get(name)
    return t(known.ja, known.en) if known is not None else t("市の外への提供", "Provision outside the city")
