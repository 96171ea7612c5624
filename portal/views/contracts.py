"""Contracts: the register, one contract and its chain, requests to subcontract, the end (K2, X3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.frame import register_count
from portal.language import t
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views import case_about, contract_pages
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from services.contracting import ending, register, subcontracting, workers
from services.contracting.register import NewContract
from services.unit_of_work import unit_of_work
from workflows import subcontracting_cases

if TYPE_CHECKING:
    from models.case import Case
    from services.context import Context

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
            "contract/list.html", title=t("委託契約", "Contracts"), chains=chains, **contract_pages.words()
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
            "contract/own.html",
            title=chain.contract.title,
            chain=chain,
            picture=contract_pages.picture(chain),
            **contract_pages.words(),
        )

    @expose("/<int:contract_id>", methods=["GET"])
    @requires("contract.read")
    def show(self, contract_id: int) -> Any:
        """The chain, its workers, checks and what stands at its end."""
        return contract_pages.show_contract(self, contract_id)

    @expose("/<int:contract_id>/links/<int:link_id>/clauses", methods=["POST"])
    @requires("contract.keep")
    def clauses(self, contract_id: int, link_id: int) -> Any:
        """Where each clause stands in the agreement."""
        return contract_pages.on_contract(
            self,
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

        return carry_out(deed, partial(contract_pages.show_contract, self, contract_id))

    @expose("/<int:contract_id>/links/<int:link_id>/revoke", methods=["POST"])
    @requires("contract.decide")
    def revoke(self, contract_id: int, link_id: int) -> Any:
        """Revoke a permission, or end a contract."""
        return contract_pages.on_contract(
            self,
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
        return contract_pages.on_contract(
            self,
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

    def _new(self, refused: str = "") -> Any:
        return self.render_template(
            "contract/new.html",
            title=t("契約を登録する", "Enter a contract"),
            refused=refused,
            typed=request.form,
            **contract_pages.words(),
        )


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
