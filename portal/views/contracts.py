"""Contracts: the register, the chain as picture and list, workers and accounts, checks, the end (K2, X3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from models.masters import Office
from portal import clock
from portal.extensions import db
from portal.frame import register_count
from portal.language import t
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views import case_about, chain_picture
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from portal.views.pdf_answers import new_key
from rules.contracting import BANDS, CONTRACT_CLAUSES, SECURITY_MARKS, SUB_CLAUSES, Missing
from services.contracting import checks, ending, register, subcontracting, workers
from services.contracting.chain import Chain, Node, Person, cloud_of
from services.contracting.register import NewContract
from services.contracting.workers import EVIDENCE, Facts
from services.unit_of_work import unit_of_work
from workflows import subcontracting_cases

if TYPE_CHECKING:
    from models.case import Case
    from services.context import Context

STATES = {
    "asked": ("許諾の申請中", "Asked for", "waiting"),
    "granted": ("許諾", "Permitted", "done"),
    "refused": ("不許諾", "Refused", "stopped"),
    "revoked": ("取消し", "Revoked", "stopped"),
}
PRIME = {"granted": ("契約中", "In force", "done"), "revoked": ("解除", "Ended", "stopped")}


register_count(workers.to_count)


def about_request(ctx: Context, case: Case) -> case_about.About:
    """The firm that is asked for, its contract, and what keeps it from being permitted."""
    heading, paper = ("再委託の申請", "Request to subcontract"), subcontracting.CHART
    found = subcontracting.open_points(ctx, case.id)
    if found is None:
        return case_about.About(heading, paper=paper)
    row, lacks = found
    lines = [(("再委託先", "Firm"), row.firm.name)]
    url = url_for("ContractView.show", contract_id=row.contract_id) if can("contract.read") else ""
    missing = [(one.ja, one.en) for one in lacks]
    page = ("契約と体制を見る", "See the contract and its chain")
    return case_about.About(heading, lines, url, page, missing, paper)


case_about.register_about(subcontracting_cases.SLUG, about_request)


class ContractView(BaseView):
    """The register and one contract."""

    route_base = "/contracts"
    default_view = "list"

    @expose("/", methods=["GET"])
    @requires("contract.read")
    def list(self) -> Any:
        """All contracts, with what is missing."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            chains = register.list_all(ctx)
        return self.render_template(
            "contract/list.html", title=t("委託契約", "Contracts"), chains=chains, **_words()
        )

    @expose("/new", methods=["GET"])
    @requires("contract.keep")
    def new(self) -> Any:
        """The form of a new contract."""
        return self._new()

    @expose("/new", methods=["POST"])
    @requires("contract.keep")
    def add(self) -> Any:
        """Enter it."""

        def deed(ctx: Context) -> Done:
            row = register.add(ctx, _new_contract())
            told = ("契約を登録しました。条項を確かめてください。", "Entered. Look at its clauses now.")
            return Done(told, url_for("ContractView.show", contract_id=row.id))

        return carry_out(deed, self._new)

    @expose("/own", methods=["GET"])
    @requires("contract.own")
    def own(self) -> Any:
        """A contractor's own contract."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            chain = register.read_own(ctx)
        return self.render_template(
            "contract/own.html", title=chain.contract.title, chain=chain, picture=_picture(chain), **_words()
        )

    @expose("/<int:contract_id>", methods=["GET"])
    @requires("contract.read")
    def show(self, contract_id: int) -> Any:
        """The chain, its workers, checks and what stands at its end."""
        return self._show(contract_id)

    @expose("/<int:contract_id>/links/<int:link_id>/clauses", methods=["POST"])
    @requires("contract.keep")
    def clauses(self, contract_id: int, link_id: int) -> Any:
        """Where each clause stands in the agreement."""
        return self._carry_out(
            contract_id,
            lambda ctx: register.see_clauses(ctx, contract_id, link_id, request.form),
            ("条項の確認を記録しました。", "The clauses are on record."),
        )

    @expose("/<int:contract_id>/links/<int:link_id>/subcontract", methods=["POST"])
    @requires("contract.keep")
    def subcontract(self, contract_id: int, link_id: int) -> Any:
        """Begin the case of a request for a firm below this one."""

        def deed(ctx: Context) -> Done:
            case_id = subcontracting_cases.begin(ctx, contract_id, link_id)
            told = (
                "再委託の申請を始めました。申請書を見て入力してください。",
                "The request has begun. Enter it from the paper.",
            )
            return Done(told, url_for("CaseView.show", case_id=case_id))

        return carry_out(deed, partial(self._show, contract_id))

    @expose("/<int:contract_id>/links/<int:link_id>/revoke", methods=["POST"])
    @requires("contract.decide")
    def revoke(self, contract_id: int, link_id: int) -> Any:
        """Revoke a permission, or end a contract."""
        return self._carry_out(
            contract_id,
            lambda ctx: register.end_link(ctx, contract_id, link_id, request.form.get("reason", "")),
            (
                "取り消しました。この下の従事者の利用も、すぐに終わりました。",
                "Revoked. All accounts below it are closed.",
            ),
        )

    @expose("/<int:contract_id>/links/<int:link_id>/hand-back", methods=["POST"])
    @requires("contract.keep")
    def hand_back(self, contract_id: int, link_id: int) -> Any:
        """The certificate of return or disposal."""
        form = request.form
        return self._carry_out(
            contract_id,
            lambda ctx: ending.certify(
                ctx,
                contract_id,
                link_id,
                form.get("way", ""),
                typed_day(form.get("on", "")),
                form.get("words", ""),
            ),
            ("返却・廃棄の証明を記録しました。", "The certificate is on record."),
        )

    @expose("/<int:contract_id>/workers", methods=["POST"])
    @requires("contract.keep")
    def add_worker(self, contract_id: int) -> Any:
        """Name a worker."""
        link_id = request.form.get("link", 0, type=row_id) or 0
        return self._carry_out(
            contract_id,
            lambda ctx: workers.add(ctx, contract_id, link_id, _facts()),
            ("従事者を登録しました。", "The worker is named."),
        )

    @expose("/<int:contract_id>/workers/<int:worker_id>", methods=["GET"])
    @requires("contract.read")
    def worker(self, contract_id: int, worker_id: int) -> Any:
        """One worker: what was seen of him, and his account."""
        return self._worker(contract_id, worker_id)

    @expose("/<int:contract_id>/workers/<int:worker_id>", methods=["POST"])
    @requires("contract.keep")
    def change_worker(self, contract_id: int, worker_id: int) -> Any:
        """What was seen since."""
        return self._of_worker(
            contract_id,
            worker_id,
            lambda ctx: workers.change(ctx, contract_id, worker_id, _facts()),
            ("従事者の記録を直しました。", "Changed."),
        )

    @expose("/<int:contract_id>/workers/<int:worker_id>/leave", methods=["POST"])
    @requires("contract.keep")
    def leave(self, contract_id: int, worker_id: int) -> Any:
        """He does not work there any more."""
        return self._of_worker(
            contract_id,
            worker_id,
            lambda ctx: workers.leave(ctx, contract_id, worker_id, typed_day(request.form.get("on", ""))),
            ("従事の終了を記録しました。", "He has left."),
        )

    @expose("/<int:contract_id>/workers/<int:worker_id>/account", methods=["POST"])
    @requires("contract.keep")
    def ask_account(self, contract_id: int, worker_id: int) -> Any:
        """Ask for an account."""
        return self._of_worker(
            contract_id,
            worker_id,
            lambda ctx: workers.ask_account(ctx, contract_id, worker_id, request.form.get("username", "")),
            ("利用を申請しました。課長が承認すると使えます。", "Asked for; the section chief grants it."),
        )

    @expose("/<int:contract_id>/workers/<int:worker_id>/account/decision", methods=["POST"])
    @requires("contract.decide")
    def decide_account(self, contract_id: int, worker_id: int) -> Any:
        """Grant or refuse it."""
        grants = request.form.get("outcome") == "grant"

        def deed(ctx: Context) -> Any:
            if grants:
                return workers.grant_account(ctx, contract_id, worker_id)
            return workers.refuse_account(ctx, contract_id, worker_id, request.form.get("reason", ""))

        granted = (
            "利用を承認しました。管理者が登録コードを渡すと、サインインできます。",
            "Granted; an administrator hands out the code to enrol.",
        )
        return self._of_worker(
            contract_id,
            worker_id,
            deed,
            granted if grants else ("利用を承認しませんでした。", "Refused."),
        )

    @expose("/<int:contract_id>/checks", methods=["POST"])
    @requires("contract.keep")
    def draw(self, contract_id: int) -> Any:
        """Draw workers to be seen."""
        number = request.form.get("number", 0, type=row_id) or 0
        return self._carry_out(
            contract_id,
            lambda ctx: checks.draw(ctx, contract_id, number),
            ("抜き取りました。本人に会って、申告と証拠書類を確かめてください。", "Drawn. See each person."),
        )

    @expose("/<int:contract_id>/checks/<int:check_id>", methods=["POST"])
    @requires("contract.keep")
    def check(self, contract_id: int, check_id: int) -> Any:
        """What was seen of one who was drawn, or that its follow-up is done."""
        form = request.form

        def deed(ctx: Context) -> Any:
            if form.get("deed") == "finish":
                return checks.finish(ctx, contract_id, check_id, form.get("words", ""))
            due = typed_day(form["due"]) if form.get("due", "").strip() else None
            return checks.judge(
                ctx,
                contract_id,
                check_id,
                form.get("outcome", ""),
                form.get("words", ""),
                form.get("what", ""),
                due,
            )

        return self._carry_out(contract_id, deed, ("確認の結果を記録しました。", "On record."))

    def _carry_out(self, contract_id: int, deed: Callable[[Context], Any], told: tuple[str, str]) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            return Done(told, url_for("ContractView.show", contract_id=contract_id))

        return carry_out(carried, partial(self._show, contract_id))

    def _of_worker(
        self, contract_id: int, worker_id: int, deed: Callable[[Context], Any], told: tuple[str, str]
    ) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            goal = url_for("ContractView.worker", contract_id=contract_id, worker_id=worker_id)
            return Done(told, goal)

        return carry_out(carried, partial(self._worker, contract_id, worker_id))

    def _new(self, refused: str = "") -> Any:
        return self.render_template(
            "contract/new.html",
            title=t("契約を登録する", "Enter a contract"),
            refused=refused,
            typed=request.form,
            **_words(),
        )

    def _show(self, contract_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            chain = register.read(ctx, contract_id)
            drawn = checks.list_of(ctx, contract_id)
            dues = {one.row.id: ending.due_on(ctx, one.row) for one in chain.nodes if one.ended}
        return self.render_template(
            "contract/show.html",
            title=chain.contract.title,
            chain=chain,
            office=db.session.get(Office, chain.contract.office_id),
            picture=_picture(chain),
            checks=drawn,
            dues=dues,
            refused=refused,
            typed=request.form,
            may_keep=can("contract.keep"),
            may_decide=can("contract.decide"),
            today=clock.today(),
            **_words(),
        )

    def _worker(self, contract_id: int, worker_id: int, refused: str = "") -> Any:
        with unit_of_work(current_actor(), clock.now()) as ctx:
            chain = register.read(ctx, contract_id)
            node, person = workers.find(chain, worker_id)
        return self.render_template(
            "contract/worker.html",
            title=f"{person.row.last_name} {person.row.first_name}",
            chain=chain,
            node=node,
            person=person,
            row=person.row,
            lacks=_lacks(chain, node, person),
            refused=refused,
            typed=request.form,
            may_keep=can("contract.keep"),
            may_decide=can("contract.decide"),
            today=clock.today(),
            **_words(),
        )


def _picture(chain: Chain) -> chain_picture.Picture:
    """The chain as a picture: what is missing of a firm first, then its persons with what they lack."""
    return chain_picture.draw(chain, [_lines(node) for node in chain.nodes])


def _lines(node: Node) -> list[tuple[str, bool]]:
    if node.closed:
        return [(why, False)] if (why := node.row.ended_words or node.row.decided_words) else []
    told = [(t(f"欠: {one.ja}", f"Missing: {one.en}"), True) for one in node.missing]
    for one in sorted(node.persons, key=lambda person: not person.missing):
        if not one.gone:
            lacks = t("、", ", ").join(t(lack.ja, lack.en) for lack in one.missing)
            name = f"{one.row.last_name} {one.row.first_name}"
            told.append((f"{name} — {lacks}" if lacks else name, bool(lacks)))
    return told


def _lacks(chain: Chain, node: Node, person: Person) -> list[tuple[str, Missing]]:
    """What keeps a person from an account: of himself, of his firm and of each firm above."""
    above = [one for one in chain.nodes if one.row in (*node.above, node.row)]
    own = [("", one) for one in person.missing]
    return own + [(one.row.firm.name, lack) for one in above for lack in one.missing]


def _new_contract() -> NewContract:
    form = request.form
    return NewContract(
        number=form.get("number", "")[:40],
        title=form.get("title", "")[:100],
        firm=form.get("firm", "")[:100],
        corporate_number=form.get("corporate_number", "")[:13],
        address=form.get("address", "")[:200],
        from_on=typed_day(form.get("from_on", "")),
        until_on=typed_day(form.get("until_on", "")),
        band=form.get("band", ""),
        may_subcontract=form.get("may_subcontract") == "yes",
        scope=form.get("scope", "")[:1000],
    )


def _facts() -> Facts:
    form = request.form

    def day(name: str) -> date | None:
        return typed_day(form[name]) if form.get(name, "").strip() else None

    return Facts(
        last_name=form.get("last_name", ""),
        first_name=form.get("first_name", ""),
        employer=form.get("employer", ""),
        evidence=form.get("evidence", ""),
        evidence_on=day("evidence_on"),
        pledged_on=day("pledged_on"),
        trained_on=day("trained_on"),
        place=form.get("place", ""),
        badge=form.get("badge", ""),
        pledged_until=day("pledged_until"),
    )


def _words() -> dict[str, Any]:
    def state(node: Node) -> tuple[str, str]:
        ja, en, kind = (PRIME if node.row.parent_id is None else STATES)[node.row.state]
        return t(ja, en), kind

    return {
        "bands": {code: t(ja, en) for code, (_, ja, en) in BANDS.items()},
        "limits": {code: most for code, (most, _, _) in BANDS.items()},
        "clauses_of": lambda node: {
            code: t(*words)
            for code, words in (CONTRACT_CLAUSES if node.row.parent_id is None else SUB_CLAUSES).items()
        },
        "marks": {code: t(*words) for code, words in SECURITY_MARKS.items()},
        "evidences": {code: t(*words) for code, words in EVIDENCE.items()},
        "outcomes": {code: t(*words) for code, words in checks.OUTCOMES.items()},
        "ways": {code: t(*words) for code, words in ending.WAYS.items()},
        "cloud_of": lambda node: cloud_of(node.row.cloud),
        "state_of": state,
        "new_key": new_key,
    }
