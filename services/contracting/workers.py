"""Persons of a firm: named, with what the office has seen of each; an account only within a whole chain (X3).

An account takes two: one asks, another one grants. Both are refused, by name, while anything is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select

from models.audit.tags import Tag
from models.contractor import Contract, ContractWorker, WorkerCheck
from models.staff import User
from rules.contracting import BANDS, has_room, same_firm
from services import accounts, audit, two_people
from services.account_names import normal_name
from services.context import Actor, Context
from services.contracting import access, chain, register
from services.contracting.chain import Chain, Node, Person
from services.contracting.register import CHIEF, CLERK
from services.counts import Wanted
from services.errors import NotFound, RuleBroken, SomebodyElseWasFaster

EVIDENCE = {
    "insurance": ("健康保険の資格情報(事業所名の記載)", "Health insurance paper naming the firm"),
    "pension": ("社会保険の標準報酬決定通知書", "Notice of standard remuneration"),
    "employment": ("雇用保険の資格取得確認通知書", "Employment insurance notice"),
    "contract": ("雇用契約書・労働条件通知書", "Employment contract"),
}


UNKNOWN = ("この従事者は、この契約にはいません。", "This worker is not in this contract.")


class ChainNotWhole(RuleBroken):
    """Something is missing of the person or of a firm above him, so that he gets no account."""

    code = "chain_not_whole"


class WrongEmployer(ChainNotWhole):
    """The evidence names another employer than the firm that named the person as its own."""

    code = "wrong_employer"


class HeadcountFull(RuleBroken):
    """The band of the contract has no room for one more (N05)."""

    code = "headcount_full"


@dataclass(frozen=True)
class Facts:
    """What is typed of a worker; each may be left open and added later."""

    last_name: str
    first_name: str
    employer: str = ""
    evidence: str = ""
    evidence_on: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    place: str = ""
    badge: str = ""
    pledged_until: date | None = None


def add(ctx: Context, contract_id: int, link_id: int, facts: Facts) -> ContractWorker:
    """Name a worker of a firm.

    Raises:
        NotFound: no such contract in the actor's office, or the firm is not in its chain.
        HeadcountFull: the band of the contract has no room.
        RuleBroken: no name, an unknown evidence, or a day that lies ahead.
    """
    register.hold(ctx, contract_id)
    found = chain.read(ctx, contract_id)
    node = found.node(link_id)
    if not has_room(found.contract.band, found.active):
        band = BANDS[found.contract.band]
        raise HeadcountFull(
            f"この契約の取扱者数は「{band[1]}」で、すでに{found.active}人が登録されています。"
            "従事を終えた人を終了にするか、契約の区分を見直してください。",
            f"The contract allows {band[2]} persons; {found.active} are named already.",
        )
    row = ContractWorker(
        contract_id=contract_id, link_id=node.row.id, added_at=ctx.at, added_by_id=ctx.actor.staff_id
    )
    _put(ctx, row, facts)
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(
        ctx, Tag.CONTRACT_CHANGED, f"contract:{contract_id}", detail={"deed": "worker", "worker": row.id}
    )
    return row


def change(ctx: Context, contract_id: int, worker_id: int, facts: Facts) -> ContractWorker:
    """Put down what was seen since; an account follows at once.

    Raises:
        NotFound, RuleBroken: as for `add`, or another name is given to somebody who has an account.
    """
    row = locked(ctx, contract_id, worker_id)
    _refuse_another_person(row, facts)
    _put(ctx, row, facts)
    detail = {"deed": "worker_changed", "worker": row.id}
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{row.contract_id}", detail=detail)
    access.settle(ctx, row.contract_id)
    return row


def leave(ctx: Context, contract_id: int, worker_id: int, left_on: date) -> ContractWorker:
    """Say that somebody does not work there from a day on.

    Raises:
        NotFound: there is no such worker of a contract in the actor's office.
        SomebodyElseWasFaster: he has left already.
    """
    row = locked(ctx, contract_id, worker_id)
    if row.left_on is not None and row.left_on <= ctx.today:
        raise SomebodyElseWasFaster("この従事者は、すでに従事を終えています。", "He has left already.")
    row.left_on = left_on
    detail = {"deed": "worker_left", "worker": row.id}
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{row.contract_id}", detail=detail)
    access.settle(ctx, row.contract_id)
    return row


def ask_account(ctx: Context, contract_id: int, worker_id: int, username: str) -> ContractWorker:
    """Ask for an account for a worker; another one grants it.

    Raises:
        NotFound: there is no such worker of a contract in the actor's office.
        WrongEmployer, ChainNotWhole: something is missing; each thing is named.
        RuleBroken: no name for the account, or it is taken.
        SomebodyElseWasFaster: he has one, or it was asked for already.
    """
    row = locked(ctx, contract_id, worker_id)
    _refuse_known(row)
    _must_be_whole(*_at(ctx, row))
    name = normal_name(username)
    if not name or ctx.session.scalars(select(User.id).where(User.username == name)).first() is not None:
        raise RuleBroken(
            "利用者名が空か、すでに使われています。別の名前を入力してください。",
            "The account name is empty or taken.",
        )
    row.username, row.account_asked_at, row.account_asked_by_id = name, ctx.at, ctx.actor.staff_id
    _told(ctx, row, "account_asked")
    return row


def grant_account(ctx: Context, contract_id: int, worker_id: int) -> User:
    """Open the account that another one asked for; it opens the one contract, until its chain lapses.

    Raises:
        NotFound: there is no such worker of a contract in the actor's office.
        NotAllowed: the actor is no section chief, or it was he who asked.
        WrongEmployer, ChainNotWhole: something is missing by now; each thing is named.
        SomebodyElseWasFaster: nobody asks for one, or he has one.
    """
    row = locked(ctx, contract_id, worker_id)
    two_people.must_have_any(
        ctx, frozenset({CHIEF}), "利用を承認できるのは課長です。", "Only the section chief grants an account."
    )
    two_people.must_not_be_borrowed(ctx, CHIEF)
    two_people.must_be_somebody_else(ctx, [row.account_asked_by_id, row.added_by_id])
    if row.account_asked_at is None or row.user_id is not None:
        raise SomebodyElseWasFaster("この利用の申請は、もう決まっています。", "This was decided already.")
    last_day = _must_be_whole(*_at(ctx, row))
    user = accounts.add_account(
        ctx,
        {
            "username": row.username,
            "last_name": row.last_name,
            "first_name": row.first_name,
            "email": f"{row.username}@contractor.invalid",
        },
    )
    accounts.put_rights(ctx, user, [access.ROLE])
    row.user_id = user.id
    access.post(ctx, row.id, user.id, last_day)
    _told(ctx, row, "account_granted")
    return user


def refuse_account(ctx: Context, contract_id: int, worker_id: int, reason: str) -> ContractWorker:
    """Take a request for an account off the table, with a reason.

    Raises:
        NotFound: there is no such worker of a contract in the actor's office.
        SomebodyElseWasFaster: nobody asks for one.
        RuleBroken: no reason.
    """
    row = locked(ctx, contract_id, worker_id)
    two_people.reason_of(reason)
    if row.account_asked_at is None or row.user_id is not None:
        raise SomebodyElseWasFaster("この利用の申請は、もう決まっています。", "This was decided already.")
    row.username, row.account_asked_at, row.account_asked_by_id = "", None, None
    _told(ctx, row, "account_refused")
    return row


def locked(ctx: Context, contract_id: int, worker_id: int) -> ContractWorker:
    """A worker of a contract, held with it for this deed.

    Raises:
        NotFound: no such contract in the actor's office, or no such worker of it.
    """
    register.hold(ctx, contract_id)
    row = ctx.session.get(ContractWorker, worker_id, with_for_update=True, populate_existing=True)
    if row is None or row.contract_id != contract_id:
        raise NotFound(*UNKNOWN)
    return row


def _at(ctx: Context, row: ContractWorker) -> tuple[Chain, Node, Person]:
    found = chain.read(ctx, row.contract_id)
    return found, *find(found, row.id)


def _must_be_whole(found: Chain, node: Node, person: Person) -> date:
    """The last day on which all holds. Refused by name: another employer first, then each missing thing."""
    name = f"{person.row.last_name} {person.row.first_name}"
    if person.row.evidence_on is not None and not same_firm(node.row.firm.name, person.row.employer):
        known = any(same_firm(one.row.firm.name, person.row.employer) for one in found.nodes)
        where_ja = "同じ契約の別の事業者" if known else "許諾された体制にない事業者"
        where_en = "another firm of this contract" if known else "a firm outside the permitted chain"
        raise WrongEmployer(
            f"{name}さんには利用者を登録できません。「{node.row.firm.name}」の従事者と申告されていますが、"
            f"証拠書類の雇用主は「{person.row.employer}」({where_ja})です。事業者に説明を求めてください。",
            f"{name} gets no account: named by {node.row.firm.name}, employed by {person.row.employer}, "
            f"{where_en}.",
        )
    above = [one for one in found.nodes if one.row in (*node.above, node.row)]
    told = [(one.ja, one.en) for one in person.missing]
    told += [
        (f"{one.row.firm.name}の{lack.ja}", f"{lack.en} of {one.row.firm.name}")
        for one in above
        for lack in one.missing
    ]
    if told or person.last_day is None:
        raise ChainNotWhole(
            f"{name}さんには利用者を登録できません。"
            f"次のものが欠けています: {'、'.join(ja for ja, _ in told)}。"
            "そろえてから申請してください。",
            f"{name} gets no account. Missing: {'; '.join(en for _, en in told)}.",
        )
    return person.last_day


def _refuse_another_person(row: ContractWorker, facts: Facts) -> None:
    """An account is of one person: another name would hand it to somebody else (L1)."""
    named = (facts.last_name.strip()[:60], facts.first_name.strip()[:60])
    if row.account_asked_at is not None and named != (row.last_name, row.first_name):
        raise RuleBroken(
            "利用を申請した従事者の氏名は変えられません。別の人は、従事者として新たに登録してください。",
            "The name of somebody with an account stays. Name another person as a worker of his own.",
        )


def _refuse_known(row: ContractWorker) -> None:
    if row.user_id is not None or row.account_asked_at is not None:
        raise SomebodyElseWasFaster(
            "この従事者の利用は、すでに申請されているか登録されています。", "It was asked for already."
        )


def _put(ctx: Context, row: ContractWorker, facts: Facts) -> None:
    if not facts.last_name.strip() or not facts.first_name.strip():
        raise RuleBroken("従事者の氏名を入力してください。", "Give the name of the worker.")
    if facts.evidence and facts.evidence not in EVIDENCE:
        raise RuleBroken("雇用主の証拠書類を選んでください。", "Choose the evidence of the employer.")
    days = (facts.evidence_on, facts.pledged_on, facts.trained_on)
    if any(day is not None and day > ctx.today for day in days):
        raise RuleBroken(
            "証拠書類・誓約書・研修の日に、先の日付は入れられません。",
            "Evidence, pledge and training cannot lie ahead.",
        )
    if facts.pledged_until is not None and (facts.pledged_on or facts.pledged_until) >= facts.pledged_until:
        raise RuleBroken(
            "誓約書の有効期限は、誓約の日より後の日にしてください。期限の定めがないときは空欄にします。",
            "A pledge ends after its day; leave the end empty where it names none.",
        )
    if bool(facts.evidence_on) != bool(facts.evidence and facts.employer.strip()):
        raise RuleBroken(
            "雇用主は、証拠書類の種類・書類に記載された事業者名・確認した日の3つをそろえて入力してください。",
            "Give the evidence, the employer that it names, and the day on which it was seen, all three.",
        )
    row.last_name, row.first_name = facts.last_name.strip()[:60], facts.first_name.strip()[:60]
    row.employer, row.evidence, row.evidence_on = (
        facts.employer.strip()[:100],
        facts.evidence,
        facts.evidence_on,
    )
    row.pledged_on, row.pledged_until, row.trained_on = (
        facts.pledged_on,
        facts.pledged_until,
        facts.trained_on,
    )
    row.place, row.badge = facts.place.strip()[:100], facts.badge.strip()[:40]


def _told(ctx: Context, row: ContractWorker, deed: str) -> None:
    detail = {"deed": deed, "worker": row.id}
    audit.record(ctx, Tag.CONTRACT_CHANGED, f"contract:{row.contract_id}", detail=detail)


def find(found: Chain, worker_id: int) -> tuple[Node, Person]:
    """A worker of a chain with his firm.

    Raises:
        NotFound: he is none of this contract.
    """
    for node in found.nodes:
        for person in node.persons:
            if person.row.id == worker_id:
                return node, person
    raise NotFound(*UNKNOWN)


def to_count(actor: Actor, today: date) -> Wanted:
    """How much waits in the actor's office: accounts to be granted; checks to be judged and followed up."""
    if not actor.own_roles & {CHIEF, CLERK}:
        return {}
    here = (
        select(func.count()).join_from(ContractWorker, Contract).where(Contract.office_id == actor.office_id)
    )
    if CHIEF in actor.own_roles:
        waiting = here.where(ContractWorker.account_asked_at.is_not(None), ContractWorker.user_id.is_(None))
    else:
        late = and_(WorkerCheck.due_on < today, WorkerCheck.done_at.is_(None))
        waiting = here.join(WorkerCheck).where(or_(WorkerCheck.outcome == "", late))
    return {"contracts": waiting}
