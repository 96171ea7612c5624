"""Contracts and media when two people press at the same moment: one deed is done, never half of two."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.contractor import REVOKED, ChainLink, ContractWorker
from models.masters import Posting
from models.medium import Medium, MediumUse
from services import unit_of_work
from services.context import Actor, Context
from services.contracting import register, workers
from services.contracting.receivers import ReceiverNotWhole
from services.errors import RuleBroken, SomebodyElseWasFaster
from services.media import ledger, uses
from tests.factories.at_once import at_once
from tests.factories.contracts import Contracting, contracting, whole
from tests.factories.staff import a_role, employ
from tests.fixtures.databases import connect
from tests.workflows.engine.real_office import open_for_deeds

TURNS = 3
Deed = Callable[[Actor, Callable[[Context], Any]], Callable[[], Any]]


@pytest.fixture
def lasting(fresh_url: str, keys: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database that keeps what is committed, with a session of its own for each deed."""
    del keys
    engine = connect(fresh_url)
    monkeypatch.setattr(unit_of_work, "_factory", [open_for_deeds(engine)])
    yield engine
    engine.dispose()


@pytest.fixture
def deed(clock: datetime) -> Deed:
    """A button: who presses it, and what it does in its own transaction."""

    def made(actor: Actor, does: Callable[[Context], Any]) -> Callable[[], Any]:
        def press() -> Any:
            with unit_of_work.unit_of_work(actor, clock) as ctx:
                return does(ctx)

        return press

    return made


def opened(engine: Engine, clock: datetime, work: Callable[[Context], Any]) -> Any:
    """What a test begins with, committed."""
    with Session(engine, expire_on_commit=False) as session:
        made = work(Context(session, employ(session, "counter"), clock))
        session.commit()
        return made


def a_contract(ctx: Context) -> Contracting:
    ctx.session.add(a_role(ctx.session, "contractor"))
    return contracting(ctx)


def test_the_last_place_of_the_band_is_taken_once(lasting: Engine, deed: Deed, clock: datetime) -> None:
    def eight(ctx: Context) -> Contracting:
        made = a_contract(ctx)
        for number in range(8):
            made.worker(badge=str(number))
        return made

    office = opened(lasting, clock, eight)
    add = [
        deed(who, lambda ctx: workers.add(ctx, office.contract_id, office.prime_id, whole(ctx)).id)
        for who in (office.clerk, office.second)
    ]
    got = at_once(*add)
    assert [type(one) for one in got if isinstance(one, Exception)] == [workers.HeadcountFull], got
    with Session(lasting) as session:
        assert session.scalar(select(func.count()).select_from(ContractWorker)) == 9


def test_no_account_opens_while_its_contract_is_revoked(lasting: Engine, deed: Deed, clock: datetime) -> None:
    def asked(ctx: Context) -> tuple[Contracting, list[int], Actor]:
        made = a_contract(ctx)
        named = [made.worker(badge=str(number)) for number in range(TURNS)]
        for number, worker in enumerate(named):
            workers.ask_account(made.by(made.clerk), made.contract_id, worker, f"gyosha{number}")
        return made, named, employ(ctx.session, "section_chief", "s-chief-2")

    office, named, second = opened(lasting, clock, asked)
    grants = [
        deed(office.chief, lambda ctx, one=one: workers.grant_account(ctx, office.contract_id, one).id)
        for one in named
    ]
    revoke = deed(second, lambda ctx: register.end_link(ctx, office.contract_id, office.prime_id, "解除").id)
    got = at_once(revoke, *grants)
    assert not isinstance(got[0], Exception), got
    assert all(isinstance(one, int | workers.ChainNotWhole) for one in got), got
    with Session(lasting) as session:
        mine = select(Posting).where(Posting.title == "委託先", Posting.until_on >= clock.date())
        assert session.scalars(mine).all() == [], "whoever was granted first was closed by the revocation"


def a_medium(ctx: Context) -> tuple[int, dict[str, Actor]]:
    session = ctx.session
    people = {
        "asker": employ(session, "counter", "s-asker"),
        "carrier": employ(session, "counter", "s-carrier"),
        "keeper": employ(session, "contract_clerk", "s-keeper"),
        "chief": employ(session, "section_chief", "s-media-chief"),
        "deputy": employ(session, "section_chief", "s-deputy"),
    }
    medium = ledger.add(Context(session, people["keeper"], ctx.at), "USB-001", "usb", "", "保管庫A")
    return medium.id, people


def wish(people: dict[str, Actor], clock: datetime) -> uses.Wish:
    due_at = clock.replace(hour=7)  # 16:00 in Japan
    return uses.Wish("異動の一覧", "委託先へ", "本庁", "開発室", people["carrier"].staff_id or 0, due_at)


