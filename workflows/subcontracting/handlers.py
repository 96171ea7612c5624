"""Operations of the permission to subcontract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.case import Case
from rules.contracting import plain_firm
from services.context import Context
from services.contracting import subcontracting
from services.subjects import Subject
from workflows.engine import matters
from workflows.engine.operations import CaseData, Example, operation


class RequestMatter(matters.PlainMatter):
    """A request to subcontract stands in the chain of its contract, also when it is taken back."""

    def describe(self, ctx: Context, entry: Mapping[str, Any]) -> Subject:
        """The firm that is asked for; none before it is entered."""
        del ctx
        name = str(entry.get("firm_name", ""))
        return Subject(name, plain_firm(name))

    def withdraw(self, ctx: Context, case: Case, reason: str) -> None:
        """Put it there that nothing was permitted."""
        subcontracting.withdraw(ctx, case.id, reason)


matters.register("subcontracting", RequestMatter())

ENTERED = (
    Example("欠けているものはない", "Nothing is missing", {"link": 1, "missing": 0}),
    Example("欠けているものがある", "Something is missing", {"link": 1, "missing": 2}),
)
GRANTED = (Example("許諾した", "Permitted", {"link": 1, "granted": True}),)
REFUSED = (Example("許諾しなかった", "Refused", {"link": 1, "granted": False}),)


@operation("subcontracting.enter", examples=ENTERED)
def enter(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Put the request into the chain, below the firm that asks."""
    return subcontracting.enter(ctx, case.case_id, case.data["case"], case.form("apply"))


@operation("subcontracting.grant", irreversible=True, examples=GRANTED)
def grant(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Permit it, unless something is missing."""
    return subcontracting.grant(ctx, case.case_id, case.form("decide"))


@operation("subcontracting.refuse", irreversible=True, examples=REFUSED)
def refuse(ctx: Context, case: CaseData) -> dict[str, Any]:
    """Refuse it."""
    return subcontracting.refuse(ctx, case.case_id, case.form("decide"))
