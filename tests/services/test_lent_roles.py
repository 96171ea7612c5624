"""Roles that an absence lends open nothing of data use, transfers, contracts and media (N2)."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models.case import WorkItem
from models.crypto.keyring import Keyring
from models.data_use import DataUseApproval, list_decisions
from services import counts, data_use, data_use_decisions, transfer_files, transfer_pages, transfers
from services.context import JST, Actor, Context, Principal, names_of
from services.contracting import workers
from services.errors import NotAllowed, NotFound
from services.media import ledger, uses
from tests.factories.contracts import contracting
from tests.factories.data_use import approved, as_of, content, handed_in, publish
from tests.factories.staff import a_role, employ
from workflows import data_use_cases
from workflows.engine import runner

NOVEMBER = date(2026, 11, 1)


@pytest.fixture(autouse=True)
def sealed(keys: Keyring, blob_folder: Path) -> None:
    del keys, blob_folder


def deputy_of(ctx: Context, *others: Actor) -> Actor:
    """Somebody of the counter who stands in for others, in the office of the first one."""
    own = employ(ctx.session, "counter", "s-deputy")
    lent = frozenset().union(*(one.roles for one in others))
    principals = tuple(
        Principal(one.staff_id or 0, one.roles, names_of(one.staff_number, one.staff_id)) for one in others
    )
    return replace(
        own, office_id=others[0].office_id, roles=own.roles | lent, lent=lent, principals=principals
    )


@pytest.fixture
def citizen(ctx: Context) -> Context:
    publish(ctx)
    return as_of(ctx, employ(ctx.session, "receiving_section", office_code="12"))


@pytest.fixture
def manager(citizen: Context) -> Context:
    return as_of(citizen, employ(citizen.session, "data_protection_manager"))


def test_a_deputy_of_the_section_neither_asks_nor_fetches_nor_sees(
    citizen: Context, manager: Context
) -> None:
    application = approved(citizen, manager)
    sent = transfers.send_month(citizen, "citizen", "12", NOVEMBER).sent
    assert sent is not None
    deputy = as_of(citizen, deputy_of(citizen, citizen.actor))
    for refused in (
        lambda: data_use.draft(deputy, content()),
        lambda: transfer_pages.overview(deputy),
        lambda: transfer_pages.read_transfer(deputy, sent.id),
    ):
        with pytest.raises(NotAllowed):
            refused()
    for unknown in (
        lambda: data_use.change(deputy, application.id, content(items=("addressee_number",))),
        lambda: data_use.withdraw(deputy, application.id, "代理で"),
        lambda: data_use.get(deputy, application.id),
        lambda: transfer_files.fetch(deputy, sent.id, "file"),
        lambda: transfer_files.fetch(deputy, sent.id, "manifest"),
    ):
        with pytest.raises(NotFound):
            unknown()
    assert application.state == "approved"


def test_a_deputy_of_those_who_judge_neither_revokes_nor_looks_through_it(
    citizen: Context, manager: Context
) -> None:
    application = approved(citizen, manager)
    handed_in(citizen)
    chief, auditor = employ(citizen.session, "section_chief"), employ(citizen.session, "auditor")
    deputy = as_of(citizen, deputy_of(citizen, manager.actor, chief, auditor))
    with pytest.raises(NotAllowed):
        data_use_decisions.revoke(deputy, application.id, "代理で")
    with pytest.raises(NotAllowed):
        transfer_pages.overview(deputy)
    with pytest.raises(NotFound):
        data_use.get(deputy, application.id)
    assert counts.ask(citizen.session, transfer_pages.to_count(deputy.actor, citizen.today)) == {}
    assert counts.ask(citizen.session, transfer_pages.to_count(manager.actor, citizen.today)) == {
        "data_use": 1
    }
    assert application.state == "approved"


def test_a_deputy_of_the_chief_grants_no_account_and_counts_nothing(ctx: Context) -> None:
    ctx.session.add_all([a_role(ctx.session, "contractor"), a_role(ctx.session, "counter")])
    ctx.session.flush()
    office = contracting(ctx)
    worker = office.worker()
    workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")
    deputy = deputy_of(ctx, office.chief, office.clerk)
    with pytest.raises(NotAllowed):
        workers.grant_account(office.by(deputy), office.contract_id, worker)
    assert counts.ask(ctx.session, workers.to_count(deputy, ctx.today)) == {}
    assert counts.ask(ctx.session, workers.to_count(office.chief, ctx.today)) == {"contracts": 1}


def test_a_deputy_of_the_chief_lets_no_copy_be_made(ctx: Context) -> None:
    chief, keeper = employ(ctx.session, "section_chief"), employ(ctx.session, "contract_clerk")
    asker, carrier = employ(ctx.session, "counter", "s-asker"), employ(ctx.session, "counter", "s-carrier")
    medium_id = ledger.add(as_of(ctx, keeper), "USB-001", "usb", "SN-1", "保管庫A").id
    due_at = datetime.combine(ctx.today, uses.BACK_BY, JST)
    wish = uses.Wish("異動の一覧", "渡すため", "本庁", "開発室", carrier.staff_id or 0, due_at)
    asked = uses.ask(as_of(ctx, asker), medium_id, wish)
    deputy = deputy_of(ctx, chief, keeper)
    with pytest.raises(NotAllowed):
        uses.decide(as_of(ctx, deputy), medium_id, asked.id, "代理で", approves=True)
    assert counts.ask(ctx.session, ledger.to_count(deputy, ctx.today)) == {}
    assert counts.ask(ctx.session, ledger.to_count(chief, ctx.today)) == {"media": 1}
    assert asked.state == "asked"


def second_level(citizen: Context, manager: Context) -> WorkItem:
    """What the section chief decides on after the manager; `citizen` asked for it."""
    application = handed_in(citizen, person_range="ever_insured")
    data_use_cases.judge(manager, application.id, "approve", "合う", basis_fits=True)
    item = data_use_cases.waiting_task(as_of(citizen, employ(citizen.session, "section_chief")), application)
    assert item is not None
    return item


def decide(ctx: Context, item: WorkItem) -> None:
    runner.complete(ctx, item.id, {"verdict": "approve", "basis_fits": True, "grounds": "代理で決裁"})


def a_chief_away(ctx: Context) -> Actor:
    return employ(ctx.session, "section_chief", "s-away")


def test_a_deputy_of_the_chief_decides_at_the_second_level(citizen: Context, manager: Context) -> None:
    item = second_level(citizen, manager)
    decide(as_of(citizen, deputy_of(citizen, a_chief_away(citizen))), item)
    approval = citizen.session.scalars(select(DataUseApproval)).one()
    decided = list_decisions(citizen.session, approval.application_id)
    assert [one.step for one in decided] == ["judge", "decide"]
    assert {"s-deputy", "s-away"} <= set(decided[1].names)


def test_nobody_decides_as_a_deputy_who_asked_or_judged_or_stands_in_for_one_who_did(
    citizen: Context, manager: Context
) -> None:
    item, chief = second_level(citizen, manager), a_chief_away(citizen)
    stands_in = deputy_of(citizen, chief)
    for one in (citizen.actor, manager.actor):
        himself = replace(
            stands_in, staff_id=one.staff_id, staff_number=one.staff_number, roles=one.roles | chief.roles
        )
        his_deputy = replace(
            stands_in,
            principals=(
                *stands_in.principals,
                Principal(one.staff_id or 0, frozenset(), names_of(one.staff_number, one.staff_id)),
            ),
        )
        for actor in (himself, his_deputy):
            with pytest.raises(NotAllowed):
                decide(as_of(citizen, actor), item)
    assert citizen.session.scalars(select(DataUseApproval)).all() == []


def in_emergency(ctx: Context, role: str, office_id: int | None) -> Actor:
    """Somebody of the counter who took a role for an hour (T14)."""
    own = employ(ctx.session, "counter", "s-emergency")
    return replace(
        own, office_id=office_id, roles=own.roles | {role}, borrowed=frozenset({role}), emergency_id=1
    )


def test_a_role_taken_in_an_emergency_decides_on_no_use_of_data(citizen: Context, manager: Context) -> None:
    item = second_level(citizen, manager)
    chief = a_chief_away(citizen)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        decide(as_of(citizen, in_emergency(citizen, "section_chief", chief.office_id)), item)
    assert citizen.session.scalars(select(DataUseApproval)).all() == []


def test_nor_on_an_account_of_a_contractor_nor_on_a_copy(ctx: Context) -> None:
    ctx.session.add_all([a_role(ctx.session, "contractor"), a_role(ctx.session, "counter")])
    ctx.session.flush()
    office = contracting(ctx)
    worker = office.worker()
    workers.ask_account(office.by(office.clerk), office.contract_id, worker, "gyosha1")
    actor = in_emergency(ctx, "section_chief", office.chief.office_id)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        workers.grant_account(office.by(actor), office.contract_id, worker)
    asker, carrier = employ(ctx.session, "counter", "s-asker"), employ(ctx.session, "counter", "s-carrier")
    medium_id = ledger.add(as_of(ctx, office.clerk), "USB-001", "usb", "SN-1", "保管庫A").id
    due_at = datetime.combine(ctx.today, uses.BACK_BY, JST)
    wish = uses.Wish("異動の一覧", "渡すため", "本庁", "開発室", carrier.staff_id or 0, due_at)
    asked = uses.ask(as_of(ctx, asker), medium_id, wish)
    with pytest.raises(NotAllowed, match="緊急時の権限"):
        uses.decide(as_of(ctx, actor), medium_id, asked.id, "急ぎのため", approves=True)
    assert asked.state == "asked"
