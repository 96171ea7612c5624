"""Whose link in the chain lapses loses access the same day (X3, M26, M27).

An account of a contractor is posted until the last day on which its whole chain holds, as it is known now.
After it, or at once where something is missing, it works nowhere: the sweep of leavers takes what it holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from models.audit.tags import Tag
from models.contractor import Contract, ContractWorker
from models.masters import Office, Posting
from services import audit, leavers
from services.context import Context
from services.contracting import chain
from services.contracting.chain import Node, Person
from services.errors import RuleBroken

OFFICE, ROLE = "itaku", "contractor"


def settle_all(ctx: Context) -> int:
    """Look at every contract; how many accounts were changed."""
    statement = select(ContractWorker.contract_id).where(ContractWorker.user_id.is_not(None)).distinct()
    rows = ctx.session.scalars(select(Contract).where(Contract.id.in_(statement)).order_by(Contract.id))
    return sum(_settle_chain(ctx, one) for one in chain.read_all(ctx, rows.all()))


def settle(ctx: Context, contract_id: int) -> int:
    """Bring the accounts of a contract to what its chain allows now; how many were changed."""
    ctx.session.flush()
    return _settle_chain(ctx, chain.read(ctx, contract_id))


def post(ctx: Context, worker_id: int, user_id: int, until: date) -> None:
    """Post a new account for as long as its chain holds."""
    ctx.session.add(
        Posting(
            user_id=user_id,
            staff_number=f"C{worker_id:06}",
            office_id=_office(ctx).id,
            title="委託先",
            from_on=ctx.today,
            until_on=until,
        )
    )
    ctx.session.flush()


def refuse_office(ctx: Context, user_id: int, office_id: int) -> None:
    """A contractor's account is of no office of the city: there, tasks and roles could be lent to it.

    Raises:
        RuleBroken: another office than that of contractors.
    """
    if _person_of(ctx, user_id) is not None and office_id != _office(ctx).id:
        raise RuleBroken(
            "委託先の従事者は、市の課には配属できません。課は「委託先」のままにしてください。",
            "A contractor's worker is posted in no office of the city. Leave it at 委託先 (contractors).",
        )


def refuse_posting(ctx: Context, user_id: int, until: date | None) -> None:
    """Nobody posts a contractor's account beyond what its chain allows, by whatever door.

    Raises:
        RuleBroken: the chain is not whole, or ends before that day.
    """
    found = _person_of(ctx, user_id)
    if found is not None and (found.last_day is None or until is None or until > found.last_day):
        last = f"{found.last_day}まで" if found.last_day else "いまは不可"
        raise RuleBroken(
            f"委託先の従事者の利用です。体制(契約・許諾・誓約・研修)がそろっている期間({last})を超えて"
            "配属できません。委託契約の画面で、欠けているものを確かめてください。",
            "This account is of a contractor; it is posted no longer than its chain holds.",
        )


def refuse_roles(ctx: Context, user_id: int, roles: Iterable[str]) -> None:
    """A contractor's account has no other role, and nobody else has that one.

    Raises:
        RuleBroken: the roles would mix.
    """
    wanted, is_worker = set(roles), _person_of(ctx, user_id) is not None
    if (is_worker and wanted - {ROLE}) or (not is_worker and ROLE in wanted):
        raise RuleBroken(
            "委託先の従事者の利用には「委託先の従事者」だけが付き、ほかの利用には付けられません。"
            "委託契約の画面から利用を申請してください。",
            "The role of a contractor's worker goes with accounts that a contract asked for, and no other.",
        )


def _person_of(ctx: Context, user_id: int) -> Person | None:
    contract_id = chain.contract_of_account(ctx.session, user_id)
    if contract_id is None:
        return None
    persons = (one for node in chain.read(ctx, contract_id).nodes for one in node.persons)
    return next(one for one in persons if one.row.user_id == user_id)


def _settle_chain(ctx: Context, found: chain.Chain) -> int:
    holders = [(node, one) for node in found.nodes for one in node.persons if one.row.user_id is not None]
    return sum(_settle_person(ctx, node, one) for node, one in holders)


def _settle_person(ctx: Context, node: Node, person: Person) -> bool:
    """End every posting of the account where its chain ends; nothing opens one again by itself."""
    yesterday = ctx.today - timedelta(days=1)
    until = person.last_day or yesterday
    postings = ctx.session.scalars(select(Posting).where(Posting.user_id == person.row.user_id)).all()
    changed = False
    for one in postings:
        opens_later = one.until_on is not None and one.until_on < until and person.last_day is not None
        if one.until_on is None or one.until_on > until or (opens_later and one.until_on >= ctx.today):
            one.until_on, changed = until, True
    if changed:
        ctx.session.flush()
        codes = [one.code for one in (*person.missing, *node.missing)]
        detail = {"worker": person.row.id, "until": until.isoformat(), "missing": codes}
        audit.record(ctx, Tag.CONTRACT_ACCESS, f"account:{person.row.user_id}", detail=detail)
    if changed and person.last_day is None and person.row.user_id is not None:
        leavers.leave(ctx, person.row.user_id)
    return changed


def _office(ctx: Context) -> Office:
    """The office of contractors: none of the city's, so that nothing of a real one is theirs."""
    found = ctx.session.scalars(select(Office).where(Office.code == OFFICE)).one_or_none()
    if found is None:
        found = Office(code=OFFICE, name="委託先", name_en="Contractors", active=True)
        ctx.session.add(found)
        ctx.session.flush()
        audit.record(ctx, Tag.MASTER_CHANGED, f"office:{found.id}", detail={"kind": "added"})
    return found
