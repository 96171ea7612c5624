"""Subcontracting (再委託の許諾): a request, what stands against it, granting and refusing (K3, M27-M29).

A permission is of one firm at one place of the chain; the one below it needs its own, to any depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from models.audit.tags import Tag
from models.contractor import ASKED, GRANTED, REFUSED, ChainLink, Firm
from models.document import CLEAN, UNSCANNED, Attachment
from rules.contracting import BANDS, SUB_CLAUSES, Missing, chart_faults, has_room, missing_of_link
from services import audit
from services.context import Context
from services.contracting import access, chain, register
from services.errors import NotFound, RegistrationRefused
from services.findings import Finding, Severity
from services.two_people import must_not_be_borrowed

WORDS = ("scope", "data_scope", "capability", "inspection")
CHART = "organisation_chart"  # the kind of paper
UNDECIDED = frozenset({"permission", "not_begun", "expired"})


class SubcontractRefused(RegistrationRefused):
    """A request to subcontract cannot be taken, or cannot be granted as it stands; `path` is the field."""

    code = "subcontract_refused"

    def __init__(self, message_ja: str, message_en: str, path: str = "") -> None:
        """Say it at the field of the form, where there is one."""
        found = Finding(self.code, Severity.REFUSAL, path, message_ja, message_en)
        super().__init__((found,), message_ja, message_en)


def may_ask(ctx: Context, contract_id: int, parent_id: int) -> ChainLink:
    """The firm below which another one is asked for.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
        SubcontractRefused: the contract forbids it (N06), or the firm above is not permitted itself.
    """
    contract = register.hold(ctx, contract_id)
    node = chain.read(ctx, contract_id).node(parent_id)
    parent = node.row
    if not contract.may_subcontract:
        raise SubcontractRefused(
            "この契約は再委託しない契約です(契約の登録)。再委託の申請は受け付けられません。",
            "This contract allows no subcontracting.",
        )
    if parent.state != GRANTED or node.ended:
        raise SubcontractRefused(
            f"「{parent.firm.name}」自身の許諾が決裁されていないか、終わっています。先に上位の許諾を得てください。",
            f"{parent.firm.name} is not permitted itself; its own permission comes first.",
        )
    return parent


def enter(ctx: Context, case_id: int, facts: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """Put a request into the chain, or mend it; it stands there in red until it is granted.

    Raises:
        SubcontractRefused: it is not allowed here, the chart is no tree, the firm is above itself, or it
            names more persons than the contract allows.
    """
    contract_id, parent_id = int(facts["contract"]), int(facts["parent"])
    parent = may_ask(ctx, contract_id, parent_id)
    firm = register.find_or_add_firm(
        ctx, entry["firm_name"], entry["firm_address"], entry.get("firm_number", "")
    )
    _refuse_entry(ctx, parent, firm, entry)
    row = _of_case(ctx, case_id) or ChainLink(
        contract_id=contract_id, parent_id=parent_id, case_id=case_id, entered_at=ctx.at
    )
    row.entered_by_id, row.state = ctx.actor.staff_id, ASKED
    row.firm = firm
    row.from_on, row.until_on = _day(entry["from_on"]), _day(entry["until_on"])
    row.secrecy_on = _day(entry.get("secrecy_on"))
    for name in WORDS:
        setattr(row, name, entry[name])
    row.reason = entry["because"]
    row.amount, row.staff_count = entry["amount"], entry["staff_count"]
    row.clauses = {code: "再委託契約書" for code in SUB_CLAUSES if entry.get(f"clause_{code}")}
    row.chart = [dict(one) for one in entry["chart"]]
    row.cloud = _cloud(entry)
    ctx.session.add(row)
    ctx.session.flush()
    lacks = [one.code for one in _lacks(ctx, row)]
    detail = {"link": row.id, "missing": lacks}
    audit.record(ctx, Tag.SUBCONTRACT_ASKED, f"contract:{contract_id}", case_id, detail)
    return {"link": row.id, "missing": len(lacks)}


def grant(ctx: Context, case_id: int, decision: Mapping[str, Any]) -> dict[str, Any]:
    """Permit it for a term, under conditions.

    Raises:
        SubcontractRefused: something is missing still; each thing is named.
        NotAllowed: the actor is section chief in an emergency only.
    """
    must_not_be_borrowed(ctx, register.CHIEF)
    row = _asked(ctx, case_id)
    may_ask(ctx, row.contract_id, row.parent_id or 0)
    lacks = _lacks(ctx, row)
    if lacks:
        raise SubcontractRefused(
            f"「{row.firm.name}」の再委託は許諾できません。次のものが欠けています: "
            f"{'、'.join(one.ja for one in lacks)}。そろえて申請し直してもらうか、不許諾にしてください。",
            f"{row.firm.name} cannot be permitted. Missing: {'; '.join(one.en for one in lacks)}.",
            "decision",
        )
    row.from_on, row.until_on = _day(decision["from_on"]), _day(decision["until_on"])
    if row.from_on is None or row.until_on is None or row.until_on < row.from_on:
        raise SubcontractRefused(
            "許諾の終わりの日が始まりの日より前です。", "The permission ends before it begins.", "until_on"
        )
    row.conditions = decision.get("conditions", "")
    return _decided(ctx, row, GRANTED, decision)


def refuse(ctx: Context, case_id: int, decision: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse it; it stays on record beside its reason."""
    return _decided(ctx, _asked(ctx, case_id), REFUSED, decision)


