"""The chain of a contract as it stands on a day: each firm and person, and what is missing of each (X3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.contractor import ChainLink, Contract, ContractWorker
from rules.contracting import Cloud, Link, Missing, Worker, last_whole_day, missing_of_link, missing_of_worker
from services.context import Context
from services.errors import NotFound
from services.statute import law_on

TRAINING = "municipal/contracting/training_months"
UNKNOWN = ("この契約は登録されていません。", "There is no such contract.")
UNKNOWN_FIRM = ("この事業者は、この契約にはありません。", "This firm is not in this contract.")


@dataclass(frozen=True)
class Person:
    """A worker with what is missing of himself, and the last day on which he may open anything.

    `gone`: he has left by this day. Who leaves on a day to come works until then and counts.
    """

    row: ContractWorker
    missing: tuple[Missing, ...]
    last_day: date | None
    gone: bool = False


@dataclass(frozen=True)
class Node:
    """A firm at its place. `red`: something is missing of it or of a firm above it."""

    row: ChainLink
    depth: int
    missing: tuple[Missing, ...]
    red: bool
    above: tuple[ChainLink, ...]
    persons: Sequence[Person] = field(default_factory=tuple)
    ended: bool = False

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do about it: refused, or ended with a certificate."""
        return self.row.state == "refused" or (self.ended and self.row.handed_back_on is not None)


@dataclass(frozen=True)
class Chain:
    """A contract with its firms, each below the one that it works for."""

    contract: Contract
    nodes: Sequence[Node]

    @property
    def prime(self) -> Node:
        return self.nodes[0]

    @property
    def named(self) -> int:
        """How many persons were ever named."""
        return sum(len(node.persons) for node in self.nodes)

    @property
    def active(self) -> int:
        """How many persons are named and have not left: what the band of the contract limits."""
        return sum(not one.gone for node in self.nodes for one in node.persons)

    @property
    def faults(self) -> int:
        """How many things are missing in the chain; of a firm that is closed nothing is."""
        firms = [node for node in self.nodes if not node.closed]
        return sum(len(node.missing) for node in firms) + sum(
            len(one.missing) for node in firms for one in node.persons if not one.gone
        )

    def node(self, link_id: int) -> Node:
        """A firm of the chain.

        Raises:
            NotFound: it is none of this contract.
        """
        for one in self.nodes:
            if one.row.id == link_id:
                return one
        raise NotFound(*UNKNOWN_FIRM)


def read(ctx: Context, contract_id: int) -> Chain:
    """A contract with its chain, of whatever office: who may see it is asked in `register`.

    Raises:
        NotFound: there is no such contract.
    """
    contract = ctx.session.get(Contract, contract_id)
    if contract is None:
        raise NotFound(*UNKNOWN)
    return read_all(ctx, [contract])[0]


def read_all(ctx: Context, contracts: Sequence[Contract]) -> list[Chain]:
    """Several contracts with their chains: two statements."""
    ids = [one.id for one in contracts]
    links: dict[int, list[ChainLink]] = {one: [] for one in ids}
    workers: dict[int, list[ContractWorker]] = {}
    for link in ctx.session.scalars(
        select(ChainLink).where(ChainLink.contract_id.in_(ids)).order_by(ChainLink.id)
    ):
        links[link.contract_id].append(link)
    for worker in ctx.session.scalars(
        select(ContractWorker).where(ContractWorker.contract_id.in_(ids)).order_by(ContractWorker.id)
    ):
        workers.setdefault(worker.link_id, []).append(worker)
    months = law_on(ctx.today).integer(TRAINING)
    return [Chain(one, _nodes(links[one.id], workers, ctx.today, months)) for one in contracts]


def facts_of(row: ChainLink) -> Link:
    """A link as the rules see it."""
    return Link(
        is_prime=row.parent_id is None,
        state=row.state,
        from_on=row.from_on,
        until_on=row.until_on,
        clauses=frozenset(code for code, place in row.clauses.items() if place),
        secrecy_on=row.secrecy_on,
        chart=bool(row.chart),
        cloud=cloud_of(row.cloud),
        ended_on=row.ended_on,
    )


def cloud_of(told: Mapping[str, Any] | None) -> Cloud | None:
    """What was shown of a cloud, from how it is kept."""
    if told is None:
        return None
    return Cloud(
        mark=str(told.get("mark", "")),
        mark_until=_day(told.get("mark_until")),
        privacy_until=_day(told.get("privacy_until")),
        in_japan=bool(told.get("in_japan")),
        policy=bool(told.get("policy")),
        shared=bool(told.get("shared")),
    )


def worker_facts(row: ContractWorker, firm: str) -> Worker:
    """A worker as the rules see him; `firm` is the one that named him."""
    return Worker(
        firm, row.employer, row.evidence_on, row.pledged_on, row.trained_on, row.left_on, row.pledged_until
    )


def contract_of_account(session: Session, user_id: int | None) -> int | None:
    """The contract of a contractor's account; None for all others."""
    statement = select(ContractWorker.contract_id).where(ContractWorker.user_id == user_id)
    return session.scalars(statement).one_or_none() if user_id is not None else None


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def _nodes(
    links: Sequence[ChainLink], workers: Mapping[int, Sequence[ContractWorker]], day: date, months: int
) -> list[Node]:
    """In the order of the tree, each firm followed by those below it."""
    below: dict[int | None, list[ChainLink]] = {}
    for link in links:
        below.setdefault(link.parent_id, []).append(link)
    found: list[Node] = []
    waiting: list[tuple[ChainLink, tuple[ChainLink, ...], bool]]
    waiting = [(link, (), False) for link in reversed(below.get(None, []))]
    while waiting:
        link, above, red = waiting.pop()
        missing = missing_of_link(facts_of(link), day)
        is_red = red or bool(missing)
        persons = tuple(_person(row, link, above, day, months) for row in workers.get(link.id, ()))
        found.append(Node(link, len(above), missing, is_red, above, persons, _has_ended(link, day)))
        waiting += [(one, (*above, link), is_red) for one in reversed(below.get(link.id, []))]
    return found


def _person(
    row: ContractWorker, link: ChainLink, above: Sequence[ChainLink], day: date, months: int
) -> Person:
    facts = worker_facts(row, link.firm.name)
    last = last_whole_day([facts_of(one) for one in (*above, link)], facts, day, months)
    gone = row.left_on is not None and row.left_on <= day
    return Person(row, missing_of_worker(facts, day, months), last, gone)


def _has_ended(link: ChainLink, day: date) -> bool:
    """Whether its work is over, so that its data go back (M28)."""
    over = link.until_on is not None and link.until_on < day
    stopped = link.ended_on is not None and link.ended_on <= day
    return link.state in {"granted", "revoked"} and (over or stopped)
