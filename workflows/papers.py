"""Which papers to ask for: the decision table of the procedure that is in force (B2; DMN decides the way)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models.masters import PaperKind
from services.context import Context
from workflows.engine import definitions

DECISION = "required_documents"


@dataclass(frozen=True)
class AskedPaper:
    """One paper to ask for: whether it is a must, and the note of the table."""

    code: str
    name: str
    name_en: str
    is_must: bool
    note: str


def to_ask(ctx: Context, procedure: str, reason: str) -> list[AskedPaper]:
    """The papers of a reason, those that are a must first; empty where the procedure has no table."""
    decision = definitions.current(ctx.session, procedure).decisions.get(DECISION)
    if decision is None:
        return []
    rows = decision.evaluate({"case": {"procedure": procedure, "reason": reason}}, clock=ctx.at) or []
    kinds = {kind.code: kind for kind in ctx.session.scalars(select(PaperKind))}
    asked = [
        AskedPaper(
            code=row["paper"],
            name=kinds[row["paper"]].name if row["paper"] in kinds else row["paper"],
            name_en=kinds[row["paper"]].name_en if row["paper"] in kinds else row["paper"],
            is_must=row["need"] == "must",
            note=row.get("note") or "",
        )
        for row in rows
    ]
    return sorted(asked, key=lambda paper: not paper.is_must)