def withdraw(ctx: Context, case_id: int, reason: str) -> None:
    """Take a request back before it is decided; one that was entered stays on record as not permitted."""
    if _contract_of(ctx, case_id) is not None:
        _decided(ctx, _asked(ctx, case_id), REFUSED, {"words": reason})


def open_points(ctx: Context, case_id: int) -> tuple[ChainLink, list[Missing]] | None:
    """The request of a case with what would be missing if it were granted; None before it is entered."""
    row = ctx.session.scalars(select(ChainLink).where(ChainLink.case_id == case_id)).one_or_none()
    return (row, _lacks(ctx, row) if row.state == ASKED else []) if row is not None else None


def _decided(ctx: Context, row: ChainLink, state: str, decision: Mapping[str, Any]) -> dict[str, Any]:
    row.state, row.decided_at, row.decided_by_id = state, ctx.at, ctx.actor.staff_id
    row.decided_words = decision["words"]
    detail = {"link": row.id, "deed": state}
    audit.record(ctx, Tag.SUBCONTRACT_DECIDED, f"contract:{row.contract_id}", row.case_id, detail)
    access.settle(ctx, row.contract_id)
    return {"link": row.id, "granted": state == GRANTED}


def _refuse_entry(ctx: Context, parent: ChainLink, firm: Firm, entry: Mapping[str, Any]) -> None:
    faults = chart_faults((one["number"], one.get("above")) for one in entry["chart"])
    if faults:
        raise SubcontractRefused(*faults[0], "chart")
    if entry["until_on"] < entry["from_on"]:
        raise SubcontractRefused(
            "再委託の終わりの日が始まりの日より前です。日付を確かめてください。",
            "It ends before it begins.",
            "until_on",
        )
    found = chain.read(ctx, parent.contract_id)
    band = found.contract.band
    if not has_room(band, entry["staff_count"] - 1):
        raise SubcontractRefused(
            f"取扱者数{entry['staff_count']}人は、契約の区分「{BANDS[band][1]}」を超えています。"
            "人数を確かめるか、契約の区分を見直してください。",
            f"{entry['staff_count']} persons are more than the contract allows ({BANDS[band][2]}).",
            "staff_count",
        )
    above = found.node(parent.id)
    if firm.id in {one.firm_id for one in (*above.above, above.row)}:
        raise SubcontractRefused(
            f"「{firm.name}」は、この体制の上位にいる事業者です。自社への再委託はできません。",
            f"{firm.name} stands above itself in this chain.",
            "firm_name",
        )


def _lacks(ctx: Context, row: ChainLink) -> list[Missing]:
    """What is missing of a request, apart from the decision that is asked for; the chart itself too (K3)."""
    found = [one for one in missing_of_link(chain.facts_of(row), ctx.today) if one.code not in UNDECIDED]
    seen = select(Attachment.id).where(
        Attachment.case_id == row.case_id,
        Attachment.kind == CHART,
        Attachment.withdrawn_at.is_(None),
        Attachment.scan.in_((CLEAN, UNSCANNED)),
    )
    if ctx.session.scalars(seen.limit(1)).first() is None:
        found.append(Missing("chart_file", "履行体制図の添付", "the organisation chart attached to the case"))
    return found


def _asked(ctx: Context, case_id: int) -> ChainLink:
    """The request of a case, held with its contract."""
    contract_id = _contract_of(ctx, case_id)
    if contract_id is not None:
        register.hold(ctx, contract_id)
    row = _of_case(ctx, case_id)
    if row is None:
        raise NotFound("この申請は見つかりません。", "There is no such request.")
    return row


def _contract_of(ctx: Context, case_id: int) -> int | None:
    return ctx.session.scalars(
        select(ChainLink.contract_id).where(ChainLink.case_id == case_id)
    ).one_or_none()


def _of_case(ctx: Context, case_id: int) -> ChainLink | None:
    statement = select(ChainLink).where(ChainLink.case_id == case_id).with_for_update(of=ChainLink)
    return ctx.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _cloud(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    if not entry["uses_cloud"]:
        return None
    names = ("provider", "mark", "mark_until", "privacy_until", "in_japan", "policy", "shared", "measures")
    return {name: entry.get(f"cloud_{name}") for name in names}


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
