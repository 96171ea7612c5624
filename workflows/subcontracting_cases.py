"""Beginning the case of a request to subcontract, from the page of a contract (K3)."""

from __future__ import annotations

from services.context import Context
from services.contracting import subcontracting
from workflows.engine import runner

SLUG = "subcontracting"


def begin(ctx: Context, contract_id: int, parent_id: int) -> int:
    """Begin a case below a firm of a contract; answers its number.

    Raises:
        NotFound: no such contract or firm.
        RuleBroken: the contract allows no subcontracting, or the firm above is not permitted itself.
        NotAllowed: the actor belongs to no office.
    """
    parent = subcontracting.may_ask(ctx, contract_id, parent_id)
    return runner.begin(ctx, SLUG, {"contract": contract_id, "parent": parent.id}).case_id