def test_of_two_who_decide_one_decides(lasting: Engine, deed: Deed, clock: datetime) -> None:
    def asked(ctx: Context) -> tuple[int, dict[str, Actor], int]:
        medium_id, people = a_medium(ctx)
        made = uses.ask(Context(ctx.session, people["asker"], ctx.at), medium_id, wish(people, ctx.at))
        return medium_id, people, made.id

    medium_id, people, use_id = opened(lasting, clock, asked)
    got = at_once(
        deed(people["chief"], lambda ctx: uses.decide(ctx, medium_id, use_id, "必要", approves=True).state),
        deed(people["deputy"], lambda ctx: uses.decide(ctx, medium_id, use_id, "不要", approves=False).state),
    )
    assert [type(one) for one in got if isinstance(one, Exception)] == [SomebodyElseWasFaster], got
    with Session(lasting) as session:
        kept = session.get_one(MediumUse, use_id)
        assert kept.state in got
        chosen = people["chief"] if kept.state == "approved" else people["deputy"]
        assert kept.decided_by_id == chosen.staff_id


def test_a_medium_is_asked_for_or_destroyed_never_both(lasting: Engine, deed: Deed, clock: datetime) -> None:
    medium_id, people = opened(lasting, clock, a_medium)
    got = at_once(
        deed(people["asker"], lambda ctx: uses.ask(ctx, medium_id, wish(people, clock)).id),
        deed(people["keeper"], lambda ctx: ledger.destroy(ctx, medium_id, "shredder", "粉砕").id),
    )
    assert [type(one) for one in got if isinstance(one, Exception)] == [RuleBroken], got
    with Session(lasting) as session:
        gone = session.get_one(Medium, medium_id).destroyed_on is not None
        in_use = session.scalar(select(func.count()).select_from(MediumUse))
        assert gone is not bool(in_use)


def test_one_approval_gives_one_copy(lasting: Engine, deed: Deed, clock: datetime) -> None:
    def approved(ctx: Context) -> tuple[int, dict[str, Actor], int]:
        medium_id, people = a_medium(ctx)
        made = uses.ask(Context(ctx.session, people["asker"], ctx.at), medium_id, wish(people, ctx.at))
        uses.decide(Context(ctx.session, people["chief"], ctx.at), medium_id, made.id, "必要", approves=True)
        return medium_id, people, made.id

    medium_id, people, use_id = opened(lasting, clock, approved)
    file = uses.CopiedFile("ido.csv", b"1,2", "ABCDE-FGHJK", 1)
    got = at_once(
        *[
            deed(people[who], lambda ctx: uses.copy(ctx, medium_id, use_id, file))
            for who in ("asker", "carrier", "asker")
        ]
    )
    assert [type(one) for one in got if isinstance(one, Exception)] == [uses.CopyRefused] * 2, got


def test_a_medium_is_lent_once_and_not_to_a_firm_that_is_being_revoked(
    lasting: Engine, deed: Deed, clock: datetime
) -> None:
    def copied(ctx: Context) -> tuple[Contracting, int, dict[str, Actor], int]:
        office = contracting(ctx)
        medium_id, people = a_medium(ctx)

        def by(who: str) -> Context:
            return Context(ctx.session, people[who], ctx.at)

        asked = replace(wish(people, ctx.at), link_id=office.prime_id)
        made = uses.ask(by("asker"), medium_id, asked)
        uses.decide(by("chief"), medium_id, made.id, "必要", approves=True)
        uses.copy(by("asker"), medium_id, made.id, uses.CopiedFile("ido.csv", b"1,2", "ABCDE-FGHJK", 1))
        return office, medium_id, people, made.id

    office, medium_id, people, use_id = opened(lasting, clock, copied)
    got = at_once(
        deed(people["keeper"], lambda ctx: uses.hand_over(ctx, medium_id, use_id).state),
        deed(people["asker"], lambda ctx: uses.hand_over(ctx, medium_id, use_id).state),
        deed(
            office.chief,
            lambda ctx: register.end_link(ctx, office.contract_id, office.prime_id, "解除").state,
        ),
    )
    assert got[2] == REVOKED, got
    refused = [type(one) for one in got if isinstance(one, Exception)]
    assert set(refused) <= {SomebodyElseWasFaster, ReceiverNotWhole}, got
    with Session(lasting) as session:
        assert session.get_one(ChainLink, office.prime_id).state == REVOKED
        kept = session.get_one(MediumUse, use_id)
        assert (kept.state, len(refused)) in {("handed", 1), ("copied", 2)}
