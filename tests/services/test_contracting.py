"""Contractors: no account outside a whole chain, and who lapses loses it that day (K2, X3)."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.contractor import GRANTED, ChainLink, ContractWorker, Firm
from models.masters import Posting
from models.notice import Notice
from models.sign_in import UserSession
from models.staff import User, find_posting
from portal.security.roles import BOOK
from rules.contracting import CONTRACT_CLAUSES
from services import counts, masters, right_requests
from services.context import SYSTEM, Context
from services.contracting import access, chain, checks, ending, register, subcontracting, workers
from services.errors import NotAllowed, NotFound, RuleBroken, SomebodyElseWasFaster
from services.masters import MASTERS, ValueRefused
from tests.factories.audit import told
from tests.factories.contracts import FIRM, Contracting, contracting, new_contract, whole
from tests.factories.staff import a_role, employ


@pytest.fixture
def office(ctx: Context) -> Contracting:
    ctx.session.add_all([a_role(ctx.session, "contractor"), a_role(ctx.session, "counter")])
    ctx.session.flush()
    return contracting(ctx)


def test_a_contract_with_six_of_its_clauses_opens_no_account(office: Contracting) -> None:
    worker = office.worker()
    places = register.locked(office.by(office.clerk), office.contract_id, office.prime_id).clauses
    register.see_clauses(
        office.by(office.clerk), office.contract_id, office.prime_id, places | {"no_copying": ""}
    )
    with pytest.raises(workers.ChainNotWhole, match="複写・複製の禁止"):
        workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")


def test_whoever_is_employed_elsewhere_is_refused_by_name(office: Contracting) -> None:
    worker = office.worker(last_name="別人", first_name="五郎", employer="派遣ひながた株式会社")
    with pytest.raises(workers.WrongEmployer) as refused:
        workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")
    assert "別人 五郎" in refused.value.message_ja
    assert FIRM in refused.value.message_ja
    assert "派遣ひながた株式会社" in refused.value.message_ja


def test_an_account_takes_two_and_opens_until_the_first_thing_runs_out(office: Contracting) -> None:
    worker = office.worker()
    workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")
    with pytest.raises(NotAllowed):
        workers.grant_account(office.by(office.clerk), office.contract_id, worker)
    user = workers.grant_account(office.by(office.chief), office.contract_id, worker)
    posting = find_posting(office.ctx.session, user.id, office.ctx.today)
    assert [role.name for role in user.roles] == ["contractor"]
    assert posting is not None
    assert posting.until_on == office.ctx.today + timedelta(days=200), "the end of the contract"


def test_the_tenth_worker_of_under_ten_is_refused(office: Contracting) -> None:
    for number in range(9):
        office.worker(badge=str(number))
    with pytest.raises(workers.HeadcountFull, match="10人未満"):
        office.worker()


@pytest.mark.parametrize(
    "lapse",
    [
        lambda office, worker: workers.change(
            office.by(office.clerk), office.contract_id, worker, whole_without(office, "pledged_on")
        ),
        lambda office, worker: workers.change(
            office.by(office.clerk), office.contract_id, worker, whole_without(office, "trained_on")
        ),
        lambda office, worker: workers.change(
            office.by(office.clerk),
            office.contract_id,
            worker,
            replace(whole(office.ctx), pledged_until=office.ctx.today - timedelta(days=1)),
        ),
        lambda office, worker: register.end_link(
            office.by(office.chief), office.contract_id, office.prime_id, "契約の解除"
        ),
        lambda office, worker: register.see_clauses(
            office.by(office.clerk), office.contract_id, office.prime_id, {}
        ),
        lambda office, worker: workers.leave(
            office.by(office.clerk), office.contract_id, worker, office.ctx.today
        ),
    ],
    ids=["pledge", "training", "pledge that ran out", "contract", "clauses", "left"],
)
def test_whoever_lapses_loses_access_at_once(office: Contracting, lapse) -> None:
    worker = office.worker()
    user_id = office.account(worker)
    at = office.ctx.at
    signed_in = UserSession(
        token_hash=b"t" * 32,
        user_id=user_id,
        stage="full",
        created_at=at,
        seen_at=at,
        proved_at=at,
        terminal=b"t",
    )
    office.ctx.session.add(signed_in)
    office.ctx.session.flush()
    assert find_posting(office.ctx.session, user_id, office.ctx.today) is not None
    lapse(office, worker)
    office.ctx.session.refresh(signed_in)
    assert signed_in.ended_at is not None
    assert find_posting(office.ctx.session, user_id, office.ctx.today) is None
    assert told(office.ctx.session, "contract:access")


def whole_without(office: Contracting, name: str) -> workers.Facts:
    facts = whole(office.ctx)
    return workers.Facts(**{**facts.__dict__, name: None})


def test_what_runs_out_by_itself_closes_without_anybody(office: Contracting) -> None:
    trained = office.ctx.today - timedelta(days=360)
    user_id = office.account(office.worker(trained_on=trained))
    last = chain.read(office.by(office.clerk), office.contract_id).prime.persons[0].last_day
    assert last is not None
    assert find_posting(office.ctx.session, user_id, last) is not None
    assert find_posting(office.ctx.session, user_id, last + timedelta(days=1)) is None


def test_a_posting_by_another_door_does_not_outlive_the_chain(office: Contracting) -> None:
    user_id = office.account(office.worker())
    keeper = office.by(employ(office.ctx.session, "administrator"))
    posting = office.ctx.session.scalars(select(Posting).where(Posting.user_id == user_id)).one()
    values = {
        name: getattr(posting, name) for name in ("user_id", "staff_number", "office_id", "title", "from_on")
    }
    with pytest.raises(ValueRefused):
        masters.change(keeper, MASTERS["posting"], posting.id, {**values, "until_on": None})
    last = posting.until_on
    with pytest.raises(ValueRefused, match="市の課には配属できません"):
        masters.change(
            keeper,
            MASTERS["posting"],
            posting.id,
            {**values, "office_id": office.clerk.office_id, "until_on": last},
        )
    assert office.ctx.session.get_one(Posting, posting.id).office_id != office.clerk.office_id
    posting.until_on = None
    office.ctx.session.flush()
    assert access.settle_all(office.by(SYSTEM)) == 1, "the daily look mends what came another way"
    assert posting.until_on == office.ctx.today + timedelta(days=200)


def test_a_contractor_gets_no_other_role_and_nobody_else_that_one(office: Contracting) -> None:
    user_id = office.account(office.worker())
    keeper = office.by(employ(office.ctx.session, "administrator"))
    other = employ(office.ctx.session, "counter", "s-other")
    for account, roles in ((user_id, ["counter"]), (other.staff_id, ["contractor"])):
        with pytest.raises(RuleBroken):
            right_requests.ask_for_account(keeper, BOOK, account or 0, roles, "必要")


def test_a_contractor_sees_his_own_contract_and_no_other(office: Contracting) -> None:
    user_id = office.account(office.worker())
    register.add(office.by(office.clerk), new_contract(office.ctx, number="R8-2", firm="別の株式会社"))
    user = office.ctx.session.get_one(User, user_id)
    own = employ_as(office, user)
    assert register.read_own(own).contract.id == office.contract_id
    with pytest.raises(NotFound):
        register.read_own(office.by(office.clerk))


def test_a_contractor_sees_the_persons_of_his_firm_and_below_and_none_of_those_above(
    office: Contracting,
) -> None:
    above, session = office.account(office.worker()), office.ctx.session
    prime = session.get_one(ChainLink, office.prime_id)
    below = ChainLink(
        contract_id=office.contract_id,
        parent_id=prime.id,
        firm=Firm(name="再委託株式会社", plain_name="再委託", added_at=office.ctx.at),
        state=GRANTED,
        from_on=prime.from_on,
        until_on=prime.until_on,
        clauses={},
        chart=[],
        entered_at=office.ctx.at,
    )
    session.add(below)
    session.flush()
    worker_id = office.worker(link_id=below.id, last_name="下請", employer="再委託株式会社")
    user = employ(session, "counter", "s-below")
    session.get_one(ContractWorker, worker_id).user_id = user.staff_id
    session.flush()
    seen = [
        [[one.row.last_name for one in node.persons] for node in register.read_own(own).nodes]
        for own in (employ_as(office, session.get_one(User, above)), office.by(user))
    ]
    assert seen == [[["業者"], ["下請"]], [[], ["下請"]]]


def employ_as(office: Contracting, user: User) -> Context:
    actor = office.clerk.__class__(user.id, "C1", "業者", None, frozenset({"contractor"}))
    return office.by(actor)


def test_the_end_without_a_certificate_comes_before_the_chief_once(office: Contracting) -> None:
    system = office.later(SYSTEM, 200 + 14)
    assert ending.escalate(system) == 0, "the last day of the term is in time"
    late = office.later(SYSTEM, 200 + 15)
    assert ending.escalate(late) == 1
    assert ending.escalate(late) == 0
    notice = office.ctx.session.scalars(select(Notice).where(Notice.kind == "hand_back")).one()
    assert (notice.user_id, notice.number) == (office.chief.staff_id, office.contract_id)


def test_a_certificate_of_return_ends_it(office: Contracting) -> None:
    link = office.ctx.session.get_one(ChainLink, office.prime_id)
    with pytest.raises(RuleBroken, match="まだ終わっていません"):
        ending.certify(
            office.by(office.clerk), office.contract_id, link.id, "returned", office.ctx.today, "HDD 2台"
        )
    after = office.later(office.clerk, 201)
    ending.certify(after, office.contract_id, link.id, "destroyed", after.today, "HDD 2台、磁気破壊")
    assert ending.escalate(office.later(SYSTEM, 300)) == 0
    with pytest.raises(SomebodyElseWasFaster):
        ending.certify(after, office.contract_id, link.id, "returned", after.today, "もう一度")


def test_a_check_that_differs_needs_a_follow_up(office: Contracting) -> None:
    office.worker()
    clerk = office.by(office.clerk)
    (drawn,) = checks.draw(clerk, office.contract_id, 5)
    with pytest.raises(RuleBroken, match="抜き取れる従事者がいません"):
        checks.draw(clerk, office.contract_id, 1)
    with pytest.raises(RuleBroken, match="することと期限"):
        checks.judge(clerk, office.contract_id, drawn.id, "differs", "別会社の社員証を持っていた", "", None)
    checks.judge(
        clerk,
        office.contract_id,
        drawn.id,
        "differs",
        "別会社の社員証を持っていた",
        "委託先に説明を求める",
        clerk.today,
    )
    assert counts.ask(clerk.session, workers.to_count(office.clerk, clerk.today + timedelta(days=1))) == {
        "contracts": 1
    }
    checks.finish(clerk, office.contract_id, drawn.id, "従事から外した")
    assert checks.list_of(clerk, office.contract_id)[0].row.done_words == "従事から外した"


def test_a_contract_is_of_its_office_and_auditors_see_all(office: Contracting) -> None:
    session = office.ctx.session
    far = office.by(employ(session, "contract_clerk", "s-far", "02"))
    assert register.list_all(far) == []
    with pytest.raises(NotFound):
        register.read(far, office.contract_id)
    auditor = office.by(employ(session, "auditor", "s-auditor", "03"))
    assert [one.contract.id for one in register.list_all(auditor)] == [office.contract_id]
    assert register.read(auditor, office.contract_id).contract.number == "R8-1"
    office.worker()
    checks.draw(office.by(office.clerk), office.contract_id, 1)
    day = office.ctx.today
    assert counts.ask(session, workers.to_count(office.clerk, day)) == {"contracts": 1}
    assert counts.ask(session, workers.to_count(far.actor, day)) == {"contracts": 0}


DEEDS = {
    "clauses": lambda ctx, contract, at: register.see_clauses(ctx, contract, at.prime_id, {}),
    "end": lambda ctx, contract, at: register.end_link(ctx, contract, at.prime_id, "解除"),
    "hand back": lambda ctx, contract, at: ending.certify(
        ctx, contract, at.prime_id, "returned", ctx.today, "HDD"
    ),
    "subcontract": lambda ctx, contract, at: subcontracting.may_ask(ctx, contract, at.prime_id),
    "name": lambda ctx, contract, at: workers.add(ctx, contract, at.prime_id, whole(ctx)),
    "change": lambda ctx, contract, at: workers.change(ctx, contract, at.worker_id, whole(ctx)),
    "leave": lambda ctx, contract, at: workers.leave(ctx, contract, at.worker_id, ctx.today),
    "ask": lambda ctx, contract, at: workers.ask_account(ctx, contract, at.worker_id, "gyosha9"),
    "grant": lambda ctx, contract, at: workers.grant_account(ctx, contract, at.worker_id),
    "refuse": lambda ctx, contract, at: workers.refuse_account(ctx, contract, at.worker_id, "要らない"),
    "judge": lambda ctx, contract, at: checks.judge(
        ctx, contract, at.check_id, "confirmed", "社員証", "", None
    ),
    "finish": lambda ctx, contract, at: checks.finish(ctx, contract, at.check_id, "済み"),
}


@dataclass
class Aim:
    """What belongs to the one contract of the office."""

    prime_id: int
    worker_id: int
    check_id: int


def aim(office: Contracting) -> Aim:
    worker = office.worker()
    (drawn,) = checks.draw(office.by(office.clerk), office.contract_id, 1)
    return Aim(office.prime_id, worker, drawn.id)


def test_no_deed_reaches_a_contract_of_another_office_or_another_contract(office: Contracting) -> None:
    at = aim(office)
    far_clerk = employ(office.ctx.session, "contract_clerk", "s-far", "02")
    far_chief = employ(office.ctx.session, "section_chief", "s-far-chief", "02")
    far = office.by(replace(far_clerk, roles=far_clerk.roles | far_chief.roles))
    here = office.by(replace(office.chief, roles=office.chief.roles | office.clerk.roles))
    other = register.add(office.by(office.clerk), new_contract(office.ctx, number="R8-2", firm="別の会社"))
    before = len(told(office.ctx.session, "contract:changed"))
    for deed in DEEDS.values():
        for ctx, contract in ((far, office.contract_id), (here, other.id)):
            with pytest.raises(NotFound):
                deed(ctx, contract, at)
    with pytest.raises(NotFound):
        checks.draw(far, office.contract_id, 1)
    assert len(told(office.ctx.session, "contract:changed")) == before


def test_an_account_does_not_pass_to_another_person(office: Contracting) -> None:
    worker = office.worker()
    office.account(worker)
    another = replace(whole(office.ctx), first_name="次郎")
    with pytest.raises(RuleBroken, match="氏名は変えられません"):
        workers.change(office.by(office.clerk), office.contract_id, worker, another)


def test_whoever_leaves_on_a_day_to_come_counts_until_then(office: Contracting) -> None:
    worker = office.worker()
    user_id = office.account(worker)
    day = office.ctx.today + timedelta(days=10)
    workers.leave(office.by(office.clerk), office.contract_id, worker, day)
    found = register.read(office.by(office.clerk), office.contract_id)
    assert (found.active, found.prime.persons[0].gone) == (1, False)
    assert find_posting(office.ctx.session, user_id, day - timedelta(days=1)) is not None
    assert find_posting(office.ctx.session, user_id, day) is None
    gone = office.later(office.clerk, 10)
    assert register.read(gone, office.contract_id).active == 0
    with pytest.raises(SomebodyElseWasFaster):
        workers.leave(gone, office.contract_id, worker, day + timedelta(days=30))


def test_each_deed_that_is_sent_twice_is_done_once(office: Contracting) -> None:
    worker = office.worker()
    office.account(worker)
    with pytest.raises(SomebodyElseWasFaster):
        workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha2")
    with pytest.raises(SomebodyElseWasFaster):
        workers.grant_account(office.by(office.chief), office.contract_id, worker)
    (drawn,) = checks.draw(office.by(office.clerk), office.contract_id, 1)
    clerk = office.by(office.clerk)
    checks.judge(clerk, office.contract_id, drawn.id, "confirmed", "社員証と一致", "", None)
    with pytest.raises(SomebodyElseWasFaster):
        checks.judge(clerk, office.contract_id, drawn.id, "confirmed", "社員証と一致", "", None)
    with pytest.raises(SomebodyElseWasFaster):
        checks.finish(clerk, office.contract_id, drawn.id, "済み")
    register.end_link(office.by(office.chief), office.contract_id, office.prime_id, "解除")
    with pytest.raises(SomebodyElseWasFaster):
        register.end_link(office.by(office.chief), office.contract_id, office.prime_id, "解除")
    with pytest.raises(RuleBroken, match="すでに登録"):
        register.add(clerk, new_contract(office.ctx))


def test_a_pledge_with_an_end_closes_the_account_after_it(office: Contracting) -> None:
    last = office.ctx.today + timedelta(days=20)
    user_id = office.account(office.worker(pledged_until=last))
    assert find_posting(office.ctx.session, user_id, last) is not None
    assert find_posting(office.ctx.session, user_id, last + timedelta(days=1)) is None
    early = replace(whole(office.ctx), pledged_until=whole(office.ctx).pledged_on)
    with pytest.raises(RuleBroken, match="誓約の日より後の日"):
        workers.add(office.by(office.clerk), office.contract_id, office.prime_id, early)


@pytest.mark.parametrize("clause", CONTRACT_CLAUSES)
def test_no_account_while_any_one_clause_is_missing(office: Contracting, clause: str) -> None:
    worker = office.worker()
    places = dict.fromkeys(set(CONTRACT_CLAUSES) - {clause}, "第10条")
    register.see_clauses(office.by(office.clerk), office.contract_id, office.prime_id, places)
    with pytest.raises(workers.ChainNotWhole, match=re.escape(CONTRACT_CLAUSES[clause][0])):
        workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")


def test_one_who_has_left_makes_room_for_the_next(office: Contracting) -> None:
    first, *_ = [office.worker(badge=str(number)) for number in range(9)]
    workers.leave(office.by(office.clerk), office.contract_id, first, office.ctx.today)
    office.worker(badge="9")
    with pytest.raises(workers.HeadcountFull):
        office.worker(badge="10")


@pytest.mark.parametrize(
    ("days", "waits"), [(0, 0), (9, 0), (10, 0), (11, 1)], ids=["today", "before", "its day", "after"]
)
def test_a_follow_up_counts_from_the_day_after_it_was_due(office: Contracting, days: int, waits: int) -> None:
    office.worker()
    clerk = office.by(office.clerk)
    (drawn,) = checks.draw(clerk, office.contract_id, 1)
    due = clerk.today + timedelta(days=10)
    checks.judge(clerk, office.contract_id, drawn.id, "absent", "3回とも不在", "委託先に照会する", due)
    day = clerk.today + timedelta(days=days)
    assert counts.ask(clerk.session, workers.to_count(office.clerk, day)) == {"contracts": waits}
