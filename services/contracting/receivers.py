"""Firms that receive a medium with personal data: only while their chain is whole (M26, M27, X15)."""

from __future__ import annotations

from sqlalchemy import select

from models.contractor import ChainLink, Contract, Firm
from rules.contracting import Missing, names_firm
from services.context import Context
from services.contracting import chain, register
from services.contracting.chain import Chain
from services.errors import NotFound, RuleBroken


class ReceiverNotWhole(RuleBroken):
    """Data would go to a firm of whose chain something is missing, or that stands in no chain."""

    code = "receiver_not_whole"


def receivers(ctx: Context) -> list[tuple[int, str]]:
    """The firms that work for the actor's office, each with the number of its contract."""
    rows = ctx.session.scalars(
        select(Contract).where(Contract.office_id == ctx.actor.office_id).order_by(Contract.id)
    ).all()
    return [
        (node.row.id, f"{node.row.firm.name}({one.contract.number})")
        for one in chain.read_all(ctx, rows)
        for node in one.nodes
        if node.row.state == "granted" and not node.ended
    ]


def must_be_whole(ctx: Context, link_id: int) -> None:
    """Hold the contract of a firm and refuse while anything is missing of it or of a firm above it.

    Raises:
        NotFound: no such firm in a contract of the actor's office.
        ReceiverNotWhole: something is missing; each thing is named.
    """
    link = ctx.session.get(ChainLink, link_id)
    if link is None:
        raise NotFound(*chain.UNKNOWN_FIRM)
    register.hold(ctx, link.contract_id)
    told = missing(chain.read(ctx, link.contract_id), link_id)
    if told:
        raise ReceiverNotWhole(
            f"「{link.firm.name}」へは渡せません。体制に欠けているものがあります: "
            f"{'、'.join(f'{firm}の{one.ja}' for firm, one in told)}。委託契約の画面でそろえてください。",
            f"Nothing goes to {link.firm.name}. Missing: "
            f"{'; '.join(f'{one.en} of {firm}' for firm, one in told)}.",
        )


def missing(found: Chain, link_id: int) -> list[tuple[str, Missing]]:
    """What is missing of a firm and of each firm above it, beside the name of each."""
    node = found.node(link_id)
    line = [one for one in found.nodes if one.row in (*node.above, node.row)]
    return [(one.row.firm.name, lack) for one in line for lack in one.missing]


def refuse_hidden(ctx: Context, place: str) -> None:
    """A place within the city names no firm: a firm is chosen, so that its chain is looked at.

    Raises:
        ReceiverNotWhole: a registered firm is named.
    """
    for name in ctx.session.scalars(select(Firm.name).order_by(Firm.id)):
        if names_firm(place, name):
            raise ReceiverNotWhole(
                f"「{name}」は委託先です。「渡す相手」でこの事業者を選んでください。体制がそろっているかを確かめます。",
                f"{name} is a contractor: choose it as the recipient, so that its chain is looked at.",
            )
