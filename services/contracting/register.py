"""Firms and contracts: entering them, the checklist of clauses, ending one before its time (K2, M26)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from models.audit.tags import Tag
from models.contractor import GRANTED, REVOKED, ChainLink, Contract, Firm
from rules.contracting import BANDS, CONTRACT_CLAUSES, SUB_CLAUSES, plain_firm
from services import audit, two_people
from services.context import Context
from services.contracting import access, chain
from services.contracting.chain import Chain
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster

CLERK, CHIEF, AUDITOR = "contract_clerk", "section_chief", "auditor"
LONGEST_PLACE = 40


@dataclass(frozen=True)
class NewContract:
    """What is typed of a contract: its firm, term, band, and whether parts of it may be passed on (N06)."""

    number: str
    title: str
    firm: str
    corporate_number: str
    address: str
    from_on: date
    until_on: date
    band: str
    may_subcontract: bool
    scope: str


def list_all(ctx: Context) -> list[Chain]:
    """The contracts of the actor's office (an auditor: all), the newest first; looking is on record."""
    statement = select(Contract).order_by(Contract.id.desc())
    if AUDITOR not in ctx.actor.own_roles:
        statement = statement.where(Contract.office_id == ctx.actor.office_id)
    rows = ctx.session.scalars(statement).all()
    audit.listed(ctx, "contracts", len(rows))
    return chain.read_all(ctx, rows)


def read(ctx: Context, contract_id: int) -> Chain:
    """One contract; looking is on record.

    Raises:
        NotFound: there is none in the actor's office; an auditor sees those of every office.
    """
    found = chain.read(ctx, contract_id)
    if AUDITOR not in ctx.actor.own_roles:
        _refuse_elsewhere(ctx, found.contract)
    return _looked_at(ctx, found)


def read_own(ctx: Context) -> Chain:
    """The contract of a contractor's own account, and no other.

    He sees the persons of his own firm and of the firms below it; of the others only the firms.

    Raises:
        NotFound: the account is none of a contractor's.
    """
    contract_id = chain.contract_of_account(ctx.session, ctx.actor.staff_id)
    if contract_id is None:
        raise NotFound("この利用者の契約は登録されていません。", "This account belongs to no contract.")
    found = chain.read(ctx, contract_id)
    account = ctx.actor.staff_id
    own = next(node for node in found.nodes if any(one.row.user_id == account for one in node.persons))
    nodes = [
        node if node is own or own.row in node.above else replace(node, persons=()) for node in found.nodes
    ]
    return _looked_at(ctx, replace(found, nodes=nodes))


def add(ctx: Context, new: NewContract) -> Contract:
    """Enter a contract with its firm; no clause is seen yet, so that nobody of it gets an account.

    Raises:
        RuleBroken: something is missing, the term is turned round, or the number is there already.
    """
    _check(ctx, new)
    firm = find_or_add_firm(ctx, new.firm, new.address, new.corporate_number)
    row = Contract(
        number=new.number.strip(),
        title=new.title.strip(),
        office_id=ctx.actor.office_id,
        band=new.band,
        may_subcontract=new.may_subcontract,
        added_at=ctx.at,
        added_by_id=ctx.actor.staff_id,
    )
    ctx.session.add(row)
    ctx.session.flush()
    ctx.session.add(
        ChainLink(
            contract_id=row.id,
            firm_id=firm.id,
            state=GRANTED,
            from_on=new.from_on,
            until_on=new.until_on,
            scope=new.scope.strip(),
            clauses={},
            chart=[],
            entered_at=ctx.at,
            entered_by_id=ctx.actor.staff_id,
        )
    )
    ctx.session.flush()
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{row.id}", detail={"deed": "added", "band": new.band})
    return row


def see_clauses(ctx: Context, contract_id: int, link_id: int, places: Mapping[str, str]) -> ChainLink:
    """Put down where each clause stands in the agreement; an empty place takes a clause away again.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
        RuleBroken: a place is too long.
    """
    link = locked(ctx, contract_id, link_id)
    wanted = CONTRACT_CLAUSES if link.parent_id is None else SUB_CLAUSES
    told = {code: " ".join(places.get(code, "").split()) for code in wanted}
    if any(len(place) > LONGEST_PLACE for place in told.values()):
        raise RuleBroken(
            f"条項の場所は{LONGEST_PLACE}字までです(例: 第12条第2項)。",
            f"A place has up to {LONGEST_PLACE} signs, e.g. art. 12.",
        )
    link.clauses = {code: place for code, place in told.items() if place}
    detail = {"deed": "clauses", "link": link.id, "clauses": sorted(link.clauses)}
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{link.contract_id}", detail=detail)
    access.settle(ctx, link.contract_id)
    return link


