"""Workers of contractors: named, seen, given an account, drawn for a check (N05, M27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.row_ids import row_id
from portal.security.access import can, requires
from portal.security.actor import current_actor
from portal.views import contract_pages
from portal.views.carrying_out import Done, carry_out
from portal.views.fields import typed_day
from services.context import Context
from services.contracting import checks, register, workers
from services.contracting.workers import Facts
from services.unit_of_work import unit_of_work


class WorkerView(BaseView):
    """The workers of a contract, one by one, and the sampling checks."""

    route_base = "/contracts"
    default_view = "worker"
    section = "ContractView.list"

    @expose("/<int:contract_id>/workers", methods=["POST"])
    @requires("contract.keep")
    def add_worker(self, contract_id: int) -> Any:
        """Name a worker."""
        link_id = request.form.get("link", 0, type=row_id) or 0
        return contract_pages.on_contract(
            self,
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
        return contract_pages.on_contract(
            self,
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

        return contract_pages.on_contract(
            self, contract_id, deed, ("確認の結果を記録しました。", "On record.")
        )

    def _of_worker(
        self, contract_id: int, worker_id: int, deed: Callable[[Context], Any], told: tuple[str, str]
    ) -> Any:
        def carried(ctx: Context) -> Done:
            deed(ctx)
            goal = url_for("WorkerView.worker", contract_id=contract_id, worker_id=worker_id)
            return Done(told, goal)

        return carry_out(carried, partial(self._worker, contract_id, worker_id))

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
            lacks=contract_pages.lacks(chain, node, person),
            refused=refused,
            typed=request.form,
            may_keep=can("contract.keep"),
            may_decide=can("contract.decide"),
            today=clock.today(),
            **contract_pages.words(),
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
