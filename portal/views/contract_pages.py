"""The page of a contract, which the views of contracts and of workers share: words, chain, deeds on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import request, url_for
from flask_appbuilder import BaseView

from models.masters import Office
from portal import clock
from portal.extensions import db
from portal.language import t
from portal.security.access import can
from portal.security.actor import current_actor
from portal.views import chain_picture
from portal.views.carrying_out import Done, carry_out
from portal.views.pdf_answers import new_key
from rules.contracting import BANDS, CONTRACT_CLAUSES, SECURITY_MARKS, SUB_CLAUSES, Missing
from services.context import Context
from services.contracting import checks, ending, register
from services.contracting.chain import Chain, Node, Person, cloud_of
from services.contracting.workers import EVIDENCE
from services.unit_of_work import unit_of_work

STATES = {
    "asked": ("許諾の申請中", "Asked for", "waiting"),
    "granted": ("許諾", "Permitted", "done"),
    "refused": ("不許諾", "Refused", "stopped"),
    "revoked": ("取消し", "Revoked", "stopped"),
}
PRIME = {"granted": ("契約中", "In force", "done"), "revoked": ("解除", "Ended", "stopped")}


def show_contract(view: BaseView, contract_id: int, refused: str = "") -> Any:
    """The chain, its workers, checks and what stands at its end; `refused` says why a deed was not done."""
    with unit_of_work(current_actor(), clock.now()) as ctx:
        chain = register.read(ctx, contract_id)
        drawn = checks.list_of(ctx, contract_id)
        dues = {one.row.id: ending.due_on(ctx, one.row) for one in chain.nodes if one.ended}
    return view.render_template(
        "contract/show.html",
        title=chain.contract.title,
        chain=chain,
        office=db.session.get(Office, chain.contract.office_id),
        picture=picture(chain),
        checks=drawn,
        dues=dues,
        refused=refused,
        typed=request.form,
        may_keep=can("contract.keep"),
        may_decide=can("contract.decide"),
        today=clock.today(),
        **words(),
    )


def on_contract(
    view: BaseView, contract_id: int, deed: Callable[[Context], Any], told: tuple[str, str]
) -> Any:
    """Do a deed on a contract and answer with its page."""

    def carried(ctx: Context) -> Done:
        deed(ctx)
        return Done(told, url_for("ContractView.show", contract_id=contract_id))

    return carry_out(carried, partial(show_contract, view, contract_id))


def picture(chain: Chain) -> chain_picture.Picture:
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


def lacks(chain: Chain, node: Node, person: Person) -> list[tuple[str, Missing]]:
    """What keeps a person from an account: of himself, of his firm and of each firm above."""
    above = [one for one in chain.nodes if one.row in (*node.above, node.row)]
    own = [("", one) for one in person.missing]
    return own + [(one.row.firm.name, lack) for one in above for lack in one.missing]


def words() -> dict[str, Any]:
    """The words for codes, which all pages of contracts share."""

    def state(node: Node) -> tuple[str, str]:
        ja, en, kind = (PRIME if node.row.parent_id is None else STATES)[node.row.state]
        return t(ja, en), kind

    return {
        "bands": {code: t(ja, en) for code, (_, ja, en) in BANDS.items()},
        "limits": {code: most for code, (most, _, _) in BANDS.items()},
        "clauses_of": lambda node: {
            code: t(*told)
            for code, told in (CONTRACT_CLAUSES if node.row.parent_id is None else SUB_CLAUSES).items()
        },
        "marks": {code: t(*words) for code, words in SECURITY_MARKS.items()},
        "evidences": {code: t(*words) for code, words in EVIDENCE.items()},
        "outcomes": {code: t(*words) for code, words in checks.OUTCOMES.items()},
        "ways": {code: t(*words) for code, words in ending.WAYS.items()},
        "cloud_of": lambda node: cloud_of(node.row.cloud),
        "state_of": state,
        "new_key": new_key,
    }