def end_link(ctx: Context, contract_id: int, link_id: int, reason: str) -> ChainLink:
    """Revoke a permission, or end the whole contract, from today on; accounts below it close at once.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
        NotAllowed: the actor is no section chief.
        SomebodyElseWasFaster: it is not in force.
        RuleBroken: no reason.
    """
    link = locked(ctx, contract_id, link_id)
    two_people.must_have_any(
        ctx,
        frozenset({CHIEF}),
        "許諾や契約を取り消せるのは課長です。",
        "Only the section chief revokes.",
    )
    if link.state != GRANTED:
        raise SomebodyElseWasFaster("この許諾は、いま有効ではありません。", "It is not in force.")
    link.ended_words = two_people.reason_of(reason)
    link.state, link.ended_on, link.ended_by_id = REVOKED, ctx.today, ctx.actor.staff_id
    detail = {"deed": "revoked", "link": link.id}
    audit.record(ctx, Tag.SUBCONTRACT_DECIDED, f"contract:{link.contract_id}", detail=detail)
    access.settle(ctx, link.contract_id)
    return link


def find_or_add_firm(ctx: Context, name: str, address: str, corporate_number: str = "") -> Firm:
    """A firm by its name as it is compared; the address is the one told last."""
    plain = plain_firm(name)
    firm = ctx.session.scalars(select(Firm).where(Firm.plain_name == plain)).one_or_none()
    if firm is None:
        firm = Firm(
            name=" ".join(name.split()),
            plain_name=plain,
            added_at=ctx.at,
            added_by_id=ctx.actor.staff_id,
        )
        ctx.session.add(firm)
    firm.address = address.strip() or firm.address
    firm.corporate_number = corporate_number.strip() or firm.corporate_number
    ctx.session.flush()
    return firm


def hold(ctx: Context, contract_id: int) -> Contract:
    """A contract of the actor's office for one deed: who changes its chain waits here for the one before.

    So no account is granted while its chain is revoked, and no two persons take the last place of the band.

    Raises:
        NotFound: there is none in the actor's office.
    """
    row = ctx.session.get(Contract, contract_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(*chain.UNKNOWN)
    _refuse_elsewhere(ctx, row)
    return row


def locked(ctx: Context, contract_id: int, link_id: int) -> ChainLink:
    """A firm of a contract, held with it for this deed.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
    """
    hold(ctx, contract_id)
    row = ctx.session.get(ChainLink, link_id, with_for_update={"of": ChainLink}, populate_existing=True)
    if row is None or row.contract_id != contract_id:
        raise NotFound(*chain.UNKNOWN_FIRM)
    return row


def _refuse_elsewhere(ctx: Context, contract: Contract) -> None:
    if contract.office_id != ctx.actor.office_id:
        raise NotFound(*chain.UNKNOWN)


def _looked_at(ctx: Context, found: Chain) -> Chain:
    audit.record(ctx, Tag.CONTRACT_READ, f"contract:{found.contract.id}")
    return found


def _check(ctx: Context, new: NewContract) -> None:
    if ctx.actor.office_id is None:
        raise NotAllowed("配属のある職員が登録してください。", "Somebody of an office must enter it.")
    if not all((new.number.strip(), new.title.strip(), new.firm.strip(), new.scope.strip())):
        raise RuleBroken(
            "契約番号・件名・契約の相手方・業務の範囲を入力してください。",
            "Give the number, the title, the firm and the scope.",
        )
    if new.band not in BANDS:
        raise RuleBroken("取扱者数の区分を選んでください。", "Choose the band of headcount.")
    if new.until_on < new.from_on:
        raise RuleBroken(
            "契約の終わりの日が始まりの日より前です。日付を確かめてください。",
            "The contract ends before it begins.",
        )
    if ctx.session.scalars(select(Contract.id).where(Contract.number == new.number.strip())).first():
        raise RuleBroken(
            "この契約番号はすでに登録されています。一覧から開いてください。",
            "There is a contract of this number already.",
        )
